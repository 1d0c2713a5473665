package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/internal/github"
	"github.com/amisync/amisync/internal/github/githubtest"
	"github.com/amisync/amisync/reconcile"
)

const token = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// world is a GitHub with a pull request, and a client of it whose waiting takes
// no time.
type world struct {
	t      *testing.T
	server *githubtest.Server
	client *github.Client
	pull   int
	now    time.Time
	slept  []time.Duration
	told   []string
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, server: githubtest.New("/api/v3", token), now: noon}
	w.pull = w.server.PullRequest("aaaaaaa")
	listener := httptest.NewServer(w.server)
	t.Cleanup(listener.Close)
	t.Cleanup(func() {
		for _, complaint := range w.server.Complaints() {
			t.Errorf("GitHub complains: %s", complaint)
		}
	})
	w.client = w.connect(listener.URL + "/api/v3")
	return w
}

// connect makes another client of the same GitHub.
func (w *world) connect(url string) *github.Client {
	w.t.Helper()
	client, err := github.New(github.Options{URL: url, Token: token, Repository: githubtest.Repository, Now: func() time.Time { return w.now },
		Tell: func(message string) { w.told = append(w.told, message) },
		Sleep: func(ctx context.Context, d time.Duration) error {
			w.slept = append(w.slept, d)
			return ctx.Err()
		}})
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

func body(at time.Time, sections ...string) github.Body {
	b := github.Body{Kind: github.Comment, Environment: "default", At: at}
	for i := 0; i < len(sections); i += 2 {
		b.Sections = append(b.Sections, github.Section{Name: sections[i], Commit: "aaaaaaa", Text: sections[i+1], Footer: "made at " + at.String()})
	}
	return b
}

// comment writes a comment that is expected to work.
func (w *world) comment(b github.Body) github.Outcome {
	w.t.Helper()
	outcome, err := w.client.Comment(w.t.Context(), w.pull, b)
	if err != nil {
		w.t.Fatal(err)
	}
	return outcome
}

// calls compares the requests since the last time.
func (w *world) calls(want ...string) {
	w.t.Helper()
	got := w.server.Calls()
	for i := range got {
		got[i] = strings.Replace(got[i], "/repos/acme/images/", "", 1)
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("the requests are %q, want %q", got, want)
	}
}

// only is the text of the only comment.
func (w *world) only() string {
	w.t.Helper()
	comments := w.server.Comments(w.pull)
	if len(comments) != 1 {
		w.t.Fatalf("there are %d comments: %+v", len(comments), comments)
	}
	return comments[0].Body
}

func did(t *testing.T, outcome github.Outcome, want github.Did) {
	t.Helper()
	if outcome.Did != want {
		t.Errorf("it was %s, want %s", outcome.Did, want)
	}
}

func holds(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		without, not := strings.CutPrefix(part, "!")
		if strings.Contains(text, without) == not {
			t.Errorf("%q: does it hold %q? %t", text, without, not)
		}
	}
}

func TestACommentIsCreatedEditedAndLeftAsItIs(t *testing.T) {
	w := newWorld(t)
	created := w.comment(body(noon, github.Plan, "first plan"))
	did(t, created, github.Created)
	w.calls("GET issues/1/comments", "POST issues/1/comments")
	holds(t, w.only(), "first plan", "<!-- amisync:comment environment=default at=2026-11-21T12:00:00Z")
	if created.URL == "" || !strings.HasPrefix(w.only(), "<!--") {
		t.Errorf("%+v\n%s", created, w.only())
	}
	updated := w.comment(body(noon.Add(time.Hour), github.Plan, "second plan"))
	did(t, updated, github.Updated)
	w.calls("GET issues/1/comments", "GET /user", "PATCH issues/comments/"+id(t, w))
	holds(t, w.only(), "second plan", "!first plan")
	if updated.URL != created.URL {
		t.Errorf("%s is another comment than %s", updated.URL, created.URL)
	}
	did(t, w.comment(body(noon.Add(2*time.Hour), github.Plan, "second plan")), github.Unchanged)
	w.calls("GET issues/1/comments")
}

func id(t *testing.T, w *world) string {
	t.Helper()
	return strconv.FormatInt(w.server.Comments(w.pull)[0].ID, 10)
}

