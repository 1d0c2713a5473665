package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

func mergeCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "merge", Usage: "join the plans of all shards to the plan of the whole, without any cloud access", ArgsUsage: "FILE...",
		Description: "Each FILE is what `amisync plan --shard I/N --out FILE` saved, with the manifests that are here now. The result\n" +
			"is the plan that one machine would have made, judged as a whole; exit codes are those of plan.",
		Flags: flags(
			manifestsFlag(), planOutFlag(), detailedExitCodeFlag(), outputFlags(report.PlanDocument),
		),
		Action: t.merge,
	}
}

func (t *tool) merge(c *cli.Context) error {
	if err := checkMerge(c); err != nil {
		return err
	}
	out, err := outFile(c)
	if err != nil {
		return err
	}
	l := &look{tool: t}
	if l.outputs, err = outputs(c, report.PlanDocument); err != nil {
		return err
	}
	if err := keepsPlans(c, out, l.outputs); err != nil {
		return err
	}
	if err := canBeWritten(l.outputs); err != nil {
		return err
	}
	if l.style, err = t.style(c, nil); err != nil {
		return err
	}
	declarations, _, err := t.declarations(c)
	if err != nil {
		return err
	}
	l.style.Names = declarations.OwnerNames()
	files := c.Args().Slice()
	shards, err := readShards(files)
	if err != nil {
		return err
	}
	plan, err := run.Merge(run.Request{Declarations: declarations, Carriers: carriers, Limits: limits}, shards)
	if err != nil {
		return withFiles(err, files, shards)
	}
	if err := l.writePlan(c, plan, out); err != nil {
		return err
	}
	return mergeOutcome(planOutcome(plan, c.Bool("detailed-exitcode")), files, shards)
}

// mergeOutcome is the outcome of the plan of the whole: to merge again does nothing
// about what a shard could not read.
func mergeOutcome(err error, files []string, shards []*reconcile.Plan) error {
	if err != errIncomplete {
		return err
	}
	var again []string
	for i, shard := range shards {
		if part := shard.Scope.Shard; len(shard.Incomplete) > 0 && !part.IsZero() {
			again = append(again, fmt.Sprintf("%s (%s)", part, files[i]))
		}
	}
	const most = 10
	if more := len(again) - most; more > 0 {
		again = append(again[:most], fmt.Sprintf("and %d more", more))
	}
	hint := "mend the causes, then plan these shards again and merge: " + strings.Join(again, ", ")
	if len(again) == 0 {
		hint = "mend the causes, then plan again"
	}
	return &outcome{code: errIncomplete.code, message: errIncomplete.message, hint: hint}
}

// checkMerge refuses command lines without files, and flags in front of merge,
// which would go unheard.
func checkMerge(c *cli.Context) error {
	switch {
	case !c.Args().Present():
		return &usageError{message: "plan merge takes the plans of all shards, and none is given", command: c.Command}
	case c.Lineage()[1].NumFlags() > 0:
		return &usageError{message: "a flag stands between plan and merge", hint: "write flags behind: amisync plan merge --out plan.json FILE..."}
	}
	return nil
}

// keepsPlans refuses to write over the plans that are to be merged.
func keepsPlans(c *cli.Context, out string, outputs []output) error {
	flags := map[string]string{out: "--out"}
	for _, o := range outputs {
		flags[o.file] = "--format"
	}
	delete(flags, "") // standard output, or none
	for _, file := range c.Args().Slice() {
		plan, err := os.Stat(file)
		if err != nil {
			continue // reading it says more
		}
		for name, flag := range flags {
			if written, err := os.Stat(name); err == nil && os.SameFile(plan, written) {
				return &usageError{message: fmt.Sprintf("%s %s is one of the plans to merge", flag, name), hint: "name another file: --out plan.json"}
			}
		}
	}
	return nil
}

const planShard = "amisync plan --shard I/N --out FILE"

// readShards reads the plans of shards, or the one plan of the whole.
func readShards(files []string) ([]*reconcile.Plan, error) {
	var shards []*reconcile.Plan
	var failed []error
	var whole []string
	for _, file := range files {
		plan, err := readPlan(file)
		if err != nil {
			failed = append(failed, hinted{err, "make that shard's plan again: " + planShard})
			continue
		}
		if shards = append(shards, plan); plan.Scope.Shard.IsZero() && len(files) > 1 {
			whole = append(whole, file)
		}
	}
	switch len(whole) {
	case 0:
	case len(files):
		failed = append(failed, hinted{errors.New("none of the plans is that of a shard"), "make one for each shard: " + planShard})
	default:
		for _, file := range whole {
			failed = append(failed, hinted{fmt.Errorf("%s is the plan of the whole, not of a shard", file), "leave it out"})
		}
	}
	return shards, errors.Join(failed...)
}

// withFiles tells in which files the plans are that an error is about.
func withFiles(err error, files []string, shards []*reconcile.Plan) error {
	text := err.Error()
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == ':' || r == ';' })
	var plans []string
	in := map[string][]string{}
	for i, plan := range shards {
		part := plan.Scope.Shard
		name, meant := "shard "+part.String(), slices.Contains(words, part.String())
		if part.IsZero() {
			name = fmt.Sprintf("plan %d of %d", i+1, len(shards))
			meant = strings.Contains(text, name)
		}
		if meant && in[name] == nil {
			plans = append(plans, name)
		}
		in[name] = append(in[name], files[i])
	}
	if len(plans) == 0 {
		return err
	}
	for i, name := range plans {
		plans[i] = name + " is " + strings.Join(in[name], " and ")
	}
	return hinted{fmt.Errorf("%w (%s)", err, strings.Join(plans, ", ")), reconcile.HintOf(err)}
}
