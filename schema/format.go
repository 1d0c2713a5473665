package schema

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
	"gopkg.in/yaml.v3"
)

const indent = 2

// Format returns the canonical form of a manifest file: keys in the order of
// the types, two spaces a level, account ids in double quotes, one blank line
// where there were several. Comments stay with what they stand at. The meaning
// is unchanged, and formatting the result changes nothing. File is for messages;
// the error is of type strictyaml.Problems.
func Format(file string, data []byte) ([]byte, error) {
	if _, problems := strictyaml.Parse(file, data); len(problems) > 0 {
		return nil, problems.Err()
	}
	// The encoder moves some comments in a second pass; all rest in the third.
	const passes = 5
	before := data
	for range passes {
		after, err := formatOnce(file, before)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(after, before) {
			if err := unharmed(file, data, after); err != nil {
				return nil, err
			}
			return after, nil
		}
		before = after
	}
	return nil, unformattable(file)
}

func formatOnce(file string, data []byte) ([]byte, error) {
	var out bytes.Buffer
	for _, part := range documents(data) {
		if part.separator {
			out.WriteString("---\n")
		}
		text, err := formatDocument(part.text())
		if err != nil {
			return nil, unformattable(file)
		}
		out.WriteString(text)
	}
	return out.Bytes(), nil
}

// unharmed compares what the files mean, and counts the # that begin comments.
func unharmed(file string, before, after []byte) error {
	old, _ := strictyaml.Parse(file, before)
	now, problems := strictyaml.Parse(file, after)
	if len(problems) > 0 || bytes.Count(after, []byte("#")) < bytes.Count(before, []byte("#")) || !slices.EqualFunc(old, now, equal) {
		return unformattable(file)
	}
	return nil
}

func unformattable(file string) error {
	return strictyaml.Problems{strictyaml.Position{File: file}.Problem("cannot format the file without changing what it says",
		"put comments on lines of their own, above what they are about")}
}

// equal compares values; the order of keys and the quotes of account ids do
// not count.
func equal(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Tag != b.Tag && !accountID().MatchString(a.Value) {
		return false
	}
	if a.Kind != yaml.MappingNode {
		return slices.EqualFunc(a.Content, b.Content, equal)
	}
	values := make(map[string]*yaml.Node, len(b.Content)/2)
	for i := 0; i < len(b.Content); i += 2 {
		values[b.Content[i].Value] = b.Content[i+1]
	}
	for i := 0; i < len(a.Content); i += 2 {
		if other := values[a.Content[i].Value]; other == nil || !equal(a.Content[i+1], other) {
			return false
		}
	}
	return true
}

// document is one document's text, and whether a separator stands before it.
type document struct {
	separator bool
	lines     []string
}

func (d document) text() string { return strings.Join(d.lines, "") }

// documents splits a file at its separators.
func documents(data []byte) []document {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	parts := []document{{}}
	for line := range strings.Lines(strings.ReplaceAll(string(data), "\r\n", "\n")) {
		content := strings.TrimRight(line, " \t\n")
		switch current := &parts[len(parts)-1]; {
		case content == "...":
			parts = append(parts, document{}) // a separator may follow, or not
		case content == "---", strings.HasPrefix(content, "--- "):
			if len(current.lines) > 0 || current.separator {
				parts = append(parts, document{})
				current = &parts[len(parts)-1]
			}
			current.separator = true
			if rest := strings.TrimLeft(content[3:], " "); rest != "" {
				current.lines = append(current.lines, rest+"\n")
			}
		default:
			current.lines = append(current.lines, line)
		}
	}
	for i := 1; i < len(parts); i++ {
		parts[i].separator = parts[i].separator || len(parts[i].lines) > 0
	}
	return parts
}

func formatDocument(text string) (string, error) {
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		return "", fmt.Errorf("cannot read a part of the file: %w", err)
	}
	if node.Kind == 0 || strictyaml.Empty(&node) { // nothing but comments
		if text = strings.TrimSpace(text); text != "" {
			text += "\n"
		}
		return text, nil
	}
	keepBlankLines(&node, text)
	arrange(&node)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(indent)
	if err := encoder.Encode(&node); err != nil {
		return "", err
	}
	return restoreBlankLines(out.String()), nil
}
