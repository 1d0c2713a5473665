package github_test

import (
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/internal/github"
	"github.com/amisync/amisync/internal/github/githubtest"
	"github.com/amisync/amisync/reconcile"
)

const label = "amisync-drift"

func wanted(at time.Time, open bool, text string) github.Wanted {
	return github.Wanted{Title: "amisync: drift", Label: label, Open: open, Body: github.Body{Kind: github.Issue, Environment: "default", At: at,
		Sections: []github.Section{{Name: github.Drift, Commit: "aaaaaaa", Text: text, Footer: "made at " + at.String()}}}}
}

// issue brings the issue to what is wanted, and expects what is done.
func (w *world) issue(want github.Did, wanted github.Wanted, calls ...string) github.Outcome {
	w.t.Helper()
	w.server.Calls()
	outcome, err := w.client.Issue(w.t.Context(), wanted)
	if err != nil {
		w.t.Fatal(err)
	}
	did(w.t, outcome, want)
	w.calls(calls...)
	return outcome
}

// last is the newest issue.
func (w *world) last() githubtest.Issue {
	issues := w.server.Issues()
	return issues[len(issues)-1]
}

func TestTheLifeOfADrift(t *testing.T) {
	w := newWorld(t)
	hours := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	w.now = hours(24)
	w.issue(github.Nothing, wanted(hours(0), false, "clean"), "GET issues", "GET issues")
	created := w.issue(github.Created, wanted(hours(1), true, "two are missing"), "GET issues", "GET issues", "POST issues")
	w.issue(github.Unchanged, wanted(hours(2), true, "two are missing"), "GET issues", "GET /user")
	w.issue(github.Updated, wanted(hours(3), true, "three are missing"), "GET issues", "PATCH issues/2")
	if i := w.last(); i.Number != 2 || i.State != "open" || i.Title != "amisync: drift" || len(i.Labels) != 1 || i.Labels[0].Name != label {
		t.Errorf("%+v", i)
	}
	holds(t, w.last().Body, "three are missing", "!two are")
	w.issue(github.LeftAlone, wanted(hours(2), false, "clean"), "GET issues")
	w.issue(github.Closed, wanted(hours(4), false, "In sync since"), "GET issues", "PATCH issues/2")
	if i := w.last(); i.State != "closed" || i.StateReason != "completed" {
		t.Errorf("%+v", i)
	}
	holds(t, w.last().Body, "In sync since")
	w.issue(github.Nothing, wanted(hours(5), false, "In sync since"), "GET issues")
	reopened := w.issue(github.Reopened, wanted(hours(6), true, "one is missing"), "GET issues", "PATCH issues/2")
	if i := w.last(); i.Number != 2 || i.State != "open" || i.StateReason != "reopened" || reopened.URL != created.URL {
		t.Errorf("%+v", i)
	}
	holds(t, w.last().Body, "one is missing")
}

// A clock that was wrong once must not silence all that come after it.
func TestAnIssueOfADateThatHasYetToComeSilencesNobody(t *testing.T) {
	w := newWorld(t)
	w.issue(github.Created, wanted(noon.Add(time.Hour), true, "of a wrong clock"), "GET issues", "GET issues", "POST issues")
	w.issue(github.Updated, wanted(noon, true, "of now"), "GET issues", "GET /user", "PATCH issues/2")
	holds(t, w.last().Body, "of now", "!of a wrong clock")
	w.issue(github.Updated, wanted(noon.Add(5*time.Minute), true, "of a clock that is ahead"), "GET issues", "PATCH issues/2")
	w.issue(github.LeftAlone, wanted(noon, false, "clean"), "GET issues")
	w.issue(github.Closed, wanted(noon.Add(5*time.Minute), false, "clean"), "GET issues", "PATCH issues/2")
}

func TestOnlyAnIssueOfOurOwnCounts(t *testing.T) {
	w := newWorld(t)
	ours := wanted(noon.Add(1000*time.Hour), true, "all is well").Body.String()
	w.server.Open(githubtest.Stranger, "amisync: drift", ours, label)
	w.server.Open(githubtest.Actions, "another one", "amisync: drift", label)
	other := wanted(noon, true, "elsewhere")
	other.Body.Environment = "production"
	w.server.Open(githubtest.Actions, "amisync: drift in production", other.Body.String(), label)
	pull := w.server.PullRequest()
	w.server.Set(pull, map[string]any{"body": ours, "labels": []any{label}})
	if outcome := w.issue(github.Created, wanted(noon, true, "missing"), "GET issues", "GET /user", "GET issues", "POST issues"); !strings.HasSuffix(outcome.URL, "/issues/6") {
		t.Errorf("%+v", outcome)
	}
	for _, i := range w.server.Issues()[1:5] {
		if i.State != "open" || strings.Contains(i.Body, "missing") {
			t.Errorf("%+v", i)
		}
	}
}

func TestAPullRequestIsNoIssue(t *testing.T) {
	w := newWorld(t)
	w.server.As(githubtest.Person)
	w.server.Set(w.pull, map[string]any{"body": wanted(noon, true, "quoted").Body.String(), "labels": []any{label}})
	w.issue(github.Created, wanted(noon, true, "missing"), "GET issues", "GET issues", "POST issues")
}

