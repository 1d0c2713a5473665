package workflows

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v4"
)

// workflowFiles are the files of all workflows.
func workflowFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root(t), ".github/workflows/*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	return files
}

// newLinter is the linter of workflows, and of recipes for some.
func newLinter(t *testing.T) *actionlint.Linter {
	t.Helper()
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{
		// It knows the job context of before 2026, without the commit of a called workflow.
		// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#job-context
		// Nor does it know queues of more than one job, which TestAnApplyThatWaitsIsNotCancelledForAnother and
		// TestTheRecipeForAMatrixWaitsInTheQueueOfTheOtherApplies look at.
		// Source: https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
		IgnorePatterns: []string{`property "workflow_(sha|repository)" is not defined in object type \{check_run_id`, `^unexpected key "queue" for "concurrency" section`},
	})
	if err != nil {
		t.Fatal(err)
	}
	return linter
}

func TestWorkflowsHaveNoMistakes(t *testing.T) {
	mistakes, err := newLinter(t).LintFiles(workflowFiles(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, mistake := range mistakes {
		t.Error(mistake)
	}
}

func TestTheActionIsWhatTheMarketplaceExpects(t *testing.T) {
	a := theAction(t)
	if a.Name == "" || a.Description == "" || a.Author == "" || a.Branding.Icon == "" || a.Branding.Color == "" {
		t.Errorf("name, description, author and branding are needed: %+v", a)
	}
	if len(a.Description) > 125 {
		t.Errorf("the description has %d characters, which is more than the Marketplace shows", len(a.Description))
	}
	if a.Runs.Using != "composite" {
		t.Errorf("using is %q", a.Runs.Using)
	}
	for name, input := range a.Inputs {
		if input.Description == "" {
			t.Errorf("nothing says what input %s is", name)
		}
	}
	for _, s := range a.Runs.Steps {
		if (s.Run == "") == (s.Uses == "") || (s.Run != "") != (s.Shell == "bash") {
			t.Errorf("a step runs a script in bash, or uses an action: %+v", s)
		}
	}
}

var (
	expression = regexp.MustCompile(`\$\{\{(.*?)\}\}`)
	reference  = regexp.MustCompile(`\b(inputs|steps)\.([\w-]+)(?:\.outputs\.([\w-]+))?`)
)

func TestTheActionRefersOnlyToWhatItHas(t *testing.T) {
	a := theAction(t)
	steps, given := map[string]bool{}, map[string]bool{}
	check := func(where, text string) {
		for _, found := range reference.FindAllStringSubmatch(text, -1) {
			switch kind, name := found[1], found[2]; kind {
			case "inputs":
				given[name] = true
				if _, known := a.Inputs[name]; !known {
					t.Errorf("%s refers to the input %s, and there is none", where, name)
				}
			case "steps":
				if !steps[name] {
					t.Errorf("%s refers to the step %s, and there is none before it", where, name)
				}
			}
		}
	}
	for _, s := range a.Runs.Steps {
		check("if of step "+s.ID, s.If)
		for key, value := range s.Env {
			check("env "+key+" of step "+s.ID, value)
		}
		for key, value := range s.With {
			check("with "+key, value)
		}
		steps[s.ID] = true
	}
	for name, out := range a.Outputs {
		check("output "+name, out.Value)
		if !strings.Contains(out.Value, "outputs."+name) || out.Description == "" {
			t.Errorf("output %s has the value %q and the description %q", name, out.Value, out.Description)
		}
	}
	for name := range a.Inputs {
		if !given[name] {
			t.Errorf("nothing uses the input %s", name)
		}
	}
}

// variable finds the variables that hold inputs, in scripts.
var variable = regexp.MustCompile(`\bINPUT_[A-Z_]+`)

func TestStepsGiveTheirScriptsTheInputsThatTheyRead(t *testing.T) {
	type given struct {
		step
		where string
	}
	var all []given
	for _, s := range theAction(t).Runs.Steps {
		all = append(all, given{s, "action.yml"})
	}
	for _, file := range workflowFiles(t) {
		for name, job := range workflow(t, file).Jobs {
			for _, s := range job.Steps {
				all = append(all, given{s, filepath.Base(file) + " " + name})
			}
		}
	}
	used := map[string]bool{"lib.sh": true, "tip.sh": true}
	for _, s := range all {
		_, script, found := strings.Cut(s.Run, ".github/action/")
		if !found || strings.HasSuffix(s.Run, " build") {
			continue
		}
		script = strings.Trim(strings.TrimSpace(script), `"`)
		used[script] = true
		text := read(t, filepath.Join(root(t), ".github/action", script))
		want := map[string]bool{}
		for _, name := range variable.FindAllString(text, -1) {
			want[name] = true
		}
		for name := range want {
			if _, set := s.Env[name]; !set {
				t.Errorf("%s: %s reads %s, and its step does not set it", s.where, script, name)
			}
		}
		for name := range s.Env {
			if strings.HasPrefix(name, "INPUT_") && !want[name] {
				t.Errorf("%s: the step sets %s, and %s does not read it", s.where, name, script)
			}
		}
		if _, set := s.Env["GH_TOKEN"]; strings.Contains(text, "gh api") && !set {
			t.Errorf("%s: %s asks GitHub without a token", s.where, script)
		}
	}
	files, err := os.ReadDir(filepath.Join(root(t), ".github/action"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !used[file.Name()] {
			t.Errorf("no step runs %s", file.Name())
		}
	}
}

// definition is the part of a workflow that the tests look at.
type definition struct {
	On          any
	Permissions *map[string]string
	Jobs        map[string]struct {
		If          string
		Uses        string
		Timeout     int `yaml:"timeout-minutes"`
		Permissions *map[string]string
		Concurrency concurrency
		Outputs     map[string]string
		With        map[string]string
		Steps       []step
	}
}

// concurrency says what waits for what.
type concurrency struct {
	Group, Queue string
	Cancel       string `yaml:"cancel-in-progress"`
}

func workflow(t *testing.T, file string) definition {
	t.Helper()
	var w definition
	if err := yaml.Unmarshal([]byte(read(t, file)), &w); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return w
}

var (
	uses   = regexp.MustCompile(`(?m)^\s*(?:- )?uses: (.*)$`)
	pinned = regexp.MustCompile(`^([\w-]+/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$`)
)

func TestActionsOfOthersArePinnedByTheirCommit(t *testing.T) {
	versions := map[string]string{}
	for _, file := range append(workflowFiles(t), filepath.Join(root(t), "action.yml")) {
		for _, found := range uses.FindAllStringSubmatch(read(t, file), -1) {
			used := strings.TrimSpace(found[1])
			if strings.HasPrefix(used, "./") {
				continue
			}
			parts := pinned.FindStringSubmatch(used)
			if parts == nil {
				t.Errorf("%s: %s is not pinned as NAME@COMMIT # VERSION", filepath.Base(file), used)
				continue
			}
			if known, seen := versions[parts[1]]; seen && known != used {
				t.Errorf("%s: %s, and elsewhere %s", filepath.Base(file), used, known)
			}
			versions[parts[1]] = used
		}
	}
}

func TestNoScriptHoldsAnExpression(t *testing.T) {
	for _, s := range theAction(t).Runs.Steps {
		if expression.MatchString(s.Run) {
			t.Errorf("action.yml: %q: what comes from outside reaches scripts through env alone", s.Run)
		}
	}
	for _, file := range workflowFiles(t) {
		for name, job := range workflow(t, file).Jobs {
			for _, s := range job.Steps {
				if expression.MatchString(s.Run) {
					t.Errorf("%s, job %s: %q: what comes from outside reaches scripts through env alone", filepath.Base(file), name, s.Run)
				}
			}
		}
	}
}

func TestJobsHaveNoMoreThanTheyNeed(t *testing.T) {
	for _, file := range workflowFiles(t) {
		base := filepath.Base(file)
		w := workflow(t, file)
		if w.Permissions == nil || base != "ci.yml" && len(*w.Permissions) > 0 {
			t.Errorf("%s: permissions are %v at the top", base, w.Permissions)
		}
		for name, job := range w.Jobs {
			if job.Uses != "" {
				continue
			}
			if job.Timeout == 0 {
				t.Errorf("%s, job %s has no timeout-minutes", base, name)
			}
			if job.Permissions == nil && base != "ci.yml" {
				t.Errorf("%s, job %s does not say its permissions", base, name)
				continue
			}
			for _, s := range job.Steps {
				if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != "false" {
					t.Errorf("%s, job %s leaves the token in its checkout", base, name)
				}
			}
			if job.Permissions == nil {
				continue
			}
			apart(t, base+", job "+name, *job.Permissions, job.Steps)
		}
	}
}

// apart holds cloud credentials and the right to write to the repository apart, and
// what writes away from what a pull request brings.
func apart(t *testing.T, where string, permissions map[string]string, steps []step) {
	t.Helper()
	writes := slices.DeleteFunc(slices.Sorted(maps.Keys(permissions)), func(name string) bool {
		return permissions[name] != "write" || name == "id-token"
	})
	cloud := permissions["id-token"] == "write"
	if cloud && len(writes) > 0 {
		t.Errorf("%s reaches the cloud and writes %v", where, writes)
	}
	for _, s := range steps {
		if strings.HasPrefix(s.Uses, "aws-actions/") && !cloud {
			t.Errorf("%s asks for cloud credentials without id-token", where)
		}
		if len(writes) > 0 && strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["path"] != "amisync" {
			t.Errorf("%s writes %v and checks the caller's code out", where, writes)
		}
	}
}

func TestCalledWorkflowsRunTheAmisyncOfTheirOwnCommit(t *testing.T) {
	for _, file := range workflowFiles(t) {
		for name, job := range workflow(t, file).Jobs {
			checkedOut := false
			for _, s := range job.Steps {
				if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["path"] == "amisync" {
					checkedOut = s.With["ref"] == "${{ job.workflow_sha || 'workflow-sha-unknown' }}" &&
						s.With["repository"] == "${{ job.workflow_repository || 'amisync/amisync' }}"
				}
				if (s.Uses == "./amisync" || strings.Contains(s.Run, "amisync/.github/action/")) && !checkedOut {
					t.Errorf("%s, job %s runs an amisync that it did not check out", filepath.Base(file), name)
				}
			}
		}
	}
}

func TestWorkflowsGiveTheActionInputsThatItHas(t *testing.T) {
	a := theAction(t)
	for _, file := range workflowFiles(t) {
		for name, job := range workflow(t, file).Jobs {
			for _, s := range job.Steps {
				if s.Uses != "./amisync" {
					continue
				}
				for input := range s.With {
					if _, known := a.Inputs[input]; !known {
						t.Errorf("%s, job %s gives the action %s, which is no input", filepath.Base(file), name, input)
					}
				}
			}
		}
	}
}
