package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

// recheck holds a saved plan against the manifests and clouds of now.
func (a *applyRun) recheck(c *cli.Context) error {
	file := c.Args().First()
	saved, err := readPlan(file)
	if err != nil {
		return err
	}
	if err := checkExpected(c, saved, "see what the file holds: amisync show "+file); err != nil {
		return err
	}
	remake := "make a new one: amisync plan --out " + file
	if !saved.Scope.IsAll() {
		remake += ", with the same filters"
	}
	if err := a.checkAge(saved, c.Duration("max-age")); err != nil {
		return &outcome{code: exitStale, message: err.Error(), hint: remake}
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
		return &outcome{code: exitStale, message: fmt.Sprintf("the plan is stale: %v; nothing was changed", err), hint: remake}
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

// checkAge refuses a plan that is too old, or whose time is off.
func (a *applyRun) checkAge(saved *reconcile.Plan, limit time.Duration) error {
	made := saved.At.UTC().Format(time.RFC3339)
	switch age := a.now().Sub(saved.At); {
	case age > limit:
		return fmt.Errorf("the plan was made at %s, more than %s ago (see --max-age)", made, brief(limit))
	case age < -clockSkew:
		return fmt.Errorf("the plan was made at %s, which is in the future", made)
	}
	return nil
}

// brief writes whole hours and minutes without the zeros behind them.
func brief(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// clockSkew is how far the clocks of two machines may be apart.
const clockSkew = 5 * time.Minute
