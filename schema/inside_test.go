package schema

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/amisync/amisync/internal/strictyaml"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// Whatever the text and the style of YAML it is written in, each visible
// character of it is found in the file where it, or an escape for it, stands.
func TestPlacesInsideAScalarAreThoseInTheFile(t *testing.T) {
	styles := []yaml.Style{0, yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle}
	pieces := rapid.SampledFrom([]string{"a", "bc", "ü", "😀", "'", "''", `"`, `\`, `\n`, " ", "  ", "\n", "\n\n", "\n  ", "\t", "\u00a0", "\u0085", "#", ": ", "- ", "|", ">", "{", "?", "\x00"})
	rapid.Check(t, func(t *rapid.T) {
		value := strings.Join(rapid.SliceOfN(pieces, 1, 20).Draw(t, "value"), "")
		data := written(t, value, rapid.SampledFrom(styles).Draw(t, "style"))
		documents, problems := strictyaml.Parse("f.yaml", data)
		if len(problems) > 0 {
			return // no manifest may hold it
		}
		var rule Rule
		rules := strictyaml.Get(documents[0], "rules")
		if problems := strictyaml.Decode("f.yaml", rules.Content[1], &rule); len(problems) > 0 {
			t.Fatal(problems)
		}
		places := inside(data, rule.Pos.Field("when"), rule.When)
		if len(places) != len([]rune(rule.When))+1 {
			t.Fatalf("%d places for %q in\n%s", len(places), rule.When, data)
		}
		lines := strings.Split(string(data), "\n")
		for i, r := range []rune(rule.When) {
			if unicode.IsSpace(r) {
				continue
			}
			at := places[i]
			if here := []rune(lines[at.Line-1])[at.Column-1]; here != r && here != '\\' {
				t.Fatalf("%q is said to stand at %s, where %q is, in\n%s", r, at, here, data)
			}
		}
	})
}

func written(t *rapid.T, value string, style yaml.Style) []byte {
	scalar := func(text string, style yaml.Style) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: style}
	}
	rule := func(condition *yaml.Node) *yaml.Node {
		return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{scalar("name", 0), scalar("a", 0), scalar("when", 0), condition}}
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{rule(scalar(value, style)), rule(scalar(value, style))}}
	if rapid.Bool().Draw(t, "in one line") {
		list.Style = yaml.FlowStyle
	}
	var data bytes.Buffer
	encoder := yaml.NewEncoder(&data)
	if err := encoder.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{scalar("rules", 0), list}}); err != nil {
		t.Skip(err) // what YAML cannot hold
	}
	return data.Bytes()
}

func TestAPlaceIsWhereTheScalarBeginsIfTheFileIsAnother(t *testing.T) {
	at := strictyaml.Position{File: "f.yaml", Line: 2, Column: 3}
	for _, data := range []string{"", "a", "a\nb: c", "a\nb: cd e"} {
		if places := inside([]byte(data), at, "cd f"); places != nil {
			t.Errorf("%q: %v", data, places)
		}
	}
	long := strings.Repeat("a", 100<<10)
	if places := inside([]byte("\n  "+long), at, long); places != nil {
		t.Errorf("%d places", len(places))
	}
}

func TestOffsetsOfLinesAndColumns(t *testing.T) {
	for _, test := range []struct {
		text               string
		line, column, want int
	}{
		{"abc", 1, 1, 0}, {"abc", 1, 3, 2}, {"abc", 1, 4, 3}, {"abc", 1, 9, 3}, {"abc", 7, 1, 3},
		{"ä\nöü\n", 2, 2, 3}, {"ä\nöü\n", 2, 3, 4}, {"ä\nöü\n", 3, 1, 5}, {"", 1, 1, 0},
	} {
		if got := offset(test.text, test.line, test.column); got != test.want {
			t.Errorf("%q %d:%d: %d, want %d", test.text, test.line, test.column, got, test.want)
		}
	}
}
