package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
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
	slices.SortStableFunc(all, func(a, b output) int { return order(document, a) - order(document, b) })
	return all, nil
}

// order is the place of an output among those of a document. Files come first,
// so that they are there when a reader of standard output looks for them. A
// result goes to standard output first: what was changed must be told, whatever
// becomes of the files.
func order(document report.Document, o output) int {
	if (o.file == "") == (document == report.ResultDocument) {
		return 0
	}
	return 1
}

// write writes a document to every output. An output that fails keeps none of
// the others from being written.
func (t *tool) write(all []output, style report.Style, document func(report.Writer, io.Writer, report.Style) error) error {
	var failed []error
	for _, o := range all {
		if o.file == "" {
			failed = append(failed, document(o.writer, t.out, style))
		} else {
			failed = append(failed, writeFile(o, style, document))
		}
	}
	return errors.Join(failed...)
}

// writeFile writes a document to the output's file.
func writeFile(o output, style report.Style, document func(report.Writer, io.Writer, report.Style) error) error {
	style.Color, style.Width = false, 0
	var text bytes.Buffer
	if err := document(o.writer, &text, style); err != nil {
		return err
	}
	if err := replaceFile(o.file, text.Bytes()); err != nil {
		return fmt.Errorf("writing --format: %w", err)
	}
	return nil
}

// canBeWritten makes sure that there is a place for every file, before anything
// is looked at or changed.
func canBeWritten(all []output) error {
	for _, o := range all {
		if o.file == "" {
			continue
		}
		file, err := reserve(o.file)
		if err != nil {
			return fmt.Errorf("writing --format: %w", err)
		}
		file.discard()
	}
	return nil
}

// style reads --color, --source-url and the terminal.
func (t *tool) style(c *cli.Context, names map[string]string) (report.Style, error) {
	sources, err := sourceURL(c)
	if err != nil {
		return report.Style{}, err
	}
	color, err := t.colored(c, t.outTerminal)
	return report.Style{Color: color, Width: t.width, Names: names, Sources: sources, Manifests: c.String("manifests"), Version: builtVersion()}, err
}

// sourceURL reads --source-url, and ends it with a slash.
func sourceURL(c *cli.Context) (string, error) {
	text := c.String("source-url")
	if text == "" {
		return "", nil
	}
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", &usageError{message: fmt.Sprintf("--source-url is an address on the web, not %q", text), hint: "for example https://github.com/acme/images/blob/main/"}
	}
	return strings.TrimSuffix(text, "/") + "/", nil
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
