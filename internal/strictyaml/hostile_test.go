package strictyaml

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// What a file costs depends on its size alone: no alias is expanded, no nesting
// is followed for long, and not every mistake is told.
func TestHostileFilesAreCheap(t *testing.T) {
	const size = 1 << 20
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	for name, text := range map[string]string{
		"alias bomb": aliasBomb(40), "aliases of one list": "- &a [x]\n" + fill("- *a\n"), "anchors": fill("- &a\n"), "tags": fill("- !!x y\n"),
		"open brackets": fill("["), "open braces": fill("{a: "), "dashes": fill("- "), "explicit keys": fill("? "), "deep block": stairs(size),
		"brackets": "any: " + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000), "a long list": "any: [" + fill("1,") + "1]",
		"open quotes": fill("\""), "quotes over lines": fill("- 'a\n"), "empty documents": fill("---\n"), "ends of documents": fill("...\n"),
		"documents": fill("---\na: b\n"), "equal keys": fill("a: b\n"), "equal keys in a line": "any: {" + fill("a: b, ") + "}",
		"NUL": fill("\x00"), "marks of direction": fill("\u202e"), "carriage returns": fill("\r"), "tabs": fill("\t"), "spaces": fill(" "), "empty lines": fill("\n"),
		"a long key": fill("k") + ": v", "a long text": "id: " + fill("v"), "a folded text": "id: >\n" + fill("  x\n"), "escapes": `id: "` + fill(`\u0041`) + `"`,
		"a mistake at the end": fill("- a\n") + "]", "comments": fill("# c\n"), "directives": fill("%YAML 1.1\n"), "too large": strings.Repeat("x", MaxSize+1),
		"unknown keys": unknownKeys(size),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, problems := parseAndDecode([]byte(text))
			runtime.ReadMemStats(&after)
			if used := (after.TotalAlloc - before.TotalAlloc) / uint64(len(text)+10_000); used > 1000 {
				t.Errorf("took %d times its size", used)
			}
			for i, p := range problems {
				if len(p.Error()) > 5000 || i > 2*MaxProblems+2 {
					t.Fatalf("tells %d mistakes, this one in %d bytes", len(problems), len(p.Error()))
				}
			}
		})
	}
}

// aliasBomb would be 10 to the power of n values, were aliases followed.
func aliasBomb(n int) string {
	text := "a0: &a0 x\n"
	for i := 1; i <= n; i++ {
		alias := fmt.Sprintf("*a%d", i-1)
		text += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.Repeat(alias+", ", 9)+alias)
	}
	return text
}

// stairs is a mapping in a mapping in a mapping, each indented by one more.
func stairs(size int) string {
	var text strings.Builder
	for depth := 0; text.Len()+depth < size; depth++ {
		text.WriteString(strings.Repeat(" ", depth) + "a:\n")
	}
	return text.String()
}

func unknownKeys(size int) string {
	var text strings.Builder
	for n := 0; text.Len() < size; n++ {
		fmt.Fprintf(&text, "key%d: 1\n", n)
	}
	return text.String()
}

func TestTheNumberOfMistakesToldIsBounded(t *testing.T) {
	_, problems := Parse("f.yaml", []byte(strings.Repeat("- &a x\n", 5000)))
	last := problems[len(problems)-1]
	if len(problems) != MaxProblems+1 || last.Line != MaxProblems+1 || last.Message != "there are more mistakes from here on" {
		t.Errorf("%d problems, the last is %v", len(problems), last)
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("index out of range") }

func TestAPanicOfTheYAMLReaderIsAnError(t *testing.T) {
	documents, err := splitFrom(io.MultiReader(strings.NewReader("a: b\n---\n"), panicking{}))
	if err == nil || err.Error() != "the YAML reader failed: index out of range" {
		t.Error(documents, err)
	}
	p := syntaxProblem("f.yaml", []byte("a: b"), err)
	if p.Error() != "f.yaml:1: not YAML: the YAML reader failed: index out of range\n  hint: "+syntaxHint("") {
		t.Error(p)
	}
}

func TestVisible(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "payments prod": true, "équipe 日本語 ✓": true, "a/b [c]": true,
		"pay\u200bments": false, "pay\u202ements": false, "a\u00a0b": false, "a\u2028b": false, "\ufeffa": false, "a\u3164": false, "a\ufe0f": false,
		"a\tb": false, "a\nb": false, "a\x00": false, "a\x1b[1m": false, "\xff": false, "\U000e0041": false, "a\u00adb": false,
	} {
		if Visible(text) != want {
			t.Errorf("Visible(%q) = %v", text, !want)
		}
	}
}
