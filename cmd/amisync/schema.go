package main

import (
	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/amisync/amisync/schema"
)

func schemaCommand(t *tool) *cli.Command {
	printer := func(name, usage string, text func() []byte) *cli.Command {
		return &cli.Command{Name: name, Usage: usage, Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			_, err := t.out.Write(text())
			return err
		}}
	}
	return &cli.Command{
		Name: "schema", Usage: "print a JSON Schema: of the manifests, of saved plans, of cloud files",
		Subcommands: []*cli.Command{
			printer("manifest", "the manifests' schema, for editors", schema.JSONSchema),
			printer("plan", "the schema of `plan --format json`", schema.PlanSchema),
			printer("cloud", "the schema of the simulator's cloud files", simulator.Schema),
		},
	}
}
