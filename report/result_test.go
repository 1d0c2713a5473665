package report_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// anyResult is a result of a few changes, and whether all is as the manifests
// say.
func anyResult(t *rapid.T) (*reconcile.Result, bool) {
	stopping, held := findings[4], held(base04)[0]
	r := &reconcile.Result{StartedAt: at, EndedAt: at, Interrupted: rapid.Bool().Draw(t, "interrupted"),
		Findings: rapid.SliceOfNDistinct(rapid.SampledFrom([]reconcile.Finding{stopping, held, findings[0]}), 0, 3, func(f reconcile.Finding) string { return f.Code }).Draw(t, "findings")}
	if rapid.IntRange(0, 3).Draw(t, "unread") == 0 {
		r.Incomplete = unread[:1]
	}
	done := len(r.Incomplete) == 0 && !slices.Contains(r.Findings, stopping)
	all := []reconcile.Status{reconcile.StatusApplied, reconcile.StatusSatisfied, reconcile.StatusFailed, reconcile.StatusSkipped, reconcile.StatusNotAttempted, "postponed"}
	for _, i := range []reconcile.NamedImage{base18, base11, golden}[:rapid.IntRange(0, 3).Draw(t, "changes")] {
		status := rapid.SampledFrom(all).Draw(t, "status")
		done = done && (status == reconcile.StatusApplied || status == reconcile.StatusSatisfied)
		r.Outcomes = append(r.Outcomes, reconcile.Outcome{Change: grant(i, workloads, 14), Status: status})
	}
	return r, done
}

func TestOnlyAResultWithNothingLeftLooksDone(t *testing.T) {
	for format, says := range map[report.Format]string{
		report.JUnit: "the result has no errors", report.GitHubOutput: "complete=true", report.SARIF: `"executionSuccessful": true`,
	} {
		rapid.Check(t, func(t *rapid.T) {
			r, done := anyResult(t)
			if got := inFormat(t, result(r), format, report.Style{}); strings.Contains(got, says) != done {
				t.Fatalf("done: %v, %s says\n%s", done, format, got)
			}
		})
	}
}

// Where a filter holds revokes back, all is done that was asked for, and
// something is left to do all the same.
func TestWhereSomethingIsLeftPeopleAreToldWhatToDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, done := anyResult(t)
		done = done && !slices.ContainsFunc(r.Findings, func(f reconcile.Finding) bool { return f.Code == "AMI020" })
		text, markdown := inFormat(t, result(r), report.Text, report.Style{}), inFormat(t, result(r), report.Markdown, report.Style{})
		if strings.Contains(text, "What to do next") == done || strings.Contains(markdown, "What to do next:** Nothing.") != done || strings.Contains(markdown, "🟢") != done {
			t.Fatalf("done: %v\n%s\n%s", done, text, markdown)
		}
		for _, f := range r.Findings {
			if !strings.Contains(markdown, f.Code) {
				t.Fatalf("%s is not in\n%s", f.Code, markdown)
			}
			if f.Code != "AMI007" && !strings.Contains(text, f.Code) {
				t.Fatalf("%s is not in\n%s", f.Code, text)
			}
		}
	})
}
