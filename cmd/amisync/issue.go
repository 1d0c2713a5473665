package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/github"
	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/reconcile"
)

func issueCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "issue", Usage: "keep one issue open for as long as there is drift", ArgsUsage: "FILE",
		Description: "FILE is what `drift --format json=FILE` wrote. The issue of the environment is opened or reopened where something differs or\n" +
			"could not be read, edited in place, and closed once all is in sync. Each part of a sample has an issue of its own.\n" +
			"Needs no cloud, but a token: GITHUB_TOKEN or GH_TOKEN.",
		Flags: flags(
			&cli.StringFlag{Name: "label", Value: "amisync-drift", Usage: "the `LABEL` that the issue has, and is found by"},
			gitHubFlags(),
		),
		Action: t.issue,
	}
}

// labelForm is what a label may look like. GitHub reads a comma as the end of
// one.
var labelForm = lazy.Regexp(`^[^,\pC\pZ]([^,\pC]{0,48}[^,\pC\pZ])?$`)

func (t *tool) issue(c *cli.Context) error {
	if c.NArg() != 1 {
		return &usageError{message: "issue takes one argument, the file with the drift", command: c.Command}
	}
	label := c.String("label")
	if !labelForm().MatchString(label) {
		return &usageError{message: fmt.Sprintf("--label is one label of up to 50 characters without commas, not %q", label), command: c.Command}
	}
	file := c.Args().First()
	document, err := t.readDated(file)
	if err != nil {
		return err
	}
	if document.Drift == nil {
		return &usageError{message: file + " is no drift", hint: "make one: amisync drift --format json=drift.json"}
	}
	g, err := t.gitHub(c)
	if err != nil {
		return err
	}
	wanted, err := g.wantedIssue(document, label)
	if err != nil {
		return err
	}
	ctx, cancel := gitHubContext(c)
	defer cancel()
	outcome, err := g.client.Issue(ctx, wanted)
	if err != nil {
		return gitHubError(err)
	}
	if outcome.Unlabelled {
		t.tell(fmt.Sprintf("the issue did not take the label %s, so it is harder to find: the token needs the permission to set labels", label))
	}
	return t.tellOutcome("issue", outcome)
}

// wantedIssue is what the issue of a drift is to say. Each part of a sample has an
// environment of its own, since it knows nothing of the others.
func (g *gitHubRun) wantedIssue(document reconcile.Document, label string) (github.Wanted, error) {
	wanted := github.Wanted{Title: "amisync: drift", Label: label, Open: needsAttention(document.Drift)}
	if g.environment != github.DefaultEnvironment {
		wanted.Title += " in " + g.environment
	}
	if sample := document.Drift.Scope.Sample; !sample.IsZero() {
		wanted.Title += ", sample " + sample.String()
		g.environment = fmt.Sprintf("%s/sample-%d-of-%d", g.environment, sample.Index, sample.Of)
		if err := github.CheckEnvironment(g.environment); err != nil {
			return wanted, &usageError{message: "--environment: " + err.Error(), hint: "take a shorter name: a part of a sample adds to it"}
		}
	}
	var err error
	wanted.Body, err = g.issueBody(document, wanted.Open)
	return wanted, err
}

// needsAttention reports whether somebody should look at a drift. What could not
// be read may be drift as well.
func needsAttention(d *reconcile.Drift) bool {
	return d.Found() || len(d.Incomplete) > 0 || slices.ContainsFunc(d.Findings, func(f reconcile.Finding) bool { return f.Severity == reconcile.SeverityError })
}

func (g *gitHubRun) issueBody(document reconcile.Document, open bool) (github.Body, error) {
	drift := document.Drift
	section, err := g.section(github.Drift, document, drift.At, 0)
	if !open {
		section.Text = fmt.Sprintf("In sync since %s.\n\n%s", drift.At.UTC().Format("2006-01-02 15:04 UTC"), section.Text)
	}
	return github.Body{Kind: github.Issue, Environment: g.environment, At: drift.At, Scope: scopeSum(drift.Scope), Sections: []github.Section{section}}, err
}

// scopeSum tells filters apart; "" is no filter.
func scopeSum(scope reconcile.Scope) string {
	if scope.IsAll() {
		return ""
	}
	return strings.TrimPrefix(reconcile.Digest(scope, nil), "sha256:")[:16]
}
