package workflows

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// built builds the product once. Its directory is removed by TestMain.
var built = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(scratch, "amisync")
	build := exec.Command("go", "build", "-o", binary, "./cmd/amisync")
	build.Dir = filepath.Join("..", "..")
	out, err := build.CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return binary, nil
})

var scratch string

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "kubectl" {
		if err := kubectl(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	var err error
	if scratch, err = os.MkdirTemp("", "amisync-workflows-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

func amisync(t *testing.T) string {
	t.Helper()
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// runner is a machine that executes the action: a workspace whose name has a
// space in it, with the example estate, and what GitHub would say of the run.
type runner struct {
	workspace, temp string
	github          contexts // the github context, and the variables GITHUB_…
	path            string   // PATH; empty: that of the test
	used            []string // actions of others, in order
}

func newRunner(t *testing.T) *runner {
	t.Helper()
	base := t.TempDir()
	r := &runner{workspace: filepath.Join(base, "work space"), temp: filepath.Join(base, "runner temp")}
	for _, directory := range []string{r.workspace, r.temp} {
		if err := os.Mkdir(directory, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	copyTree(t, filepath.Join(root(t), "manifests"), filepath.Join(r.workspace, "manifests"))
	copyTree(t, filepath.Join(root(t), "testdata/clouds"), filepath.Join(r.workspace, "clouds"))
	r.github = contexts{
		"repository": "acme/images", "server_url": "https://github.example", "api_url": "https://api.github.example",
		"sha": strings.Repeat("a", 40), "ref": "refs/heads/main", "token": "token-of-the-job", "actor": "jane", "run_id": "1", "run_attempt": "1",
	}
	return r
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// outcome is what a run of the action left behind.
type outcome struct {
	failed  bool
	exit    int               // of the step that failed
	outputs map[string]string // of the action
	summary string
	log     string
	env     string // what was added to the environment
}

// run executes the action with inputs. It fails the test where the action uses
// an input that was not given a default.
func (r *runner) run(t *testing.T, inputs map[string]string) outcome {
	t.Helper()
	a := theAction(t)
	values := contexts{"runner.temp": r.temp, "github.action_path": root(t)}
	for name, value := range r.github {
		values["github."+name] = value
	}
	for name, input := range a.Inputs {
		value, given := inputs[name]
		if !given {
			value = r.value(t, input.Default, values, true)
		}
		values["inputs."+name] = value
	}
	for name := range inputs {
		if _, known := a.Inputs[name]; !known {
			t.Fatalf("the action has no input %s", name)
		}
	}
	var all outcome
	for _, s := range a.Runs.Steps {
		condition := s.If
		if condition == "" {
			condition = "success()"
		} else if !strings.Contains(condition, "always()") {
			condition = "success() && (" + condition + ")"
		}
		if r.value(t, "${{ "+condition+" }}", values, !all.failed) != "true" {
			continue
		}
		if s.Uses != "" {
			r.used = append(r.used, s.Uses)
			continue
		}
		r.step(t, s, values, &all)
	}
	all.outputs = map[string]string{}
	for name, out := range a.Outputs {
		if value := r.value(t, out.Value, values, !all.failed); value != "" {
			all.outputs[name] = value
		}
	}
	return all
}

func (r *runner) value(t *testing.T, source string, values contexts, succeeded bool) string {
	t.Helper()
	value, err := interpolate(source, values, succeeded)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return value
}

// step executes one script of the action, as a runner does.
func (r *runner) step(t *testing.T, s step, values contexts, all *outcome) {
	t.Helper()
	env := map[string]string{}
	for key, value := range s.Env {
		env[key] = r.value(t, value, values, !all.failed)
	}
	env["GITHUB_ACTION_PATH"] = root(t)
	done := r.script(t, s.Run, env)
	all.log += done.log
	all.summary += done.summary
	all.env += done.env
	for name, value := range done.outputs {
		values["steps."+s.ID+".outputs."+name] = value
	}
	if done.failed && !all.failed {
		all.failed, all.exit = true, done.exit
	}
}

// script executes a script with the environment of a workflow and no more.
func (r *runner) script(t *testing.T, script string, env map[string]string) outcome {
	t.Helper()
	files := t.TempDir()
	file := func(name string) string { return filepath.Join(files, name) }
	if err := os.WriteFile(file("script.sh"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	search := r.path
	if search == "" {
		search = os.Getenv("PATH")
	}
	command := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", file("script.sh"))
	command.Dir = r.workspace
	command.Env = []string{"PATH=" + search, "HOME=" + files, "CI=true", "GITHUB_ACTIONS=true", "RUNNER_TEMP=" + r.temp, "GITHUB_WORKSPACE=" + r.workspace,
		"GOPATH=" + goEnv(t, "GOPATH"), "GOCACHE=" + goEnv(t, "GOCACHE"), "GOFLAGS=" + goEnv(t, "GOFLAGS"), "GOPROXY=" + goEnv(t, "GOPROXY")}
	for name, value := range r.github {
		if name != "token" {
			command.Env = append(command.Env, "GITHUB_"+strings.ToUpper(name)+"="+value)
		}
	}
	for _, name := range []string{"OUTPUT", "STEP_SUMMARY", "ENV", "PATH"} {
		command.Env = append(command.Env, "GITHUB_"+name+"="+file(name))
	}
	for name, value := range env {
		command.Env = append(command.Env, name+"="+value)
	}
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	err := command.Run()
	done := outcome{log: log.String(), outputs: map[string]string{}}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		done.failed, done.exit = true, exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	written := func(name string) string { data, _ := os.ReadFile(file(name)); return string(data) }
	done.summary, done.env = written("STEP_SUMMARY"), written("ENV")
	lines := bufio.NewScanner(strings.NewReader(written("OUTPUT")))
	for lines.Scan() {
		name, value, found := strings.Cut(lines.Text(), "=")
		if !found {
			t.Fatalf("not a line for GITHUB_OUTPUT: %q", lines.Text())
		}
		done.outputs[name] = value
	}
	return done
}

var goEnv = func() func(*testing.T, string) string {
	known := map[string]string{}
	return func(t *testing.T, name string) string {
		t.Helper()
		if _, asked := known[name]; !asked {
			out, err := exec.Command("go", "env", name).Output()
			if err != nil {
				t.Fatal(err)
			}
			known[name] = strings.TrimSpace(string(out))
		}
		return known[name]
	}
}()

// git runs git in the workspace, with nothing of the person's who runs the test.
func (r *runner) git(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.Command("git", args...)
	command.Dir = r.workspace
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.temp, "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=jane", "GIT_AUTHOR_EMAIL=jane@acme.example", "GIT_COMMITTER_NAME=jane", "GIT_COMMITTER_EMAIL=jane@acme.example"}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit makes the workspace a checkout of the branch main of a repository of its
// own, with everything committed.
func (r *runner) commit(t *testing.T) {
	t.Helper()
	origin := filepath.Join(r.temp, "origin.git")
	r.git(t, "init", "--quiet", "--bare", origin)
	r.git(t, "init", "--quiet", "--initial-branch=main")
	r.git(t, "remote", "add", "origin", origin)
	r.git(t, "add", ".")
	r.git(t, "commit", "--quiet", "--message=estate")
	r.git(t, "push", "--quiet", "origin", "main")
	r.github["sha"] = r.git(t, "rev-parse", "HEAD")
}

// edit replaces a text in a file of the workspace.
func (r *runner) edit(t *testing.T, name, old, replacement string) {
	t.Helper()
	file := filepath.Join(r.workspace, name)
	before := read(t, file)
	if !strings.Contains(before, old) {
		t.Fatalf("%s has no %q", name, old)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(before, old, replacement, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}