func TestAResultGoesBelowThePlan(t *testing.T) {
	w := newWorld(t)
	w.comment(body(noon, github.Plan, "the plan"))
	did(t, w.comment(body(noon.Add(time.Hour), github.Result, "the result")), github.Updated)
	text := w.only()
	if strings.Index(text, "the plan") > strings.Index(text, "the result") {
		t.Error(text)
	}
	holds(t, text, "the plan", "the result", "made at "+noon.String(), "made at "+noon.Add(time.Hour).String())
	did(t, w.comment(body(noon.Add(2*time.Hour), github.Result, "another result")), github.Updated)
	holds(t, w.only(), "the plan", "another result", "!the result")
	did(t, w.comment(body(noon.Add(3*time.Hour), github.Plan, "new plan")), github.Updated)
	holds(t, w.only(), "new plan", "!result")
}

func TestEnvironmentsHaveCommentsOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.comment(body(noon, github.Plan, "one"))
	other := body(noon, github.Plan, "two")
	other.Environment = "production"
	did(t, w.comment(other), github.Created)
	comments := w.server.Comments(w.pull)
	if len(comments) != 2 {
		t.Fatal(comments)
	}
	holds(t, comments[0].Body, "one", "!Environment")
	holds(t, comments[1].Body, "two", "Environment `production`")
}

// Anybody may write what looks like a comment of ours; neither is it edited, nor
// does anything of it enter ours.
func TestACommentOfSomebodyElseIsNotOurs(t *testing.T) {
	forged := body(noon.Add(1000*time.Hour), github.Plan, "nobody loses anything").String()
	for name, test := range map[string]struct{ as, author githubtest.User }{
		"a stranger, where a workflow writes": {githubtest.Actions, githubtest.Stranger},
		"a stranger, where a person writes":   {githubtest.Person, githubtest.Stranger},
		"a bot, where a person writes":        {githubtest.Person, githubtest.Actions},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.server.As(test.as)
			w.server.Comment(w.pull, test.author, forged)
			did(t, w.comment(body(noon, github.Result, "three failed")), github.Created)
			comments := w.server.Comments(w.pull)
			if comments[0].Body != forged || len(comments) != 2 {
				t.Fatal(comments)
			}
			holds(t, comments[1].Body, "three failed", "!nobody loses")
		})
	}
}

func TestCommentsThatARaceLeftBecomeOne(t *testing.T) {
	w := newWorld(t)
	w.server.Comment(w.pull, githubtest.Person, "Looks good to me")
	for i, text := range []string{"oldest", "newest", "older"} {
		w.server.Comment(w.pull, githubtest.Actions, body(noon.Add(time.Duration(-3+2*i%3)*time.Minute), github.Plan, text).String())
	}
	first := w.server.Comments(w.pull)[1].ID
	outcome := w.comment(body(noon, github.Result, "done"))
	did(t, outcome, github.Updated)
	comments := w.server.Comments(w.pull)
	if len(comments) != 2 || comments[1].ID != first || outcome.Removed != 2 {
		t.Fatalf("%+v: %+v", outcome, comments)
	}
	holds(t, comments[1].Body, "newest", "done")
}

func TestWhatANewerRunHasWrittenIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.comment(body(noon, github.Plan, "newer"))
	before := w.only()
	did(t, w.comment(body(noon.Add(-time.Second), github.Plan, "older")), github.LeftAlone)
	did(t, w.comment(body(noon.Add(-time.Second), github.Result, "older")), github.LeftAlone)
	if w.only() != before {
		t.Error(w.only())
	}
}

