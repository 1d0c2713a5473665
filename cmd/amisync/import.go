package main

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/adopt"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
	"github.com/amisync/amisync/schema"
)

func importCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "import", Usage: "write image shares for what is shared today",
		Description: "Reads the images of the OwnerAccounts in the manifests and writes image shares for those that are shared and that\n" +
			"no share claims. A plan made right after has nothing to change for them.",
		Flags: flags(
			manifestsFlag(),
			&cli.StringFlag{Name: "by", Value: "family", Usage: "one share `PER` family (images whose names differ in the version at their end) or image"},
			&cli.StringFlag{Name: "out", Usage: "write to this new `FILE` instead of standard output"},
			filterFlags()[0], filterFlags()[1], filterFlags()[3], runFlags(),
		),
		Action: t.importShares,
	}
}

func (t *tool) importShares(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	by := c.String("by")
	if by != "family" && by != "image" {
		return &usageError{message: fmt.Sprintf("--by is family or image, not %q", by), command: c.Command}
	}
	if err := absent(c.String("out")); err != nil {
		return err
	}
	declarations, estate, err := owners(c, t.env)
	if err != nil {
		return err
	}
	scope, err := t.scope(c, declarations, estate)
	if err != nil {
		return err
	}
	clouds, err := t.clouds(c)
	if err != nil {
		return err
	}
	found, view := run.Survey(c.Context, run.Request{Declarations: declarations, Scope: scope, At: t.now()}, clouds.openReader, clouds.options)
	clouds.progress.Close()
	if c.Context.Err() != nil {
		return errInterrupted
	}
	adopting := adopt.Estate{Declarations: declarations, Inventory: view.Inventory}
	images := make([]adopt.Image, len(found))
	for i, unclaimed := range found {
		var leftOut []principal.Principal
		images[i], leftOut = adopting.Declarable(adopt.Image(unclaimed))
		for _, p := range leftOut {
			fmt.Fprintf(t.err, "left out: %s on %s, which no manifest can declare\n", report.Safe(p.String()), report.Safe(unclaimed.Name+" "+unclaimed.ID))
		}
	}
	shares := adopting.Families(images)
	if by == "image" {
		shares = adopting.Single(images)
	}
	if err := t.writeShares(c.String("out"), shares); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "%s written, from %s that no share claims\n", number(len(shares), "image share"), number(len(images), "image"))
	for _, unread := range view.Incomplete {
		fmt.Fprintf(t.err, "not read: account %s %s %s: %s\n", unread.Account, unread.Region, report.Safe(unread.Name), report.Safe(unread.Error))
	}
	if len(view.Incomplete) > 0 {
		return errIncomplete
	}
	return nil
}

// absent refuses a file that is there already, before any cloud is asked.
func absent(file string) error {
	if _, err := os.Lstat(file); file == "" || err != nil {
		return nil
	}
	return hinted{fmt.Errorf("%s exists already, and import overwrites nothing", file), "name a new file with --out"}
}

func (t *tool) writeShares(file string, shares []schema.ImageShare) error {
	if len(shares) == 0 {
		return nil
	}
	documents := make([]any, len(shares))
	for i, share := range shares {
		documents[i] = share
	}
	text, err := schema.Marshal(documents...)
	if err != nil {
		return err
	}
	if file == "" {
		_, err = t.out.Write(text)
		return err
	}
	if err := replaceFile(file, text); err != nil {
		return fmt.Errorf("writing the shares: %w", err)
	}
	return nil
}
