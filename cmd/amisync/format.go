package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/internal/unified"
	"github.com/amisync/amisync/report"
	"github.com/amisync/amisync/schema"
)

func formatCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "fmt", Usage: "write the manifests in their canonical form", ArgsUsage: "[FILE...]",
		Description: "Rewrites every manifest below --manifests, or the files given, and prints the names of those that changed.\nComments are kept.",
		Flags: flags(manifestsFlag(),
			&cli.BoolFlag{Name: "check", Usage: "change nothing; print what would change as a diff, and exit 2 if anything would"}),
		Action: t.format,
	}
}

func (t *tool) format(c *cli.Context) error {
	files := c.Args().Slice()
	var problems []error
	if len(files) == 0 {
		dir := c.String("manifests")
		names, err := schema.Files(os.DirFS(dir))
		if err != nil {
			if path, ok := errors.AsType[*fs.PathError](err); ok {
				err = path.Err // it names the directory as "."
			}
			return hinted{fmt.Errorf("%s: cannot read the manifests: %w", dir, err), "name the directory with --manifests DIR"}
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			return err
		}
		defer root.Close()
		for _, name := range names {
			if _, err := root.Stat(name); err != nil { // a link that leads out of the tree is not followed
				problems = append(problems, fmt.Errorf("%s: %w", filepath.Join(dir, name), err))
				continue
			}
			files = append(files, filepath.Join(dir, name))
		}
	}
	changed := 0
	for _, file := range files {
		differs, err := t.formatFile(file, c.Bool("check"))
		if err != nil {
			problems = append(problems, err)
		}
		if differs {
			changed++
		}
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	if c.Bool("check") && changed > 0 {
		return &outcome{code: exitChanges, message: fmt.Sprintf("%d of %s would change", changed, number(len(files), "file")), hint: "run it without --check to write them"}
	}
	return nil
}

func (t *tool) formatFile(file string, check bool) (differs bool, err error) {
	before, err := readFile(file, strictyaml.MaxSize)
	if err != nil {
		return false, err
	}
	after, err := schema.Format(file, before)
	if err != nil || bytes.Equal(before, after) {
		return false, err
	}
	if check {
		var diff strings.Builder
		for line := range strings.Lines(unified.Diff(file, file, string(before), string(after))) {
			diff.WriteString(report.Safe(strings.TrimSuffix(line, "\n")) + "\n")
		}
		_, err = io.WriteString(t.out, diff.String())
		return true, err
	}
	if err := replaceFile(file, after); err != nil {
		return false, err
	}
	_, err = fmt.Fprintln(t.out, report.Safe(file))
	return true, err
}