// A clock that was wrong once must not silence all that come after it.
func TestACommentOfADateThatHasYetToComeSilencesNobody(t *testing.T) {
	for ahead, want := range map[time.Duration]github.Did{time.Second: github.LeftAlone, 5 * time.Minute: github.LeftAlone, 5*time.Minute + 1: github.Updated, 1000 * time.Hour: github.Updated} {
		w := newWorld(t)
		w.comment(body(noon.Add(ahead), github.Plan, "of a wrong clock"))
		did(t, w.comment(body(noon, github.Plan, "of now")), want)
		if want == github.Updated {
			holds(t, w.only(), "of now", "!of a wrong clock", " at=2026-11-21T12:00:00Z ")
		}
	}
	w := newWorld(t)
	w.server.Comment(w.pull, githubtest.Actions, body(noon.Add(time.Hour), github.Plan, "of a wrong clock").String())
	w.server.Comment(w.pull, githubtest.Actions, body(noon, github.Plan, "newer").String())
	did(t, w.comment(body(noon.Add(-time.Second), github.Plan, "older")), github.LeftAlone)
	did(t, w.comment(body(noon, github.Result, "done")), github.Updated)
	holds(t, w.only(), "newer", "done", "!of a wrong clock")
}

func TestACommentIsFoundOnALaterPage(t *testing.T) {
	w := newWorld(t)
	for range 250 {
		w.server.Comment(w.pull, githubtest.Person, "Me too")
	}
	w.comment(body(noon, github.Plan, "plan"))
	w.calls("GET issues/1/comments", "GET issues/1/comments", "GET issues/1/comments", "POST issues/1/comments")
	did(t, w.comment(body(noon, github.Plan, "plan")), github.Unchanged)
}

// Another commit is told, even where the plan is the same.
func TestACommentNamesTheNewestCommit(t *testing.T) {
	w := newWorld(t)
	w.comment(body(noon, github.Plan, "plan"))
	pushed := body(noon.Add(time.Hour), github.Plan, "plan")
	pushed.Sections[0].Commit = "bbbbbbb"
	did(t, w.comment(pushed), github.Updated)
	holds(t, w.only(), "commit=bbbbbbb", "made at "+pushed.At.String())
}

func TestABodyOfAnIssueIsNoComment(t *testing.T) {
	w := newWorld(t)
	w.server.Comment(w.pull, githubtest.Actions, wanted(noon, true, "drift").Body.String())
	did(t, w.comment(body(noon, github.Plan, "plan")), github.Created)
}

func TestMoreCommentsThanAreReadAreNotNone(t *testing.T) {
	w := newWorld(t)
	for range 2_501 {
		w.server.Comment(w.pull, githubtest.Person, "Me too")
	}
	if _, err := w.client.Comment(t.Context(), w.pull, body(noon, github.Plan, "plan")); reconcile.KindOf(err) != reconcile.Refused || len(w.server.Calls()) != 25 {
		t.Error(err)
	}
}

// A comment that somebody has edited by hand is put right, whatever it says.
func TestAnEditedCommentIsPutRight(t *testing.T) {
	w := newWorld(t)
	good := body(noon, github.Plan, "who loses\naccess")
	w.comment(good)
	for name, alter := range map[string]func(string) string{
		"the text":       func(s string) string { return strings.Replace(s, "loses", "keeps", 1) },
		"all but a line": func(s string) string { return strings.SplitAfter(s, "\n")[0] },
		"a second part":  func(s string) string { return s + "\n<!-- amisync:result commit= -->\n\nall is well" },
	} {
		w := newWorld(t)
		w.server.Comment(w.pull, githubtest.Actions, alter(good.String()))
		if outcome := w.comment(good); outcome.Did != github.Updated || w.only() != good.String() {
			t.Errorf("%s: %s %s", name, outcome.Did, w.only())
		}
	}
	crlf := newWorld(t)
	crlf.server.Comment(crlf.pull, githubtest.Actions, strings.ReplaceAll(good.String(), "\n", "\r\n"))
	did(t, crlf.comment(good), github.Unchanged)
}

