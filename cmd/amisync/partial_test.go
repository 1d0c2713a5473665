package main

import (
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// What is said of a partial run sends nobody to apply again where only mending
// helps.
func TestAPartialRunSaysWhetherToApplyAgain(t *testing.T) {
	image := func(id string) reconcile.NamedImage {
		return reconcile.NamedImage{Image: principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: id}}
	}
	outcome := func(id string, status reconcile.Status) reconcile.Outcome {
		return reconcile.Outcome{Change: reconcile.Change{Image: image(id)}, Status: status}
	}
	stops := func(code, id string) reconcile.Finding {
		return reconcile.Finding{Code: code, Severity: reconcile.SeverityError, Stops: reconcile.StopsImage, Image: image(id)}
	}
	const again, useless = "amisync apply does what is left", "applying again does not help"
	for _, c := range []struct {
		name       string
		findings   []reconcile.Finding
		outcomes   []reconcile.Outcome
		incomplete int
		want       string
	}{
		{"a failure", nil, []reconcile.Outcome{outcome("a", reconcile.StatusFailed)}, 0, "; " + again},
		{"a guard", []reconcile.Finding{stops("AMI019", "b"), stops("AMI009", "b")}, []reconcile.Outcome{outcome("a", reconcile.StatusApplied), outcome("b", reconcile.StatusSkipped)}, 0,
			useless + ": mend first what AMI009 and AMI019 says (`amisync explain AMI009`)"},
		{"both", []reconcile.Finding{stops("AMI019", "b")}, []reconcile.Outcome{outcome("a", reconcile.StatusFailed), outcome("b", reconcile.StatusSkipped)}, 0,
			again + ", but not what AMI019 stops: mend that first (`amisync explain AMI019`)"},
		{"a guard, and something unread", []reconcile.Finding{stops("AMI019", "b")}, []reconcile.Outcome{outcome("b", reconcile.StatusSkipped)}, 1, again + ", but not what AMI019 stops"},
		{"a guard on an image without changes", []reconcile.Finding{stops("AMI018", "c")}, []reconcile.Outcome{outcome("a", reconcile.StatusFailed)}, 0, "; " + again},
		{"a warning", []reconcile.Finding{{Code: "AMI008", Severity: reconcile.SeverityWarning, Stops: reconcile.StopsImage, Image: image("b")}},
			[]reconcile.Outcome{outcome("b", reconcile.StatusSkipped)}, 0, "; " + again},
	} {
		result := &reconcile.Result{Outcomes: c.outcomes, Incomplete: make([]reconcile.Incomplete, c.incomplete)}
		got := partial(&reconcile.Plan{Findings: c.findings}, result)
		if got.code != exitPartial || !strings.Contains(got.hint, c.want) {
			t.Errorf("%s: exit code %d, %q", c.name, got.code, got.hint)
		}
	}
}

// What a plan does not cover is not done by applying it again.
func TestAPartialRunSaysWhatItsPlanDoesNotCover(t *testing.T) {
	lane := reconcile.Incomplete{Account: "111122223333", Region: "eu-west-1"}
	uncovered := lane
	uncovered.Uncovered = true
	failed := []reconcile.Outcome{{Status: reconcile.StatusFailed}}
	const mend, replan = "see above what is missing and why; amisync apply does what is left", "this plan does not cover data eu-west-1: make a new plan and apply that"
	for _, c := range []struct {
		name       string
		outcomes   []reconcile.Outcome
		incomplete []reconcile.Incomplete
		want       string
	}{
		{"nothing else is missing", []reconcile.Outcome{{Status: reconcile.StatusApplied}}, []reconcile.Incomplete{uncovered}, replan},
		{"a failure besides", failed, []reconcile.Incomplete{uncovered}, mend + "; " + replan},
		{"something unread besides", nil, []reconcile.Incomplete{lane, uncovered}, mend + "; " + replan},
		{"all was covered", failed, []reconcile.Incomplete{lane}, mend},
	} {
		result := &reconcile.Result{Outcomes: c.outcomes, Incomplete: c.incomplete, Owners: map[string]string{"111122223333": "data"}}
		if got := partial(&reconcile.Plan{}, result); got.code != exitPartial || got.hint != c.want {
			t.Errorf("%s: exit code %d, %q", c.name, got.code, got.hint)
		}
	}
	nothing := &reconcile.Result{Incomplete: []reconcile.Incomplete{uncovered}, Owners: map[string]string{"111122223333": "data"}}
	if err := unread(nothing); exitCode(err) != exitError || hintOf(err) != replan {
		t.Errorf("of a run that had nothing to do: %v, %s", err, hintOf(err))
	}
	nothing.Incomplete = append(nothing.Incomplete, lane)
	if err := unread(nothing); err != errIncomplete {
		t.Errorf("of a run that could not read: %v", err)
	}
}
