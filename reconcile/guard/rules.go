package guard

import (
	"cmp"
	"fmt"

	"github.com/amisync/amisync/reconcile"
)

// brokenRule reports changes that break a rule of the policy, and rules that
// cannot be evaluated.
type brokenRule struct{}

func (brokenRule) Code() string { return "AMI017" }

func (brokenRule) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, rule := range in.Declarations.Policy.Rules {
		for _, changes := range reconcile.ByImage(in.Changes) {
			broken, failed, err := in.breaking(rule, changes)
			if err != nil {
				findings = append(findings, reconcile.Finding{
					Severity: rule.Severity, Stops: cmp.Or(rule.Stops, reconcile.StopsRun),
					Image: failed.Image, Principal: failed.Principal, Source: rule.Source,
					Message: fmt.Sprintf("rule %s cannot be evaluated for the %s of %s: %v", rule.Name, failed.Verb, in.label(failed.Principal.Principal), err),
					Hint:    "correct its `when` in policy.yaml, so that it has an answer for every change; `has(…)` asks whether something is there",
				})
				continue
			}
			if len(broken) > 0 {
				findings = append(findings, in.violation(rule, broken))
			}
		}
	}
	return findings
}

// breaking returns which changes of an image break the rule; on an error, the
// change for which that cannot be said.
func (in Input) breaking(rule reconcile.Rule, changes []reconcile.Change) (broken []reconcile.Change, failed reconcile.Change, err error) {
	image := changes[0].Image.Image
	subject := reconcile.RuleSubject{Image: in.images[image], Shares: in.picking(image)}
	if owner := in.Declarations.OwnerOf(image.Provider, image.Account); owner != nil {
		subject.Owner = owner.Name
	}
	for _, change := range changes {
		subject.Change = change
		violated, err := rule.Violated(subject)
		if err != nil {
			return nil, change, err
		}
		if violated {
			broken = append(broken, change)
		}
	}
	return broken, reconcile.Change{}, nil
}

// violation is one finding for all changes of an image that break the rule.
func (in Input) violation(rule reconcile.Rule, broken []reconcile.Change) reconcile.Finding {
	finding := reconcile.Finding{
		Severity: rule.Severity, Stops: cmp.Or(rule.Stops, reconcile.StopsRun), Image: broken[0].Image, Source: broken[0].Source,
		Message: fmt.Sprintf("rule %s: %s", rule.Name, rule.Message),
		Hint:    cmp.Or(rule.Hint, fmt.Sprintf("change what the share declares; the rule is at %s:%d", rule.Source.File, rule.Source.Line)),
	}
	if len(broken) == 1 {
		finding.Principal = broken[0].Principal
		return finding
	}
	var who []string
	for _, change := range broken {
		who = append(who, fmt.Sprintf("%s %s", change.Verb, in.label(change.Principal.Principal)))
	}
	finding.Message += " (" + enumerate(who) + ")"
	return finding
}
