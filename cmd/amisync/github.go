package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/github"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// gitHubTime is how long a command takes at most, waiting for rate limits
// included.
const gitHubTime = 10 * time.Minute

// maxEvent is the size in bytes of the largest event of a workflow that is read.
const maxEvent = 32 << 20

// gitHubFlags say where on GitHub a document goes.
func gitHubFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "repository", EnvVars: []string{"GITHUB_REPOSITORY"}, Usage: "the `OWNER/NAME` of the repository"},
		&cli.StringFlag{Name: "environment", Value: github.DefaultEnvironment, Usage: "the `NAME` of what this is about, where there is more than one"},
		&cli.StringFlag{Name: "api-url", EnvVars: []string{"GITHUB_API_URL"}, Usage: "the `URL` of GitHub's API (default: https://api.github.com)"},
		&cli.StringFlag{Name: "source-url", EnvVars: []string{"AMISYNC_SOURCE_URL"}, Usage: "link places in manifests to `URL` and the file's name behind it; default: the commit of the workflow"},
	}
}

// gitHubRun is one run of a command that writes to GitHub.
type gitHubRun struct {
	*tool
	client      *github.Client
	workflow    github.Workflow
	environment string
	sources     string
}

func (t *tool) gitHub(c *cli.Context) (*gitHubRun, error) {
	g := &gitHubRun{tool: t, environment: c.String("environment")}
	var err error
	if g.sources, err = sourceURL(c); err != nil {
		return nil, err
	}
	if err := github.CheckEnvironment(g.environment); err != nil {
		return nil, &usageError{message: "--environment: " + err.Error(), command: c.Command}
	}
	if err := github.CheckRepository(c.String("repository")); err != nil {
		return nil, &usageError{message: "--repository: " + err.Error(), hint: "name it: --repository OWNER/NAME, or set GITHUB_REPOSITORY"}
	}
	token := t.variable("GITHUB_TOKEN")
	if token == "" {
		token = t.variable("GH_TOKEN")
	}
	if token == "" {
		return nil, hinted{errors.New("there is no token: neither GITHUB_TOKEN nor GH_TOKEN is set"), "in a workflow, write GITHUB_TOKEN: ${{ github.token }} below env: of the step"}
	}
	var event []byte
	if file := t.variable("GITHUB_EVENT_PATH"); file != "" {
		event, _ = readFile(file, maxEvent) // without it, there is nothing to be known from it
	}
	g.workflow = github.ReadWorkflow(t.env, event)
	if g.sources == "" {
		g.sources = g.workflow.Sources()
	}
	url := c.String("api-url")
	if url == "" {
		url = "https://api.github.com"
	}
	g.client, err = github.New(github.Options{URL: url, Token: token, Repository: c.String("repository"), Tell: t.tell})
	if err != nil {
		return nil, &usageError{message: "--api-url: " + err.Error(), hint: "write --api-url https://HOST/api/v3 for a GitHub Enterprise Server"}
	}
	return g, nil
}

// variable is the value of an environment variable, "" where it is not set.
func (t *tool) variable(name string) string {
	value, _ := t.env(name)
	return value
}

// tell says something on standard error.
func (t *tool) tell(message string) { fmt.Fprintln(t.err, report.Safe(message)) }

// readDated reads a document, unless it was made in the future: a comment or an
// issue of then would be left alone by all that is made before.
func (t *tool) readDated(file string) (reconcile.Document, error) {
	document, err := readDocument(file)
	if err != nil {
		return document, err
	}
	var at time.Time
	switch {
	case document.Plan != nil:
		at = document.Plan.At
	case document.Result != nil:
		at = document.Result.EndedAt
	case document.Drift != nil:
		at = document.Drift.At
	}
	if at.After(t.now().Add(clockSkew)) {
		return document, hinted{fmt.Errorf("%s was made at %s, which is in the future", file, at.UTC().Format(time.RFC3339)),
			"set the clocks right, of this machine and of the one that made it, and make it again"}
	}
	return document, nil
}

// section makes a document a part of a comment or an issue, with a budget of
// bytes for it.
func (g *gitHubRun) section(name string, document reconcile.Document, at time.Time, budget int) (github.Section, error) {
	writer, err := report.For(report.Markdown, report.Document(name))
	if err != nil {
		return github.Section{}, err
	}
	var text bytes.Buffer
	style := report.Style{Names: ownerNames(document), Sources: g.sources, Budget: budget}
	err = writeDocument(writer, &text, document, style)
	words := map[string]string{github.Plan: "Plan", github.Result: "Result", github.Drift: "Drift"}
	return github.Section{Name: name, Commit: g.workflow.Reviewed(), Text: text.String(), Footer: g.workflow.Footer(words[name], at)}, err
}

// gitHubContext bounds what is sent to GitHub in time.
func gitHubContext(c *cli.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.Context, gitHubTime)
}

// gitHubError says why a command ended early, where it is not GitHub's doing.
func gitHubError(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return hinted{errors.New("interrupted: nobody knows whether the last request took effect"), "run it again: it looks first at what is there"}
	case errors.Is(err, context.DeadlineExceeded):
		return hinted{fmt.Errorf("GitHub took longer than %s", gitHubTime), "run it again: it looks first at what is there"}
	}
	return err
}
