package revision

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// repository is a new repository, which is the working directory from now on.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "GIT_") {
			t.Setenv(name, "") // remembers it
			_ = os.Unsetenv(name)
		}
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, role := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+role+"_NAME", "jane")
		t.Setenv("GIT_"+role+"_EMAIL", "jane@acme.example")
	}
	run(t, "init", "-q", "-b", "main")
	return dir
}

func run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T) string {
	t.Helper()
	run(t, "add", "-A")
	run(t, "commit", "-q", "--allow-empty", "-m", "next")
	return run(t, "rev-parse", "HEAD")
}

// wrong checks an error's message and hint.
func wrong(t *testing.T, err error, message, hint string) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || !strings.Contains(e.Message, message) || !strings.Contains(e.Hint, hint) || hint == "" && e.Hint != "" {
		t.Errorf("%#v, want %q and %q", err, message, hint)
	}
}

func TestADirectoryIsReadAsItWas(t *testing.T) {
	repository(t)
	write(t, "manifests/a.yaml", "old")
	write(t, "manifests/deep/er/b.yaml", "b\r\n\x00")
	write(t, "manifests/empty.yaml", "")
	write(t, "manifests/tab\tand \"line\nbreak.yaml", "odd")
	write(t, "elsewhere/c.yaml", "c")
	if err := os.Symlink("deep/er/b.yaml", "manifests/link.yaml"); err != nil {
		t.Fatal(err)
	}
	// Attributes decide what git archive leaves out; here they decide nothing.
	write(t, ".gitattributes", "*.yaml export-ignore\n")
	first := commit(t)
	write(t, "manifests/a.yaml", "new")
	commit(t)
	if err := os.RemoveAll("manifests"); err != nil {
		t.Fatal(err)
	}
	tree, id, err := Open(t.Context(), "manifests", "HEAD~1")
	if err != nil || id != first {
		t.Fatal(id, err)
	}
	if err := fstest.TestFS(tree, "a.yaml", "deep/er/b.yaml", "empty.yaml", "tab\tand \"line\nbreak.yaml", "link.yaml"); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]string{"a.yaml": "old", "deep/er/b.yaml": "b\r\n\x00", "link.yaml": "b\r\n\x00", "empty.yaml": ""} {
		if data, err := fs.ReadFile(tree, name); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if info, err := fs.Lstat(tree, "link.yaml"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Error(info, err)
	}
	if target, err := fs.ReadLink(tree, "link.yaml"); err != nil || target != "deep/er/b.yaml" {
		t.Error(target, err)
	}
	if _, err := fs.ReadFile(tree, "../elsewhere/c.yaml"); !errors.Is(err, fs.ErrInvalid) {
		t.Error(err)
	}
}

func TestDirectoriesAreRelativeToTheWorkingDirectory(t *testing.T) {
	root := repository(t)
	write(t, "manifests/which", "root")
	write(t, "below/manifests/which", "below")
	write(t, "which", "top")
	commit(t)
	for _, test := range []struct{ from, dir, want string }{
		{".", "manifests", "root"}, {".", "./manifests/", "root"}, {".", ".", "top"}, {".", "below/../manifests", "root"},
		{"below", "manifests", "below"}, {"below", "../manifests", "root"}, {"below", "..", "top"}, {"below", filepath.Join(root, "manifests"), "root"},
		{"/", filepath.Join(root, "below", "manifests"), "below"}, {"/", root, "top"},
	} {
		t.Run(test.from+" "+test.dir, func(t *testing.T) {
			t.Chdir(filepath.Join(root, test.from))
			if filepath.IsAbs(test.from) {
				t.Chdir(test.from)
			}
			tree, _, err := Open(t.Context(), test.dir, "main")
			if err != nil {
				t.Fatal(err)
			}
			if data, err := fs.ReadFile(tree, "which"); err != nil || string(data) != test.want {
				t.Errorf("%q, %v", data, err)
			}
		})
	}
}

