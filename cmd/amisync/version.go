package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
)

// version is set by the release build; a build by `go install` knows its own.
var version = ""

func versionCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "print the version",
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			_, err := fmt.Fprintf(t.out, "amisync %s (%s %s/%s, plan format %s)\n", builtVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, reconcile.FormatVersion)
			return err
		},
	}
}

func builtVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
