package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/revision"
	"github.com/amisync/amisync/internal/rules"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
	"github.com/amisync/amisync/schema"
)

func diffCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "diff", Usage: "tell how two revisions of the manifests differ, without any cloud access", ArgsUsage: "BASE [HEAD]",
		Description: "BASE and HEAD are git revisions, such as origin/main; without HEAD, BASE is compared with the working tree.\n" +
			"Tells who gains and who loses access by name, through groups too, and which settings differ.",
		Flags: flags(
			manifestsFlag(),
			&cli.BoolFlag{Name: "merge-base", Usage: "compare with the commit at which BASE and HEAD parted, as a pull request does"},
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit 2 where something differs"},
			outputFlags(report.DifferenceDocument),
		),
		Action: t.diff,
	}
}

func (t *tool) diff(c *cli.Context) error {
	if n := c.NArg(); n < 1 || n > 2 {
		return &usageError{message: "diff takes a revision, or two: BASE [HEAD]", command: c.Command}
	}
	outputs, err := outputs(c, report.DifferenceDocument)
	if err != nil {
		return err
	}
	style, err := t.style(c, nil)
	if err != nil {
		return err
	}
	difference, err := t.difference(c)
	if err != nil {
		return err
	}
	if err := t.write(outputs, style, func(w report.Writer, out io.Writer, style report.Style) error {
		return w.WriteDifference(out, difference, style)
	}); err != nil {
		return err
	}
	if c.Bool("detailed-exitcode") && difference.Differs() {
		return &outcome{code: exitChanges}
	}
	return nil
}

// difference reads both revisions, and tells what is wrong in either.
func (t *tool) difference(c *cli.Context) (*reconcile.Difference, error) {
	dir, head := c.String("manifests"), c.Args().Get(1)
	if c.NArg() == 2 && head == "" {
		return nil, &usageError{message: "HEAD is empty", hint: "leave it out to compare with the working tree", command: c.Command}
	}
	base, shown, err := baseOf(c, c.Args().Get(0), head)
	if err != nil {
		return nil, err
	}
	before, baseCommit, wrong := declaredAt(c.Context, dir, base)
	after, headCommit, err := declaredNow(c.Context, dir, head)
	if c.Context.Err() != nil {
		return nil, errInterrupted
	}
	absent := errors.Is(wrong, revision.ErrAbsent)
	switch {
	case absent && err != nil:
		return nil, err
	case absent:
		before = t.nothingAt(dir, shown)
	case errors.Is(wrong, revision.ErrRepository), wrong != nil && err != nil && wrong.Error() == err.Error(): // about the clone, not a revision
		return nil, wrong
	case wrong != nil || err != nil:
		return nil, errors.Join(wrong, err)
	}
	difference := reconcile.DifferenceOf(before, after, t.now())
	difference.Base, difference.BaseCommit, difference.Head, difference.HeadCommit = shown, baseCommit, head, headCommit
	return difference, nil
}

// baseOf is the revision to compare with, and what it is called: that of base or,
// with --merge-base, where it and head parted.
func baseOf(c *cli.Context, base, head string) (rev, shown string, err error) {
	if !c.Bool("merge-base") {
		return base, base, nil
	}
	parted, err := revision.MergeBase(c.Context, c.String("manifests"), base, cmp.Or(head, "HEAD"))
	if err != nil {
		return "", "", revisionError(err)
	}
	return parted, parted[:12], nil // a branch could be called like the short id
}

// nothingAt is what a revision declares that lacks the directory, and tells so.
func (t *tool) nothingAt(dir, shown string) *reconcile.Declarations {
	t.tell(fmt.Sprintf("note: there are no manifests in %s at %s: everything is new", dir, shown))
	return &reconcile.Declarations{Policy: reconcile.DefaultPolicy()}
}

// declaredNow is what a revision declares, or the working tree where none is
// named. It must declare image shares, as for a plan.
func declaredNow(ctx context.Context, dir, head string) (*reconcile.Declarations, string, error) {
	if head == "" {
		estate, err := schema.LoadDir(dir)
		if err != nil {
			return nil, "", err
		}
		declarations, err := estate.Compile(schema.Options{Rules: rules.Compile})
		return declarations, "", err
	}
	estate, commit, err := estateAt(ctx, dir, head)
	if err != nil {
		return nil, "", err
	}
	declarations, err := estate.Compile(schema.Options{Rules: rules.Compile})
	return declarations, commit, placed(err, head)
}

// declaredAt is what a revision declares; it may lack image shares.
func declaredAt(ctx context.Context, dir, base string) (*reconcile.Declarations, string, error) {
	estate, commit, err := estateAt(ctx, dir, base)
	if err != nil {
		return nil, commit, err
	}
	declarations, err := estate.CompileOwners(schema.Options{Rules: rules.Compile})
	return declarations, commit, placed(err, base)
}

// estateAt reads the manifests at a revision. The error wraps
// revision.ErrAbsent where there are none.
func estateAt(ctx context.Context, dir, rev string) (*schema.Estate, string, error) {
	tree, commit, err := revision.Open(ctx, dir, rev)
	if err != nil {
		return nil, commit, revisionError(err)
	}
	files, err := schema.Files(tree)
	if err == nil && len(files) == 0 {
		return nil, commit, revisionError(&revision.Error{Message: fmt.Sprintf("there are no manifests in %s at %s", dir, rev), Hint: "name the directory with --manifests DIR", Err: revision.ErrAbsent})
	}
	estate, err := schema.Load(tree, filepath.ToSlash(dir))
	return estate, commit, placed(err, rev)
}

// placed names the revision in the places of problems.
func placed(err error, rev string) error {
	problems, ok := errors.AsType[strictyaml.Problems](err)
	if !ok {
		return err
	}
	at := make(strictyaml.Problems, len(problems))
	for i, problem := range problems {
		problem.File = rev + ":" + problem.File
		at[i] = problem
	}
	return at
}

// revisionError gives an error about revisions its hint.
func revisionError(err error) error {
	if e, ok := errors.AsType[*revision.Error](err); ok && e.Hint != "" {
		return hinted{err, e.Hint}
	}
	return err
}
