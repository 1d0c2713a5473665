package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/reconcile/guard"
	"github.com/amisync/amisync/report"
)

func validateCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "validate", Usage: "check the manifests, without any cloud access",
		Flags: flags(manifestsFlag()),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			declarations, estate, err := t.declarations(c)
			if err != nil {
				return err
			}
			for _, expired := range guard.Expired(declarations, t.now()) {
				say(t.err, "note", strictyaml.Position(expired.Source).String()+": "+expired.Message, t.errWidth)
				say(t.err, "hint", expired.Hint, t.errWidth)
			}
			_, err = fmt.Fprintf(t.out, "%s is valid: %s, %s\n", report.Safe(estate.Root),
				number(len(declarations.Owners), "owner account"), number(len(declarations.Shares), "image share"))
			return err
		},
	}
}

// number is a count with its noun.
func number(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
