package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
	"github.com/amisync/amisync/schema"
)

func doctorCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "try every role, account and permission, and change nothing",
		Description: "Enters each owner account, and tries in each region what plan and apply would need, with as few calls\n" +
			"as can be. A dash stands where there is no need, or nothing to try it on. Exits 1 where something fails.",
		Flags:  flags(manifestsFlag(), ownerFlag(), regionFlag(), outputFlags(report.DiagnosisDocument), runFlags()),
		Action: t.doctor,
	}
}

func (t *tool) doctor(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	l, err := t.lookAt(c, report.DiagnosisDocument, func(c *cli.Context) (*reconcile.Declarations, *schema.Estate, error) { return owners(c, t.env) })
	if err != nil {
		return err
	}
	diagnosis := run.Diagnose(c.Context, l.request, l.clouds.openReader, l.clouds.openWriter, l.clouds.options)
	l.clouds.progress.Close()
	if c.Context.Err() != nil {
		return errInterrupted
	}
	if err := l.write(func(w report.Writer, out io.Writer, style report.Style) error {
		return w.WriteDiagnosis(out, diagnosis, style)
	}); err != nil {
		return err
	}
	if diagnosis.Problems > 0 {
		return &outcome{code: exitError, message: fmt.Sprintf("doctor found %s", number(diagnosis.Problems, "problem")),
			hint: policyHint(diagnosis)}
	}
	return nil
}

// policyHint names the policy to compare with, where the cloud refused something:
// of calls that of permissions, of entering alone that of trust.
func policyHint(d *reconcile.Diagnosis) string {
	hint := ""
	for _, lane := range d.Lanes {
		for _, check := range lane.Checks() {
			switch {
			case check.Status != reconcile.CheckDenied:
			case check.Kind == reconcile.Denied:
				return "`amisync iam-policy permissions` prints what each role has to be allowed"
			default:
				hint = "`amisync iam-policy trust --caller ARN` prints whom each role has to trust"
			}
		}
	}
	return hint
}