func TestRevisionsOfEveryCloneAreRead(t *testing.T) {
	root := repository(t)
	write(t, "manifests/a.yaml", "a")
	first := commit(t)
	run(t, "tag", "-a", "-m", "v1", "v1")
	write(t, "manifests/a.yaml", "b")
	commit(t)
	run(t, "clone", "-q", "--bare", ".", "../bare-"+filepath.Base(root))
	run(t, "worktree", "add", "-q", "--detach", "../tree-"+filepath.Base(root), "HEAD")
	for from, bare := range map[string]bool{root: false, "../bare-" + filepath.Base(root): true, "../tree-" + filepath.Base(root): false, filepath.Join(root, ".git"): true} {
		t.Run(from, func(t *testing.T) {
			t.Chdir(from)
			if bare {
				_, _, err := Open(t.Context(), "manifests", "main")
				wrong(t, err, "inside of a bare git repository", "GIT_DIR=")
				t.Setenv("GIT_DIR", ".")
			}
			for _, revision := range []string{"v1", first, first[:10], "main~1", "main@{0}~1"} {
				if strings.HasPrefix(from, "../bare") && strings.Contains(revision, "@") {
					continue // no reflog
				}
				tree, id, err := Open(t.Context(), "manifests", revision)
				if err != nil || id != first {
					t.Fatalf("%s: %s, %v", revision, id, err)
				}
				if data, err := fs.ReadFile(tree, "a.yaml"); err != nil || string(data) != "a" {
					t.Errorf("%s: %q, %v", revision, data, err)
				}
			}
		})
	}
}

// A pull request can hold the files of a repository, which git would find before
// the one that they are in.
func TestARepositoryBesideTheManifestsDoesNotAnswer(t *testing.T) {
	root := repository(t)
	write(t, "manifests/which", "real")
	write(t, "manifests/deep/which", "real")
	first := commit(t)
	evil := filepath.Join(t.TempDir(), "evil")
	run(t, "init", "-q", "-b", "main", evil)
	write(t, filepath.Join(evil, "which"), "evil")
	run(t, "-C", evil, "add", "-A")
	run(t, "-C", evil, "commit", "-q", "-m", "evil")
	run(t, "clone", "-q", "--bare", evil, "manifests/.evil")
	for _, name := range []string{"HEAD", "config", "objects", "packed-refs", "refs"} {
		if err := os.Rename("manifests/.evil/"+name, "manifests/"+name); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "config", "--file", "manifests/config", "core.worktree", filepath.Join(root, "manifests"))
	run(t, "config", "--file", "manifests/config", "core.bare", "false")
	run(t, "add", "-A")
	run(t, "commit", "-q", "-m", "pull request")
	for _, test := range []struct{ from, dir string }{{".", "manifests"}, {"manifests", "../manifests"}, {"manifests", "."}, {".", filepath.Join(root, "manifests")}, {".", filepath.Join(root, "manifests", "deep")}, {"manifests/deep", "."}} {
		t.Run(test.from+" "+test.dir, func(t *testing.T) {
			t.Chdir(test.from)
			tree, id, err := Open(t.Context(), test.dir, "main~1")
			if test.dir == "manifests" {
				if data, e := fs.ReadFile(tree, "which"); err != nil || id != first || string(data) != "real" {
					t.Errorf("%s, %q, %v, %v", id, data, err, e)
				}
				return
			}
			wrong(t, err, "inside of a bare git repository", "do not trust it")
			_, err = MergeBase(t.Context(), test.dir, "main", "main")
			wrong(t, err, "inside of a bare git repository", "do not trust it")
		})
	}
}

func TestARepositoryThatTheEnvironmentNamesIsRead(t *testing.T) {
	root := repository(t)
	write(t, "manifests/which", "real")
	write(t, "which", "top")
	id := commit(t)
	t.Setenv("GIT_DIR", ".git")
	for dir, want := range map[string]string{"manifests": "real", filepath.Join(root, "manifests"): "real", root: "top", "../" + filepath.Base(root) + "/manifests": "real", "../elsewhere": ""} {
		tree, at, err := Open(t.Context(), dir, "main")
		if want == "" {
			wrong(t, err, "outside of the repository that GIT_DIR names", "without GIT_DIR")
			continue
		}
		if err != nil || at != id {
			t.Fatal(dir, at, err)
		}
		if data, err := fs.ReadFile(tree, "which"); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", dir, data, err)
		}
	}
}

