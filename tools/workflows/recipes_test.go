package workflows

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var block = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// recipes are the blocks of docs/ci.md in a language, by the file that their first
// line names.
func recipes(t *testing.T, language string) map[string]string {
	t.Helper()
	return recipesOf(t, "docs/ci.md", language)
}

// recipesOf are those of another page.
func recipesOf(t *testing.T, page, language string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, b := range block.FindAllStringSubmatch(read(t, filepath.Join(root(t), page)), -1) {
		if b[1] != language {
			continue
		}
		first, _, _ := strings.Cut(strings.TrimPrefix(b[2], "#!/bin/sh\n"), "\n")
		name, named := strings.CutPrefix(first, "# ")
		if _, twice := found[name]; !named || twice {
			t.Fatalf("the block %q is not named, or like another", first)
		}
		found[name] = b[2]
	}
	return found
}

// documents are all documents of a YAML text.
func documents(t *testing.T, name, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var one map[string]any
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, one)
	}
}

// own is how a caller elsewhere names a workflow of this repository.
const own = "amisync/amisync/.github/workflows/"

func TestRecipesForGitHubFitTheWorkflowsThatTheyCall(t *testing.T) {
	linter := newLinter(t)
	checked := 0
	for name, text := range recipes(t, "yaml") {
		if !strings.HasPrefix(name, ".github/workflows/") {
			continue
		}
		checked++
		mistakes, err := linter.Lint(filepath.Join(t.TempDir(), "recipe.yml"), []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, mistake := range mistakes {
			t.Errorf("%s: %v", name, mistake)
		}
		var w definition
		if err := yaml.Unmarshal([]byte(text), &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fits(t, name, w)
	}
	if checked < 4 {
		t.Errorf("there are %d recipes for GitHub", checked)
	}
}

func TestTheExampleFitsTheWorkflowsThatItCalls(t *testing.T) {
	fits(t, "example.yml", workflow(t, filepath.Join(root(t), ".github/workflows/example.yml")))
}

// fits checks what a caller gives to the workflows of this repository: inputs that
// they have, all that they require, and all permissions that one of their jobs
// asks for, without which GitHub does not start a run.
func fits(t *testing.T, name string, w definition) {
	t.Helper()
	for job, called := range w.Jobs {
		file := strings.TrimPrefix(strings.TrimPrefix(called.Uses, own), "./.github/workflows/")
		file, _, _ = strings.Cut(file, "@")
		if called.Uses == "" {
			continue
		}
		target := workflow(t, filepath.Join(root(t), ".github/workflows", file))
		inputs := inputsOf(t, target)
		for input := range called.With {
			if _, known := inputs[input]; !known {
				t.Errorf("%s, job %s: %s has no input %s", name, job, file, input)
			}
		}
		for input, required := range inputs {
			if _, given := called.With[input]; required && !given {
				t.Errorf("%s, job %s: %s requires the input %s", name, job, file, input)
			}
		}
		for of, one := range target.Jobs {
			for permission, level := range *one.Permissions {
				if granted := (*called.Permissions)[permission]; granted != level && granted != "write" {
					t.Errorf("%s, job %s: job %s of %s asks for %s: %s", name, job, of, file, permission, level)
				}
			}
		}
	}
}

// inputsOf are the inputs of a called workflow, and whether they are required.
func inputsOf(t *testing.T, w definition) map[string]bool {
	t.Helper()
	var on struct {
		Call struct {
			Inputs map[string]struct{ Required bool }
		} `yaml:"workflow_call"`
	}
	data, err := yaml.Marshal(w.On)
	if err == nil {
		err = yaml.Unmarshal(data, &on)
	}
	if err != nil {
		t.Fatal(err)
	}
	inputs := map[string]bool{}
	for name, input := range on.Call.Inputs {
		inputs[name] = input.Required
	}
	return inputs
}

func TestTheRecipeForGitLabIsWhole(t *testing.T) {
	all := documents(t, ".gitlab-ci.yml", recipes(t, "yaml")[".gitlab-ci.yml"])
	if len(all) != 1 {
		t.Fatalf("%d documents", len(all))
	}
	stages := map[any]bool{}
	for _, stage := range all[0]["stages"].([]any) {
		stages[stage] = true
	}
	jobs := 0
	for name, value := range all[0] {
		job, isJob := value.(map[string]any)
		if !isJob || name == "default" || name == "variables" || name == "workflow" || strings.HasPrefix(name, ".") {
			continue
		}
		jobs++
		if !stages[job["stage"]] || job["script"] == nil || job["rules"] == nil {
			t.Errorf("job %s lacks a known stage, a script or rules: %v", name, job)
		}
		if extends, _ := job["extends"].(string); all[0][extends] == nil {
			t.Errorf("job %s extends %q, which is not there", name, extends)
		}
		for _, line := range job["script"].([]any) {
			shell(t, name, line.(string))
		}
	}
	if jobs < 4 {
		t.Errorf("%d jobs", jobs)
	}
}

func TestTheRecipeForKubernetesIsWholeAndHasNoRights(t *testing.T) {
	kinds := map[string]map[string]any{}
	for _, document := range documents(t, "cronjob.yaml", recipes(t, "yaml")["cronjob.yaml"]) {
		for _, field := range []string{"apiVersion", "kind", "metadata.name", "metadata.namespace"} {
			if at(document, field) == nil {
				t.Errorf("%v has no %s", document["kind"], field)
			}
		}
		kinds[document["kind"].(string)] = document
	}
	job := kinds["CronJob"]
	if at(kinds["ServiceAccount"], "metadata.name") != at(job, "spec.jobTemplate.spec.template.spec.serviceAccountName") {
		t.Error("the job does not run as the service account")
	}
	for field, want := range map[string]any{
		"spec.concurrencyPolicy": "Forbid", "spec.jobTemplate.spec.backoffLimit": 0, "spec.jobTemplate.spec.template.spec.restartPolicy": "Never",
		"spec.jobTemplate.spec.template.spec.securityContext.runAsNonRoot": true,
	} {
		if got := at(job, field); got != want {
			t.Errorf("%s is %v, not %v", field, got, want)
		}
	}
	pod := at(job, "spec.jobTemplate.spec.template.spec").(map[string]any)
	for _, list := range []string{"initContainers", "containers"} {
		for _, value := range pod[list].([]any) {
			container := value.(map[string]any)
			for _, field := range []string{"name", "image", "resources.limits.memory"} {
				if at(container, field) == nil {
					t.Errorf("%s: %v has no %s", list, container["name"], field)
				}
			}
			if at(container, "securityContext.readOnlyRootFilesystem") != true || at(container, "securityContext.allowPrivilegeEscalation") != false {
				t.Errorf("%s: %v may do more than it needs", list, container["name"])
			}
		}
	}
}

// at is the value at a path of keys, nil where there is none.
func at(value any, path string) any {
	for _, key := range strings.Split(path, ".") {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return value
}

func TestScriptsOfTheRecipesParse(t *testing.T) {
	all := recipes(t, "sh")
	if len(all) == 0 {
		t.Error("there are none")
	}
	for name, text := range all {
		shell(t, name, text)
	}
}

func shell(t *testing.T, name, text string) {
	t.Helper()
	check := exec.Command("bash", "-n")
	check.Stdin = strings.NewReader(text)
	if out, err := check.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("%s: %v\n%s", name, err, out)
	}
}
