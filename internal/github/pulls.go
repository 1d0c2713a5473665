package github

import (
	"context"
	"slices"

	"github.com/google/go-github/v89/github"
)

// MergedPullRequests are the numbers of the pull requests that brought a commit
// into a branch, in ascending order: those whose merge made the commit, or else
// all merged ones that hold it. There may be none.
func (c *Client) MergedPullRequests(ctx context.Context, commit, branch string) ([]int, error) {
	var page []*github.PullRequest
	err := c.do(ctx, operation{action: "looking for the pull request of commit " + commit, subject: c.subject(), permission: "pull-requests: write"}, func() (err error) {
		page, _, err = c.api.PullRequests.ListPullRequestsWithCommit(ctx, c.owner, c.name, commit, &github.ListOptions{PerPage: pageSize})
		return err
	})
	var all, exact []int
	for _, pull := range page {
		if pull.MergedAt == nil || branch != "" && pull.GetBase().GetRef() != branch {
			continue
		}
		all = append(all, pull.GetNumber())
		if pull.GetMergeCommitSHA() == commit {
			exact = append(exact, pull.GetNumber())
		}
	}
	if len(exact) > 0 {
		all = exact
	}
	slices.Sort(all)
	return all, err
}
