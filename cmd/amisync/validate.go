package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
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
			_, err = fmt.Fprintf(t.out, "%s is valid: %d owner accounts, %d directories, %d image shares\n",
				estate.Root, len(declarations.Owners), len(estate.Directories), len(declarations.Shares))
			return err
		},
	}
}
