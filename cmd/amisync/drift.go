package main

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

func driftCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "drift", Usage: "tell how the clouds differ from the manifests",
		Description: "Changes nothing. Exits 0 where the clouds are as declared, 2 where something differs, 1 where not everything\n" +
			"could be read, and 4 where a guard refuses what would put it right.",
		Flags: flags(
			manifestsFlag(),
			&cli.DurationFlag{Name: "grace", Value: 24 * time.Hour, Usage: "grants that an image younger than this `AGE` lacks are pending, not missing"},
			&cli.BoolFlag{Name: "unmanaged", Usage: "read the permissions of images that no manifest claims, too: one call for each"},
			onceFlag("sample", "look at part `K/N` of the shares alone, or at day/N, that of today; with --unmanaged, at that part of the other images, too"),
			filterFlags(), principalFlag(), outputFlags(report.DriftDocument), runFlags(),
		),
		Action: t.drift,
	}
}

func (t *tool) drift(c *cli.Context) error {
	if err := errors.Join(noArguments(c), notNegative(c, "grace")); err != nil {
		return err
	}
	l, err := t.look(c, report.DriftDocument)
	if err != nil {
		return err
	}
	if !l.request.Scope.Sample.IsZero() {
		l.noteSample(c)
	}
	drift, plan := run.Drift(c.Context, l.request, l.clouds.openReader, l.clouds.options, c.Duration("grace"), c.Bool("unmanaged"))
	l.clouds.progress.Close()
	l.noteThrottled(c)
	if c.Context.Err() != nil {
		return errInterrupted
	}
	if err := l.write(func(w report.Writer, out io.Writer, style report.Style) error {
		return w.WriteDrift(out, drift, style)
	}); err != nil {
		return err
	}
	switch {
	case plan.Refused():
		return &outcome{code: exitRefused, message: "a guard refuses what would put this right", hint: seeFindings}
	case len(drift.Incomplete) > 0:
		return errIncomplete
	case drift.Found():
		return &outcome{code: exitChanges}
	}
	return nil
}

// noteSample tells how many of the shares the sample has.
func (l *look) noteSample(c *cli.Context) {
	scope := l.request.Scope
	held := scope.SharesOf(l.request.Declarations)
	scope.Sample = reconcile.Part{}
	today := ""
	if strings.HasPrefix(c.String("sample"), day+"/") {
		today = " (today's)"
	}
	l.note(c, "sample %s%s: %d of %s", l.request.Scope.Sample, today, len(held), number(len(scope.SharesOf(l.request.Declarations)), "share"))
}
