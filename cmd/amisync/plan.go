package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

func planCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "show what apply would change",
		Description: "Compares the manifests with the clouds and changes nothing. Exits 4 where a guard refuses something,\n" +
			"1 where something could not be read, and with --detailed-exitcode 2 where there are changes. With --shard it\n" +
			"looks at a part of the lanes (a lane is one account in one region), for `amisync plan merge`: only the merged\n" +
			"plan is judged and carried out.",
		Flags: flags(
			manifestsFlag(), planOutFlag(), detailedExitCodeFlag(),
			shardFlag("look at shard `I/N` of the lanes alone, or at job/N, that of the pod of an Indexed Job"),
			filterFlags(), changedFlags(), principalFlag(), directionFlags(), outputFlags(report.PlanDocument), runFlags(),
		),
		Action:      t.plan,
		Subcommands: []*cli.Command{mergeCommand(t)},
	}
}

func planOutFlag() cli.Flag {
	return &cli.StringFlag{Name: "out", Usage: "save the plan to `FILE`, for `amisync apply FILE`"}
}

func detailedExitCodeFlag() cli.Flag {
	return &cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit 2 where there are changes"}
}

func (t *tool) plan(c *cli.Context) error {
	if err := errors.Join(noArguments(c), checkChanged(c)); err != nil {
		return err
	}
	out, err := outFile(c)
	if err != nil {
		return err
	}
	l, err := t.look(c, report.PlanDocument)
	if err != nil {
		return err
	}
	if err := l.narrow(c); err != nil {
		return err
	}
	shard := l.request.Scope.Shard
	if !shard.IsZero() {
		if c.Bool("detailed-exitcode") {
			return &usageError{message: "--detailed-exitcode is about the whole, and --shard plans a part", hint: "give it to amisync plan merge"}
		}
		l.noteShard(c)
	}
	plan, _ := run.Plan(c.Context, l.request, l.clouds.openReader, l.clouds.options)
	l.clouds.progress.Close()
	l.noteThrottled(c)
	if c.Context.Err() != nil {
		return errInterrupted
	}
	if err := l.writePlan(c, plan, out); err != nil {
		return err
	}
	if !shard.IsZero() {
		l.noteUnsaved(c, out)
		return shardOutcome(plan)
	}
	return planOutcome(plan, c.Bool("detailed-exitcode"))
}

// writePlan saves the plan, unless file is empty, and writes it to every output.
func (l *look) writePlan(c *cli.Context, plan *reconcile.Plan, file string) error {
	if file != "" {
		if err := savePlan(file, plan); err != nil {
			return err
		}
		fmt.Fprintln(l.err, report.Safe("plan saved to "+file+howToApply(c, plan, file)))
	}
	return l.write(func(w report.Writer, out io.Writer, style report.Style) error {
		return w.WritePlan(out, plan, style)
	})
}

// howToApply is the command for a saved plan, where that would not be refused.
func howToApply(c *cli.Context, plan *reconcile.Plan, file string) string {
	manifests := ""
	if c.IsSet("manifests") {
		manifests = "--manifests " + shellWord(c.String("manifests")) + " "
	}
	switch {
	case !plan.Scope.Shard.IsZero():
		return "; join it with the others: amisync plan merge " + manifests + "--out plan.json " + shellWord(file) + " …"
	case plan.Stopped():
		return ""
	case len(plan.Incomplete) > 0:
		return "; it does not cover what could not be read"
	}
	return "; apply it with: amisync apply " + manifests + shellWord(file)
}

var plainWord = lazy.Regexp(`^[\w./:@%+=,-]+$`)

// shellWord is the text as one word of a shell's command line.
func shellWord(text string) string {
	if plainWord().MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// outFile reads --out.
func outFile(c *cli.Context) (string, error) {
	if c.String("out") == "-" {
		return "", &usageError{message: "--out is the name of a file, and - is none", hint: "for standard output use --format json"}
	}
	return c.String("out"), nil
}

func savePlan(file string, plan *reconcile.Plan) error {
	data, err := reconcile.EncodePlan(plan)
	if err != nil {
		return err
	}
	if err := readable(plan, len(data)); err != nil {
		return err
	}
	if err := replaceFile(file, data); err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	return nil
}

// readable refuses a plan file of so many bytes where nothing would read it.
func readable(plan *reconcile.Plan, size int) error {
	if size <= maxPlan {
		return nil
	}
	hint := "plan a part of it: amisync plan --owner, --region or --share"
	if !plan.Scope.Shard.IsZero() {
		hint = fmt.Sprintf("make more shards, which hold less each: amisync plan --shard 1/%d", 2*plan.Scope.Shard.Of)
	}
	return hinted{fmt.Errorf("the plan would take %d MiB, and plan files have %d at most; nothing was saved", (size+1<<20-1)>>20, maxPlan>>20), hint}
}

// errIncomplete ends a run that looked and could not see everything.
var errIncomplete = &outcome{code: exitError, message: "not everything could be read",
	hint: "what could not be read is left as it is; mend the causes and run again"}

const seeFindings = "see the findings of severity error and their hints"

// planOutcome is a plan's exit code, by the precedence 4, 1, 2, 0.
func planOutcome(plan *reconcile.Plan, detailed bool) error {
	switch {
	case plan.Stopped():
		return &outcome{code: exitRefused, message: "a guard refuses this plan", hint: seeFindings}
	case plan.Refused():
		return &outcome{code: exitRefused, message: "a guard refuses part of this plan", hint: seeFindings}
	case len(plan.Incomplete) > 0:
		return errIncomplete
	case detailed && len(plan.Changes) > 0:
		return &outcome{code: exitChanges}
	}
	return nil
}
