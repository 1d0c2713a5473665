package schema

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/reconcile"
)

// maxRules is how many rules a policy has at most: each is evaluated for each
// change.
const maxRules = 100

func (c *compiler) policyRules(spec PolicySpec) []reconcile.Rule {
	if len(spec.Rules) > maxRules {
		c.report(spec.Pos.Field("rules"), "join some of them with ||", "%d rules are more than the %d that are evaluated", len(spec.Rules), maxRules)
		return nil
	}
	var rules []reconcile.Rule
	for _, rule := range spec.Rules {
		rules = append(rules, c.rule(rule))
	}
	return rules
}

func (c *compiler) rule(rule Rule) reconcile.Rule {
	c.problems = append(c.problems, rule.Pos.Missing("name")...)
	if rule.Pos.Has("name") {
		at := rule.Pos.Field("name")
		c.name(at, rule.Name)
		c.once(at, fmt.Sprintf("rule %q", rule.Name), "rules", rule.Name)
	}
	c.complete(rule.Pos, text{"when", rule.When}, text{"message", rule.Message})
	if rule.Pos.Has("severity") {
		c.severity(rule.Pos.Field("severity"), rule.Severity)
	}
	if rule.Pos.Has("stops") {
		c.stops(rule)
	}
	return reconcile.Rule{
		Name:     rule.Name,
		When:     rule.When,
		Severity: cmp.Or(reconcile.Severity(rule.Severity), reconcile.SeverityError),
		Stops:    cmp.Or(reconcile.Stop(rule.Stops), reconcile.StopsRun),
		Message:  strings.TrimSpace(rule.Message),
		Hint:     strings.TrimSpace(rule.Hint),
		Source:   source(rule.Pos.Position()),
		Violated: c.condition(rule),
	}
}

func (c *compiler) stops(rule Rule) {
	at := rule.Pos.Field("stops")
	c.known(at, "value for stops", rule.Stops, string(reconcile.StopsRun), string(reconcile.StopsImage))
	if rule.Severity == string(reconcile.SeverityWarning) || rule.Severity == string(reconcile.SeverityNote) {
		c.report(at, "leave it out, or write severity: error", "a rule of severity %s stops nothing", rule.Severity)
	}
}

// condition compiles what a rule says, and reports what is wrong where it stands
// in the file.
func (c *compiler) condition(rule Rule) func(reconcile.RuleSubject) (bool, error) {
	at := rule.Pos.Field("when")
	switch {
	case strings.TrimSpace(rule.When) == "" || c.partial:
		return nil
	case c.rules == nil:
		c.report(at, "compile the manifests with a RuleCompiler", "there is nothing that can read the condition")
		return nil
	}
	violated, err := c.rules(rule.When)
	problems, ok := errors.AsType[strictyaml.Problems](err)
	switch {
	case err == nil:
		return violated
	case !ok:
		c.report(at, "", "%s", err)
		return nil
	}
	places := inside(c.texts[at.File], at, rule.When)
	for _, problem := range problems {
		place := at
		if places != nil {
			place = places[offset(rule.When, problem.Line, problem.Column)]
		}
		c.problems = append(c.problems, place.Problem(problem.Message, problem.Hint))
	}
	return nil
}