func TestACreationIsNotRepeatedBlindly(t *testing.T) {
	for name, test := range map[string]struct {
		fault githubtest.Fault
		calls []string
	}{
		"lost on the way there":   {githubtest.Fault{Status: 502}, []string{"GET issues/1/comments", "POST issues/1/comments", "GET issues/1/comments", "POST issues/1/comments"}},
		"lost on the way back":    {githubtest.Fault{Status: 502, After: true}, []string{"GET issues/1/comments", "POST issues/1/comments", "GET issues/1/comments", "GET /user"}},
		"dropped there":           {githubtest.Fault{Drop: true}, []string{"GET issues/1/comments", "POST issues/1/comments", "GET issues/1/comments", "POST issues/1/comments"}},
		"dropped back":            {githubtest.Fault{Drop: true, After: true}, []string{"GET issues/1/comments", "POST issues/1/comments", "GET issues/1/comments", "GET /user"}},
		"an answer without sense": {githubtest.Fault{Status: 200, Body: "<html>", After: true}, []string{"GET issues/1/comments", "POST issues/1/comments", "GET issues/1/comments", "GET /user"}},
		"an answer of nothing":    {githubtest.Fault{Status: 201, After: true}, []string{"GET issues/1/comments", "POST issues/1/comments", "GET issues/1/comments", "GET /user"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			test.fault.Method = "POST"
			w.server.Inject(test.fault)
			outcome := w.comment(body(noon, github.Plan, "plan"))
			holds(t, w.only(), "plan")
			w.calls(test.calls...)
			if outcome.URL == "" || len(w.slept) != 1 || len(w.told) != 1 {
				t.Errorf("%+v, slept %v, told %q", outcome, w.slept, w.told)
			}
		})
	}
}

func TestReadsAndEditsAreRepeated(t *testing.T) {
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		for _, fault := range []githubtest.Fault{{Status: 500}, {Status: 502, After: true}, {Status: 503}, {Drop: true}, {Drop: true, After: true}} {
			w := newWorld(t)
			w.server.Comment(w.pull, githubtest.Actions, body(noon, github.Plan, "one").String())
			w.server.Comment(w.pull, githubtest.Actions, body(noon, github.Plan, "two").String())
			fault.Method, fault.Times = method, 2
			if fault.After && method == "DELETE" {
				fault.Times = 1 // the second time it is gone
			}
			w.server.Inject(fault)
			w.comment(body(noon, github.Plan, "three"))
			holds(t, w.only(), "three")
			if want := []time.Duration{time.Second, 2 * time.Second}[:fault.Times]; !slices.Equal(w.slept, want) {
				t.Errorf("%s, %+v: slept %v", method, fault, w.slept)
			}
		}
	}
	w := newWorld(t)
	w.server.Inject(githubtest.Fault{Status: 502, Times: 100})
	_, err := w.client.Comment(t.Context(), w.pull, body(noon, github.Plan, "plan"))
	if reconcile.KindOf(err) != reconcile.Uncertain || len(w.server.Calls()) != 4 {
		t.Error(err)
	}
}

func TestRateLimitsAreWaitedForWithinReason(t *testing.T) {
	in := func(d time.Duration) string { return fmt.Sprint(noon.Add(d).Unix()) }
	untold := githubtest.SecondaryLimit("")
	untold.Headers = nil
	plain := githubtest.Fault{Status: http.StatusTooManyRequests}
	seconds := func(n int) []time.Duration { return slices.Repeat([]time.Duration{time.Second}, n) }
	for name, test := range map[string]struct {
		fault githubtest.Fault
		times int
		slept []time.Duration
		kind  reconcile.ErrorKind
	}{
		"a secondary limit":                {githubtest.SecondaryLimit("7"), 1, []time.Duration{7 * time.Second}, ""},
		"a secondary limit, three times":   {githubtest.SecondaryLimit("7"), 3, []time.Duration{7 * time.Second, 7 * time.Second, 7 * time.Second}, ""},
		"a secondary limit without a time": {untold, 2, []time.Duration{time.Minute, 2 * time.Minute}, ""},
		"429 without a word":               {plain, 1, []time.Duration{time.Minute}, ""},
		"a primary limit":                  {githubtest.PrimaryLimit(in(90 * time.Second)), 1, []time.Duration{91 * time.Second}, ""},
		"a primary limit that is over":     {githubtest.PrimaryLimit(in(-time.Hour)), 1, []time.Duration{time.Second}, ""},
		"a primary limit for long":         {githubtest.PrimaryLimit(in(time.Hour)), 1, nil, reconcile.Throttled},
		"a secondary limit for long":       {githubtest.SecondaryLimit("301"), 1, nil, reconcile.Throttled},
		"a secondary limit of no time":     {githubtest.SecondaryLimit("0"), 1, seconds(1), ""},
		"that of no time, without end":     {githubtest.SecondaryLimit("0"), 1_000, seconds(10), reconcile.Throttled},
		"one that is over, without end":    {githubtest.PrimaryLimit(in(-time.Hour)), 1_000, seconds(10), reconcile.Throttled},
		"a secondary limit without end":    {githubtest.SecondaryLimit("100"), 100, []time.Duration{100 * time.Second, 100 * time.Second, 100 * time.Second}, reconcile.Throttled},
	} {
		for _, method := range []string{"GET", "POST"} {
			w := newWorld(t)
			test.fault.Method, test.fault.Times = method, test.times
			w.server.Inject(test.fault)
			_, err := w.client.Comment(t.Context(), w.pull, body(noon, github.Plan, "plan"))
			if reconcile.KindOf(err) != test.kind || !slices.Equal(w.slept, test.slept) || len(w.told) != len(w.slept) {
				t.Errorf("%s, %s: slept %v, told %q, %v", name, method, w.slept, w.told, err)
			}
			if n := len(w.server.Comments(w.pull)); (n == 1) != (err == nil) {
				t.Errorf("%s, %s: %d comments", name, method, n)
			}
		}
	}
}

