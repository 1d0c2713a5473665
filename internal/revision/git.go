package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// git runs the git program in a directory.
type git struct{ dir string }

// settings keep git from asking, fetching, paging and writing, and make its
// messages the same everywhere. What the user's environment says about the
// repository (GIT_DIR and the like) holds.
// Source: https://git-scm.com/docs/git#_environment_variables
var settings = []string{
	"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_PAGER=cat", "GIT_OPTIONAL_LOCKS=0",
	"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", // older gits know the second only
}

// explicit keeps git from taking the directory that it starts in for a bare
// repository: the files of one can be committed beside manifests, and would answer
// in the place of the repository that they are in. Gits before 2.38 do not know it;
// see locate.
// Source: https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository
const explicit = "safe.bareRepository=explicit"

func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, "git", append([]string{"-c", explicit}, args...)...)
	command.Dir = g.dir
	command.Env = append(os.Environ(), settings...)
	command.WaitDelay = time.Second
	return command
}

// run returns what git writes, without the newline at its end.
func (g git) run(ctx context.Context, args ...string) (string, error) {
	var out, complaints bytes.Buffer
	command := g.command(ctx, args...)
	command.Stdout, command.Stderr = &out, &complaints
	if err := command.Run(); err != nil {
		return "", failure(ctx, err, complaints.String())
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// stream hands what git writes to read, which may stop before its end. Read
// returns io.EOF where git said less than it should have.
func (g git) stream(ctx context.Context, input io.Reader, read func(io.Reader) error, args ...string) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	command := g.command(running, args...)
	var complaints bytes.Buffer
	command.Stdin, command.Stderr = input, &complaints
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return failure(ctx, err, "")
	}
	wrong := read(out)
	if wrong != nil && wrong != io.EOF {
		stop() // there may be any amount left
	}
	ended := command.Wait()
	if ended != nil && (wrong == nil || wrong == io.EOF) || ctx.Err() != nil {
		return failure(ctx, ended, complaints.String())
	}
	return wrong
}

// failure is why git did not do what it was to do.
func failure(ctx context.Context, err error, complaints string) error {
	said := strings.TrimPrefix(strings.TrimSpace(complaints), "fatal: ")
	partial := strings.Contains(said, "promisor")
	said, _, _ = strings.Cut(said, "\n")
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return &Error{"the git program is not installed, or not on the PATH", "install git: revisions are read with it", err}
	case strings.HasPrefix(said, "not a git repository"):
		return &Error{"this is not a git repository, so it has no revisions", "run amisync inside the clone that holds the manifests", ErrRepository}
	case strings.HasPrefix(said, "cannot use bare repository"):
		return bare(err)
	case strings.Contains(said, "dubious ownership"):
		return &Error{"git: " + said, "trust the clone: `git config --global --add safe.directory DIRECTORY`", err}
	case partial:
		return &Error{"the clone lacks files of this revision", wholeClone, err}
	case said == "":
		return &Error{fmt.Sprintf("git: %v", err), "", err}
	}
	return &Error{"git: " + said, "", err}
}

// bare says that a bare repository is not read unless it is named.
func bare(err error) *Error {
	return &Error{"the manifests directory is inside of a bare git repository, or of .git",
		"if a commit put HEAD, objects and refs beside the manifests, do not trust it; for a bare clone set GIT_DIR=DIRECTORY", err}
}

// wholeClone is what to do where a clone left files out.
const wholeClone = "clone without --filter, or `git fetch --refetch --no-filter origin`"
