package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func showCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "show a saved plan, result or drift, without any cloud access", ArgsUsage: "FILE",
		Description: "FILE is what `plan --out`, `apply --out` or `--format json=FILE` wrote.",
		Flags:       flags(outputFlags(report.PlanDocument)),
		Action:      t.show,
	}
}

func (t *tool) show(c *cli.Context) error {
	if c.NArg() != 1 {
		return &usageError{message: "show takes one argument, the file with the plan, result or drift", command: c.Command}
	}
	outputs, err := outputs(c, report.PlanDocument)
	if err != nil {
		return err
	}
	document, err := readDocument(c.Args().First())
	if err != nil {
		return err
	}
	style, err := t.style(c, ownerNames(document))
	if err != nil {
		return err
	}
	return t.write(outputs, style, func(w report.Writer, out io.Writer, style report.Style) error {
		return writeDocument(w, out, document, style)
	})
}

// writeDocument writes what a document holds.
func writeDocument(w report.Writer, out io.Writer, document reconcile.Document, style report.Style) error {
	switch {
	case document.Result != nil:
		return w.WriteResult(out, document.Result, style)
	case document.Drift != nil:
		return w.WriteDrift(out, document.Drift, style)
	}
	return w.WritePlan(out, document.Plan, style)
}

// ownerNames are the names of owner accounts that a document knows.
func ownerNames(document reconcile.Document) map[string]string {
	switch {
	case document.Result != nil:
		return document.Result.Owners
	case document.Drift != nil:
		return document.Drift.Owners
	}
	return document.Plan.Owners
}

// The hints name no file of the command line: it may hold something else.
const (
	remakePlan = "make a new plan: amisync plan --out plan.json"
	remakeAny  = "give a file that `amisync plan --out FILE`, `apply --out FILE` or `drift --format json=FILE` wrote"
)

// readDocument reads a plan, a result or a drift that a run saved.
func readDocument(file string) (reconcile.Document, error) {
	data, err := readFile(file, maxPlan)
	if err != nil {
		return reconcile.Document{}, hinted{fmt.Errorf("reading the file: %w", err), remakeAny}
	}
	document, err := reconcile.DecodeDocument(data)
	if err != nil {
		return document, hinted{fmt.Errorf("%s: %w", file, err), remakeAny}
	}
	return document, nil
}

// readPlan reads a plan that is to be carried out.
func readPlan(file string) (*reconcile.Plan, error) {
	data, err := readFile(file, maxPlan)
	if err != nil {
		return nil, hinted{fmt.Errorf("reading the plan: %w", err), remakePlan}
	}
	plan, err := reconcile.DecodePlan(data)
	if err != nil {
		if document, other := reconcile.DecodeDocument(data); other == nil && document.Plan == nil {
			err = fmt.Errorf("%w: it is no plan but what a run found or did", reconcile.ErrPlanFile)
		}
		return nil, hinted{fmt.Errorf("%s: %w", file, err), remakePlan}
	}
	return plan, nil
}
