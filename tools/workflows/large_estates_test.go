package workflows

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const largeEstates = "docs/large-estates.md"

// simulated serves the cloud of the example estate until the test ends, and is
// the environment that leads there.
func simulated(t *testing.T) map[string]string {
	t.Helper()
	server := exec.Command(amisync(t), "simulate", "--cloud", filepath.Join(root(t), "testdata", demo))
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(os.Interrupt)
		server.Wait()
	})
	env := map[string]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if assignment, export := strings.CutPrefix(lines.Text(), "export "); export {
			name, value, _ := strings.Cut(assignment, "=")
			env[name] = value
			if name == "AWS_SECRET_ACCESS_KEY" {
				break
			}
		}
	}
	go io.Copy(io.Discard, out)
	return env
}

// matrixJob is a job of the recipe as far as it matters to run it.
type matrixJob struct {
	Strategy struct{ Matrix struct{ Shard []int } }
	Outputs  map[string]string
	Steps    []step
}

func TestTheRecipeForAMatrixHasNoMistakes(t *testing.T) {
	text := recipesOf(t, largeEstates, "yaml")[".github/workflows/images.yml"]
	mistakes, err := newLinter(t).Lint(filepath.Join(t.TempDir(), "recipe.yml"), []byte(text), nil)
	if err != nil || text == "" {
		t.Fatalf("%q: %v", text, err)
	}
	for _, mistake := range mistakes {
		t.Error(mistake)
	}
	pins := map[string]bool{}
	for _, found := range uses.FindAllStringSubmatch(read(t, filepath.Join(root(t), "docs/ci.md"))+read(t, filepath.Join(root(t), "action.yml")), -1) {
		pins[found[1]] = true
	}
	for _, file := range workflowFiles(t) {
		for _, found := range uses.FindAllStringSubmatch(read(t, file), -1) {
			pins[found[1]] = true
		}
	}
	for _, found := range uses.FindAllStringSubmatch(text, -1) {
		if !pins[found[1]] {
			t.Errorf("it uses %s, which nothing else here does", found[1])
		}
	}
}

// The nightly apply waits in the same group: without a queue one of the two would
// cancel the other, which may be approved already.
func TestTheRecipeForAMatrixWaitsInTheQueueOfTheOtherApplies(t *testing.T) {
	var w struct{ Concurrency concurrency }
	if err := yaml.Unmarshal([]byte(recipesOf(t, largeEstates, "yaml")[".github/workflows/images.yml"]), &w); err != nil {
		t.Fatal(err)
	}
	want := called(t)["nightly.yml"].Jobs["apply"].Concurrency
	want.Group = strings.ReplaceAll(want.Group, "${{ inputs.environment }}", "default")
	if w.Concurrency != want || want.Queue != "max" {
		t.Errorf("its concurrency is %+v, and that of other applies %+v", w.Concurrency, want)
	}
}

// matrixRun is a run of the recipe's workflow: what its jobs hand on.
type matrixRun struct {
	t         *testing.T
	artifacts string            // a directory for each
	path      string            // with amisync and gh
	env       map[string]string // of every step
	outputs   map[string]string // of jobs, as "needs.JOB.outputs.NAME"
	results   []outcome
	attempt   int
}

// shard runs a job of the matrix, on a machine of its own.
func (m *matrixRun) shard(name string, j matrixJob, shard int) {
	m.t.Helper()
	r := newRunner(m.t)
	r.path = m.path
	r.github["ref_name"] = "main"
	values := contexts{"matrix.shard": fmt.Sprint(shard), "strategy.job-total": fmt.Sprint(len(j.Strategy.Matrix.Shard)), "github.token": "token-of-the-job", "github.run_attempt": fmt.Sprint(m.attempt)}
	for output, value := range m.outputs {
		values[output] = value
	}
	for _, s := range j.Steps {
		switch action, _, _ := strings.Cut(s.Uses, "@"); {
		case action == "actions/upload-artifact":
			m.upload(r, r.value(m.t, s.With["name"], values, true), s.With["path"])
		case action == "actions/download-artifact":
			m.download(r, s.With)
		case action != "" || strings.HasPrefix(s.Run, "go install "):
		default:
			env := map[string]string{}
			for key, value := range m.env {
				env[key] = value
			}
			for key, value := range s.Env {
				env[key] = r.value(m.t, value, values, true)
			}
			done := r.script(m.t, s.Run, env)
			if done.failed {
				m.t.Fatalf("job %s, shard %d: %s ends with %d\n%s", name, shard, s.Run, done.exit, done.log)
			}
			m.results = append(m.results, done)
			for output, value := range done.outputs {
				values["steps."+s.ID+".outputs."+output] = value
			}
		}
	}
	for output, value := range j.Outputs {
		m.outputs["needs."+name+".outputs."+output] = r.value(m.t, value, values, true)
	}
}

