package main

import (
	"slices"
	"strings"
	"testing"
)

// changes are the mutants of a function's body, as "operator: old => new".
func changes(t *testing.T, results, body string) []string {
	t.Helper()
	mutants, err := Mutants("p/p.go", []byte("package p\n\nfunc (x *T) f() "+results+" {\n"+body+"\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range mutants {
		list = append(list, strings.TrimPrefix(m.Key(), "p/p.go T.f "))
	}
	return list
}

func TestEachOperatorMakesItsChanges(t *testing.T) {
	for _, c := range []struct {
		results, body string
		want          []string
	}{
		{"", "if ok {}", []string{"negate: ok => !ok"}},
		{"", "if !ok {}", []string{"negate: !ok => ok"}},
		{"", "for a < b {}", []string{"negate: a < b => a >= b", "boundary: a < b => a <= b"}},
		{"", "if a && f(b) {}", []string{"negate: a => !a", "connective: a && f(b) => a || f(b)", "negate: f(b) => !f(b)"}},
		{"", "switch { case ok: }", []string{"negate: ok => !ok"}},
		{"", "switch a { case b: }", nil},
		{"bool", "return f(a)", []string{"boolean: f(a) => true", "boolean: f(a) => false"}},
		{"bool", "return true", []string{"boolean: true => false"}},
		{"([]int, error)", "return a, err", []string{"zero: a => *new([]int)", "error: err => nil"}},
		{"([]int, error)", "return nil, nil", nil},
		{"(a, b string)", "return a, b", []string{"zero: a => *new(string)", "zero: b => *new(string)"}},
		{"", "f(a, b)", []string{"remove: f(a, b) => _ = []any{a, b}"}},
		{"", "defer a.f()", []string{"remove: defer a.f() => nothing"}},
		{"", "a.b = c", []string{"remove: a.b = c => _ = c"}},
		{"", "a.b = \"text\"", nil},
		{"", "a, b = c()", []string{"remove: a, b = c() => _, _ = c()"}},
		{"", "a += b", []string{"remove: a += b => _ = b"}},
		{"", "a := b", nil},
		{"", "a++; a++", []string{"remove: a++ => nothing", "remove: a++ => nothing #2"}},
		{"", "for { continue }", []string{"branch: continue => break"}},
		{"", "for { break }", []string{"branch: break => continue"}},
		{"", "a := b + 1", []string{"arithmetic: b + 1 => b - 1", "integer: 1 => 2"}},
		{"", "a := b + \"text\"", nil},
		{"", "a := T{A: b, B: c, C: \"text\"}", []string{"field: A: b, => nothing", "field: B: c, => nothing"}},
		{"", "a := T{A: b}", []string{"field: A: b => nothing"}},
		{"", "a := func() bool { return f() }", []string{"boolean: f() => true", "boolean: f() => false"}},
	} {
		if got := changes(t, c.results, c.body); !slices.Equal(got, c.want) {
			t.Errorf("%s %s:\ngot  %q\nwant %q", c.results, c.body, got, c.want)
		}
	}
}

func TestADiffShowsTheChangedLinesAlone(t *testing.T) {
	mutants, err := Mutants("p/p.go", []byte("package p\n\nfunc f() {\n\ta := T{\n\t\tA: b,\n\t\tB: c,\n\t}\n}\n"))
	if err != nil || len(mutants) != 2 {
		t.Fatalf("%v, %v", mutants, err)
	}
	if got, want := mutants[1].Diff(), "-\t\tB: c,\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
