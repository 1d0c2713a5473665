package main

import (
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

// recheck holds a saved plan against the manifests and clouds of now.
func (a *applyRun) recheck(c *cli.Context) error {
	saved, err := a.savedPlan(c)
	if err != nil {
		return err
	}
	if a.request.Only, err = direction(c); err != nil {
		return err
	}
	checked, err := run.Recheck(c.Context, a.request, saved, a.clouds.openReader, a.clouds.options)
	a.clouds.progress.Close()
	if c.Context.Err() != nil {
		return errInterrupted
	}
	if err == nil && checked.Comparison.Stale() {
		err = a.write(func(w report.Writer, out io.Writer, style report.Style) error {
			return w.WriteComparison(out, &checked.Comparison, style)
		})
		if err != nil {
			return err
		}
		err = fmt.Errorf("the manifests and clouds of now ask for something else")
	}
	if err != nil {
		return &outcome{code: exitStale, message: fmt.Sprintf("the plan is stale: %v; nothing was changed", err), hint: a.remake(c, saved)}
	}
	if !a.request.Shard.IsZero() {
		a.notePlanShard(c, saved, checked.View.Inventory)
	}
	if checked.LeftOut > 0 {
		fmt.Fprintf(a.err, "%s of the plan left out, as asked for\n", number(checked.LeftOut, "change"))
	}
	a.plan, a.view = checked.Due, checked.View
	for _, change := range checked.Comparison.Satisfied {
		a.settled = append(a.settled, reconcile.Outcome{Change: change, Status: reconcile.StatusSatisfied})
	}
	for _, change := range checked.Comparison.Unknown {
		a.settled = append(a.settled, reconcile.Outcome{Change: change, Status: reconcile.StatusSkipped, Because: "its image could not be read again"})
	}
	return nil
}

// savedPlan reads the plan to be carried out, and refuses one that is not whole,
// not the expected one or too old.
func (a *applyRun) savedPlan(c *cli.Context) (*reconcile.Plan, error) {
	file := c.Args().First()
	saved, err := readPlan(file)
	if err != nil {
		return nil, err
	}
	if shard := saved.Scope.Shard; !shard.IsZero() {
		return nil, hinted{fmt.Errorf("%s is the plan of shard %s alone, and a run is judged as a whole; nothing was changed", file, shard),
			"join the plans of all shards and apply that: amisync plan merge --out plan.json FILE..."}
	}
	if err := checkExpected(c, saved, "see what the file holds: amisync show "+file); err != nil {
		return nil, err
	}
	if err := a.checkAge(saved, c.Duration("max-age")); err != nil {
		return nil, &outcome{code: exitStale, message: err.Error(), hint: a.remake(c, saved)}
	}
	return saved, nil
}

// remake says how to come by a plan that is not stale.
func (a *applyRun) remake(c *cli.Context, saved *reconcile.Plan) string {
	file := c.Args().First()
	switch {
	case !a.request.Shard.IsZero():
		return "make a new one: amisync plan --shard in each shard, then amisync plan merge --out " + file
	case !saved.Scope.IsAll():
		return "make a new one: amisync plan --out " + file + ", with the same filters"
	}
	return "make a new one: amisync plan --out " + file
}

// checkAge refuses a plan that is too old, or whose time is off.
func (a *applyRun) checkAge(saved *reconcile.Plan, limit time.Duration) error {
	made := saved.At.UTC().Format(time.RFC3339)
	switch age := a.now().Sub(saved.At); {
	case age > limit:
		return fmt.Errorf("the plan was made at %s, more than %s ago (see --max-age)", made, report.Brief(limit))
	case age < -clockSkew:
		return fmt.Errorf("the plan was made at %s, which is in the future", made)
	}
	return nil
}

// clockSkew is how far the clocks of two machines may be apart.
const clockSkew = 5 * time.Minute
