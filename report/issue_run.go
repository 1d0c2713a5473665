package report

import (
	"cmp"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func resultIssues(r *reconcile.Result, style Style) issues {
	var list []issue
	for _, o := range r.Outcomes {
		code := changeFailed
		switch o.Status {
		case reconcile.StatusApplied, reconcile.StatusSatisfied:
			continue
		case reconcile.StatusSkipped:
			code = changeSkipped
		case reconcile.StatusNotAttempted:
			code = changeNotAttempted
		}
		list = append(list, changeIssue(code, o.Change, joined(": ", string(o.Status), o.Because), o.Hint))
	}
	return gather(ResultDocument, r.Complete() && !r.Refused(), list, findingIssues(r.Findings), unreadIssues(r.Incomplete, style)).
		within(r.Scope, resultLeftOut(r))
}

// comparisonIssues are what makes a saved plan stale, in the place of the result
// that there is not.
func comparisonIssues(c *reconcile.Comparison) issues {
	const hint = "make a new plan and review it"
	var list []issue
	for _, change := range c.Added {
		list = append(list, changeIssue(planStale, change, "only needed now, not in the saved plan", hint))
	}
	for _, change := range c.Dropped {
		list = append(list, changeIssue(planStale, change, "only in the saved plan, no longer needed", hint))
	}
	for _, change := range c.Unknown {
		list = append(list, changeIssue(notRead, change, "cannot be read now", "mend what keeps it from being read, then apply again"))
	}
	return gather(ResultDocument, !c.Stale() && len(c.Unknown) == 0, list)
}

// changeIssue says something of a change.
func changeIssue(code string, c reconcile.Change, says, hint string) issue {
	what := string(c.Verb) + " "
	if c.Principal.Kind != principal.Public {
		what += whole(c.Principal) + " on "
	}
	return issue{words: string(c.Verb), Finding: reconcile.Finding{Code: code, Severity: ruleOf(code).Severity, Image: c.Image,
		Principal: c.Principal, Source: c.Source, Message: what + shortName(c.Image) + ": " + says, Hint: hint}}
}

// shortName is what a sentence calls an image.
func shortName(i reconcile.NamedImage) string { return cmp.Or(i.Name, i.ID) }

func driftIssues(d *reconcile.Drift, style Style) issues {
	var list []issue
	for _, deviation := range d.Deviations {
		list = append(list, deviationIssue(deviation))
	}
	return gather(DriftDocument, len(d.Incomplete) == 0, list, findingIssues(d.Findings), unreadIssues(d.Incomplete, style)).
		within(d.Scope, leftOut(d.Scope, driftNames(d)))
}

func deviationIssue(d reconcile.Deviation) issue {
	rule, whom, hint := ruleOf(driftRule+string(d.Kind)), whole(d.Principal), "`amisync plan` shows what apply would change; what may stay has to be declared"
	if d.Principal.Kind == principal.Public {
		whom = who(d.Principal)
	}
	switch d.Kind {
	case reconcile.DriftUnmanaged:
		hint = "declare it (see `amisync import`), or take it away by hand"
	case reconcile.DriftPending:
		hint = ""
	}
	return issue{Finding: reconcile.Finding{Code: rule.Code, Severity: rule.Severity, Image: d.Image, Principal: d.Principal, Source: d.Source,
		Message: whom + " on " + shortName(d.Image) + ": " + rule.Title, Hint: hint}}
}
