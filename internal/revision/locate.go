package revision

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// locate finds the repository of a directory, and the directory's path in it.
// Git begins to look where the directory is, unless the environment names the
// repository: then the working directory is at the top of what it holds.
func locate(ctx context.Context, dir string) (git, string, error) {
	start, rest, err := ".", dir, error(nil)
	named := os.Getenv("GIT_DIR") != ""
	switch {
	case filepath.IsLocal(dir):
	case named:
		rest, err = fromHere(dir)
	default:
		start, rest, err = existing(dir)
	}
	if err != nil {
		return git{}, "", &Error{err.Error(), "", err}
	}
	g := git{start}
	repository, err := g.run(ctx, "rev-parse", "--absolute-git-dir")
	switch {
	case start != "." && errors.Is(err, ErrRepository):
		return git{}, "", &Error{dir + " is in no git repository, so it has no revisions", "name a directory of a clone: --manifests DIR", ErrRepository}
	case err != nil:
		return git{}, "", err
	}
	if !named && holds(repository, start) { // older gits know no safe.bareRepository
		return git{}, "", bare(nil)
	}
	prefix, err := g.run(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return git{}, "", err
	}
	inside := path.Join(prefix, filepath.ToSlash(rest))
	if inside == ".." || strings.HasPrefix(inside, "../") {
		return git{}, "", &Error{fmt.Sprintf("%s is outside of the repository that GIT_DIR names", dir), "run amisync at the top of its files, or without GIT_DIR", nil}
	}
	return g, strings.Trim(path.Join("/", inside), "/"), nil
}

// existing divides a path into a directory that exists and what is below it.
func existing(dir string) (start, rest string, err error) {
	absolute, err := filepath.Abs(dir)
	start = absolute
	for !isDirectory(start) && filepath.Dir(start) != start {
		start = filepath.Dir(start)
	}
	return start, strings.TrimPrefix(absolute, start), err
}

// fromHere is a path relative to the working directory.
func fromHere(dir string) (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.Rel(here, absolute)
}

// holds reports whether a directory is inside of the repository's own: so it is
// in none but a bare one, and where git keeps its files.
func holds(repository, dir string) bool {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return true
	}
	if physical, err := filepath.EvalSymlinks(absolute); err == nil {
		absolute = physical
	}
	rest, err := filepath.Rel(repository, absolute)
	return err == nil && filepath.IsLocal(rest)
}

func isDirectory(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
