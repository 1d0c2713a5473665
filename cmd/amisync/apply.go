package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

func applyCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "make the clouds as the manifests say", ArgsUsage: "[PLAN]",
		Description: "Plans, asks, and carries the plan out; continues past images that fail and reads back what it changed.\n" +
			"With PLAN, a file saved by `amisync plan --out`, nothing but that plan is carried out, and only if the manifests\n" +
			"and clouds of now still ask for it; with --expect, only if it is the plan of that digest. Without a terminal,\n" +
			"give PLAN, --expect or --auto-approve.\n" +
			"Exits 0 where all is done, 6 where a part is, 4 where a guard refuses it, 5 where PLAN is stale or not the\n" +
			"expected one, and 1 where it failed, nobody approved, or not everything could be read.",
		Flags: flags(
			manifestsFlag(),
			&cli.BoolFlag{Name: "auto-approve", Usage: "do not ask"},
			&cli.StringFlag{Name: "expect", Usage: "go ahead only if the plan has this `DIGEST` or, without PLAN, is empty"},
			&cli.DurationFlag{Name: "max-age", Value: 24 * time.Hour, Usage: "refuse a PLAN older than this `AGE`"},
			&cli.DurationFlag{Name: "wait", Value: time.Minute, Usage: "wait up to this `DURATION` for the cloud to show a change that it accepted"},
			shardFlag("carry out only shard `I/N` of PLAN, or job/N: that of the pod of an Indexed Job"),
			&cli.StringFlag{Name: "out", Usage: "save the result to `FILE`: permissions before and after, and who made the calls"},
			filterFlags(), principalFlag(), directionFlags(), outputFlags(report.ResultDocument), runFlags(),
		),
		Action: t.apply,
	}
}

// applyRun is one run of apply on its way from flags to result.
type applyRun struct {
	*look
	talk   report.Style // of the plan that is shown for approval, on standard error
	record *reserved    // --out; nil without

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
	defer a.record.discard()
	if c.Args().Present() {
		err = a.recheck(c)
	} else {
		err = a.makePlan(c)
	}
	a.clouds.progress.Close()
	switch {
	case c.Context.Err() != nil:
		return errInterrupted
	case err != nil:
		return err
	case a.plan.Stopped():
		a.showPlan()
		return &outcome{code: exitRefused, message: "a guard refuses this plan; nothing was changed", hint: seeFindings}
	}
	if err := a.approve(c); err != nil {
		return err
	}
	return a.carryOut(c)
}

func (t *tool) newApply(c *cli.Context) (*applyRun, error) {
	if err := errors.Join(notNegative(c, "max-age", "wait"), t.checkApply(c)); err != nil {
		return nil, err
	}
	file, err := outFile(c)
	if err != nil {
		return nil, err
	}
	l, err := t.look(c, report.ResultDocument)
	if err != nil {
		return nil, err
	}
	a := &applyRun{look: l, talk: l.style}
	a.request.Shard, a.request.Scope = a.request.Scope.Shard, unsharded(a.request.Scope)
	a.request.Limits, a.talk.OwnRates = a.clouds.limits, a.clouds.ownRates // it is this run that applies
	a.talk.Width = t.errWidth
	if a.talk.Color, err = t.colored(c, t.errTerminal); err != nil {
		return nil, err
	}
	a.clouds.options.Wait = max(c.Duration("wait"), 1) // zero would be the default of run
	if file != "" {
		// Before anything is changed: a result that cannot be kept is better
		// noticed now.
		if a.record, err = reserve(file); err != nil {
			return nil, fmt.Errorf("saving the result: %w", err)
		}
		t.signals.discardAtOnce(a.record)
	}
	return a, nil
}

// digestForm is what a digest looks like. An empty one, from a variable that is
// not set, must not pass for an approval.
var digestForm = lazy.Regexp(`^sha256:[0-9a-f]{64}$`)

