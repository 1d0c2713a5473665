package schema

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/internal/strictyaml"
	"gopkg.in/yaml.v3"
)

// arrange brings a document's keys into the order of the fields of its type and
// quotes account ids.
func arrange(document *yaml.Node) {
	root := strictyaml.Root(document)
	arrangeFlow(root)
	kind := strictyaml.Get(root, "kind")
	if kind == nil || root.Kind != yaml.MappingNode {
		return
	}
	top := root.Content[0]
	head := top.HeadComment
	top.HeadComment = ""
	switch kind.Value {
	case KindOwnerAccount:
		order(root, reflect.TypeFor[OwnerAccount]())
	case KindDirectory:
		order(root, reflect.TypeFor[Directory]())
	case KindImageShare:
		order(root, reflect.TypeFor[ImageShare]())
	case KindPolicy:
		order(root, reflect.TypeFor[Policy]())
	}
	// What stands at the top of the file stays there: a modeline, a licence.
	root.Content[0].HeadComment = joinComments(head, root.Content[0].HeadComment)
}

// order sorts the keys of mappings that are read into structs. The keys of maps
// are the author's, and stay where they are.
func order(node *yaml.Node, t reflect.Type) {
	switch {
	case t.Kind() == reflect.Pointer:
		order(node, t.Elem())
	case t.Kind() == reflect.Slice && node.Kind == yaml.SequenceNode:
		for _, item := range node.Content {
			order(item, t.Elem())
			raiseComment(item)
		}
	case t.Kind() == reflect.Map && node.Kind == yaml.MappingNode:
		for i := 1; i < len(node.Content); i += 2 {
			order(node.Content[i], t.Elem())
		}
	case t.Kind() == reflect.Struct && node.Kind == yaml.MappingNode:
		orderKeys(node, t)
	}
}

func orderKeys(mapping *yaml.Node, t reflect.Type) {
	fields := fieldsOf(t)
	rank := func(entry []*yaml.Node) int {
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == entry[0].Value })
		if i < 0 {
			return len(fields) // unknown keys last
		}
		return i
	}
	entries := slices.Collect(slices.Chunk(mapping.Content, 2))
	for _, entry := range entries {
		quoteAccount(entry[0].Value, entry[1])
		if i := rank(entry); i < len(fields) {
			order(entry[1], fields[i].typ)
		}
	}
	if len(entries) == 0 {
		return
	}
	last := entries[len(entries)-1][0]
	foot := last.FootComment
	last.FootComment = ""
	slices.SortStableFunc(entries, func(a, b []*yaml.Node) int { return cmp.Compare(rank(a), rank(b)) })
	mapping.Content = slices.Concat(entries...)

	first := entries[0][0]
	first.HeadComment = strings.TrimPrefix(strings.TrimPrefix(first.HeadComment, blankLine), "\n")
	last = entries[len(entries)-1][0]
	last.FootComment = joinComments(last.FootComment, foot) // what stands at the bottom stays there
}

// raiseComment moves the comment of an item's first key above the item.
func raiseComment(item *yaml.Node) {
	if item.Kind == yaml.MappingNode && item.Style&yaml.FlowStyle == 0 && len(item.Content) > 0 {
		item.HeadComment = joinComments(item.HeadComment, item.Content[0].HeadComment)
		item.Content[0].HeadComment = ""
	}
}

func joinComments(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

type field struct {
	key string
	typ reflect.Type
}

// fieldsOf returns a struct's keys in order, those of embedded structs in their
// place.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		switch key, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); {
		case f.Anonymous:
			fields = append(fields, fieldsOf(f.Type)...)
		case key != "-":
			fields = append(fields, field{key, f.Type})
		}
	}
	return fields
}

var accountID = lazy.Regexp(`^[0-9]{12}$`)

// quoteAccount puts account ids in double quotes, also those without any.
func quoteAccount(key string, value *yaml.Node) {
	switch key {
	case "account", "id":
		if value.Kind == yaml.ScalarNode && accountID().MatchString(value.Value) {
			value.Style, value.Tag = yaml.DoubleQuotedStyle, "!!str"
		}
	case "accounts":
		for i := 1; value.Kind == yaml.MappingNode && i < len(value.Content); i += 2 {
			quoteAccount("account", value.Content[i])
		}
	}
}

// arrangeFlow opens {…} and […] that hold comments, and makes folded text
// literal: the encoder is not safe with either.
func arrangeFlow(node *yaml.Node) {
	if node.Style&yaml.FlowStyle != 0 && slices.ContainsFunc(node.Content, commented) {
		node.Style &^= yaml.FlowStyle
	}
	if node.Style&yaml.FoldedStyle != 0 {
		node.Style = yaml.LiteralStyle
	}
	for _, child := range node.Content {
		arrangeFlow(child)
	}
}

func commented(node *yaml.Node) bool {
	return node.HeadComment != "" || node.LineComment != "" || node.FootComment != "" || slices.ContainsFunc(node.Content, commented)
}
