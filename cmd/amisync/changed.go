package main

import (
	"errors"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/revision"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func changedFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "changed-since", Usage: "only the shares whose plan what changed in the manifests since this git `REVISION` can reach"},
		&cli.BoolFlag{Name: "merge-base", Usage: "with --changed-since: since HEAD and REVISION parted, as a pull request has it"},
	}
}

// checkChanged refuses command lines that contradict themselves. An empty
// revision, from a variable that is not set, must not pass for the whole.
func checkChanged(c *cli.Context) error {
	switch {
	case c.IsSet("changed-since") && c.String("changed-since") == "":
		return &usageError{message: "the revision of --changed-since is empty", hint: "name one, such as --changed-since origin/main", command: c.Command}
	case c.Bool("merge-base") && !c.IsSet("changed-since"):
		return &usageError{message: "--merge-base is about the revision of --changed-since, and none is given", command: c.Command}
	}
	return nil
}

// narrow leaves of the scope the shares that --changed-since reaches, and tells
// how many these are.
func (l *look) narrow(c *cli.Context) error {
	if !c.IsSet("changed-since") {
		return nil
	}
	dir := c.String("manifests")
	rev, shown, err := baseOf(c, c.String("changed-since"), "")
	var before *reconcile.Declarations
	if err == nil {
		before, _, err = declaredAt(c.Context, dir, rev)
	}
	switch {
	case c.Context.Err() != nil:
		return errInterrupted
	case errors.Is(err, revision.ErrAbsent):
		before = l.nothingAt(dir, shown)
	case err != nil:
		return err
	}
	scope := &l.request.Scope
	shares := unsharded(*scope).SharesOf(l.request.Declarations)
	all, affected := len(shares), reconcile.Affected(before, l.request.Declarations)
	scope.Shares = slices.DeleteFunc(shares, func(name string) bool {
		_, is := slices.BinarySearch(affected, name)
		return !is
	})
	scope.Since, scope.None = shown, len(scope.Shares) == 0
	switch n := len(scope.Shares); {
	case n == 0:
		l.note(c, "none of %s is affected since %s: there is nothing to look at", number(all, "share"), report.Safe(shown))
	case n == 1:
		l.note(c, "1 of %s is affected since %s", number(all, "share"), report.Safe(shown))
	default:
		l.note(c, "%d of %s are affected since %s", n, number(all, "share"), report.Safe(shown))
	}
	return nil
}