func TestRefusalsAreToldApartByTheirStatus(t *testing.T) {
	for status, test := range map[int]struct {
		kind reconcile.ErrorKind
		hint string
	}{
		401: {reconcile.Credentials, "GITHUB_TOKEN"},
		403: {reconcile.Denied, "permissions: pull-requests: write"},
		404: {reconcile.NotFound, "may the token see it"},
		410: {reconcile.Refused, "issues enabled"},
		422: {reconcile.Refused, "issues enabled"},
	} {
		w := newWorld(t)
		w.server.Inject(githubtest.Fault{Method: "POST", Status: status, Body: `{"message": "rate limit, not found, Bad credentials"}`})
		_, err := w.client.Comment(t.Context(), w.pull, body(noon, github.Plan, "plan"))
		if reconcile.KindOf(err) != test.kind || !strings.Contains(reconcile.HintOf(err), test.hint) {
			t.Errorf("%d: %s, %v, %s", status, reconcile.KindOf(err), err, reconcile.HintOf(err))
		}
		w.calls("GET issues/1/comments", "POST issues/1/comments")
	}
}

func TestALockedConversationIsExplained(t *testing.T) {
	w := newWorld(t)
	w.server.Lock(w.pull)
	_, err := w.client.Comment(t.Context(), w.pull, body(noon, github.Plan, "plan"))
	if reconcile.KindOf(err) != reconcile.Denied || !strings.Contains(err.Error(), "locked") || !strings.Contains(reconcile.HintOf(err), "locked conversation") {
		t.Error(err, reconcile.HintOf(err))
	}
}

func TestATokenOfAnotherSortIsNotTakenForABot(t *testing.T) {
	w := newWorld(t)
	w.server.Comment(w.pull, githubtest.Actions, body(noon, github.Plan, "plan").String())
	w.server.Inject(githubtest.Fault{Path: "/user", Status: 500, Times: 10})
	_, err := w.client.Comment(t.Context(), w.pull, body(noon, github.Plan, "other"))
	if reconcile.KindOf(err) != reconcile.Uncertain {
		t.Error(err)
	}
	holds(t, w.only(), "plan")
}

func TestAnInterruptedRunEndsAtOnce(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.client.Comment(ctx, w.pull, body(noon, github.Plan, "plan")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if calls := w.server.Calls(); len(calls) > 0 {
		t.Error(calls)
	}
}

func TestMergedPullRequestsOfACommit(t *testing.T) {
	w := newWorld(t)
	const commit = "bbbbbbb"
	look := func(want ...int) {
		t.Helper()
		got, err := w.client.MergedPullRequests(t.Context(), commit, "main")
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	}
	look()
	second, third := w.server.PullRequest(commit), w.server.PullRequest(commit)
	look() // both are still open
	w.server.Merge(second, "ccccccc")
	look(second)
	if got, err := w.client.MergedPullRequests(t.Context(), commit, "release"); err != nil || len(got) > 0 {
		t.Errorf("%v, %v: it was merged into another branch", got, err)
	}
	w.server.Merge(third, commit)
	look(third)
}
