package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// Mutant is one small change of a source file that some test should notice.
type Mutant struct {
	File     string // relative to the module's root, with slashes
	Function string // its name, with the receiver's type
	Operator string // what kind of change it is
	Line     int    // the first changed line
	// Occurrence counts, from 1, the mutants of the function that read the same.
	Occurrence int

	source     []byte // of the whole file
	body       span   // of the function, without its braces
	start, end int    // what is replaced
	text       string // by what
}

// span is a part of a file, in bytes.
type span struct{ start, end int }

// mutatedBody is the function's body with the change in it.
func (m Mutant) mutatedBody() string {
	return string(m.source[m.body.start:m.start]) + m.text + string(m.source[m.end:m.body.end])
}

// Key names the mutant in the list of known survivors. It has no line numbers,
// so that it stays when other parts of the file change.
func (m Mutant) Key() string {
	key := fmt.Sprintf("%s %s %s: %s => %s", m.File, m.Function, m.Operator, brief(string(m.source[m.start:m.end])), brief(m.text))
	if m.Occurrence > 1 {
		key += fmt.Sprintf(" #%d", m.Occurrence)
	}
	return key
}

// brief is code on one line, cut where it is long.
func brief(code string) string {
	const most = 90
	words := []rune(strings.Join(strings.Fields(code), " "))
	if len(words) == 0 {
		return "nothing"
	}
	if len(words) > most {
		return string(words[:most]) + "…"
	}
	return string(words)
}

// Diff shows the changed lines, the old and then the new.
func (m Mutant) Diff() string {
	before, after := strings.Split(string(m.source), "\n"), strings.Split(string(m.source[:m.start])+m.text+string(m.source[m.end:]), "\n")
	first := 0
	for first < min(len(before), len(after)) && before[first] == after[first] {
		first++
	}
	last := 0
	for last < min(len(before), len(after))-first && before[len(before)-1-last] == after[len(after)-1-last] {
		last++
	}
	var diff strings.Builder
	for _, line := range before[first : len(before)-last] {
		fmt.Fprintf(&diff, "-%s\n", line)
	}
	for _, line := range after[first : len(after)-last] {
		fmt.Fprintf(&diff, "+%s\n", line)
	}
	return diff.String()
}

// Mutants returns what the operators make of a file, in the order of the text. What stands outside functions is not
// changed.
func Mutants(file string, source []byte) ([]Mutant, error) {
	set := token.NewFileSet()
	syntax, err := parser.ParseFile(set, filepath.Base(file), source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	c := &collector{file: file, source: source, tokens: set.File(syntax.Pos())}
	for _, declaration := range syntax.Decls {
		if d, ok := declaration.(*ast.FuncDecl); ok && d.Body != nil {
			c.function, c.body = functionName(d), span{c.tokens.Offset(d.Body.Lbrace) + 1, c.tokens.Offset(d.Body.Rbrace)}
			c.enter(d.Type, d.Body)
		}
	}
	return number(c.mutants), nil
}

func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	receiver := d.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if generic, ok := receiver.(*ast.IndexExpr); ok {
		receiver = generic.X
	}
	return fmt.Sprintf("%v.%s", receiver, d.Name.Name)
}

// number sorts mutants by place, drops what two operators say alike, and counts
// those that read the same.
func number(mutants []Mutant) []Mutant {
	slices.SortStableFunc(mutants, func(a, b Mutant) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return a.end - b.end
	})
	type change struct {
		start, end int
		text       string
	}
	seen, keys := map[change]bool{}, map[string]int{}
	var each []Mutant
	for _, m := range mutants {
		is := change{m.start, m.end, m.text}
		if seen[is] {
			continue
		}
		seen[is] = true
		keys[m.Key()]++
		m.Occurrence = keys[m.Key()]
		each = append(each, m)
	}
	return each
}
