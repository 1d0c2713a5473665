package main

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// collector walks a file and notes what its operators would change.
type collector struct {
	file, function string
	body           span
	source         []byte
	tokens         *token.File
	results        []ast.Expr // the types of the results of the innermost function
	mutants        []Mutant
}

func (c *collector) add(operator string, from, to token.Pos, text string) {
	start, end := c.tokens.Offset(from), c.tokens.Offset(to)
	if string(c.source[start:end]) != text {
		c.mutants = append(c.mutants, Mutant{File: c.file, Function: c.function, Operator: operator, Line: c.tokens.Line(from),
			source: c.source, body: c.body, start: start, end: end, text: text})
	}
}

func (c *collector) replace(operator string, node ast.Node, text string) {
	c.add(operator, node.Pos(), node.End(), text)
}

func (c *collector) text(from, to token.Pos) string {
	return string(c.source[c.tokens.Offset(from):c.tokens.Offset(to)])
}

func (c *collector) code(node ast.Node) string { return c.text(node.Pos(), node.End()) }

// enter walks a function's body.
func (c *collector) enter(function *ast.FuncType, body *ast.BlockStmt) {
	outer := c.results
	c.results = nil
	if function.Results != nil {
		for _, field := range function.Results.List {
			for range max(1, len(field.Names)) {
				c.results = append(c.results, field.Type)
			}
		}
	}
	ast.Inspect(body, c.visit)
	c.results = outer
}

func (c *collector) visit(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.FuncLit:
		c.enter(n.Type, n.Body)
		return false
	case *ast.IfStmt:
		c.condition(n.Cond)
	case *ast.ForStmt:
		if n.Cond != nil {
			c.condition(n.Cond)
		}
	case *ast.SwitchStmt:
		c.cases(n)
	case *ast.BinaryExpr:
		c.binary(n)
	case *ast.Ident:
		c.boolean(n)
	case *ast.BasicLit:
		c.integer(n)
	case *ast.BranchStmt:
		c.branch(n)
	case *ast.ReturnStmt:
		c.returns(n)
	case *ast.CompositeLit:
		c.fields(n)
	case *ast.BlockStmt:
		c.statements(n.List)
	case *ast.CaseClause:
		c.statements(n.Body)
	case *ast.CommClause:
		c.statements(n.Body)
	}
	return true
}

// cases negates the conditions of a switch without a tag.
func (c *collector) cases(s *ast.SwitchStmt) {
	for _, clause := range s.Body.List {
		if s.Tag == nil {
			for _, condition := range clause.(*ast.CaseClause).List {
				c.condition(condition)
			}
		}
	}
}

// condition negates what is not composed: operands and comparisons are seen to
// by binary, wherever they stand.
func (c *collector) condition(e ast.Expr) {
	switch e := e.(type) {
	case *ast.BinaryExpr:
	case *ast.ParenExpr:
		c.condition(e.X)
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			c.replace("negate", e, c.code(e.X))
		}
	default:
		c.replace("negate", e, "!"+c.code(e))
	}
}

var negated = map[token.Token]token.Token{token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR}

var bounds = map[token.Token]token.Token{token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR}

var connectives = map[token.Token]token.Token{token.LAND: token.LOR, token.LOR: token.LAND}

var sums = map[token.Token]token.Token{token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL}

func (c *collector) binary(e *ast.BinaryExpr) {
	for _, swap := range []struct {
		operator string
		tokens   map[token.Token]token.Token
	}{{"negate", negated}, {"boundary", bounds}, {"connective", connectives}, {"arithmetic", sums}} {
		if other, has := swap.tokens[e.Op]; has && !isText(e) {
			after := e.OpPos + token.Pos(len(e.Op.String()))
			c.replace(swap.operator, e, c.text(e.Pos(), e.OpPos)+other.String()+c.text(after, e.End()))
		}
	}
	if _, connects := connectives[e.Op]; connects {
		c.condition(e.X)
		c.condition(e.Y)
	}
}

