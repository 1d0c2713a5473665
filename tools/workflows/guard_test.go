package workflows

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// called are the workflows that others call, by file name.
func called(t *testing.T) map[string]definition {
	t.Helper()
	found := map[string]definition{}
	for _, file := range workflowFiles(t) {
		if w := workflow(t, file); at(w.On, "workflow_call") != nil {
			found[filepath.Base(file)] = w
		}
	}
	return found
}

// Other jobs of a branch can fill a cache, and setup-go takes one unless it is
// told not to.
func TestWhatRunsIsBuiltFromNoCache(t *testing.T) {
	check := func(where string, steps []step) {
		for _, s := range steps {
			if strings.HasPrefix(s.Uses, "actions/cache") || strings.HasPrefix(s.Uses, "actions/setup-go@") && s.With["cache"] != "false" {
				t.Errorf("%s: %s takes a cache: %v", where, s.Uses, s.With)
			}
		}
	}
	check("action.yml", theAction(t).Runs.Steps)
	for _, file := range workflowFiles(t) {
		for name, job := range workflow(t, file).Jobs {
			check(filepath.Base(file)+", job "+name, job.Steps)
		}
	}
}

// A file that another job has saved, or a step, is applied only by its digest:
// every job of a run can put another one in its place.
func TestWhatIsAppliedIsTheDigestThatWasApproved(t *testing.T) {
	applies := 0
	for file, w := range called(t) {
		for name, job := range w.Jobs {
			for _, s := range job.Steps {
				if s.With["command"] != "apply" {
					continue
				}
				applies++
				switch expected := s.With["arguments"]; expected {
				case "--expect=${{ steps.plan.outputs.digest }}":
				case "--expect=${{ needs.plan.outputs.digest }}":
					if digest := w.Jobs["plan"].Outputs["digest"]; digest != "${{ steps.plan.outputs.digest }}" {
						t.Errorf("%s: the digest of job plan is %q", file, digest)
					}
				default:
					t.Errorf("%s, job %s applies a plan with the arguments %q", file, name, expected)
				}
			}
		}
	}
	if applies != 2 {
		t.Errorf("%d steps apply", applies)
	}
}

func TestApplyRefusesAPlanThatWasPutInThePlaceOfTheApprovedOne(t *testing.T) {
	r := newRunner(t)
	r.commit(t)
	digest := r.run(t, with(t)).outputs["digest"]
	part := r.run(t, with(t, "arguments", "--region=us-east-1", "output", "part"))
	o := r.run(t, with(t, "command", "apply", "plan", part.outputs["plan"], "arguments", "--expect="+digest))
	o.want(t, 5, map[string]string{"exit-code": "5", "result": "", "applied": ""})
	// A digest that got lost approves nothing.
	r.run(t, with(t, "command", "apply", "plan", part.outputs["plan"], "arguments", "--expect=")).want(t, 64, nil)
	r.run(t, with(t, "command", "apply", "plan", part.outputs["plan"], "arguments", "--expect="+part.outputs["digest"])).want(t, 0, map[string]string{"applied": "true"})
}

// By default, GitHub cancels a job that waits in a group for one that comes later:
// an approved apply for the clock's.
func TestAnApplyThatWaitsIsNotCancelledForAnother(t *testing.T) {
	all := called(t)
	for _, file := range []string{"apply.yml", "nightly.yml"} {
		c := all[file].Jobs["apply"].Concurrency
		if c.Group != "amisync-apply-${{ inputs.environment }}" || c.Queue != "max" || c.Cancel != "false" {
			t.Errorf("%s: the apply job's concurrency is %+v", file, c)
		}
	}
	for file, w := range all {
		for name, job := range w.Jobs {
			if queue := job.Concurrency.Queue; queue != "" && queue != "max" {
				t.Errorf("%s, job %s: queue is %q", file, name, queue)
			}
		}
	}
}

