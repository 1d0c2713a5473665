package main

import (
	"errors"
	"fmt"
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
	plan, err := mergeFiles(run.Request{Declarations: declarations, Carriers: carriers, Limits: limits}, c.Args().Slice())
	if err != nil {
		return err
	}
	if err := l.writePlan(c, plan, out); err != nil {
		return err
	}
	return planOutcome(plan, c.Bool("detailed-exitcode"))
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

// mergeFiles joins the plans in files.
func mergeFiles(request run.Request, files []string) (*reconcile.Plan, error) {
	var shards []*reconcile.Plan
	var failed []error
	for _, file := range files {
		plan, err := readPlan(file)
		shards, failed = append(shards, plan), append(failed, err)
	}
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	plan, err := run.Merge(request, shards)
	if err != nil {
		return nil, withFiles(err, files, shards)
	}
	return plan, nil
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
