package github

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/go-github/v89/github"

	"github.com/amisync/amisync/reconcile"
)

// maxIssues is how many issues with the label are read.
const maxIssues = 1_000

// issues are our own of the environment: open ones first, the oldest of them
// before others; then closed ones, the last one closed before others. An issue
// that lost its label is found as long as it is among the last that something
// happened to.
func (c *Client) issues(ctx context.Context, wanted Wanted) ([]issue, error) {
	found, all, err := c.listIssues(ctx, wanted.Body.Environment, maxIssues, &github.IssueListByRepoOptions{State: "all", Labels: []string{wanted.Label}})
	if err == nil && len(found) == 0 && !all {
		err = &reconcile.Error{Kind: reconcile.Refused, Action: "reading the issues", Subject: c.subject(), Hint: "use a label that nothing else has: --label NAME",
			Err: fmt.Errorf("more than %d have the label %s", maxIssues, wanted.Label)}
	}
	if err == nil && len(found) == 0 {
		found, _, err = c.listIssues(ctx, wanted.Body.Environment, pageSize, &github.IssueListByRepoOptions{State: "all", Sort: "updated", Direction: "desc"})
	}
	slices.SortFunc(found, func(a, b issue) int {
		switch {
		case a.open != b.open && a.open:
			return -1
		case a.open != b.open:
			return 1
		}
		return cmp.Or(b.closed.Compare(a.closed), cmp.Compare(a.number, b.number))
	})
	return found, err
}

// listIssues reads up to as many issues, and returns our own and whether these
// were all.
func (c *Client) listIssues(ctx context.Context, environment string, most int, options *github.IssueListByRepoOptions) (found []issue, all bool, err error) {
	options.ListOptions = github.ListOptions{PerPage: pageSize, Page: 1}
	for read := 0; read < most && options.ListOptions.Page != 0; read += pageSize {
		var page []*github.Issue
		var response *github.Response
		err := c.do(ctx, operation{action: "reading the issues", subject: c.subject(), permission: "issues: write"}, func() (err error) {
			page, response, err = c.api.Issues.ListByRepo(ctx, c.owner, c.name, options)
			return err
		})
		if err != nil {
			return nil, false, err
		}
		for _, each := range page {
			body, marked := ParseBody(each.GetBody())
			if each.IsPullRequest() || !marked || body.Kind != Issue || body.Environment != environment {
				continue
			}
			own, err := c.own(ctx)
			if err != nil {
				return nil, false, err
			}
			if own(each.GetUser()) {
				found = append(found, newIssue(each))
			}
		}
		options.ListOptions.Page = response.NextPage
	}
	return found, options.ListOptions.Page == 0, nil
}