func TestNoRevisionIsAnOption(t *testing.T) {
	repository(t)
	commit(t)
	for _, revision := range []string{"-h", "--all", "--git-dir", "", "^main", "nowhere", "main:manifests", "main\nmain", "HEAD^{tree}"} {
		_, _, err := Open(t.Context(), ".", revision)
		wrong(t, err, "this clone has no revision", "git fetch origin main")
	}
}

func TestTwoRevisionsInOneWordAreTakenApart(t *testing.T) {
	repository(t)
	commit(t)
	for word, hint := range map[string]string{"main..other": "words: main other", "main..": "words: main HEAD", "..main": "words: HEAD main", "main...other": "words: --merge-base main other"} {
		_, _, err := Open(t.Context(), ".", word)
		if wrong(t, err, "this clone has no revision", hint); !errors.Is(err, ErrRange) {
			t.Errorf("%s is said to be one revision", word)
		}
	}
}

func TestWhatIsInTheWayIsTold(t *testing.T) {
	root := repository(t)
	write(t, "file", "")
	write(t, "real/a.yaml", "a")
	run(t, "-c", "protocol.file.allow=always", "init", "-q", "other")
	run(t, "-C", "other", "commit", "-q", "--allow-empty", "-m", "first")
	if err := os.Symlink("real", "link"); err != nil {
		t.Fatal(err)
	}
	run(t, "-c", "advice.addEmbeddedRepo=false", "add", "other")
	id := commit(t)
	_, at, err := Open(t.Context(), "nowhere/at/all", "main")
	if wrong(t, err, "there is no directory nowhere/at/all at main", "--manifests DIR"); !errors.Is(err, ErrAbsent) || at != id {
		t.Error(at, err)
	}
	_, _, err = Open(t.Context(), "file", "main")
	wrong(t, err, "file is a file at main", "")
	_, _, err = Open(t.Context(), "link", "main")
	wrong(t, err, "link is a symbolic link", "name the directory that it leads to")
	_, _, err = Open(t.Context(), "other/manifests", "main")
	wrong(t, err, "other is a submodule", "inside of it")
	t.Chdir(t.TempDir())
	_, _, err = Open(t.Context(), ".", "main")
	wrong(t, err, "this is not a git repository", "inside the clone")
	elsewhere := t.TempDir()
	_, _, err = Open(t.Context(), elsewhere, "main")
	if wrong(t, err, elsewhere+" is in no git repository", "--manifests DIR"); !errors.Is(err, ErrRepository) {
		t.Error(err)
	}
	if errors.Is(err, ErrAbsent) {
		t.Error("no repository looks like a directory that was not there yet")
	}
	t.Chdir(root)
	t.Setenv("PATH", t.TempDir())
	_, _, err = Open(t.Context(), ".", "main")
	wrong(t, err, "not installed", "install git")
}

