package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// Limits on what is read. They are far above what people write and keep a
// hostile file from costing more than a moment.
const (
	MaxSize  = 4 << 20 // bytes in a file
	MaxDepth = 50      // mappings and sequences inside each other
)

// Parse returns every document of a file (see Empty for those with nothing but
// comments). Where the syntax is wrong, the documents are those before the
// mistake.
func Parse(file string, data []byte) ([]*yaml.Node, Problems) {
	if len(data) > MaxSize {
		return nil, Problems{Position{File: file}.Problem(
			fmt.Sprintf("the file has %d bytes, more than the %d that are read", len(data), MaxSize), "split it")}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if problems := checkText(file, data); len(problems) > 0 {
		return nil, problems
	}
	documents, err := split(data)
	var problems Problems
	for _, document := range documents {
		problems = append(problems, checkNode(file, document, 0)...)
	}
	if err != nil {
		problems = append(problems, syntaxProblem(file, data, err))
	}
	return documents, problems
}

func split(data []byte) ([]*yaml.Node, error) { return splitFrom(bytes.NewReader(data)) }

func splitFrom(reader io.Reader) (documents []*yaml.Node, err error) {
	decoder := yaml.NewDecoder(reader)
	for {
		document := new(yaml.Node)
		if err := decoder.Decode(document); errors.Is(err, io.EOF) {
			return documents, nil
		} else if err != nil {
			return documents, err
		}
		documents = append(documents, document)
	}
}

// checkNode refuses the parts of YAML that hide what is meant.
func checkNode(file string, node *yaml.Node, depth int) Problems {
	at := place(file, node)
	if depth > MaxDepth {
		return Problems{at.Problem(fmt.Sprintf("nested more than %d deep", MaxDepth), "")}
	}
	var problems Problems
	if node.Anchor != "" {
		problems = append(problems, at.Problem(fmt.Sprintf("anchors such as &%s are not supported", node.Anchor), "write the value out where it is needed"))
	}
	if node.Kind == yaml.AliasNode {
		return append(problems, at.Problem(fmt.Sprintf("aliases such as *%s are not supported", node.Value), "write the value out; quote a text that begins with *"))
	}
	if node.Style&yaml.TaggedStyle != 0 {
		problems = append(problems, at.Problem(fmt.Sprintf("tags such as %s are not supported", node.Tag), "leave the tag out; quote a text that begins with !"))
	}
	if node.Tag == "!!merge" {
		problems = append(problems, at.Problem("merge keys (<<) are not supported", "write the keys out; quote a text that is <<"))
	}
	if node.Kind == yaml.MappingNode {
		problems = append(problems, checkKeys(file, node)...)
	}
	for _, content := range node.Content {
		problems = append(problems, checkNode(file, content, depth+1)...)
	}
	return problems
}

func checkKeys(file string, mapping *yaml.Node) Problems {
	var problems Problems
	first := map[string]int{}
	for i := 0; i < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		at := place(file, key)
		switch line, seen := first[key.Value]; {
		case key.Kind == yaml.AliasNode, key.Tag == "!!merge": // reported as such
		case key.Kind != yaml.ScalarNode, strings.Contains(key.Value, "\n"):
			problems = append(problems, at.Problem("a key must be text in one line", "quote a text that begins with [ or {"))
		case seen:
			problems = append(problems, at.Problem(fmt.Sprintf("duplicate key %q", key.Value), fmt.Sprintf("it stands in line %d already", line)))
		default:
			first[key.Value] = key.Line
		}
	}
	return problems
}
