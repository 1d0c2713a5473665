package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

func applyCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "make the clouds as the manifests say", ArgsUsage: "[PLAN]",
		Description: "Plans, asks, and carries the plan out; continues past images that fail and reads back what it changed.\n" +
			"With PLAN, a file saved by `amisync plan --out`, nothing but that plan is carried out, and only if the manifests\n" +
			"and clouds of now still ask for it. Without a terminal, give PLAN, --expect or --auto-approve.",
		Flags: flags(
			manifestsFlag(),
			&cli.BoolFlag{Name: "auto-approve", Usage: "do not ask"},
			&cli.StringFlag{Name: "expect", Usage: "go ahead only if the plan has this `DIGEST`, or is empty"},
			&cli.DurationFlag{Name: "max-age", Value: 24 * time.Hour, Usage: "refuse a PLAN older than this `AGE`"},
			&cli.DurationFlag{Name: "wait", Value: time.Minute, Usage: "wait up to this `DURATION` for the cloud to show a change that it accepted"},
			&cli.StringFlag{Name: "out", Usage: "save the result to `FILE`: permissions before and after, and who made the calls"},
			filterFlags(), principalFlag(), directionFlags(), outputFlags(), runFlags(),
		),
		Action: t.apply,
	}
}

// applyRun is one run of apply on its way from flags to result.
type applyRun struct {
	*tool
	outputs []output
	style   report.Style
	request run.Request
	clouds  *clouds
	record  *os.File // --out; nil without

	plan *reconcile.Plan
	view *run.View
	// settled are changes of a saved plan that need no call, or cannot be
	// decided.
	settled []reconcile.Outcome
}

func (t *tool) apply(c *cli.Context) error {
	a, err := t.newApply(c)
	if err != nil {
		return err
	}
	if a.record != nil {
		defer a.record.Close()
	}
	if c.Args().Present() {
		err = a.recheck(c)
	} else {
		err = a.look(c)
	}
	a.clouds.progress.Close()
	switch {
	case c.Context.Err() != nil:
		return errInterrupted
	case err != nil:
		return err
	case a.plan.Stopped():
		a.showPlan()
		return &outcome{code: exitRefused, message: "a guard refuses this plan; nothing was changed", hint: "see the findings of severity error and their hints"}
	}
	if err := a.approve(c); err != nil {
		return err
	}
	return a.carryOut(c)
}

func (t *tool) newApply(c *cli.Context) (*applyRun, error) {
	a := &applyRun{tool: t}
	var err error
	if err = t.checkApply(c); err != nil {
		return nil, err
	}
	if a.outputs, err = outputs(c); err != nil {
		return nil, err
	}
	if a.request, a.style, err = t.request(c); err != nil {
		return nil, err
	}
	if a.clouds, err = t.clouds(c); err != nil {
		return nil, err
	}
	if file := c.String("out"); file != "" {
		// Opened before anything is changed: a result that cannot be kept is
		// better noticed now.
		if a.record, err = os.Create(file); err != nil {
			return nil, fmt.Errorf("opening the file for the result: %w", err)
		}
	}
	return a, nil
}

// checkApply refuses command lines that contradict themselves.
func (t *tool) checkApply(c *cli.Context) error {
	usage := func(message, hint string) error {
		return &usageError{message: message, hint: hint, command: c.Command}
	}
	switch {
	case c.NArg() > 1:
		return usage("apply takes one plan file at most", "")
	case c.NArg() == 1 && c.IsSet("expect"):
		return usage("a plan file and --expect say the same thing twice", "give one of them")
	case c.NArg() == 1:
		for _, name := range []string{"owner", "region", "share", "image", "principal"} {
			if c.IsSet(name) {
				return usage("a plan file carries its own filters, so --"+name+" has no place here", "filter when planning: amisync plan --"+name+" … --out FILE")
			}
		}
	case !c.Bool("auto-approve") && !c.IsSet("expect") && !t.inTerminal:
		return usage("there is no terminal to ask for approval on",
			"approve beforehand: with a plan file (amisync plan --out plan.json), --expect DIGEST, or --auto-approve")
	}
	return nil
}

// look makes the plan of everything in scope.
func (a *applyRun) look(c *cli.Context) error {
	a.plan, a.view = run.Plan(c.Context, a.request, a.clouds.openReader, a.clouds.options)
	a.clouds.progress.Close()
	expected := c.String("expect")
	if c.Context.Err() != nil || expected == "" || len(a.plan.Changes) == 0 || a.plan.Digest == expected {
		return nil
	}
	a.showPlan()
	return &outcome{code: exitStale, message: fmt.Sprintf("the plan is %s, not %s; nothing was changed", a.plan.Digest, expected),
		hint: "review the plan above, and expect its digest"}
}

