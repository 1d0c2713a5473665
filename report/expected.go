package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/amisync/amisync/reconcile"
)

// longApply is when a plan takes so long that its readers should know early: they
// set the time that a job may take.
const longApply = 5 * time.Minute

// expected says what applying a plan takes; empty where there is nothing to say.
func (s Style) expected(plan *reconcile.Plan) string {
	takes := s.takes(plan)
	if takes == "" {
		return ""
	}
	return applying(plan) + " " + takes + "."
}

// applying begins the sentence on what applying a plan takes.
func applying(plan *reconcile.Plan) string {
	if plan.Refused() {
		return "Applying all of it would take"
	}
	return "Applying takes"
}

// takes is what applying a plan takes, in calls and time. A shard's plan, which
// has what it saw, is not applied by itself.
func (s Style) takes(plan *reconcile.Plan) string {
	e := plan.Expected
	if len(e.Calls) == 0 || plan.Seen != nil {
		return ""
	}
	all := 0
	for _, n := range e.Calls {
		all += n
	}
	text := fmt.Sprintf("%s (%s)", number(all, "call", "calls"), actions(e.Calls))
	least := least(e)
	if least < time.Second {
		return text + "; " + rates(s.OwnRates) + " allow them within a second"
	}
	text += ": at least " + Brief(least) + " at " + rates(s.OwnRates)
	if slices.ContainsFunc(plan.Changes, func(c reconcile.Change) bool { return reconcile.LaneOf(c.Image.Image) != e.Longest }) {
		text += "; " + s.owner(e.Longest.Account) + " " + e.Longest.Region + " takes longest"
	}
	return text
}

// rates are what times are told of.
func rates(own bool) string {
	if own {
		return "the rates of this run"
	}
	return "the documented limits"
}

// least is the time that a plan takes at least, in whole seconds. A file may hold
// any number.
func least(e reconcile.Expected) time.Duration {
	const tenYears = 10 * 365 * 24 * 60 * 60
	return time.Duration(min(max(e.Seconds, 0), tenYears)) * time.Second
}

// actions are counts by action, sorted by action, without the service that an
// action may name in front.
func actions(counts map[string]int) string {
	var parts []string
	for _, action := range slices.Sorted(maps.Keys(counts)) {
		_, name, _ := strings.Cut(action, ":")
		parts = append(parts, fmt.Sprintf("%d %s", counts[action], cmp.Or(name, action)))
	}
	return strings.Join(parts, ", ")
}
