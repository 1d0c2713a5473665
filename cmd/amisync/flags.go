package main

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/report"
)

func manifestsFlag() cli.Flag {
	return &cli.StringFlag{Name: "manifests", Aliases: []string{"m"}, Value: "manifests", EnvVars: []string{"AMISYNC_MANIFESTS"},
		Usage: "read the manifests in `DIR`"}
}

// filterFlags narrow a run.
func filterFlags() []cli.Flag {
	return []cli.Flag{
		ownerFlag(), regionFlag(),
		&cli.StringSliceFlag{Name: "share", Usage: "only this image `SHARE`"},
		&cli.StringSliceFlag{Name: "image", Usage: "only this `IMAGE` (id, or name with * and ?)"},
	}
}

func ownerFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "owner", Usage: "only this `OWNER` account (name or id); repeatable, as are all filters"}
}

func regionFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "region", Usage: "only this `REGION`"}
}

func principalFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "principal", Usage: "only changes for this `PRINCIPAL` (directory name, group, account id, ARN, or public)"}
}

func directionFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "no-revoke", Usage: "leave every revoke out"},
		&cli.BoolFlag{Name: "only-revoke", Usage: "leave every grant out; with --principal: take it out now"},
	}
}

// outputFlags say how a document is shown.
func outputFlags(document report.Document) []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "format", Usage: "write as `FORMAT[=FILE]`: " + formats(document) + "; repeatable, standard output where no file is named"},
		&cli.StringFlag{Name: "source-url", EnvVars: []string{"AMISYNC_SOURCE_URL"}, Usage: "link places in manifests, in Markdown and HTML, to `URL` and the file's name behind it"},
		colorFlag(),
	}
}

func colorFlag() cli.Flag {
	return &cli.StringFlag{Name: "color", Value: "auto", Usage: "`WHEN` to colour: auto, always or never"}
}

// runFlags say how a run talks to clouds.
func runFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "parallel", Value: 8, Usage: "work on `N` images of one account and region at a time"},
		rateFlag(),
		&cli.StringFlag{Name: "log-level", Value: "info", EnvVars: []string{"AMISYNC_LOG_LEVEL"},
			Usage: "how much to tell on standard error: `LEVEL` error, warn, info (progress) or debug (every call)"},
	}
}

func formats(document report.Document) string {
	var names []string
	for _, f := range report.Formats(document) {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// logLevel reads --log-level.
func logLevel(c *cli.Context) (slog.Level, error) {
	switch name := c.String("log-level"); name {
	case "error":
		return slog.LevelError, nil
	case "warn":
		return slog.LevelWarn, nil
	case "info", "":
		return slog.LevelInfo, nil
	case "debug":
		return slog.LevelDebug, nil
	default:
		return 0, &usageError{message: fmt.Sprintf("--log-level is error, warn, info or debug, not %q", name), command: c.Command}
	}
}

// notNegative refuses durations below zero.
func notNegative(c *cli.Context, names ...string) error {
	for _, name := range names {
		if d := c.Duration(name); d < 0 {
			return &usageError{message: fmt.Sprintf("--%s is at least 0s, not %s", name, d), command: c.Command}
		}
	}
	return nil
}

// flags joins flags and lists of flags.
func flags(parts ...any) []cli.Flag {
	var all []cli.Flag
	for _, part := range parts {
		switch part := part.(type) {
		case cli.Flag:
			all = append(all, part)
		case []cli.Flag:
			all = append(all, part...)
		}
	}
	return all
}
