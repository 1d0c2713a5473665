package rules

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"

	"github.com/amisync/amisync/internal/strictyaml"
)

// translate says in plain words what CEL found. Parsed is nil where the syntax
// is wrong.
func translate(issues *cel.Issues, parsed *cel.Ast) strictyaml.Problems {
	var problems strictyaml.Problems
	for _, e := range issues.Errors() {
		at := strictyaml.Position{Line: max(e.Location.Line(), 1), Column: max(e.Location.Column()+1, 1)}
		message, hint := explain(e.Message)
		if field, isField := strings.CutPrefix(message, "undefined field "); isField {
			hint = fieldHint(strings.Trim(field, "'"), parsed, e.ExprID)
		}
		problems = append(problems, at.Problem(message, hint))
	}
	return problems
}

type explanation struct {
	found         *regexp.Regexp
	message, hint string
}

// explanations turn CEL's messages into plain ones with a hint. The first that
// fits counts.
var explanations = sync.OnceValue(func() []explanation {
	said := func(pattern, message, hint string) explanation {
		return explanation{regexp.MustCompile(`(?s)^` + pattern + `$`), message, hint}
	}
	return []explanation{
		said(`Syntax error: token recognition error at: '=.*'`, "a single = means nothing", "compare with =="),
		said(`Syntax error: token recognition error at: '(["'].*)'`, "the text $1 is not closed, or has an escape that CEL does not know", `a backslash is written as \\`),
		said(`Syntax error: token recognition error at: (.*)`, "$1 is no part of CEL", "text stands in quotes"),
		said(`.*recursion.* exceeded.*`, "the condition nests too deep", "split the rule in two"),
		said(`Syntax error: \w+ input 'and' .*`, "unexpected 'and'", "write &&"),
		said(`Syntax error: \w+ input 'or' .*`, "unexpected 'or'", "write ||"),
		said(`Syntax error: mismatched input '<EOF>' .*`, "the condition ends too early", "finish it, or remove its last operator"),
		said(`Syntax error: missing (.*) at '<EOF>'`, "the condition ends too early: $1 is missing", ""),
		said(`Syntax error: (?:mismatched|extraneous) input ('.*?') expecting .*`, "unexpected $1", ""),
		said(`Syntax error: (.*)`, "$1", ""),
		said(`found no matching overload for '(.*)' applied to '(.*)'`, "$1 cannot be applied to $2", ""),
		said(`(undeclared reference to '.*') \(did you mean '(.*)'\?\)`, "$1", `did you mean "$2"?`),
		said(`(undeclared reference to '.*')`, "$1", "there are change, principal, image and shares; text stands in quotes"),
		said(`(invalid timestamp argument)`, "$1", `write it as timestamp("2027-01-31T00:00:00Z")`),
		said(`regex program size .*`, "the regular expression is too large", "write it with fewer alternatives and repetitions"),
		said(`(invalid matches argument)`, "$1", "it is a regular expression as in https://github.com/google/re2/wiki/Syntax"),
	}
})

func explain(text string) (message, hint string) {
	for internal, operator := range operatorNames() {
		text = strings.ReplaceAll(text, "'"+internal+"'", "'"+operator+"'")
	}
	for _, e := range explanations() {
		if e.found.MatchString(text) {
			return e.found.ReplaceAllString(text, e.message), e.found.ReplaceAllString(text, e.hint)
		}
	}
	return text, ""
}

// operatorNames are how operators are written, by CEL's own names for them.
func operatorNames() map[string]string {
	names := map[string]string{operators.Index: "[]", operators.Conditional: "? :", operators.In: "in", operators.LogicalNot: "!", operators.Negate: "-"}
	for _, written := range []string{"==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "&&", "||"} {
		if name, known := operators.Find(written); known {
			names[name] = written
		}
	}
	return names
}

// fieldHint says which fields there are where the expression with the id asks
// for one that is not.
func fieldHint(field string, parsed *cel.Ast, id int64) string {
	var names []string
	for _, part := range parts(parsed) {
		if part.ID() == id {
			variable, _, _ := strings.Cut(fieldOf(part), ".")
			names = fields()[variable]
		}
	}
	if names == nil {
		names = slices.Concat(slices.Collect(maps.Values(fields()))...)
		slices.Sort(names)
	}
	return strictyaml.DidYouMean(field, names, "there are "+strings.Join(names, ", "))
}

// fields are the names of what each variable has.
func fields() map[string][]string {
	all := map[string][]string{}
	for variable, t := range map[string]reflect.Type{
		"change": reflect.TypeFor[change](), "principal": reflect.TypeFor[whom](), "image": reflect.TypeFor[image](),
	} {
		for i := range t.NumField() {
			all[variable] = append(all[variable], t.Field(i).Tag.Get("cel"))
		}
	}
	return all
}
