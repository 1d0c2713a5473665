package rules

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// words are the values that a field can have, where the product itself gives
// them. A condition that asks for another would never be true.
var words = map[string][]string{
	"change.verb":    {string(reconcile.VerbGrant), string(reconcile.VerbRevoke), string(reconcile.VerbPublish), string(reconcile.VerbUnpublish)},
	"change.reason":  {string(reconcile.Declared), string(reconcile.Undeclared), string(reconcile.Expired), string(reconcile.Evicted)},
	"principal.kind": {string(principal.Account), string(principal.Organization), string(principal.OrganizationalUnit), string(principal.Public)},
	"image.provider": {string(principal.AWS)},
}

// check finds what CEL allows and a rule must not have.
func check(env *cel.Env, checked *cel.Ast) strictyaml.Problems {
	if kind := checked.OutputType(); !kind.IsExactType(types.BoolType) {
		return atStart(fmt.Sprintf("the condition is of type %s, and must be true or false", kind), "compare it with something")
	}
	var problems strictyaml.Problems
	for _, part := range parts(checked) {
		if part.Type().Kind() == types.DynKind {
			problems = append(problems, place(checked, part).Problem("the type of this part cannot be known before it runs", "name the field that is meant"))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	estimate, err := env.EstimateCost(checked, estimator{})
	switch {
	case err != nil:
		return atStart("what the condition costs cannot be estimated: "+err.Error(), "")
	case estimate.Max > maxCost:
		return atStart(fmt.Sprintf("the condition may take %d steps, more than the %d that are allowed", estimate.Max, uint64(maxCost)),
			"nest fewer loops (all, exists, map, filter) in each other")
	}
	return nil
}

// misspelt finds words that the field they are compared with never has.
func misspelt(parsed *cel.Ast) strictyaml.Problems {
	var problems strictyaml.Problems
	for _, part := range parts(parsed) {
		if part.Kind() != ast.CallKind {
			continue
		}
		call := part.AsCall()
		if !slices.Contains([]string{operators.Equals, operators.NotEquals, operators.In}, call.FunctionName()) || len(call.Args()) != 2 {
			continue
		}
		problems = append(problems, comparison(parsed, call.Args()[0], call.Args()[1])...)
		problems = append(problems, comparison(parsed, call.Args()[1], call.Args()[0])...)
	}
	return problems
}

func comparison(parsed *cel.Ast, field, with ast.Expr) strictyaml.Problems {
	known := words[fieldOf(field)]
	if known == nil {
		return nil
	}
	var problems strictyaml.Problems
	for _, literal := range literals(with) {
		if word, isText := literal.AsLiteral().(types.String); isText && !slices.Contains(known, string(word)) {
			problems = append(problems, place(parsed, literal).Problem(fmt.Sprintf("%s is never %q", fieldOf(field), string(word)),
				strictyaml.DidYouMean(string(word), known, "it is one of "+strings.Join(known, ", "))))
		}
	}
	return problems
}

// fieldOf returns "variable.field" where the expression is just that, or "".
func fieldOf(e ast.Expr) string {
	if e.Kind() != ast.SelectKind || e.AsSelect().Operand().Kind() != ast.IdentKind {
		return ""
	}
	return e.AsSelect().Operand().AsIdent() + "." + e.AsSelect().FieldName()
}

// literals returns the expression, or the items of a list, as far as they are
// literals.
func literals(e ast.Expr) []ast.Expr {
	candidates := []ast.Expr{e}
	if e.Kind() == ast.ListKind {
		candidates = e.AsList().Elements()
	}
	return slices.DeleteFunc(slices.Clone(candidates), func(e ast.Expr) bool { return e.Kind() != ast.LiteralKind })
}

// parts are all expressions in a condition, itself included.
func parts(condition *cel.Ast) []ast.NavigableExpr {
	return ast.MatchDescendants(ast.NavigateAST(condition.NativeRep()), ast.AllMatcher())
}

// place is where a part of the condition begins.
func place(condition *cel.Ast, part ast.Expr) strictyaml.Position {
	at := condition.NativeRep().SourceInfo().GetStartLocation(part.ID())
	return strictyaml.Position{Line: max(at.Line(), 1), Column: max(at.Column()+1, 1)}
}
