package main

import (
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// partial is the outcome of a run that did a part. What guards hold back is told
// from the rest: to apply again does nothing about that.
func partial(plan *reconcile.Plan, result *reconcile.Result) *outcome {
	codes, more := heldBack(plan, result)
	names := strings.Join(codes, " and ")
	o := &outcome{code: exitPartial, message: "not everything is as the manifests say"}
	var hints []string
	switch {
	case len(codes) == 0 && more:
		hints = []string{"see above what is missing and why; amisync apply does what is left"}
	case more:
		hints = []string{"see above what is missing and why; amisync apply does what is left, but not what " + names + " stops: mend that first (`amisync explain " + codes[0] + "`)"}
	case len(codes) > 0:
		o.message = "a guard refuses part of the plan; the rest is done"
		hints = []string{"applying again does not help: mend first what " + names + " says (`amisync explain " + codes[0] + "`)"}
	}
	if uncovered := report.Uncovered(result); uncovered != "" {
		hints = append(hints, uncovered)
	}
	o.hint = strings.Join(hints, "; ")
	return o
}

// unread is the outcome of a run that had nothing to do where it could read.
func unread(result *reconcile.Result) error {
	if uncovered := report.Uncovered(result); uncovered != "" && !missed(result) {
		return &outcome{code: errIncomplete.code, message: errIncomplete.message, hint: uncovered}
	}
	return errIncomplete
}

// missed reports whether anything could not be read now; of what the plan does not
// cover, nothing was tried.
func missed(result *reconcile.Result) bool {
	return slices.ContainsFunc(result.Incomplete, func(i reconcile.Incomplete) bool { return !i.Uncovered })
}

// heldBack returns the codes by which guards held changes back, sorted. More
// reports whether anything is missing for another reason, but for what the plan does
// not cover.
func heldBack(plan *reconcile.Plan, result *reconcile.Result) (codes []string, more bool) {
	stopping := map[principal.Image][]string{}
	for _, finding := range plan.Findings {
		if finding.Refuses() && finding.Stops == reconcile.StopsImage {
			stopping[finding.Image.Image] = append(stopping[finding.Image.Image], finding.Code)
		}
	}
	more = missed(result)
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
