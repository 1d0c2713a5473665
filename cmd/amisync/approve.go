package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/report"
)

// approve asks, where nobody has approved beforehand.
func (a *applyRun) approve(c *cli.Context) error {
	beforehand := c.Args().Present() || c.IsSet("expect")
	if !beforehand || a.plan.Refused() {
		a.showPlan()
	}
	if beforehand {
		return nil
	}
	if c.Bool("auto-approve") || len(a.plan.Changes) == 0 {
		return nil
	}
	fmt.Fprint(a.err, "\nCarry out this plan? Type yes to go ahead: ")
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
	writer, err := report.For(report.Text, report.PlanDocument)
	if err == nil {
		_ = writer.WritePlan(a.err, a.plan, a.talk) // standard error is the last resort
	}
}

// readLine reads one line, without its end, unless the context ends first.
func readLine(ctx context.Context, in io.Reader) (string, error) {
	done := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n') // an end without a line is no answer
		done <- strings.TrimRight(line, "\r\n")
	}()
	select {
	case line := <-done:
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
