package rules

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
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
		if hint == thereAre && isCall(parsed, e.ExprID) {
			hint = "there are size, startsWith, endsWith, contains, matches and CEL's other standard functions"
		}
		if field, isField := strings.CutPrefix(message, "undefined field "); isField {
			hint = fieldHint(strings.Trim(field, "'"), parsed, e.ExprID)
		}
		problems = append(problems, at.Problem(message, hint))
	}
	return problems
}

// thereAre is what a condition sees.
const thereAre = "there are change, principal, image and shares; text stands in quotes"

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
	const oneSort = "text stands in quotes; numbers, true and false do not"
	return []explanation{
		said(`Syntax error: token recognition error at: '=~.*'`, "=~ means nothing", `write image.name.matches("…")`),
		said(`Syntax error: token recognition error at: '=.*'`, "a single = means nothing", "compare with =="),
		said(`Syntax error: token recognition error at: '&.*'`, "a single & means nothing", "write &&"),
		said(`Syntax error: token recognition error at: '\|.*'`, "a single | means nothing", "write ||"),
		said(`Syntax error: token recognition error at: '(;.*)'`, "'$1' is no part of CEL", "a condition is one expression, with nothing behind it"),
		said(`Syntax error: token recognition error at: '(["'].*)'`, "the text $1 is not closed, or has an escape that CEL does not know", `a backslash is written as \\`),
		said(`Syntax error: token recognition error at: (.*)`, "$1 is no part of CEL", "text stands in quotes"),
		said(`.*recursion.* exceeded.*`, "the condition nests too deep", "split the rule in two"),
		said(`Syntax error: \w+ input '((?i)and)' .*`, "unexpected '$1'", "write &&"),
		said(`Syntax error: \w+ input '((?i)or)' .*`, "unexpected '$1'", "write ||"),
		said(`Syntax error: \w+ input '((?i)like)' .*`, "unexpected '$1'", "there are startsWith, endsWith, contains and matches"),
		said("Syntax error: \\w+ input ('`.*`') .*", "unexpected $1", `text stands in " or '`),
		said(`Syntax error: mismatched input '<EOF>' .*`, "the condition ends too early", "finish it, or remove its last operator"),
		said(`Syntax error: missing (.*) at '<EOF>'`, "the condition ends too early: $1 is missing", "close what is open"),
		said(`Syntax error: (?:mismatched|extraneous) input ('.*?') expecting .*`, "unexpected $1", "before it an operator is missing, such as == or &&, or it is one too many; ! stands for not"),
		said(`Syntax error: (.*)`, "$1", ""),
		said(`(reserved identifier: .*)`, "$1", "write what breaks the rule, and nothing around it"),
		said(`found no matching overload for 'in' applied to '(\(.*, string\))'`, "in cannot be applied to $1",
			`a part of a text is looked for with contains: image.name.contains("golden"); in takes a list: image.region in ["us-east-1"]`),
		said(`found no matching overload for '(==|!=|contains)' applied to '(.*(?:list|map)\(.*)'`, "$1 cannot be applied to $2", `ask what is in it: "base" in shares, "team" in image.tags`),
		said(`found no matching overload for '(startsWith|endsWith|contains|matches)' applied to '(\(.*\))'`, "$1 cannot be applied to $2", `it stands behind a text: image.name.$1("…")`),
		said(`found no matching overload for '(.*)' applied to '(.*\bnull\b.*)'`, "$1 cannot be applied to $2", `nothing is null: ask has(image.tags.team) for a tag, and compare text with ""`),
		said(`found no matching overload for '(.*)' applied to '(.*\btimestamp\b.*)'`, "$1 cannot be applied to $2", `write times as timestamp("2027-01-31T00:00:00Z"), and spans as duration("72h")`),
		said(`found no matching overload for '(.*)' applied to '(.*\b(?:Change|Principal|Image)\b.*)'`, "$1 cannot be applied to $2", "name a field of it, as change.verb, principal.kind or image.name"),
		said(`found no matching overload for '(!)' applied to '(.*)'`, "$1 cannot be applied to $2", `it turns true and false around: !(image.name == "golden")`),
		said(`found no matching overload for '(\[\])' applied to '(.*)'`, "$1 cannot be applied to $2", `items of a list have numbers, tags have names: shares[0], image.tags["team"]`),
		said(`found no matching overload for '(\? :)' applied to '(.*)'`, "$1 cannot be applied to $2", "what stands on both sides of the : is of one type"),
		said(`found no matching overload for '(.*)' applied to '(.*)'`, "$1 cannot be applied to $2", oneSort),
		said(`(expected type 'bool' but found '.*')`, "$1", "compare it with something"),
		said(`(expected type '.*' but found '.*')`, "$1", "all that stands in one list is of one type"),
		said(`(type '.*' does not support field selection)`, "$1", "it has no fields; a function stands before what it takes: size(image.name)"),
		said(`(invalid argument to has\(\) macro)`, "$1", "it asks for a tag: has(image.tags.team)"),
		said(`(undeclared reference to '.*') \(did you mean '(.*)'\?\)`, "$1", `did you mean "$2"?`),
		said(`(undeclared reference to '(?i:true|false)')`, "$1", "write true or false"),
		said(`(undeclared reference to '(?:now|today)')`, "$1", "a rule does not see the time"),
		said(`(undeclared reference to '(?:all|exists|exists_one|filter|map)')`, "$1", `it takes a name for an item and a condition: shares.exists(s, s == "base")`),
		said(`(undeclared reference to '.*')`, "$1", thereAre),
		said(`(invalid timestamp argument)`, "$1", `write it as timestamp("2027-01-31T00:00:00Z")`),
		said(`(invalid duration argument)`, "$1", `write it as duration("72h")`),
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

// isCall reports whether the expression with the id calls a function.
func isCall(parsed *cel.Ast, id int64) bool {
	return slices.ContainsFunc(parts(parsed), func(part ast.NavigableExpr) bool {
		return part.ID() == id && part.Kind() == ast.CallKind
	})
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