// upload keeps a file of the workspace.
func (m *matrixRun) upload(r *runner, name, file string) {
	m.t.Helper()
	directory := filepath.Join(m.artifacts, name)
	if err := os.Mkdir(directory, 0o755); err != nil {
		m.t.Fatal(err) // two jobs use one name
	}
	if err := os.WriteFile(filepath.Join(directory, filepath.Base(file)), []byte(read(m.t, filepath.Join(r.workspace, file))), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

// download brings the files of one artifact into the workspace, or those of all
// that match a pattern into directories of their names.
func (m *matrixRun) download(r *runner, with map[string]string) {
	m.t.Helper()
	if name := with["name"]; name != "" {
		copyTree(m.t, filepath.Join(m.artifacts, name), r.workspace)
		return
	}
	found, err := filepath.Glob(filepath.Join(m.artifacts, with["pattern"]))
	if err != nil || len(found) == 0 {
		m.t.Fatalf("no artifact matches %s: %v", with["pattern"], err)
	}
	for _, artifact := range found {
		copyTree(m.t, artifact, filepath.Join(r.workspace, with["path"], filepath.Base(artifact)))
	}
}

// in runs amisync in an environment and returns its exit code.
func in(t *testing.T, env map[string]string, args ...string) (code int, out string) {
	t.Helper()
	command := exec.Command(amisync(t), args...)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	for name, value := range env {
		command.Env = append(command.Env, name+"="+value)
	}
	text, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(text)
}

func TestTheRecipeForAMatrixPlansMergesAndApplies(t *testing.T) {
	var w struct{ Jobs map[string]matrixJob }
	if err := yaml.Unmarshal([]byte(recipesOf(t, largeEstates, "yaml")[".github/workflows/images.yml"]), &w); err != nil {
		t.Fatal(err)
	}
	tools := t.TempDir()
	// What `gh api` says of the tip: the commit of every runner here.
	gh := "#!/bin/sh\n[ \"$GH_TOKEN\" = token-of-the-job ] && [ \"$2\" = repos/acme/images/commits/main ] && echo " + strings.Repeat("a", 40) + "\n"
	if err := os.WriteFile(filepath.Join(tools, "gh"), []byte(gh), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(amisync(t), filepath.Join(tools, "amisync")); err != nil {
		t.Fatal(err)
	}
	m := &matrixRun{t: t, artifacts: t.TempDir(), path: tools + ":" + os.Getenv("PATH"), env: simulated(t), outputs: map[string]string{}, attempt: 1}
	for _, name := range []string{"plan", "merge", "apply"} {
		j := w.Jobs[name]
		shards := j.Strategy.Matrix.Shard
		if (len(shards) > 1) != (name != "merge") {
			t.Fatalf("job %s has the shards %v", name, shards)
		}
		if len(shards) == 0 {
			shards = []int{0}
		}
		for _, shard := range shards {
			m.shard(name, j, shard)
		}
	}
	// An apply that is run again has nothing left to do, and replaces no result.
	m.attempt++
	m.shard("apply", w.Jobs["apply"], 1)
	if m.outputs["needs.merge.outputs.has-changes"] != "true" {
		t.Errorf("the merge hands on %v", m.outputs)
	}
	m.env["AMISYNC_MANIFESTS"] = filepath.Join(root(t), "manifests")
	if code, out := in(t, m.env, "plan", "--detailed-exitcode"); code != 0 {
		t.Errorf("after all shards a plan ends with %d:\n%s", code, out)
	}
	summaries := ""
	for _, done := range m.results {
		summaries += done.summary
	}
	if strings.Count(summaries, "golden-eks-node-20261015") < 2 {
		t.Errorf("the job summaries show neither the plan nor what was done:\n%s", summaries)
	}
}

// Where nothing is saved, what amisync said and its code are all there is.
func TestTheRecipeForAMatrixEndsAsItsMergeDoes(t *testing.T) {
	var w struct{ Jobs map[string]matrixJob }
	if err := yaml.Unmarshal([]byte(recipesOf(t, largeEstates, "yaml")[".github/workflows/images.yml"]), &w); err != nil {
		t.Fatal(err)
	}
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, "amisync"), []byte("#!/bin/sh\nexit 64\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := newRunner(t)
	r.path = tools + ":" + os.Getenv("PATH")
	for _, s := range w.Jobs["merge"].Steps {
		if s.ID != "merge" {
			continue
		}
		if done := r.script(t, s.Run, nil); done.exit != 64 || done.log != "" {
			t.Errorf("it ends with %d:\n%s", done.exit, done.log)
		}
		return
	}
	t.Error("there is no step merge")
}
