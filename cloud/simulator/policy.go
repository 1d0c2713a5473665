package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// policy is a policy document: what no statement allows is denied, and a statement that
// denies wins. (IAM User Guide, Policy evaluation logic)
type policy struct {
	Statement oneOrMany[statement]
}

type statement struct {
	Sid      string
	Effect   string
	Action   oneOrMany[string]
	Resource oneOrMany[string]
}

// oneOrMany reads "x" and ["x"] alike, as policy documents may have either.
type oneOrMany[T any] []T

func (o *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, (*[]T)(o))
	}
	var one T
	err := json.Unmarshal(data, &one)
	*o = oneOrMany[T]{one}
	return err
}

// allowActions is the policy of a user or role that may call actions on anything; none
// means all.
func allowActions(actions []string) policy {
	if len(actions) == 0 {
		actions = []string{"*"}
	}
	return policy{oneOrMany[statement]{{Effect: "Allow", Action: actions, Resource: []string{"*"}}}}
}

// policy is what sessions of the role may do.
func (r Role) policy() (policy, error) {
	if r.Policy == "" {
		return allowActions(r.Actions), nil
	}
	return parsePolicy(r.Policy)
}

// parsePolicy reads a policy document. What it does not understand is an error: an
// ignored condition would allow more than AWS does.
func parsePolicy(document string) (policy, error) {
	var shape struct {
		Version   string
		Id        string
		Statement oneOrMany[map[string]json.RawMessage]
	}
	if err := json.Unmarshal([]byte(document), &shape); err != nil {
		return policy{}, fmt.Errorf("not a policy document: %w", err)
	}
	if len(shape.Statement) == 0 {
		return policy{}, fmt.Errorf("the policy has no Statement")
	}
	for _, fields := range shape.Statement {
		for name := range fields {
			if !slices.Contains([]string{"Sid", "Effect", "Action", "Resource"}, name) {
				return policy{}, fmt.Errorf("the simulator does not support %s in a policy statement", name)
			}
		}
	}
	var p policy
	if err := json.Unmarshal([]byte(document), &p); err != nil {
		return policy{}, fmt.Errorf("not a policy document: %w", err)
	}
	for _, s := range p.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" || len(s.Action) == 0 || len(s.Resource) == 0 {
			return policy{}, fmt.Errorf("a policy statement needs Effect (Allow or Deny), Action and Resource")
		}
		for _, resource := range s.Resource {
			if resource != "*" && !strings.HasPrefix(resource, "arn:") {
				return policy{}, fmt.Errorf("the resource %q must be * or an ARN", resource)
			}
		}
	}
	return p, nil
}

// allows decides about an action such as "ec2:DescribeImages" on a resource.
func (p policy) allows(action, resource string) bool {
	allowed := false
	for _, s := range p.Statement {
		if !s.fits(action, resource) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

func (s statement) fits(action, resource string) bool {
	fitsAction := func(pattern string) bool {
		return matchWildcards(strings.ToLower(pattern), strings.ToLower(action), false)
	}
	fitsResource := func(pattern string) bool { return matchARN(pattern, resource) }
	return slices.ContainsFunc(s.Action, fitsAction) && slices.ContainsFunc(s.Resource, fitsResource)
}

// matchARN compares part by part: a wildcard stands for anything between two colons, and
// in the last part of the pattern for colons too. (IAM User Guide, Resource:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html)
func matchARN(pattern, arn string) bool {
	patterns := strings.Split(pattern, ":")
	parts := strings.SplitN(arn, ":", len(patterns))
	return slices.EqualFunc(patterns, parts, func(pattern, part string) bool { return matchWildcards(pattern, part, false) })
}
