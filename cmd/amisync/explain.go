package main

import (
	"fmt"
	"strconv"
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
		Description: "Without CODE, lists all codes. AMI3 and 3 are AMI003.",
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
	name, numbered := codeName(c.Args().First())
	code, known := reconcile.CodeOf(name)
	section, written := docs.Finding(name)
	if !known || !written {
		return unknownCode(name, numbered)
	}
	return report.WriteExplanation(t.out, report.Headline(code), section, style)
}

// codeName is a code as findings write it: AMI3 and 3 are AMI003.
func codeName(text string) (name string, numbered bool) {
	name = strings.ToUpper(text)
	number, err := strconv.ParseUint(strings.TrimPrefix(name, "AMI"), 10, 32)
	if err != nil {
		return name, false
	}
	return fmt.Sprintf("AMI%03d", number), true
}

// unknownCode suggests a code where letters are wrong; a number that is none is
// near to no other.
func unknownCode(name string, numbered bool) error {
	hint := "`amisync explain` lists the codes"
	if !numbered {
		var codes []string
		for _, code := range reconcile.Codes() {
			codes = append(codes, code.Code)
		}
		hint = strictyaml.DidYouMean(name, codes, hint)
	}
	return &usageError{message: fmt.Sprintf("there is no code %q", name), hint: hint}
}