func (c *collector) boolean(e *ast.Ident) {
	switch e.Name {
	case "true":
		c.replace("boolean", e, "false")
	case "false":
		c.replace("boolean", e, "true")
	}
}

func (c *collector) integer(e *ast.BasicLit) {
	if n, err := strconv.ParseInt(e.Value, 0, 64); e.Kind == token.INT && err == nil {
		c.replace("integer", e, strconv.FormatInt(n+1, 10))
	}
}

func (c *collector) branch(s *ast.BranchStmt) {
	switch s.Tok {
	case token.CONTINUE:
		c.add("branch", s.Pos(), s.Pos()+token.Pos(len("continue")), "break")
	case token.BREAK:
		c.add("branch", s.Pos(), s.Pos()+token.Pos(len("break")), "continue")
	}
}

// returns replaces results one at a time: booleans by both values, errors by
// nil, all others by the zero value of their type.
func (c *collector) returns(s *ast.ReturnStmt) {
	if len(s.Results) != len(c.results) {
		return // nothing, or one call that returns several results
	}
	for i, result := range s.Results {
		switch of := c.code(c.results[i]); {
		case of == "bool":
			if _, plain := result.(*ast.Ident); !plain {
				c.replace("boolean", result, "true")
				c.replace("boolean", result, "false")
			}
		case of == "error":
			c.replace("error", result, "nil")
		case !isZero(result):
			c.replace("zero", result, "*new("+of+")")
		}
	}
}

func isZero(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "nil"
	case *ast.BasicLit:
		return e.Value == "0" || e.Value == `""`
	case *ast.CompositeLit:
		return len(e.Elts) == 0
	}
	return false
}

// fields leaves out the named fields of a literal, apart from texts for people,
// which the scripts and golden files of the commands hold.
func (c *collector) fields(l *ast.CompositeLit) {
	for i, element := range l.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok || isText(pair.Value) {
			continue
		}
		if _, named := pair.Key.(*ast.Ident); !named {
			continue
		}
		from, to := pair.Pos(), pair.End()
		switch {
		case i+1 < len(l.Elts):
			to = l.Elts[i+1].Pos()
		case i > 0:
			from = l.Elts[i-1].End()
		default:
			from, to = l.Lbrace+1, l.Rbrace
		}
		c.add("field", from, to, "")
	}
}

// isText reports whether an expression is plainly a text: a literal, a format,
// or a sum with one of them.
func isText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return e.Op == token.ADD && (isText(e.X) || isText(e.Y))
	case *ast.CallExpr:
		function, ok := e.Fun.(*ast.SelectorExpr)
		return ok && function.Sel.Name == "Sprintf"
	}
	return false
}

// statements takes the effect from statements: calls are not made, though their
// arguments are evaluated; assigned values, other than texts for people, go
// nowhere.
func (c *collector) statements(list []ast.Stmt) {
	for _, statement := range list {
		switch s := statement.(type) {
		case *ast.ExprStmt:
			c.uncall(s, s.X)
		case *ast.DeferStmt:
			c.uncall(s, s.Call)
		case *ast.GoStmt:
			c.uncall(s, s.Call)
		case *ast.IncDecStmt:
			c.replace("remove", s, "")
		case *ast.AssignStmt:
			c.unassign(s)
		}
	}
}

func (c *collector) uncall(s ast.Stmt, e ast.Expr) {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return
	}
	text := ""
	if len(call.Args) > 0 && !call.Ellipsis.IsValid() {
		text = "_ = []any{" + c.text(call.Args[0].Pos(), call.Args[len(call.Args)-1].End()) + "}"
	}
	c.replace("remove", s, text)
}

func (c *collector) unassign(s *ast.AssignStmt) {
	if s.Tok == token.DEFINE || isText(s.Rhs[0]) {
		return
	}
	blanks := "_" + strings.Repeat(", _", len(s.Lhs)-1)
	c.replace("remove", s, blanks+" = "+c.text(s.Rhs[0].Pos(), s.End()))
}
