package strictyaml

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

type sample struct {
	Pos    Pos               `yaml:"-"`
	Header header            `yaml:",inline"`
	ID     string            `yaml:"id"`
	Count  int               `yaml:"count"`
	Share  float64           `yaml:"share"`
	On     *bool             `yaml:"enabled"`
	Wait   time.Duration     `yaml:"wait"`
	Tags   map[string]string `yaml:"tags"`
	Parts  []part            `yaml:"parts"`
	Any    yaml.Node         `yaml:"any"`
	Colour colour            `yaml:"colour"`
}

type header struct {
	Name string `yaml:"name"`
}

type part struct {
	Pos  Pos  `yaml:"-"`
	Size int8 `yaml:"size"`
}

type colour string

func (c *colour) DecodeYAML(node *yaml.Node) error {
	switch node.Value {
	case "red", "blue":
		*c = colour(node.Value)
		return nil
	case "grey":
		return errors.New("no grey")
	}
	return Problem{Message: "unknown colour", Hint: "red or blue"}
}

func TestDecodeReadsWhatIsThere(t *testing.T) {
	documents, problems := Parse("f.yaml", []byte(`
name: x # why
id: "0123"
count: -3
share: 0.5
enabled: false
wait: 300ms
tags: {a: b, "1": "2"}
parts:
  - size: 1
  - {size: 2}
any: [1, {a: b}]
colour: red
`))
	if len(problems) > 0 || len(documents) != 1 {
		t.Fatal(documents, problems)
	}
	var s sample
	if problems := Decode("f.yaml", documents[0], &s); len(problems) > 0 {
		t.Fatal(problems)
	}
	if s.Header.Name != "x" || s.ID != "0123" || s.Count != -3 || s.Share != 0.5 || s.On == nil || *s.On || s.Wait != 300*time.Millisecond ||
		len(s.Tags) != 2 || len(s.Parts) != 2 || s.Parts[1].Size != 2 || s.Any.Kind != yaml.SequenceNode || s.Colour != "red" {
		t.Errorf("%+v", s)
	}
	for want, got := range map[string]Position{
		"f.yaml:2:1":   s.Pos.Position(),
		"f.yaml:3:5":   s.Pos.Field("id"),
		"f.yaml:3:1":   s.Pos.Key("id"),
		"f.yaml:8:11":  s.Pos.Field("tags", "a"),
		"f.yaml:11:5":  s.Parts[1].Pos.Position(),
		"f.yaml:10:11": s.Pos.Field("parts", 0, "size"),
		"f.yaml:10:5":  s.Pos.Field("parts", 0, "sise"),
	} {
		if got.String() != want {
			t.Errorf("position %s, want %s", got, want)
		}
	}
	if !s.Pos.Has("id") || s.Pos.Has("size") || (Pos{}).Has("id") {
		t.Error("Has is wrong")
	}
	if missing := s.Pos.Missing("id", "size"); len(missing) != 1 || missing[0].Error() != `f.yaml:2:1: "size" is missing` {
		t.Error(missing)
	}
}

