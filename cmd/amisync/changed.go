package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/revision"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func changedFlags() []cli.Flag {
	return []cli.Flag{
		onceFlag("changed-since", "only shares that the manifests' changes since this git `REVISION` can affect"),
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
	var commit string
	if err == nil {
		before, commit, err = declaredAt(c.Context, dir, rev)
	}
	switch {
	case c.Context.Err() != nil:
		return errInterrupted
	case errors.Is(err, revision.ErrRange):
		return hinted{err, oneRevision(c.String("changed-since"))}
	case errors.Is(err, revision.ErrAbsent):
		before = l.nothingAt(dir, shown)
	case err != nil:
		return err
	}
	l.narrowSince(c, before, shown, commit)
	return nil
}

// oneRevision is what to write in the place of two revisions: the first is compared
// with the working tree.
func oneRevision(two string) string {
	base, head, _ := strings.Cut(two, "..")
	hint := "--changed-since takes one revision: --changed-since " + cmp.Or(base, "HEAD")
	if strings.HasPrefix(head, ".") { // for git, where the two parted
		hint += " --merge-base"
	}
	return hint
}

// narrowSince leaves of the scope the shares that differ from what was before, at
// a commit that is called shown.
func (l *look) narrowSince(c *cli.Context, before *reconcile.Declarations, shown, commit string) {
	scope, now := &l.request.Scope, l.request.Declarations
	shares := unsharded(*scope).SharesOf(now)
	affected := among(shares, reconcile.Affected(before, now))
	gone := among(unsharded(*scope).SharesOf(before), reconcile.Removed(before, now))
	scope.Since, scope.Gone, scope.None = sinceCommit(shown, commit), len(gone), len(affected) == 0
	if !scope.None {
		scope.Shares = affected
	}
	what, so := "none of %s is affected since %s", ": there is nothing to look at"
	switch n := len(affected); {
	case n == 1:
		what, so = "1 of %s is affected since %s", ""
	case n > 1:
		what, so = fmt.Sprint(n)+" of %s are affected since %s", ""
	}
	l.note(c, what+so, number(len(shares), "share"), report.Safe(shown))
	if len(gone) > 0 {
		l.note(c, "%s", report.GoneShares(len(gone)))
	}
}

// among returns those of the names that are among others, which are sorted.
func among(names, others []string) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		_, is := slices.BinarySearch(others, name)
		return !is
	})
}

// sinceCommit is what a revision is called and the commit that it meant, because
// names move.
func sinceCommit(shown, commit string) string {
	const short = 12
	if len(commit) < short || len(shown) >= short && strings.HasPrefix(commit, shown) {
		return shown
	}
	return shown + " (" + commit[:short] + ")"
}
