package rules

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/reconcile"
)

// MaxLength is how many bytes a condition may have.
const MaxLength = 4 << 10

// Compile checks a condition and returns what decides it. The error is of type
// strictyaml.Problems and tells everything that is wrong, with lines and columns
// (in characters, from 1) of the condition and without a file.
//
// What it returns reports whether the change breaks the rule; an error means
// that it cannot be said (a tag that the image lacks, or the limit of the cost).
// It is safe for concurrent use.
func Compile(condition string) (func(reconcile.RuleSubject) (bool, error), error) {
	switch {
	case strings.TrimSpace(condition) == "":
		return nil, atStart("the condition is empty", `write what breaks the rule, such as principal.kind == "account"`)
	case len(condition) > MaxLength:
		return nil, atStart(fmt.Sprintf("the condition has %d bytes, more than the %d that are read", len(condition), MaxLength), "split the rule in two")
	}
	env, err := environment()
	if err != nil {
		return nil, atStart(err.Error(), "")
	}
	parsed, issues := env.Parse(condition)
	if issues.Err() != nil {
		return nil, translate(issues, nil).Err()
	}
	problems := misspelt(parsed)
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return nil, append(problems, translate(issues, parsed)...).Err()
	}
	if problems = append(problems, check(env, checked)...); len(problems) > 0 {
		return nil, problems.Err()
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
	if err != nil {
		return nil, atStart(err.Error(), "")
	}
	return func(subject reconcile.RuleSubject) (bool, error) {
		value, _, err := program.Eval(variables(subject))
		if err != nil {
			return false, err
		}
		broken, ok := value.(types.Bool)
		if !ok {
			return false, fmt.Errorf("the answer is %v, and neither true nor false", value)
		}
		return bool(broken), nil
	}, nil
}

// atStart is a problem of the condition as a whole.
func atStart(message, hint string) strictyaml.Problems {
	return strictyaml.Problems{strictyaml.Position{Line: 1, Column: 1}.Problem(message, hint)}
}
