package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file.
type Position struct {
	File         string
	Line, Column int // from 1; zero where unknown
}

// String is the place as editors and terminals understand it: file:line:column,
// without what is unknown.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem returns a problem at the place. The hint may be empty. Both are cut
// where they repeat a text that nobody would read to its end.
func (p Position) Problem(message, hint string) Problem {
	return Problem{File: p.File, Line: p.Line, Column: p.Column, Message: cut(message), Hint: cut(hint)}
}

func cut(text string) string {
	const most = 2000 // bytes
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// Problem is one mistake in a file.
type Problem struct {
	File         string
	Line, Column int // from 1; zero where unknown
	Message      string
	Hint         string // how to mend it; may be empty
}

// Position is the place of the problem.
func (p Problem) Position() Position { return Position{p.File, p.Line, p.Column} }

// Error is the problem with its place and, on an indented second line, its
// hint.
func (p Problem) Error() string {
	text := p.Message
	if place := p.Position().String(); place != "" {
		text = place + ": " + text
	}
	if p.Hint != "" {
		text += "\n  hint: " + p.Hint
	}
	return text
}

// Problems are all mistakes found; they are an error when there are any.
type Problems []Problem

// add appends a problem, as long as there are not too many.
func (p *Problems) add(problem Problem) {
	switch {
	case len(*p) < MaxProblems:
		*p = append(*p, problem)
	case len(*p) == MaxProblems:
		*p = append(*p, problem.Position().Problem("there are more mistakes from here on", "mend those before it first"))
	}
}

// full reports whether add takes no more.
func (p Problems) full() bool { return len(p) > MaxProblems }

// Error is one problem after the other, by place.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, problem := range p.Sorted() {
		texts[i] = problem.Error()
	}
	return strings.Join(texts, "\n")
}

// Sorted returns the problems by place, each once.
func (p Problems) Sorted() Problems {
	sorted := slices.Clone(p)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(sorted)
}

// Err returns the problems, sorted, as an error; nil where there are none. (A
// nil Problems in an error variable would not be a nil error.)
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p.Sorted()
}
