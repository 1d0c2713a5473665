package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-github/v89/github"

	"github.com/amisync/amisync/reconcile"
)

// pageSize is how much a page lists, the most that GitHub gives.
const pageSize = 100

// maxComments is how many comments a pull request has at most.
// Source: https://github.com/digitaldrywood/detent/issues/1540
const maxComments = 2_500

// comment is one of our own.
type comment struct {
	id   int64
	url  string
	body Body
}

func newComment(c *github.IssueComment) comment {
	body, _ := ParseBody(c.GetBody())
	return comment{id: c.GetID(), url: c.GetHTMLURL(), body: body}
}

// Comment keeps the one comment of a body's environment on a pull request: it
// is created, edited in place, or left as it is. Where several are there, which
// only two runs at the same time can leave, the oldest stays.
func (c *Client) Comment(ctx context.Context, pullRequest int, wanted Body) (Outcome, error) {
	found, err := c.comments(ctx, pullRequest, wanted.Environment)
	if err != nil {
		return Outcome{}, err
	}
	if len(found) == 0 {
		made, created, err := c.createComment(ctx, pullRequest, wanted)
		if err != nil {
			return Outcome{}, err
		}
		if created {
			return Outcome{Did: Created, URL: made.url}, nil
		}
		found = []comment{made}
	}
	oldest, now := found[0], c.now()
	latest := slices.MaxFunc(found, func(a, b comment) int { return a.body.dated(now).Compare(b.body.dated(now)) })
	if latest.body.dated(now).After(wanted.At) {
		return Outcome{Did: LeftAlone, URL: latest.url}, nil
	}
	outcome := Outcome{Did: Unchanged, URL: oldest.url}
	if merged := wanted.onto(latest.body); !merged.says(oldest.body) {
		outcome.Did = Updated
		if err := c.editComment(ctx, pullRequest, oldest.id, merged); err != nil {
			return Outcome{}, err
		}
	}
	for _, extra := range found[1:] {
		if err := c.deleteComment(ctx, pullRequest, extra.id); err != nil {
			return outcome, err
		}
		outcome.Removed++
	}
	return outcome, nil
}

// comments are our own of an environment, the oldest first.
func (c *Client) comments(ctx context.Context, pullRequest int, environment string) ([]comment, error) {
	var found []comment
	options := &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: pageSize, Page: 1}}
	for read := 0; options.Page != 0; read += pageSize {
		if read >= maxComments {
			return nil, &reconcile.Error{Kind: reconcile.Refused, Action: "reading the comments", Subject: c.pull(pullRequest), Err: errors.New("there are too many of them")}
		}
		var page []*github.IssueComment
		var response *github.Response
		err := c.do(ctx, operation{action: "reading the comments", subject: c.pull(pullRequest), permission: "pull-requests: write"}, func() (err error) {
			page, response, err = c.api.Issues.ListComments(ctx, c.owner, c.name, pullRequest, options)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, each := range page {
			body, marked := ParseBody(each.GetBody())
			if !marked || body.Kind != Comment || body.Environment != environment {
				continue
			}
			own, err := c.own(ctx)
			if err != nil {
				return nil, err
			}
			if own(each.GetUser()) {
				found = append(found, newComment(each))
			}
		}
		options.Page = response.NextPage
	}
	slices.SortFunc(found, func(a, b comment) int { return cmp.Compare(a.id, b.id) })
	return found, nil
}

// createComment creates a comment, or finds the one that it, or another run, has
// created after all.
func (c *Client) createComment(ctx context.Context, pullRequest int, body Body) (made comment, created bool, err error) {
	create := func() (comment, error) {
		var answer *github.IssueComment
		err := c.do(ctx, operation{action: "creating the comment", subject: c.pull(pullRequest), permission: "pull-requests: write", once: true}, func() (err error) {
			answer, _, err = c.api.Issues.CreateComment(ctx, c.owner, c.name, pullRequest, &github.IssueComment{Body: new(body.String())})
			if err == nil && answer.GetID() == 0 {
				err = errNoAnswer
			}
			return err
		})
		created = err == nil
		return newComment(answer), err
	}
	made, err = createOnce(ctx, c, create, func() (comment, bool, error) {
		found, err := c.comments(ctx, pullRequest, body.Environment)
		if err != nil || len(found) == 0 {
			return comment{}, false, err
		}
		return found[0], true, nil
	})
	return made, created, err
}

func (c *Client) editComment(ctx context.Context, pullRequest int, id int64, body Body) error {
	return c.do(ctx, operation{action: "editing the comment", subject: c.pull(pullRequest), permission: "pull-requests: write"}, func() error {
		_, _, err := c.api.Issues.EditComment(ctx, c.owner, c.name, id, &github.IssueComment{Body: new(body.String())})
		return err
	})
}

// deleteComment deletes a comment, unless somebody else has done so.
func (c *Client) deleteComment(ctx context.Context, pullRequest int, id int64) error {
	err := c.do(ctx, operation{action: "deleting a second comment", subject: c.pull(pullRequest), permission: "pull-requests: write"}, func() error {
		_, err := c.api.Issues.DeleteComment(ctx, c.owner, c.name, id)
		return err
	})
	if reconcile.KindOf(err) == reconcile.NotFound {
		return nil
	}
	return err
}

func (c *Client) pull(number int) string {
	return fmt.Sprintf("pull request %d of %s", number, c.subject())
}
