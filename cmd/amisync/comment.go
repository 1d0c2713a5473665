package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/github"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// Bytes that a plan and its result may have in a comment. Together, and with
// what stands around them, they stay below github.MaxBody.
const (
	planBudget   = 48_000
	resultBudget = 14_000
)

func commentCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "comment", Usage: "show a saved plan, a result, or both in one comment on a pull request", ArgsUsage: "FILE...",
		Description: "FILE is what `plan --out` or `apply --out` wrote. The comment is created, or edited in place: a plan takes the place\n" +
			"of all that is there, a result alone goes below the plan. Needs no cloud, but a token: GITHUB_TOKEN or GH_TOKEN.",
		Flags: flags(
			&cli.IntFlag{Name: "pull-request", Usage: "the `NUMBER` of the pull request; default: the one that the workflow runs for, or that a push has merged"},
			gitHubFlags(),
		),
		Action: t.comment,
	}
}

func (t *tool) comment(c *cli.Context) error {
	if c.IsSet("pull-request") && c.Int("pull-request") <= 0 {
		return &usageError{message: fmt.Sprintf("--pull-request is a number from 1 on, not %d", c.Int("pull-request")), command: c.Command}
	}
	document, err := t.commentDocuments(c)
	if err != nil {
		return err
	}
	g, err := t.gitHub(c)
	if err != nil {
		return err
	}
	body, err := g.commentBody(document)
	if err != nil {
		return err
	}
	ctx, cancel := gitHubContext(c)
	defer cancel()
	pullRequests, err := g.pullRequests(ctx, c.Int("pull-request"))
	if err != nil {
		return gitHubError(err)
	}
	if len(pullRequests) == 0 && t.variable("GITHUB_ACTIONS") == "" {
		return &usageError{message: "nothing says which pull request to comment on: this is no run of a workflow", hint: "name it: --pull-request NUMBER"}
	}
	if len(pullRequests) == 0 {
		t.tell("there is no pull request to comment on: this run belongs to none; name one with --pull-request NUMBER")
	}
	var problems []error
	for _, number := range pullRequests {
		outcome, err := g.client.Comment(ctx, number, body)
		problems = append(problems, gitHubError(err), t.tellOutcome("comment", outcome))
	}
	return errors.Join(problems...)
}

// commentDocuments reads one plan, one result, or both.
func (t *tool) commentDocuments(c *cli.Context) (both reconcile.Document, err error) {
	if !c.Args().Present() {
		return both, &usageError{message: "comment needs the file with the plan, the result, or both", command: c.Command}
	}
	for _, file := range c.Args().Slice() {
		document, err := t.readDated(file)
		switch {
		case err != nil:
			return both, err
		case document.Drift != nil:
			return both, &usageError{message: file + " is a drift, which no pull request waits for", hint: "give it to amisync issue"}
		case document.Plan != nil && both.Plan != nil || document.Result != nil && both.Result != nil:
			return both, &usageError{message: file + " is the second one of its sort", hint: "give a plan, a result, or one of each; --environment keeps several comments apart"}
		case document.Plan != nil:
			both.Plan = document.Plan
		default:
			both.Result = document.Result
		}
	}
	return both, nil
}

// commentBody puts the plan, its result, or both into one body.
func (g *gitHubRun) commentBody(both reconcile.Document) (github.Body, error) {
	body := github.Body{Kind: github.Comment, Environment: g.environment}
	add := func(name string, document reconcile.Document, at time.Time, budget int) error {
		section, err := g.section(name, document, at, budget)
		body.Sections = append(body.Sections, section)
		if at.After(body.At) {
			body.At = at
		}
		return err
	}
	var problems []error
	if both.Plan != nil {
		problems = append(problems, add(github.Plan, reconcile.Document{Plan: both.Plan}, both.Plan.At, planBudget))
	}
	if both.Result != nil {
		problems = append(problems, add(github.Result, reconcile.Document{Result: both.Result}, both.Result.EndedAt, resultBudget))
	}
	return body, errors.Join(problems...)
}

// pullRequests are the numbers of those to comment on: the one named, the one
// that the workflow runs for, or those that its push has merged.
func (g *gitHubRun) pullRequests(ctx context.Context, named int) ([]int, error) {
	switch {
	case named > 0:
		return []int{named}, nil
	case g.workflow.PullRequest > 0:
		return []int{g.workflow.PullRequest}, nil
	case g.workflow.Push && g.workflow.Commit != "":
		return g.client.MergedPullRequests(ctx, g.workflow.Commit, g.workflow.Branch)
	}
	return nil, nil
}

// tellOutcome prints where something stands, and says what was done to it.
func (t *tool) tellOutcome(what string, outcome github.Outcome) error {
	switch outcome.Did {
	case "":
		return nil // it failed
	case github.LeftAlone:
		t.tell("the " + what + " is left alone: a newer run has written it")
	case github.Nothing:
		t.tell("nothing to do: there is no open " + what + ", and nothing that it would be about")
	default:
		t.tell(what + " " + string(outcome.Did))
	}
	if outcome.Removed > 0 {
		t.tell(fmt.Sprintf("%s that said the same: removed", number(outcome.Removed, "more "+what)))
	}
	if outcome.URL == "" {
		return nil
	}
	_, err := fmt.Fprintln(t.out, report.Safe(outcome.URL))
	return err
}
