package strictyaml

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Unmarshaler is implemented by types that read themselves from a value. Decode
// adds the place to the error it returns, and takes over the hint where the
// error is a Problem.
type Unmarshaler interface {
	DecodeYAML(node *yaml.Node) error
}

// Decode reads a document or a value into what into points to: structs by their
// `yaml` tags (fields without one are left alone; `,inline` takes over the keys
// of an embedded struct), maps with string keys, slices, pointers, strings,
// bools, numbers, time.Duration, yaml.Node and Unmarshalers. It goes on after a
// mistake and leaves the zero value in its place. Decode panics on other types.
func Decode(file string, node *yaml.Node, into any) Problems {
	d := decoder{file: file, keys: &keys{of: map[*yaml.Node]map[string]int{}}, structs: map[reflect.Type]fields{}}
	d.value(Root(node), reflect.ValueOf(into).Elem(), "the document")
	return d.problems
}

type decoder struct {
	file     string
	keys     *keys
	structs  map[reflect.Type]fields // that the document has brought so far
	problems Problems
}

func (d *decoder) report(node *yaml.Node, hint, format string, args ...any) {
	d.problems.add(place(d.file, node).Problem(fmt.Sprintf(format, args...), hint))
}

var nodeType = reflect.TypeFor[yaml.Node]()

// value reads node into the settable value v; name is what messages call it.
func (d *decoder) value(node *yaml.Node, v reflect.Value, name string) {
	if v.Type() == nodeType {
		v.Set(reflect.ValueOf(*node))
		return
	}
	if isNull(node) {
		d.null(node, v, name)
		return
	}
	if u, ok := v.Addr().Interface().(Unmarshaler); ok {
		d.unmarshal(node, u)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(node, v.Elem(), name)
	case reflect.Struct:
		if d.want(node, yaml.MappingNode, name) {
			d.structure(node, v, name)
		}
	case reflect.Map:
		if d.want(node, yaml.MappingNode, name) {
			d.mapping(node, v)
		}
	case reflect.Slice:
		if d.want(node, yaml.SequenceNode, name) {
			d.sequence(node, v, name)
		}
	default:
		if d.want(node, yaml.ScalarNode, name) {
			d.scalar(node, v, name)
		}
	}
}

func (d *decoder) null(node *yaml.Node, v reflect.Value, name string) {
	hint := "give it a value, or leave the key out"
	switch v.Kind() {
	case reflect.Slice:
		hint = "write [] if it is meant to be empty"
	case reflect.Map:
		hint = "write {} if it is meant to be empty"
	}
	d.report(node, hint, "%s has no value", name)
}

func (d *decoder) unmarshal(node *yaml.Node, u Unmarshaler) {
	err := u.DecodeYAML(node)
	if problem, ok := err.(Problem); ok {
		d.report(node, problem.Hint, "%s", problem.Message)
	} else if err != nil {
		d.report(node, "", "%s", err)
	}
}

func (d *decoder) want(node *yaml.Node, kind yaml.Kind, name string) bool {
	if node.Kind == kind {
		return true
	}
	if node.Kind != yaml.AliasNode { // reported by Parse
		d.report(node, "", "%s must be %s, not %s", name, kindName(kind), kindName(node.Kind))
	}
	return false
}

func kindName(kind yaml.Kind) string {
	switch kind {
	case yaml.MappingNode:
		return "a mapping (key: value)"
	case yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}

func (d *decoder) structure(node *yaml.Node, v reflect.Value, name string) {
	fields := d.fields(v.Type())
	for _, index := range fields.places {
		v.FieldByIndex(index).Set(reflect.ValueOf(Pos{d.file, node, d.keys}))
	}
	for i := 0; i+1 < len(node.Content) && !d.problems.full(); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		field, known := fields.find(key.Value)
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			continue // reported by Parse
		}
		if !known {
			d.report(key, DidYouMean(key.Value, fields.keys(), "the keys here are "+strings.Join(fields.keys(), ", ")), "unknown key %q in %s", key.Value, name)
			continue
		}
		if isNull(value) && value.Value == "" {
			value = at(value, key)
		}
		d.value(value, v.FieldByIndex(field.index), strconv.Quote(key.Value))
	}
}

func (d *decoder) mapping(node *yaml.Node, v reflect.Value) {
	v.Set(reflect.MakeMapWithSize(v.Type(), len(node.Content)/2))
	for i := 0; i+1 < len(node.Content) && !d.problems.full(); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		name := strconv.Quote(key.Value)
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			continue // reported by Parse
		}
		if !d.isText(key, "the key "+name) {
			continue
		}
		if isNull(value) && value.Value == "" {
			value = at(value, key)
		}
		element := reflect.New(v.Type().Elem()).Elem()
		d.value(value, element, name)
		v.SetMapIndex(reflect.ValueOf(key.Value).Convert(v.Type().Key()), element)
	}
}

func (d *decoder) sequence(node *yaml.Node, v reflect.Value, name string) {
	v.Set(reflect.MakeSlice(v.Type(), len(node.Content), len(node.Content)))
	for i, item := range node.Content {
		if d.problems.full() {
			return
		}
		d.value(item, v.Index(i), "an item of "+name)
	}
}

// at is the node moved to where another stands: a value that was not written
// has no place of its own.
func at(node, other *yaml.Node) *yaml.Node {
	moved := *node
	moved.Line, moved.Column = other.Line, other.Column
	return &moved
}