// A submodule may hold manifests, so it must not look like an empty directory.
func TestSubmodulesAndLinksThatLeadOutCannotBeOpened(t *testing.T) {
	repository(t)
	write(t, "secret.yaml", "secret")
	write(t, "manifests/a.yaml", "a")
	run(t, "init", "-q", "manifests/sub")
	run(t, "-C", "manifests/sub", "commit", "-q", "--allow-empty", "-m", "first")
	for name, target := range map[string]string{"up": "../secret.yaml", "absolute": "/etc/passwd", "around": "../manifests/a.yaml", "self": "self.yaml", "nowhere": "b.yaml", "directory": "deep", "sly": "deep/../../secret.yaml"} {
		if err := os.Symlink(target, "manifests/"+name+".yaml"); err != nil {
			t.Fatal(err)
		}
	}
	write(t, "manifests/deep/b.yaml", "b")
	run(t, "-c", "advice.addEmbeddedRepo=false", "add", "-A")
	commit(t)
	tree, _, err := Open(t.Context(), "manifests", "main")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"up.yaml": "leads out", "absolute.yaml": "leads out", "around.yaml": "leads out", "sly.yaml": "leads out",
		"self.yaml": "too many", "nowhere.yaml": "not exist", "sub": "submodule", "sub/a.yaml": "submodule"} {
		if data, err := fs.ReadFile(tree, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if data, err := fs.ReadFile(tree, "directory.yaml/b.yaml"); err != nil || string(data) != "b" {
		t.Error(data, err)
	}
	if err := fs.WalkDir(tree, ".", func(_ string, _ fs.DirEntry, err error) error { return err }); err == nil || !strings.Contains(err.Error(), "sub is a submodule") {
		t.Error(err)
	}
}

func TestMergeBases(t *testing.T) {
	repository(t)
	parted := commit(t)
	run(t, "checkout", "-q", "-b", "topic")
	write(t, "a", "topic")
	topic := commit(t)
	run(t, "checkout", "-q", "main")
	write(t, "b", "main")
	main := commit(t)
	if base, err := MergeBase(t.Context(), "manifests", "main", "topic"); err != nil || base != parted {
		t.Error(base, err)
	}
	_, err := MergeBase(t.Context(), ".", "main", "elsewhere")
	wrong(t, err, `no revision "elsewhere"`, "git fetch")
	run(t, "checkout", "-q", "--orphan", "alone")
	commit(t)
	_, err = MergeBase(t.Context(), ".", "main", "alone")
	wrong(t, err, "no commit in common", "git fetch")
	run(t, "checkout", "-q", "main")
	run(t, "merge", "-q", "-m", "one", topic)
	run(t, "checkout", "-q", "topic")
	run(t, "merge", "-q", "-m", "other", main)
	_, err = MergeBase(t.Context(), ".", "main", "topic")
	wrong(t, err, "2 merge bases", "name one of them")
}

func TestShallowClonesNameTheWayOut(t *testing.T) {
	root := repository(t)
	commit(t)
	commit(t)
	clone := filepath.Join(t.TempDir(), "clone")
	run(t, "clone", "-q", "--depth", "1", "file://"+root, clone)
	t.Chdir(clone)
	_, _, err := Open(t.Context(), ".", "HEAD~1")
	wrong(t, err, `no revision "HEAD~1"`, "fetch-depth: 0")
}

// A partial clone would fetch what it lacks, which is no business of a command
// that needs no network; and what it lacks is not empty.
func TestNothingIsFetched(t *testing.T) {
	root := repository(t)
	run(t, "config", "uploadpack.allowFilter", "true")
	write(t, "manifests/a.yaml", "a")
	commit(t)
	clone := filepath.Join(t.TempDir(), "clone")
	run(t, "clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+root, clone)
	t.Chdir(clone)
	tree, _, err := Open(t.Context(), "manifests", "main")
	if err == nil { // a git that leaves the size open
		_, err = fs.ReadFile(tree, "a.yaml")
	}
	if err == nil || !strings.Contains(err.Error(), "lacks") {
		t.Error(err)
	}
}

func TestEntriesThatNoFileSystemCanHoldAreRefused(t *testing.T) {
	for _, names := range [][]string{{"../a"}, {"a//b"}, {"."}, {"a/./b"}, {""}, {"a", "a"}, {"a", "a/b"}, {"a/b", "a"}, {"a/b", "a/b/c"}} {
		root := newDirectory(".")
		var err error
		for _, name := range names {
			if err == nil {
				_, err = root.add(entry{mode: "100644", name: name})
			}
		}
		if err == nil {
			t.Errorf("%q", names)
		}
	}
}

func TestAnEndedContextEndsTheReading(t *testing.T) {
	repository(t)
	commit(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Open(ctx, ".", "main"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := MergeBase(ctx, ".", "main", "main"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
