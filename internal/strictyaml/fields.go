package strictyaml

import (
	"reflect"
	"slices"
	"strings"
)

// fields are what a struct type takes from a mapping.
type fields struct {
	named  []field // in the order of the struct
	places [][]int // where the fields of type Pos are
}

// field is where the value of a key goes.
type field struct {
	key   string
	index []int // as reflect.Value.FieldByIndex has it
}

// fields returns those of a struct type, which are collected once.
func (d *decoder) fields(t reflect.Type) fields {
	known, has := d.structs[t]
	if !has {
		known.collect(t, nil)
		d.structs[t] = known
	}
	return known
}

// collect adds the fields of a struct that stands at the index.
func (f *fields) collect(t reflect.Type, at []int) {
	for i := range t.NumField() {
		member := t.Field(i)
		index := append(slices.Clone(at), i)
		tag, options, _ := strings.Cut(member.Tag.Get("yaml"), ",")
		switch {
		case member.Type == reflect.TypeFor[Pos]():
			f.places = append(f.places, index)
		case slices.Contains(strings.Split(options, ","), "inline"):
			f.collect(member.Type, index)
		case tag != "" && tag != "-":
			f.named = append(f.named, field{tag, index})
		}
	}
}

func (f *fields) find(key string) (field, bool) {
	for _, field := range f.named {
		if field.key == key {
			return field, true
		}
	}
	return field{}, false
}

func (f *fields) keys() []string {
	keys := make([]string, len(f.named))
	for i, field := range f.named {
		keys[i] = field.key
	}
	return keys
}
