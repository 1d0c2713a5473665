package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/report"
)

// output is one place that a document is written to.
type output struct {
	writer report.Writer
	file   string // empty: standard output
}

// outputs reads --format, for a document.
func outputs(c *cli.Context, document report.Document) ([]output, error) {
	wanted := c.StringSlice("format")
	if len(wanted) == 0 {
		wanted = []string{string(report.Text)}
	}
	var all []output
	for _, w := range wanted {
		format, file, named := strings.Cut(w, "=")
		if named && file == "" {
			return nil, &usageError{message: fmt.Sprintf("--format %s names no file", w), hint: "write a name behind =, or leave it out for standard output"}
		}
		writer, err := report.For(report.Format(format), document)
		if err != nil {
			return nil, &usageError{message: "--format: " + err.Error(), command: c.Command}
		}
		if out := c.String("out"); out != "" && file != "" && filepath.Clean(out) == filepath.Clean(file) {
			return nil, &usageError{message: fmt.Sprintf("--out and --format both write %s", file), hint: "name another file for one of them"}
		}
		if slices.ContainsFunc(all, func(o output) bool { return o.file == file }) {
			where := file
			if file == "" {
				where = "standard output"
			}
			return nil, &usageError{message: "two formats go to " + where, hint: "name a file for one: --format json=plan.json"}
		}
		all = append(all, output{writer, file})
	}
	return all, nil
}

// write writes a document to every output, files first, so that they are there
// when a reader of standard output looks for them.
func (t *tool) write(all []output, style report.Style, document func(report.Writer, io.Writer, report.Style) error) error {
	plain := style
	plain.Color, plain.Width = false, 0
	for _, o := range all {
		if o.file == "" {
			continue
		}
		var text bytes.Buffer
		if err := document(o.writer, &text, plain); err != nil {
			return err
		}
		if err := replaceFile(o.file, text.Bytes()); err != nil {
			return fmt.Errorf("writing --format: %w", err)
		}
	}
	for _, o := range all {
		if o.file == "" {
			if err := document(o.writer, t.out, style); err != nil {
				return err
			}
		}
	}
	return nil
}

// style reads --color and the terminal.
func (t *tool) style(c *cli.Context, names map[string]string) (report.Style, error) {
	color, err := t.colored(c, t.outTerminal)
	return report.Style{Color: color, Width: t.width, Names: names, Sources: c.String("source-url"), Manifests: c.String("manifests"), Version: builtVersion()}, err
}

// colored decides whether a stream is coloured: --color first, then NO_COLOR
// (https://no-color.org), then whether it is a terminal.
func (t *tool) colored(c *cli.Context, terminal bool) (bool, error) {
	switch when := c.String("color"); when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto", "":
		noColor, _ := t.env("NO_COLOR")
		term, _ := t.env("TERM")
		return terminal && noColor == "" && term != "dumb", nil
	default:
		return false, &usageError{message: fmt.Sprintf("--color is auto, always or never, not %q", when), command: c.Command}
	}
}
