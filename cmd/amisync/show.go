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
		Name: "show", Usage: "show a saved plan, without any cloud access", ArgsUsage: "PLAN",
		Flags:  flags(outputFlags()),
		Action: t.show,
	}
}

func (t *tool) show(c *cli.Context) error {
	if c.NArg() != 1 {
		return &usageError{message: "show takes one argument, the plan file", command: c.Command}
	}
	outputs, err := outputs(c)
	if err != nil {
		return err
	}
	plan, err := readPlan(c.Args().First())
	if err != nil {
		return err
	}
	style, err := t.style(c, plan.Owners)
	if err != nil {
		return err
	}
	return t.write(outputs, style, func(w report.Writer, out io.Writer, style report.Style) error {
		return w.WritePlan(out, plan, style)
	})
}

func readPlan(file string) (*reconcile.Plan, error) {
	// The hint names no file of the command line: it may hold something else.
	const hint = "make a new plan: amisync plan --out plan.json"
	data, err := readFile(file, maxPlan)
	if err != nil {
		return nil, hinted{fmt.Errorf("reading the plan: %w", err), hint}
	}
	plan, err := reconcile.DecodePlan(data)
	if err != nil {
		return nil, hinted{fmt.Errorf("%s: %w", file, err), hint}
	}
	return plan, nil
}
