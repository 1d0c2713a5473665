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
	MaxSize     = 4 << 20 // bytes in a file
	MaxDepth    = 50      // mappings and sequences inside each other
	MaxProblems = 1000    // told of one file; one more says that there are others
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
	c := checker{file: file}
	for _, document := range documents {
		c.node(document, 0)
	}
	if err != nil {
		c.problems = append(c.problems, syntaxProblem(file, data, err))
	}
	return documents, c.problems
}

func split(data []byte) ([]*yaml.Node, error) { return splitFrom(bytes.NewReader(data)) }

func splitFrom(reader io.Reader) (documents []*yaml.Node, err error) {
	// The YAML library panics on some files that are no YAML. A file is not to
	// end the program, so here, where all files go through, that is an error.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML reader failed: %v", r)
		}
	}()
	decoder := yaml.NewDecoder(reader)
	for {
		document := new(yaml.Node)
		if err := decoder.Decode(document); errors.Is(err, io.EOF) {
			return documents, nil
		} else if err != nil {
			return documents, err
		}
		if Empty(document) { // the library puts nothing behind what comes next, perhaps behind the end
			root := Root(document)
			root.Line, root.Column = document.Line, document.Column
		}
		documents = append(documents, document)
	}
}

// checker refuses the parts of YAML that hide what is meant.
type checker struct {
	file     string
	problems Problems
}

func (c *checker) report(node *yaml.Node, hint, format string, args ...any) {
	c.problems.add(place(c.file, node).Problem(fmt.Sprintf(format, args...), hint))
}

func (c *checker) node(node *yaml.Node, depth int) {
	if depth > MaxDepth {
		c.report(node, "write it flatter", "nested more than %d deep", MaxDepth)
		return
	}
	if node.Anchor != "" {
		c.report(node, "write the value out where it is needed", "anchors such as &%s are not supported", node.Anchor)
	}
	if node.Kind == yaml.AliasNode {
		c.report(node, "write the value out; quote a text that begins with *", "aliases such as *%s are not supported", node.Value)
		return
	}
	if node.Style&yaml.TaggedStyle != 0 {
		c.report(node, "leave the tag out; quote a text that begins with !", "tags such as %s are not supported", node.Tag)
	}
	if node.Tag == "!!merge" {
		c.report(node, "write the keys out; quote a text that is <<", "merge keys (<<) are not supported")
	}
	if node.Kind == yaml.MappingNode {
		c.keys(node)
	}
	for _, content := range node.Content {
		if c.problems.full() {
			return
		}
		c.node(content, depth+1)
	}
}

func (c *checker) keys(mapping *yaml.Node) {
	first := map[string]int{}
	for i := 0; i < len(mapping.Content) && !c.problems.full(); i += 2 {
		key := mapping.Content[i]
		switch line, seen := first[key.Value]; {
		case key.Kind == yaml.AliasNode, key.Tag == "!!merge": // reported as such
		case key.Kind != yaml.ScalarNode, strings.Contains(key.Value, "\n"):
			c.report(key, "quote a text that begins with [ or {", "a key must be text in one line")
		case seen:
			c.report(key, fmt.Sprintf("it stands in line %d already", line), "duplicate key %q", key.Value)
		default:
			first[key.Value] = key.Line
		}
	}
}
