package github_test

import (
	"strings"
	"testing"

	"github.com/amisync/amisync/internal/github"
)

func workflow(event string, variables ...string) github.Workflow {
	values := map[string]string{}
	for i := 0; i < len(variables); i += 2 {
		values[variables[i]] = variables[i+1]
	}
	return github.ReadWorkflow(func(name string) (string, bool) { v, ok := values[name]; return v, ok }, []byte(event))
}

func TestWhichPullRequestAWorkflowRunsFor(t *testing.T) {
	const sha = "0123456789abcdef0123456789abcdef01234567"
	for name, test := range map[string]struct {
		got  github.Workflow
		want github.Workflow
	}{
		"nothing is known":            {workflow(""), github.Workflow{}},
		"a pull request by its ref":   {workflow("", "GITHUB_REF", "refs/pull/12/merge"), github.Workflow{PullRequest: 12}},
		"a pull request by its event": {workflow(`{"pull_request": {"number": 13, "head": {"sha": "` + sha + `"}}}`), github.Workflow{PullRequest: 13, Head: sha}},
		"a push":                      {workflow("{}", "GITHUB_REF", "refs/heads/main", "GITHUB_EVENT_NAME", "push", "GITHUB_SHA", sha), github.Workflow{Push: true, Branch: "main", Commit: sha}},
		"a schedule":                  {workflow("{}", "GITHUB_REF", "refs/heads/main", "GITHUB_EVENT_NAME", "schedule", "GITHUB_SHA", sha), github.Workflow{Branch: "main", Commit: sha}},
		"a tag":                       {workflow("{}", "GITHUB_REF", "refs/tags/v1", "GITHUB_EVENT_NAME", "push"), github.Workflow{}},
		"values that are none": {workflow(`{"pull_request": {"number": -1, "head": {"sha": "](x)"}}}`, "GITHUB_REF", "refs/pull/x/merge", "GITHUB_SHA", "main](", "GITHUB_RUN_ID", "7)",
			"GITHUB_SERVER_URL", "javascript:x", "GITHUB_REPOSITORY", "a/b/c"), github.Workflow{}},
		"an event that is cut off": {workflow(`{"pull_request": {"num`), github.Workflow{}},
	} {
		if test.got != test.want {
			t.Errorf("%s: %+v, want %+v", name, test.got, test.want)
		}
	}
}

func TestAFooterLinksWhatIsKnown(t *testing.T) {
	const sha = "0123456789abcdef0123456789abcdef01234567"
	full := workflow("", "GITHUB_SERVER_URL", "https://ghe.example", "GITHUB_REPOSITORY", "acme/images", "GITHUB_SHA", sha, "GITHUB_RUN_ID", "7")
	want := "<sub>Plan of 2026-11-21 12:00 UTC · commit [`0123456`](https://ghe.example/acme/images/commit/" + sha + ") · [run 7](https://ghe.example/acme/images/actions/runs/7)</sub>"
	if got := full.Footer("Plan", noon); got != want {
		t.Error(got)
	}
	if got := full.Sources(); got != "https://ghe.example/acme/images/blob/"+sha+"/" {
		t.Error(got)
	}
	if got := workflow("", "GITHUB_RUN_ID", "7").Footer("Drift", noon); got != "<sub>Drift of 2026-11-21 12:00 UTC · run 7</sub>" || strings.Contains(got, "[") {
		t.Error(got)
	}
	if got := (github.Workflow{}).Sources(); got != "" {
		t.Error(got)
	}
}
