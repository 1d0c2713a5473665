package strictyaml

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever the bytes, reading ends, does not panic, and every mistake has a
// place within the file and says something.
func FuzzParseAndDecode(f *testing.F) {
	f.Add([]byte("id: a\nparts: [{size: 1}]\ntags: {a: &b c, d: *b}\n--- # x\n? [a]\n: |\n  text\n"))
	f.Add([]byte("id: \"a\nany: {<<: !x 1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		samples, problems := parseAndDecode(data)
		lines := strings.Split(string(data), "\n")
		for _, p := range problems {
			if p.Message == "" || p.File != "f.yaml" || !utf8.ValidString(p.Message) {
				t.Errorf("%+v", p)
			}
			if p.Line < 1 && len(data) <= MaxSize || p.Line > len(lines) {
				t.Errorf("%v in %d lines", p, len(lines))
			} else if p.Line > 0 && p.Column > utf8.RuneCountInString(strings.TrimPrefix(lines[p.Line-1], "\ufeff"))+1 {
				t.Errorf("%v: line %d is %q", p, p.Line, lines[p.Line-1])
			}
		}
		for _, s := range samples {
			if position := s.Pos.Field("parts", 0, "size"); len(problems) == 0 && (position.Line < 1 || position.Line > len(lines)) {
				t.Errorf("a value stands at %v in %d lines", position, len(lines))
			}
		}
	})
}
