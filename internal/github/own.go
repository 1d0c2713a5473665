package github

import (
	"context"

	"github.com/google/go-github/v89/github"

	"github.com/amisync/amisync/reconcile"
)

// own tells whose comments and issues are our own: anybody can write what looks
// like one. A personal token belongs to a user, who is asked for. The token of a
// workflow, or of another app, belongs to none, and GitHub refuses to say who
// writes with it; what a bot wrote counts as our own then.
// Source: https://docs.github.com/en/rest/users/users#get-the-authenticated-user
func (c *Client) own(ctx context.Context) (func(*github.User) bool, error) {
	if c.isOwn != nil {
		return c.isOwn, nil
	}
	var user *github.User
	err := c.do(ctx, operation{action: "asking whose the token is", subject: c.subject()}, func() (err error) {
		user, _, err = c.api.Users.Get(ctx, "")
		if err == nil && user.GetID() == 0 {
			err = errNoAnswer
		}
		return err
	})
	switch {
	case err == nil:
		c.isOwn = func(u *github.User) bool { return u.GetID() == user.GetID() }
	case reconcile.KindOf(err) == reconcile.Denied:
		c.isOwn = func(u *github.User) bool { return u.GetType() == "Bot" }
	default:
		return nil, err
	}
	return c.isOwn, nil
}

func (c *Client) subject() string { return c.owner + "/" + c.name }

// Did is what was done.
type Did string

// What is done to a comment or an issue.
const (
	Created   Did = "created"
	Updated   Did = "updated"
	Unchanged Did = "unchanged"
	Closed    Did = "closed"
	Reopened  Did = "reopened"
	// LeftAlone means that a newer run has written what is there.
	LeftAlone Did = "left alone"
	// Nothing means that there is nothing, and that nothing has to be.
	Nothing Did = "nothing"
)

// Outcome is what became of a comment or an issue.
type Outcome struct {
	Did Did
	URL string // for people; empty where there is nothing
	// Removed counts comments, or issues, that said the same and are no longer
	// there, or open.
	Removed int
	// Unlabelled means that the issue did not take its label.
	Unlabelled bool
}