// checkApply refuses command lines that contradict themselves.
func (t *tool) checkApply(c *cli.Context) error {
	usage := func(message, hint string) error {
		return &usageError{message: message, hint: hint, command: c.Command}
	}
	switch {
	case c.NArg() > 1:
		return usage("apply takes one plan file at most", "")
	case c.IsSet("expect") && !digestForm().MatchString(c.String("expect")):
		return usage(fmt.Sprintf("--expect is a plan's digest, not %q", c.String("expect")), "take it from `amisync plan`: the line Digest, or .digest of --format json")
	case c.NArg() == 1:
		for _, name := range []string{"owner", "region", "share", "image", "principal"} {
			if c.IsSet(name) {
				return usage("a plan file carries its own filters, so --"+name+" has no place here", "filter when planning: amisync plan --"+name+" … --out FILE")
			}
		}
	case c.IsSet("shard"):
		return usage("--shard carries out a part of a plan file, and none is given: limits of a run hold for the whole",
			"plan the whole first: amisync plan --out plan.json, or amisync plan --shard and amisync plan merge; then amisync apply plan.json --shard I/N")
	case c.IsSet("max-age"):
		return usage("--max-age is about a plan file, and none is given", "name one: amisync apply plan.json --max-age 1h")
	case !c.Bool("auto-approve") && !c.IsSet("expect") && !t.inTerminal:
		return usage("there is no terminal to ask for approval on",
			"approve beforehand: with a plan file (amisync plan --out plan.json), --expect DIGEST, or --auto-approve")
	}
	return nil
}

// checkExpected refuses a plan that is not the one that --expect names.
func checkExpected(c *cli.Context, plan *reconcile.Plan, hint string) error {
	expected := c.String("expect")
	if expected == "" || plan.Digest == expected {
		return nil
	}
	return &outcome{code: exitStale, message: fmt.Sprintf("the plan is %s, not %s; nothing was changed", plan.Digest, expected), hint: hint}
}

// makePlan makes the plan of everything in scope.
func (a *applyRun) makePlan(c *cli.Context) error {
	a.plan, a.view = run.Plan(c.Context, a.request, a.clouds.openReader, a.clouds.options)
	a.clouds.progress.Close()
	if c.Context.Err() != nil || len(a.plan.Changes) == 0 {
		return nil
	}
	a.plan.Expected = a.plan.Changing(a.request.Limits) // its images have just been read
	err := checkExpected(c, a.plan, "review the plan above, and expect its digest")
	if err != nil {
		a.showPlan()
	}
	return err
}

func (a *applyRun) carryOut(c *cli.Context) error {
	// Calls in flight must finish when the run is interrupted, so the context
	// here is not the one that an interrupt ends.
	a.clouds.progress = a.clouds.display()
	result := run.Apply(context.WithoutCancel(c.Context), a.request.Declarations, a.plan, a.view, carriers, a.clouds.openWriter, a.clouds.options)
	a.clouds.progress.Close()
	a.noteThrottled(c)
	result.Outcomes = append(result.Outcomes, a.settled...)
	result.Scope.Only = cmp.Or(a.request.Only, result.Scope.Only)
	result.Finish()
	var saved error
	if a.record != nil {
		saved = saveResult(a.record, result)
	}
	shown := a.write(func(w report.Writer, out io.Writer, style report.Style) error {
		return w.WriteResult(out, result, style)
	})
	return errors.Join(saved, shown, resultOutcome(a.plan, result))
}

func saveResult(file *reserved, result *reconcile.Result) error {
	data, err := reconcile.EncodeResult(result)
	if err != nil {
		return err
	}
	if err := file.commit(data); err != nil {
		return fmt.Errorf("saving the result: %w", err)
	}
	return nil
}

// resultOutcome is the exit code of a run that was allowed to write.
func resultOutcome(plan *reconcile.Plan, result *reconcile.Result) error {
	n := result.Summary
	wrote := n[reconcile.StatusApplied]+n[reconcile.StatusSatisfied]+n[reconcile.StatusFailed]+n[reconcile.StatusNotAttempted] > 0
	switch {
	case wrote && result.Interrupted && !result.Complete():
		return &outcome{code: exitPartial, message: "interrupted: not everything was done", hint: "see above what was; amisync apply does what is left"}
	case wrote && !result.Complete():
		return partial(plan, result)
	case wrote && plan.Refused():
		return &outcome{code: exitPartial, message: "a guard refuses part of the plan; the rest is done", hint: seeFindings}
	case plan.Refused():
		return &outcome{code: exitRefused, message: "a guard refuses what is left to do; nothing was changed", hint: seeFindings}
	case len(result.Outcomes) > 0 && len(result.Incomplete) == 0 && !result.Complete(): // all skipped, such as grants that have expired since
		return &outcome{code: exitPartial, message: "not everything is as the manifests say", hint: "see above what is missing and why"}
	case !result.Complete():
		return unread(result)
	}
	return nil
}
