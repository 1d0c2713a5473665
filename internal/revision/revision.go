package revision

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
)

// Open returns a directory as it is at a revision, and the commit that the
// revision is. The directory is relative to the working directory, as in the
// working tree, and need not exist there; a revision is anything that git takes
// for a commit. The file system is read as a whole; it is safe for concurrent
// use and holds no resources.
//
// The error is an *Error, or that of the context. It wraps ErrAbsent, and the
// commit is returned, where the revision lacks the directory.
func Open(ctx context.Context, dir, revision string) (fs.FS, string, error) {
	g, inside, err := locate(ctx, dir)
	if err != nil {
		return nil, "", err
	}
	commit, err := g.commit(ctx, revision)
	if err != nil {
		return nil, "", err
	}
	tree, err := g.directory(ctx, commit, revision, inside)
	if err != nil {
		return nil, commit, err
	}
	fsys, err := g.read(ctx, tree)
	return fsys, commit, err
}

// MergeBase returns the commit at which two revisions parted, in the repository
// that holds the directory.
func MergeBase(ctx context.Context, dir, one, other string) (string, error) {
	g, _, err := locate(ctx, dir)
	if err != nil {
		return "", err
	}
	a, err := g.commit(ctx, one)
	if err != nil {
		return "", err
	}
	b, err := g.commit(ctx, other)
	if err != nil {
		return "", err
	}
	// It exits 1, without a word, where there is none.
	found, err := g.run(ctx, "merge-base", "--all", a, b)
	bases := strings.Fields(found)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil || len(bases) == 0:
		return "", &Error{fmt.Sprintf("%s and %s have no commit in common here", one, other), g.deeper(ctx), err}
	case len(bases) > 1:
		return "", &Error{fmt.Sprintf("%s and %s have %d merge bases", one, other, len(bases)), "name one of them as the base, without --merge-base", nil}
	}
	return bases[0], nil
}

var commitID = lazy.Regexp(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// commit returns the commit that a revision is.
func (g git) commit(ctx context.Context, revision string) (string, error) {
	id, err := g.run(ctx, "rev-parse", "--verify", "--end-of-options", revision+"^{commit}")
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil || revision == "" || !commitID().MatchString(id) {
		if strings.Contains(revision, "..") {
			err = ErrRange
		}
		return "", &Error{fmt.Sprintf("this clone has no revision %q", revision), g.insteadOf(ctx, revision), err}
	}
	return id, nil
}

// insteadOf is what to do where a clone has no such revision.
func (g git) insteadOf(ctx context.Context, revision string) string {
	if base, head, ok := strings.Cut(revision, ".."); ok {
		words := "write the revisions as two words: "
		if strings.HasPrefix(head, ".") { // for git diff, where the two parted
			words += "--merge-base "
		}
		return words + cmp.Or(base, "HEAD") + " " + cmp.Or(strings.TrimPrefix(head, "."), "HEAD")
	}
	if first, err := g.run(ctx, "rev-list", "--all", "--max-count=1"); err == nil && first == "" {
		return "the repository has no commits yet: make the first one, then compare with it"
	}
	return g.deeper(ctx)
}

// deeper is how to get revisions that a clone lacks.
func (g git) deeper(ctx context.Context) string {
	if shallow, _ := g.run(ctx, "rev-parse", "--is-shallow-repository"); shallow == "true" {
		return "the clone is shallow: `git fetch --unshallow origin`; with actions/checkout write fetch-depth: 0"
	}
	return "`git fetch origin main` fetches a branch, as origin/main; `git log --oneline` shows the commits that are there"
}

// directory returns the id of the tree that a path means in a commit, which
// messages call as the user does. One step is taken at a time, so that what is in
// the way can be told.
func (g git) directory(ctx context.Context, commit, revision, inside string) (string, error) {
	tree, steps := commit, strings.Split(inside, "/")
	if inside == "" {
		steps = nil
	}
	for i, step := range steps {
		var found entry
		err := g.list(ctx, tree, false, func(e entry) error {
			if e.name == step {
				found = e
			}
			return nil
		})
		if err != nil {
			return "", err
		}
		here := path.Join(steps[:i+1]...)
		switch found.mode {
		case modeTree:
			tree = found.id
		case "":
			return "", &Error{fmt.Sprintf("there is no directory %s at %s", cmp.Or(inside, "."), revision), "name the directory of the manifests, as seen from here: --manifests DIR", ErrAbsent}
		case modeLink:
			return "", &Error{fmt.Sprintf("%s is a symbolic link at %s", here, revision), "name the directory that it leads to", nil}
		case modeSubmodule:
			return "", &Error{fmt.Sprintf("%s is a submodule at %s", here, revision), "run amisync inside of it: its revisions are its own", nil}
		default:
			return "", &Error{fmt.Sprintf("%s is a file at %s, not a directory", here, revision), "", nil}
		}
	}
	return tree, nil
}
