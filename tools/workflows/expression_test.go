package workflows

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
)

// contexts are what expressions can refer to: values by their names in lower
// case, such as "inputs.fail-on-drift". What is not there is null, as on GitHub.
type contexts map[string]string

// evaluate evaluates the few expressions that the action uses: values of
// contexts, literals, == != ! && ||, and success(), always() and cancelled(),
// which no run here is. Others are errors, so that nothing is believed to work that was never evaluated.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
func evaluate(text string, values contexts, succeeded bool) (any, error) {
	node, problem := actionlint.NewExprParser().Parse(actionlint.NewExprLexer(text + "}}"))
	if problem != nil {
		return nil, problem
	}
	return evaluateNode(node, values, succeeded)
}

func evaluateNode(node actionlint.ExprNode, values contexts, succeeded bool) (any, error) {
	switch n := node.(type) {
	case *actionlint.StringNode:
		return n.Value, nil
	case *actionlint.BoolNode:
		return n.Value, nil
	case *actionlint.ObjectDerefNode:
		name, err := path(n)
		if value, set := values[name]; err == nil && set {
			return value, nil
		}
		return nil, err
	case *actionlint.NotOpNode:
		value, err := evaluateNode(n.Operand, values, succeeded)
		return !truthy(value), err
	case *actionlint.LogicalOpNode:
		left, err := evaluateNode(n.Left, values, succeeded)
		if err != nil || truthy(left) == (n.Kind == actionlint.LogicalOpNodeKindOr) {
			return left, err
		}
		return evaluateNode(n.Right, values, succeeded)
	case *actionlint.CompareOpNode:
		return compare(n, values, succeeded)
	case *actionlint.FuncCallNode:
		switch n.Callee {
		case "always":
			return true, nil
		case "success":
			return succeeded, nil
		case "cancelled":
			return false, nil
		}
	}
	return nil, fmt.Errorf("the test does not know expressions of type %T", node)
}

func path(node actionlint.ExprNode) (string, error) {
	switch n := node.(type) {
	case *actionlint.VariableNode:
		return n.Name, nil
	case *actionlint.ObjectDerefNode:
		receiver, err := path(n.Receiver)
		return receiver + "." + n.Property, err
	}
	return "", fmt.Errorf("the test does not know references of type %T", node)
}

// compare compares as GitHub does: texts whatever their case, and null as the
// empty text.
func compare(n *actionlint.CompareOpNode, values contexts, succeeded bool) (any, error) {
	left, err := evaluateNode(n.Left, values, succeeded)
	if err != nil {
		return nil, err
	}
	right, err := evaluateNode(n.Right, values, succeeded)
	if err != nil {
		return nil, err
	}
	equal := strings.EqualFold(text(left), text(right))
	switch n.Kind {
	case actionlint.CompareOpNodeKindEq:
		return equal, nil
	case actionlint.CompareOpNodeKindNotEq:
		return !equal, nil
	}
	return nil, fmt.Errorf("the test knows no comparisons but == and !=")
}

func truthy(value any) bool {
	return value != nil && value != false && value != ""
}

func text(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// interpolate replaces each ${{ }} of a text by its value.
func interpolate(source string, values contexts, succeeded bool) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(source, "${{")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		expression, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return "", fmt.Errorf("${{ without }} in %q", source)
		}
		value, err := evaluate(expression, values, succeeded)
		if err != nil {
			return "", err
		}
		out.WriteString(text(value))
		source = after
	}
}

func TestExpressionsMeanWhatTheyMeanOnGitHub(t *testing.T) {
	values := contexts{"inputs.command": "plan", "inputs.empty": "", "steps.find.outputs.binary": "/bin/amisync"}
	for _, c := range []struct{ source, want string }{
		{"a ${{ inputs.command }} b", "a plan b"},
		{"${{ inputs.command == 'Plan' }}", "true"},
		{"${{ inputs.command != 'plan' }}", "false"},
		{"${{ inputs.empty || 'other' }}", "other"},
		{"${{ inputs.missing || inputs.command }}", "plan"},
		{"${{ inputs.command && inputs.empty }}", ""},
		{"${{ !inputs.empty }}", "true"},
		{"${{ steps.find.outputs.binary == '' }}", "false"},
		{"${{ steps.other.outputs.binary == '' }}", "true"},
		{"${{ success() }}${{ always() }}${{ cancelled() }}", "falsetruefalse"},
	} {
		got, err := interpolate(c.source, values, false)
		if err != nil || got != c.want {
			t.Errorf("%s is %q, %v; want %q", c.source, got, err, c.want)
		}
	}
	for _, source := range []string{"${{ format('{0}', 'a') }}", "${{ inputs.a < 'b' }}", "${{ inputs.command"} {
		if got, err := interpolate(source, values, true); err == nil {
			t.Errorf("%s is %q, and nobody knows whether it is", source, got)
		}
	}
}