// recheck holds a saved plan against the manifests and clouds of now.
func (a *applyRun) recheck(c *cli.Context) error {
	file := c.Args().First()
	saved, err := readPlan(file)
	if err != nil {
		return err
	}
	remake := "make a new one: amisync plan --out " + file
	age := a.now().Sub(saved.At)
	if limit := c.Duration("max-age"); age > limit || age < -5*time.Minute {
		return &outcome{code: exitStale, message: fmt.Sprintf("the plan was made at %s; plans are applied within %s", saved.At.Format(time.RFC3339), limit), hint: remake}
	}
	fresh, comparison, view, err := run.Recheck(c.Context, a.request, saved, a.clouds.openReader, a.clouds.options)
	a.clouds.progress.Close()
	if c.Context.Err() != nil {
		return errInterrupted
	}
	if err == nil && comparison.Stale() {
		err = a.write(a.outputs, a.style, func(w report.Writer, out io.Writer, style report.Style) error {
			return w.WriteComparison(out, &comparison, style)
		})
		if err != nil {
			return err
		}
		err = fmt.Errorf("the manifests and clouds of now ask for something else")
	}
	if err != nil {
		return &outcome{code: exitStale, message: fmt.Sprintf("the plan is stale: %v; nothing was changed", err), hint: remake}
	}
	only, err := direction(c)
	if err != nil {
		return err
	}
	fresh.Changes, _ = reconcile.Scope{Only: only}.Changes(fresh.Changes)
	a.plan, a.view = fresh, view
	for _, change := range comparison.Satisfied {
		a.settled = append(a.settled, reconcile.Outcome{Change: change, Status: reconcile.StatusSatisfied})
	}
	for _, change := range comparison.Unknown {
		a.settled = append(a.settled, reconcile.Outcome{Change: change, Status: reconcile.StatusSkipped, Because: "its image could not be read again"})
	}
	return nil
}

// approve asks, where nobody has approved beforehand.
func (a *applyRun) approve(c *cli.Context) error {
	if c.Args().Present() || c.IsSet("expect") {
		return nil
	}
	a.showPlan()
	if c.Bool("auto-approve") || len(a.plan.Changes) == 0 {
		return nil
	}
	fmt.Fprint(a.err, "\nCarry out this plan? Only yes is taken for a yes: ")
	answer, err := readLine(c.Context, a.in)
	if err != nil {
		return errInterrupted
	}
	if answer != "yes" {
		return &outcome{code: exitError, message: "not approved; nothing was changed"}
	}
	return nil
}

// showPlan shows the plan to whoever decides; it is not the command's data.
func (a *applyRun) showPlan() {
	writer, err := report.For(report.Text)
	if err == nil {
		_ = writer.WritePlan(a.err, a.plan, a.style) // standard error is the last resort
	}
}

func (a *applyRun) carryOut(c *cli.Context) error {
	// Calls in flight must finish when the run is interrupted, so the context
	// here is not the one that an interrupt ends.
	result := run.Apply(context.WithoutCancel(c.Context), a.request.Declarations, a.plan, a.view, carriers, a.clouds.openWriter, a.clouds.options)
	a.clouds.progress.Close()
	result.Outcomes = append(result.Outcomes, a.settled...)
	result.Finish()
	if a.record != nil {
		if err := saveResult(a.record, result); err != nil {
			return err
		}
	}
	if err := a.write(a.outputs, a.style, func(w report.Writer, out io.Writer, style report.Style) error {
		return w.WriteResult(out, result, style)
	}); err != nil {
		return err
	}
	return resultOutcome(a.plan, result)
}

func saveResult(file *os.File, result *reconcile.Result) error {
	data, err := reconcile.EncodeResult(result)
	if err != nil {
		return err
	}
	if _, err := file.Write(data); err != nil {
		return fmt.Errorf("saving the result: %w", err)
	}
	return file.Close()
}

// resultOutcome is the exit code of a run that was allowed to write.
func resultOutcome(plan *reconcile.Plan, result *reconcile.Result) error {
	switch {
	case len(result.Outcomes) > 0 && (!result.Complete() || plan.Refused()):
		return &outcome{code: exitPartial, message: "not everything is as the manifests say", hint: "see what failed above; running apply again does what is left"}
	case plan.Refused():
		return &outcome{code: exitRefused, message: "a guard refuses what would be left to do"}
	case !result.Complete():
		return &outcome{code: exitError, message: "not everything could be read", hint: "nothing was done for what could not be read; mend the causes above and run again"}
	}
	return nil
}

// readLine reads one line, unless the context ends first.
func readLine(ctx context.Context, in io.Reader) (string, error) {
	type read struct {
		line string
		err  error
	}
	done := make(chan read, 1)
	go func() {
		var line string
		_, err := fmt.Fscanln(in, &line)
		done <- read{line, err}
	}()
	select {
	case r := <-done:
		return r.line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