func TestEveryProblemIsReportedWithItsPlaceAndHint(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"numbers are not text", "id: 012345678901\nname: yes\ntags: {a: 2026-01-02, 1: x}", `
f.yaml:1:5: "id" must be text, but 012345678901 is read as a number
  hint: quote it: "012345678901"
f.yaml:2:7: "name" must be text, but yes is read as true or false by some tools
  hint: quote it: "yes"
f.yaml:3:11: "a" must be text, but 2026-01-02 is read as a date
  hint: quote it: "2026-01-02"
f.yaml:3:23: the key "1" must be text, but 1 is read as a number
  hint: quote it: "1"`},
		{"unknown keys", "nmae: x\nwhatever: y\nparts: [{sise: 1}]", `
f.yaml:1:1: unknown key "nmae" in the document
  hint: did you mean "name"?
f.yaml:2:1: unknown key "whatever" in the document
  hint: the keys here are name, id, count, share, enabled, wait, tags, parts, any, colour
f.yaml:3:10: unknown key "sise" in an item of "parts"
  hint: did you mean "size"?`},
		{"bare keys", "id:\nparts:\ntags: ~", `
f.yaml:1:1: "id" has no value
  hint: give it a value, or leave the key out
f.yaml:2:1: "parts" has no value
  hint: write [] if it is meant to be empty
f.yaml:3:7: "tags" has no value
  hint: write {} if it is meant to be empty`},
		{"wrong kinds", "id: [a]\nparts: {a: b}\ntags: x\ncount: 1.0\nshare: x\nenabled: \"true\"\nwait: 5\n", `
f.yaml:1:5: "id" must be a single value, not a list
f.yaml:2:8: "parts" must be a list, not a mapping (key: value)
f.yaml:3:7: "tags" must be a mapping (key: value), not a single value
f.yaml:4:8: "count" must be a whole number, not 1.0
f.yaml:5:8: "share" must be a number, not "x"
f.yaml:6:10: "enabled" must be true or false, not "true"
f.yaml:7:7: "wait" must be a duration, not 5
  hint: write it as 300ms, 15s or 2m`},
		{"whole numbers are decimal and fit", "count: 0x10\nparts: [{size: 300}, {size: 1_0}]", `
f.yaml:1:8: "count" must be a whole number, not 0x10
f.yaml:2:16: "size" must be a whole number, not 300
f.yaml:2:29: "size" must be a whole number, not 1_0`},
		{"own types", "colour: green", `
f.yaml:1:9: unknown colour
  hint: red or blue`},
		{"own types without a hint", "colour: grey", `
f.yaml:1:9: no grey`},
		{"duplicate keys at any depth", "id: a\n\"id\": b\nany: [{a: {x: 1, x: 2}}]", `
f.yaml:2:1: duplicate key "id"
  hint: it stands in line 1 already
f.yaml:3:18: duplicate key "x"
  hint: it stands in line 3 already`},
		{"what hides the meaning", "any: &a [1]\nid: !!str 5\ntags: {<<: {a: b}}\nparts: *a\n? [x]\n: y", `
f.yaml:1:6: anchors such as &a are not supported
  hint: write the value out where it is needed
f.yaml:2:5: tags such as !!str are not supported
  hint: leave the tag out; quote a text that begins with !
f.yaml:3:8: merge keys (<<) are not supported
  hint: write the keys out; quote a text that is <<
f.yaml:4:8: aliases such as *a are not supported
  hint: write the value out; quote a text that begins with *
f.yaml:5:3: a key must be text in one line
  hint: quote a text that begins with [ or {`},
		{"not a mapping", "- a", `
f.yaml:1:1: the document must be a mapping (key: value), not a list`},
		{"invisible characters", "id: a\x00\nname: \u202eb\u2028\u200b # \u200d\ufe0f", `
f.yaml:1:6: invisible character U+0000
  hint: remove it, or write it as an escape in double quotes
f.yaml:2:7: invisible character U+202E
  hint: remove it, or write it as an escape in double quotes
f.yaml:2:9: invisible character U+2028
  hint: remove it, or write it as an escape in double quotes
f.yaml:2:10: invisible character U+200B
  hint: remove it, or write it as an escape in double quotes`},
		{"not UTF-8", "id: a\nname: \xff", `
f.yaml:2:7: the file is not UTF-8
  hint: save it in UTF-8`},
		{"tab", "parts:\n  - size: 1\n\t- size: 2\n", `
f.yaml:3: not YAML: found a tab character that violates indentation
  hint: indent with spaces, not with tabs`},
		{"indentation", "id: a\nany:\n  b: 1\n c: 2\nname: x\n", `
f.yaml:4: not YAML: did not find expected key
  hint: look at this line's indentation, quotes and brackets, and at the line before it`},
		{"colon in text", "id: a\nname: b: c\n", `
f.yaml:2: not YAML: mapping values are not allowed in this context
  hint: quote a text that holds a colon and a space`},
		{"star", "id: a\nname: *-x\n", `
f.yaml:2: not YAML: unknown anchor '-x' referenced
  hint: quote a text that begins with *`},
		{"open bracket", "id: a\nany: [1, 2\nname: b\ncount: 1\n", `
f.yaml:2: not YAML: did not find expected ',' or ']'
  hint: look at this line's indentation, quotes and brackets, and at the line before it`},
		{"open quote", "id: a\nname: \"b\ncount: 1\n", `
f.yaml:2: not YAML: found unexpected end of stream
  hint: look at this line's indentation, quotes and brackets, and at the line before it`},
		{"depth", "any: " + strings.Repeat("[", 60) + strings.Repeat("]", 60), `
f.yaml:1:55: nested more than 50 deep
  hint: write it flatter`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, problems := parseAndDecode([]byte(test.text))
			if got := "\n" + problems.Error(); got != test.want {
				t.Errorf("got%s\nwant%s", got, test.want)
			}
		})
	}
}

func parseAndDecode(data []byte) ([]sample, Problems) {
	documents, problems := Parse("f.yaml", data)
	var samples []sample
	for _, document := range documents {
		if Empty(document) || problems.full() {
			continue
		}
		var s sample
		problems = append(problems, Decode("f.yaml", document, &s)...)
		samples = append(samples, s)
	}
	return samples, problems
}

func TestFilesFromOtherSystemsAreRead(t *testing.T) {
	for name, text := range map[string]string{
		"byte order mark": "\ufeffid: a\n---\nid: b\n",
		"CRLF":            "id: a\r\n---\r\nid: b\r\n",
		"comments":        "# only this\n---\nid: a\n---\n# nothing\n---\nid: b\n...\n",
	} {
		samples, problems := parseAndDecode([]byte(text))
		if len(problems) > 0 || len(samples) != 2 || samples[0].ID != "a" || samples[1].ID != "b" {
			t.Errorf("%s: %+v %v", name, samples, problems)
		}
	}
}

func TestDocumentsBeforeASyntaxErrorAreKept(t *testing.T) {
	samples, problems := parseAndDecode([]byte("id: a\n---\nid: [\n"))
	if len(samples) != 1 || len(problems) != 1 || problems[0].Line != 3 {
		t.Errorf("%+v %v", samples, problems)
	}
}

func TestClosest(t *testing.T) {
	candidates := []string{"account", "organization", "organizationalUnit", "group", "ids"}
	for word, want := range map[string]string{
		"acount": "account", "Account": "account", "organisation": "organization", "organizationUnit": "organizationalUnit",
		"gruop": "group", "id": "ids", "user": "", "": "",
	} {
		if got := Closest(word, candidates); got != want {
			t.Errorf("Closest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestProblemsAreAnErrorOnlyWhenThereAreAny(t *testing.T) {
	if err := (Problems{}).Err(); err != nil {
		t.Error(err)
	}
	p := Position{File: "b"}.Problem("m", "")
	if err := (Problems{p, {File: "a", Message: "n"}, p}).Err(); err == nil || err.Error() != "a: n\nb: m" {
		t.Error(err)
	}
}
