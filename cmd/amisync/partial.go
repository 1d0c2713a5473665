package main

import (
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// partial is the outcome of a run that did a part. What guards hold back is told
// from the rest: to apply again does nothing about that.
func partial(plan *reconcile.Plan, result *reconcile.Result) *outcome {
	codes, more := heldBack(plan, result)
	names := strings.Join(codes, " and ")
	switch {
	case len(codes) == 0:
		return &outcome{code: exitPartial, message: "not everything is as the manifests say", hint: "see above what is missing and why; amisync apply does what is left"}
	case more:
		return &outcome{code: exitPartial, message: "not everything is as the manifests say",
			hint: "see above what is missing and why; amisync apply does what is left, but not what " + names + " stops: mend that first (`amisync explain " + codes[0] + "`)"}
	}
	return &outcome{code: exitPartial, message: "a guard refuses part of the plan; the rest is done",
		hint: "applying again does not help: mend first what " + names + " says (`amisync explain " + codes[0] + "`)"}
}

// heldBack returns the codes by which guards held changes back, sorted. More
// reports whether anything is missing for another reason.
func heldBack(plan *reconcile.Plan, result *reconcile.Result) (codes []string, more bool) {
	stopping := map[principal.Image][]string{}
	for _, finding := range plan.Findings {
		if finding.Refuses() && finding.Stops == reconcile.StopsImage {
			stopping[finding.Image.Image] = append(stopping[finding.Image.Image], finding.Code)
		}
	}
	more = len(result.Incomplete) > 0
	for _, o := range result.Outcomes {
		stops := stopping[o.Change.Image.Image]
		switch {
		case o.Status == reconcile.StatusApplied || o.Status == reconcile.StatusSatisfied:
		case o.Status == reconcile.StatusSkipped && len(stops) > 0:
			codes = append(codes, stops...)
		default:
			more = true
		}
	}
	return sorted(codes), more
}
