package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v89/github"

	"github.com/amisync/amisync/reconcile"
)

// Wanted is what an environment's issue is to say.
type Wanted struct {
	Title string // of an issue that is created; people may give it another one
	Label string
	Open  bool // there is something that somebody should look at
	Body  Body
}

// issue is one of our own.
type issue struct {
	number int
	url    string
	open   bool
	closed time.Time // zero for an open one
	labels []string
	body   Body
}

func newIssue(i *github.Issue) issue {
	own := issue{number: i.GetNumber(), url: i.GetHTMLURL(), open: i.GetState() == "open", closed: i.GetClosedAt().Time}
	own.body, _ = ParseBody(i.GetBody())
	for _, label := range i.Labels {
		own.labels = append(own.labels, label.GetName())
	}
	return own
}

func (i issue) has(label string) bool {
	return slices.ContainsFunc(i.labels, func(l string) bool { return strings.EqualFold(l, label) })
}

// Issue keeps the one issue of a body's environment: opened, or the last one
// reopened, where there is something to look at, edited in place, and closed
// where there no longer is. Where several are open, the oldest stays.
func (c *Client) Issue(ctx context.Context, wanted Wanted) (Outcome, error) {
	found, err := c.issues(ctx, wanted)
	if err != nil {
		return Outcome{}, err
	}
	if len(found) == 0 {
		if !wanted.Open {
			return Outcome{Did: Nothing}, nil
		}
		made, created, err := c.createIssue(ctx, wanted)
		if err != nil {
			return Outcome{}, err
		}
		if created {
			return Outcome{Did: Created, URL: made.url, Unlabelled: !made.has(wanted.Label)}, nil
		}
		found = []issue{made}
	}
	current, now := found[0], c.now()
	latest := slices.MaxFunc(found, func(a, b issue) int { return a.body.dated(now).Compare(b.body.dated(now)) })
	if latest.body.dated(now).After(wanted.Body.At) {
		return Outcome{Did: LeftAlone, URL: latest.url}, nil
	}
	if current.open && wanted.Body.Scope != "" && wanted.Body.Scope != current.body.Scope {
		return Outcome{}, &reconcile.Error{Kind: reconcile.Refused, Action: editing(current), Subject: c.subject(),
			Err:  errors.New("this drift looked at a part only, and not at the one that the issue is about"),
			Hint: "give each filter an issue of its own: --environment NAME"}
	}
	outcome, err := c.settle(ctx, current, wanted)
	if err != nil {
		return Outcome{}, err
	}
	for _, extra := range found[1:] {
		if !extra.open {
			continue
		}
		if _, err := c.editIssue(ctx, extra, &github.IssueRequest{State: new("closed"), StateReason: new("not_planned")}); err != nil {
			return outcome, err
		}
		outcome.Removed++
	}
	return outcome, nil
}

// settle makes one issue as it is wanted.
func (c *Client) settle(ctx context.Context, i issue, wanted Wanted) (Outcome, error) {
	request := &github.IssueRequest{Body: new(wanted.Body.String())}
	did := Updated
	switch {
	case !i.open && !wanted.Open:
		return Outcome{Did: Nothing}, nil
	case !wanted.Open:
		did, request.State, request.StateReason = Closed, new("closed"), new("completed")
	case !i.open:
		did, request.State, request.StateReason = Reopened, new("open"), new("reopened")
	case wanted.Body.says(i.body) && i.has(wanted.Label):
		return Outcome{Did: Unchanged, URL: i.url}, nil
	}
	if !i.has(wanted.Label) {
		request.Labels = new(append(slices.Clone(i.labels), wanted.Label))
	}
	edited, err := c.editIssue(ctx, i, request)
	return Outcome{Did: did, URL: i.url, Unlabelled: !edited.has(wanted.Label)}, err
}

// createIssue creates an issue, or finds the one that it, or another run, has
// created after all.
func (c *Client) createIssue(ctx context.Context, wanted Wanted) (made issue, created bool, err error) {
	create := func() (issue, error) {
		var answer *github.Issue
		request := &github.IssueRequest{Title: new(wanted.Title), Body: new(wanted.Body.String()), Labels: new([]string{wanted.Label})}
		err := c.do(ctx, operation{action: "opening the issue", subject: c.subject(), permission: "issues: write", once: true}, func() (err error) {
			answer, _, err = c.api.Issues.Create(ctx, c.owner, c.name, request)
			if err == nil && answer.GetNumber() == 0 {
				err = errNoAnswer
			}
			return err
		})
		if err != nil {
			return issue{}, err
		}
		created = true
		return newIssue(answer), nil
	}
	made, err = createOnce(ctx, c, create, func() (issue, bool, error) {
		found, err := c.issues(ctx, wanted)
		if err != nil || len(found) == 0 {
			return issue{}, false, err
		}
		return found[0], true, nil
	})
	return made, created, err
}

func (c *Client) editIssue(ctx context.Context, i issue, request *github.IssueRequest) (issue, error) {
	var answer *github.Issue
	err := c.do(ctx, operation{action: editing(i), subject: c.subject(), permission: "issues: write"}, func() (err error) {
		answer, _, err = c.api.Issues.Edit(ctx, c.owner, c.name, i.number, request)
		if err == nil && answer.GetNumber() == 0 {
			err = errNoAnswer
		}
		return err
	})
	if err != nil {
		return issue{}, err
	}
	return newIssue(answer), nil
}

func editing(i issue) string { return fmt.Sprintf("editing issue %d", i.number) }
