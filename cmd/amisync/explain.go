package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/docs"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func explainCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "explain", Usage: "explain what a plan found: a code such as AMI003", ArgsUsage: "[CODE]",
		Description: "Without CODE, lists all codes.",
		Flags:       flags(colorFlag()),
		Action:      t.explain,
	}
}

func (t *tool) explain(c *cli.Context) error {
	if c.NArg() > 1 {
		return &usageError{message: "explain takes one code at most", command: c.Command}
	}
	style, err := t.style(c, nil)
	if err != nil {
		return err
	}
	if !c.Args().Present() {
		return report.WriteCodes(t.out, reconcile.Codes(), style)
	}
	name := strings.ToUpper(c.Args().First())
	code, known := reconcile.CodeOf(name)
	section, written := docs.Finding(name)
	if !known || !written {
		return unknownCode(name)
	}
	return report.WriteExplanation(t.out, headline(code), section, style)
}

// headline is the code with its severity and what it stops.
func headline(code reconcile.Code) string {
	text := code.Code + " · " + string(code.Severity)
	switch {
	case code.Severity == reconcile.SeverityError && code.Stops != "":
		text += " · stops the " + string(code.Stops)
	default:
		text += " · stops nothing"
	}
	return text
}

func unknownCode(name string) error {
	var codes []string
	for _, code := range reconcile.Codes() {
		codes = append(codes, code.Code)
	}
	return &usageError{message: fmt.Sprintf("there is no code %q", name),
		hint: strictyaml.DidYouMean(name, codes, "`amisync explain` lists the codes")}
}
