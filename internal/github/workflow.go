package github

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/amisync/amisync/internal/lazy"
)

// Workflow is what the environment of a job tells about its run. What is not
// known is zero. Nothing in it needs to be escaped.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
type Workflow struct {
	Server      string // such as https://github.com
	Repository  string // OWNER/NAME
	Push        bool   // to Branch, rather than a pull request or a schedule
	Branch      string // short name of a branch; empty for other refs
	Commit      string // that was checked out
	Head        string // the last commit of the pull request
	PullRequest int
	Run         string // id
}

var (
	serverForm = lazy.Regexp(`^https://[A-Za-z0-9.-]+(:[0-9]+)?$`)
	commitForm = lazy.Regexp(`^[0-9a-f]{7,64}$`)
	runForm    = lazy.Regexp(`^[0-9]{1,20}$`)
	pullForm   = lazy.Regexp(`^refs/pull/([1-9][0-9]{0,8})/`)
)

// ReadWorkflow reads the variables that GitHub sets for a job, and the event
// that set it off: the text of GITHUB_EVENT_PATH, or nothing. What does not look
// as it should counts as not known.
func ReadWorkflow(env func(name string) (string, bool), event []byte) Workflow {
	get := func(name string, form *regexp.Regexp) string {
		if value, _ := env(name); form.MatchString(value) {
			return value
		}
		return ""
	}
	w := Workflow{Server: get("GITHUB_SERVER_URL", serverForm()), Repository: get("GITHUB_REPOSITORY", repositoryForm()),
		Commit: get("GITHUB_SHA", commitForm()), Run: get("GITHUB_RUN_ID", runForm())}
	name, _ := env("GITHUB_EVENT_NAME")
	ref, _ := env("GITHUB_REF")
	if branch, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		w.Push, w.Branch = name == "push", branch
	}
	var about struct {
		PullRequest struct {
			Number int `json:"number"`
			Head   struct {
				SHA string `json:"sha"`
			} `json:"head"`
		} `json:"pull_request"`
	}
	_ = json.Unmarshal(event, &about) // an event that cannot be read tells nothing
	w.PullRequest = max(about.PullRequest.Number, 0)
	if commitForm().MatchString(about.PullRequest.Head.SHA) {
		w.Head = about.PullRequest.Head.SHA
	}
	if m := pullForm().FindStringSubmatch(ref); m != nil {
		w.PullRequest, _ = strconv.Atoi(m[1])
	}
	return w
}

// Reviewed is the commit that people look at: the last one of the pull request,
// or else the one that was checked out.
func (w Workflow) Reviewed() string {
	if w.Head != "" {
		return w.Head
	}
	return w.Commit
}

// Sources is what to put before the name of a file to link to it, or "".
func (w Workflow) Sources() string {
	if w.Server == "" || w.Repository == "" || w.Commit == "" {
		return ""
	}
	return fmt.Sprintf("%s/%s/blob/%s/", w.Server, w.Repository, w.Commit)
}

// Footer says in Markdown where a document comes from.
func (w Workflow) Footer(what string, at time.Time) string {
	parts := []string{what + " of " + at.UTC().Format("2006-01-02 15:04 UTC")}
	if commit := w.Reviewed(); commit != "" {
		parts = append(parts, "commit "+w.link("`"+commit[:7]+"`", "commit/"+commit))
	}
	if w.Run != "" {
		parts = append(parts, w.link("run "+w.Run, "actions/runs/"+w.Run))
	}
	return "<sub>" + strings.Join(parts, " · ") + "</sub>"
}

func (w Workflow) link(text, path string) string {
	if w.Server == "" || w.Repository == "" {
		return text
	}
	return fmt.Sprintf("[%s](%s/%s/%s)", text, w.Server, w.Repository, path)
}