// A job that was cancelled has saved nothing, or what an earlier attempt saved.
func TestOnlyWhatEndedIsTold(t *testing.T) {
	all := called(t)
	for _, c := range []struct{ file, job, of string }{{"plan.yml", "comment", "plan"}, {"drift.yml", "issue", "drift"}, {"apply.yml", "comment", "apply"}} {
		condition := all[c.file].Jobs[c.job].If
		for result, want := range map[string]string{"success": "true", "failure": "true", "cancelled": "false", "skipped": "false"} {
			values := contexts{"github.event_name": "pull_request", "needs.plan.outputs.pull-request": "12", "needs." + c.of + ".result": result}
			if got, err := interpolate(condition, values, true); err != nil || got != want {
				t.Errorf("%s, job %s, where %s is %s: %q, %v", c.file, c.job, c.of, result, got, err)
			}
		}
	}
}

// An old run that is started again must not close the issue for what was true
// then, so the branch is looked at, and what is told names its commit.
func TestDriftIsThatOfTheBranchAsItIs(t *testing.T) {
	w := called(t)["drift.yml"]
	source := ""
	for name, job := range w.Jobs {
		for _, s := range job.Steps {
			if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["path"] == "source" {
				source = s.ID
				if s.With["ref"] != "${{ github.ref }}" {
					t.Errorf("job %s checks out %q", name, s.With["ref"])
				}
			}
		}
	}
	if commit := w.Jobs["drift"].Outputs["commit"]; source == "" || commit != "${{ steps."+source+".outputs.commit }}" {
		t.Errorf("the commit of job drift is %q", commit)
	}
	for name, want := range map[string]string{"drift": "${{ steps." + source + ".outputs.commit }}", "issue": "${{ needs.drift.outputs.commit || github.sha }}"} {
		for _, s := range w.Jobs[name].Steps {
			if s.Uses == "./amisync" && s.With["commit"] != want {
				t.Errorf("job %s tells of the commit %q", name, s.With["commit"])
			}
		}
	}
}

// Code scanning closes alerts that an upload no longer has.
func TestFindingsOfAPartAreNotUploaded(t *testing.T) {
	var check, upload step
	for _, s := range called(t)["code-scanning.yml"].Jobs["upload"].Steps {
		switch {
		case s.ID == "whole":
			check = s
		case strings.HasPrefix(s.Uses, "github/codeql-action/upload-sarif@"):
			upload = s
		}
	}
	for outputs, want := range map[string]string{"has-changes=true\nincomplete=false\n": "true", "incomplete=true\n": "false", "has-changes=true\n": "false", "": "false"} {
		r := newRunner(t)
		directory := filepath.Join(r.temp, "amisync")
		if err := os.Mkdir(directory, 0o755); err != nil {
			t.Fatal(err)
		}
		if outputs != "" {
			if err := os.WriteFile(filepath.Join(directory, "plan.outputs"), []byte(outputs), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		o := r.script(t, check.Run, nil)
		values := contexts{}
		for name, value := range o.outputs {
			values["steps.whole.outputs."+name] = value
		}
		if got, err := interpolate("${{ "+upload.If+" }}", values, true); err != nil || got != want || o.failed {
			t.Errorf("%q: it is uploaded: %q, %v\n%s", outputs, got, err, o.log)
		}
		if said := strings.Contains(o.log, "::warning "); said != (want == "false") {
			t.Errorf("%q: the log is\n%s", outputs, o.log)
		}
	}
}

func TestTheDocsNameEveryWorkflowThatOthersCall(t *testing.T) {
	docs := read(t, filepath.Join(root(t), "docs/ci.md"))
	all := called(t)
	for file := range all {
		if !strings.Contains(docs, "\n| `"+file+"` |") {
			t.Errorf("%s has no row", file)
		}
	}
	numbers := []string{"No", "One", "Two", "Three", "Four", "Five", "Six", "Seven"}
	said := regexp.MustCompile(`(?m)^(\w+) workflows in this repository are for you to call`).FindStringSubmatch(docs)
	if said == nil || said[1] != numbers[len(all)] {
		t.Errorf("there are %d workflows, and the docs say %q", len(all), said)
	}
}
