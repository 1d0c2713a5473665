package strictyaml

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// Pos tells where a mapping and its parts stand. A struct that has a field
//
//	Pos strictyaml.Pos `yaml:"-" json:"-"`
//
// gets it filled by Decode. The zero value knows no place. Pos values of one
// document share an index and are for one goroutine at a time.
type Pos struct {
	file string
	node *yaml.Node // the mapping
	keys *keys
}

// keys tells where in a large mapping each key stands, so that looking up one
// after the other takes no time that grows with the square of their number. It
// fills itself.
type keys struct{ of map[*yaml.Node]map[string]int }

// largeMapping is the number of nodes from which an index pays.
const largeMapping = 64

// at returns the place of a key among the nodes of a mapping, or -1.
func (k *keys) at(mapping *yaml.Node, key string) int {
	if k == nil || len(mapping.Content) < largeMapping {
		for i := 0; i+1 < len(mapping.Content); i += 2 {
			if mapping.Content[i].Value == key {
				return i
			}
		}
		return -1
	}
	index := k.of[mapping]
	if index == nil {
		index = make(map[string]int, len(mapping.Content)/2)
		for i := len(mapping.Content) - 2; i >= 0; i -= 2 { // the first of equal keys counts
			index[mapping.Content[i].Value] = i
		}
		k.of[mapping] = index
	}
	if i, has := index[key]; has {
		return i
	}
	return -1
}

// Position is the place of the mapping.
func (p Pos) Position() Position { return place(p.file, p.node) }

// Has reports whether the mapping has the key, whatever its value.
func (p Pos) Has(key string) bool {
	k, _ := p.keys.child(p.node, key)
	return k != nil
}

// Field is the place of a value below the mapping: a string in the path is a
// key, an int the index of an item. Where the path leads nowhere it is the
// place of the last part that exists.
func (p Pos) Field(path ...any) Position {
	_, value := p.walk(path)
	return place(p.file, value)
}

// Key is the place of the last key of the path itself, or of the last part
// that exists.
func (p Pos) Key(path ...any) Position {
	key, _ := p.walk(path)
	return place(p.file, key)
}

// Problem is a problem of the mapping as a whole.
func (p Pos) Problem(message, hint string) Problem { return p.Position().Problem(message, hint) }

// Missing returns a problem for each of the keys that the mapping lacks.
func (p Pos) Missing(keys ...string) Problems {
	var problems Problems
	for _, key := range keys {
		if !p.Has(key) {
			problems = append(problems, p.Problem(fmt.Sprintf("%q is missing", key), ""))
		}
	}
	return problems
}

func (p Pos) walk(path []any) (key, value *yaml.Node) {
	key, value = p.node, p.node
	for _, step := range path {
		k, v := p.keys.child(value, step)
		if v == nil {
			break
		}
		key, value = k, v
	}
	if isNull(value) && value.Value == "" { // a value that was not written has no place
		value = key
	}
	return key, value
}

// child returns the key and the value at one step into a node; an item of a
// sequence is its own key. Both are nil where there is nothing.
func (k *keys) child(node *yaml.Node, step any) (key, value *yaml.Node) {
	if node == nil {
		return nil, nil
	}
	switch step := step.(type) {
	case string:
		if node.Kind != yaml.MappingNode {
			return nil, nil
		}
		if i := k.at(node, step); i >= 0 {
			return node.Content[i], node.Content[i+1]
		}
	case int:
		if node.Kind == yaml.SequenceNode && step >= 0 && step < len(node.Content) {
			return node.Content[step], node.Content[step]
		}
	}
	return nil, nil
}

// Root returns the value of a document, or the node itself where it is none.
func Root(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.DocumentNode && len(node.Content) == 1 {
		return node.Content[0]
	}
	return node
}

// Get returns the value of a key in a document or mapping, or nil.
func Get(node *yaml.Node, key string) *yaml.Node {
	_, value := (*keys)(nil).child(Root(node), key)
	return value
}

// Place returns where a node stands.
func Place(file string, node *yaml.Node) Position { return place(file, Root(node)) }

// Empty reports whether a document holds nothing but comments.
func Empty(document *yaml.Node) bool {
	root := Root(document)
	return isNull(root) && root.Value == ""
}

func place(file string, node *yaml.Node) Position {
	if node == nil {
		return Position{File: file}
	}
	return Position{file, node.Line, node.Column}
}

func isNull(node *yaml.Node) bool {
	return node != nil && node.Kind == yaml.ScalarNode && node.Tag == "!!null"
}
