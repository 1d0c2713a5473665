package run

import (
	"slices"
	"strings"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/guard"
)

// partOf returns the part of a saved plan that the shard carries out, and the
// changes that others do. The plan's lanes are split by the calls that it takes
// there. What could not be read when the plan was made falls to the shard with that
// lane, or to the first where there is nothing to do in it.
func partOf(saved *reconcile.Plan, shard reconcile.Part) (part *reconcile.Plan, elsewhere []reconcile.Change) {
	if shard.IsZero() {
		return saved, nil
	}
	weights, mine := weigh(saved), map[reconcile.Lane]bool{}
	for _, lane := range shard.Lanes(weights) {
		mine[lane] = true
	}
	part = &reconcile.Plan{}
	*part = *saved
	part.Selection, part.Changes, part.Incomplete = nil, nil, nil
	for _, planned := range saved.Selection {
		if mine[reconcile.LaneOf(planned.Image.Image)] {
			part.Selection = append(part.Selection, planned)
		}
	}
	for _, change := range saved.Changes {
		if mine[reconcile.LaneOf(change.Image.Image)] {
			part.Changes = append(part.Changes, change)
		} else {
			elsewhere = append(elsewhere, change)
		}
	}
	for _, i := range saved.Incomplete {
		if _, changes := weights[laneOf(i)]; mine[laneOf(i)] || !changes && shard.Index == 1 {
			part.Incomplete = append(part.Incomplete, i)
		}
	}
	return part, elsewhere
}

// weigh counts the calls that a plan takes in each lane. Every lane with changes
// has a weight, whatever steps a file names.
func weigh(saved *reconcile.Plan) map[reconcile.Lane]int {
	weights := map[reconcile.Lane]int{}
	for _, change := range saved.Changes {
		weights[reconcile.LaneOf(change.Image.Image)] = 0
	}
	for lane, calls := range saved.Calls(nil) {
		for _, n := range calls {
			weights[lane] += n
		}
	}
	return weights
}

// stopTogether adds to a shard of a plan what stopped the run when the whole plan
// was made: one machine would not begin, so several do not either. How much the
// run takes away has been counted anew.
func stopTogether(due, whole *reconcile.Plan) {
	for _, stopped := range whole.Findings {
		told := func(f reconcile.Finding) bool { return f.Code == stopped.Code && f.Message == stopped.Message }
		if !stopped.Refuses() || stopped.Stops != reconcile.StopsRun || stopped.Code == guard.TooManyRevokes || slices.ContainsFunc(due.Findings, told) {
			continue
		}
		stopped.Hint = strings.TrimPrefix(stopped.Hint+"; then make a new plan", "; then ")
		due.Findings = append(due.Findings, stopped)
	}
	slices.SortFunc(due.Findings, reconcile.CompareFindings)
}