func TestIssuesThatARaceLeftBecomeOne(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{"older", "newer"} {
		w.server.Open(githubtest.Actions, "amisync: drift", wanted(noon, true, text).Body.String(), label)
	}
	outcome := w.issue(github.Updated, wanted(noon.Add(time.Hour), true, "newest"), "GET issues", "GET /user", "PATCH issues/2", "PATCH issues/3")
	issues := w.server.Issues()
	if outcome.Removed != 1 || issues[1].State != "open" || issues[2].State != "closed" || issues[2].StateReason != "not_planned" {
		t.Errorf("%+v: %+v", outcome, issues)
	}
}

func TestTheLastClosedIssueIsReopened(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.server.Open(githubtest.Actions, "amisync: drift", wanted(noon, true, "old").Body.String(), label)
	}
	for _, number := range []int{2, 4, 3} {
		w.server.Set(number, map[string]any{"state": "closed"})
	}
	w.issue(github.Reopened, wanted(noon.Add(time.Hour), true, "new"), "GET issues", "GET /user", "PATCH issues/3")
}

// An issue whose label was taken off, or never stuck, is found all the same, so
// that not every night opens another one.
func TestAnIssueWithoutItsLabelIsFound(t *testing.T) {
	w := newWorld(t)
	w.server.DropLabels()
	if outcome := w.issue(github.Created, wanted(noon, true, "one"), "GET issues", "GET issues", "POST issues"); !outcome.Unlabelled {
		t.Errorf("%+v", outcome)
	}
	if outcome := w.issue(github.Updated, wanted(noon, true, "one"), "GET issues", "GET issues", "GET /user", "PATCH issues/2"); !outcome.Unlabelled {
		t.Errorf("%+v", outcome)
	}
	second := newWorld(t)
	second.issue(github.Created, wanted(noon, true, "one"), "GET issues", "GET issues", "POST issues")
	second.server.Set(2, map[string]any{"labels": []any{"of-a-person"}})
	if outcome := second.issue(github.Updated, wanted(noon, true, "one"), "GET issues", "GET issues", "GET /user", "PATCH issues/2"); outcome.Unlabelled || len(second.last().Labels) != 2 {
		t.Errorf("%+v %+v", outcome, second.last())
	}
}

// A drift that looked at a part must not speak for the whole.
func TestAFilteredDriftLeavesTheIssueOfAnotherAlone(t *testing.T) {
	w := newWorld(t)
	w.issue(github.Created, wanted(noon, true, "all owners"), "GET issues", "GET issues", "POST issues")
	for _, open := range []bool{true, false} {
		part := wanted(noon.Add(time.Hour), open, "one owner")
		part.Body.Scope = "0123456789abcdef"
		if _, err := w.client.Issue(t.Context(), part); reconcile.KindOf(err) != reconcile.Refused || !strings.Contains(reconcile.HintOf(err), "--environment") {
			t.Error(err)
		}
	}
	holds(t, w.last().Body, "all owners")
	part := wanted(noon, true, "one owner")
	part.Body.Scope, part.Body.Environment = "0123456789abcdef", "one"
	w.issue(github.Created, part, "GET issues", "GET issues", "POST issues")
	part.Open = false
	w.issue(github.Closed, part, "GET issues", "PATCH issues/3")
	part.Open = true
	w.issue(github.Reopened, part, "GET issues", "PATCH issues/3")
	part.Open, part.Body.Scope = false, "" // all of it is in sync, so every part is
	w.issue(github.Closed, part, "GET issues", "PATCH issues/3")
}

func TestAnIssueIsNotOpenedTwice(t *testing.T) {
	for _, fault := range []githubtest.Fault{{Status: 502}, {Status: 502, After: true}, {Drop: true}, {Drop: true, After: true}, {Status: 201, After: true}} {
		w := newWorld(t)
		fault.Method = "POST"
		w.server.Inject(fault)
		outcome, err := w.client.Issue(t.Context(), wanted(noon, true, "drift"))
		if err != nil || outcome.URL == "" || len(w.server.Issues()) != 2 || len(w.slept) != 1 {
			t.Errorf("%+v: %+v, %v, %+v", fault, outcome, err, w.server.Issues())
		}
	}
}

func TestARepositoryWithoutIssues(t *testing.T) {
	w := newWorld(t)
	w.server.Disable()
	if _, err := w.client.Issue(t.Context(), wanted(noon, true, "drift")); reconcile.KindOf(err) != reconcile.Refused || !strings.Contains(reconcile.HintOf(err), "issues enabled") {
		t.Error(err, reconcile.HintOf(err))
	}
}

func TestMoreIssuesThanAreReadAreNotNone(t *testing.T) {
	w := newWorld(t)
	for range 1_100 {
		w.server.Open(githubtest.Stranger, "noise", "", label)
	}
	if _, err := w.client.Issue(t.Context(), wanted(noon, true, "drift")); reconcile.KindOf(err) != reconcile.Refused || len(w.server.Calls()) != 10 {
		t.Error(err)
	}
}
