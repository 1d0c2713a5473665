package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"

	"github.com/amisync/amisync/internal/github"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// forgery is what a stranger may write to look like amisync: hidden lines, and
// what ends or begins something in Markdown and HTML.
func forgery() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{"<!-- amisync:result commit= -->", "<!-- amisync:footer -->", "<!-- amisync:comment environment=default at=2100-01-01T00:00:00Z scope= -->", "<!--", "-->", "\n", "\r\n", "\n\n",
		"`", "```", "<", ">", "!--", "\\", "|", "&lt;", "@acme", "name"})
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "pieces"), "") })
}

// forgedDocuments are a plan, its result and a drift in which every text that
// strangers have a say in is a forgery.
func forgedDocuments(t *rapid.T) []reconcile.Document {
	text := func(label string) string { return forgery().Draw(t, label) }
	owners := map[string]string{"111122223333": text("owner")}
	image := reconcile.NamedImage{Image: principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: "ami-0a000000000000001"}, Name: text("image")}
	who := reconcile.NamedPrincipal{Principal: principal.Principal{Kind: principal.Account, ID: "444455556666"}, Alias: text("alias")}
	source := reconcile.Source{File: text("file"), Line: 3}
	findings := []reconcile.Finding{{Code: "AMI001", Severity: reconcile.SeverityError, Message: text("message"), Image: image, Share: text("share"), Principal: who, Source: source, Hint: text("hint"), Excepted: text("excepted")}}
	incomplete := []reconcile.Incomplete{{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", Image: text("unread"), Name: text("unread name"), Kind: reconcile.Denied, Action: text("action"), Error: text("error"), Hint: text("unread hint")}}
	plan := &reconcile.Plan{At: time.Unix(1_800_000_000, 0), Scope: reconcile.Scope{Shares: []string{text("scope")}}, Owners: owners, Findings: findings, Incomplete: incomplete,
		Changes: []reconcile.Change{{Verb: reconcile.VerbRevoke, Image: image, Principal: who, Reason: reconcile.Reason(text("reason")), Source: source}}}
	plan.Finish(map[principal.Principal]string{who.Principal: text("name")}, carriers)
	result := &reconcile.Result{EndedAt: plan.At.Add(time.Hour), Owners: owners, Incomplete: incomplete, Actors: []reconcile.Actor{{Account: "111122223333", Identity: text("actor")}},
		Outcomes: []reconcile.Outcome{{Change: plan.Changes[0], Status: reconcile.StatusFailed, Because: text("because"), Hint: text("outcome hint")}}}
	result.Finish()
	drift := reconcile.DriftOf(plan, nil, 0)
	drift.Finish()
	return []reconcile.Document{{Plan: plan}, {Result: result}, {Drift: drift}}
}

// TestNothingInADocumentForgesAComment renders comments and issues as GitHub
// would, with HTML let through: the only comments of HTML are our hidden lines.
func TestNothingInADocumentForgesAComment(t *testing.T) {
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	rapid.Check(t, func(t *rapid.T) {
		g := &gitHubRun{tool: &tool{}, environment: "default", sources: "https://github.example/acme/images/blob/0123abc/"}
		documents := forgedDocuments(t)
		body, err := g.commentBody(reconcile.Document{Plan: documents[0].Plan, Result: documents[1].Result})
		if err != nil {
			t.Fatal(err)
		}
		issue, err := g.issueBody(documents[2], true)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []github.Body{body, issue} {
			var page bytes.Buffer
			if err := markdown.Convert([]byte(b.String()), &page); err != nil {
				t.Fatal(err)
			}
			if n, want := strings.Count(page.String(), "<!--"), 1+2*len(b.Sections); n != want {
				t.Fatalf("there are %d comments of HTML, not %d:\n%s\nfrom\n%s", n, want, page.String(), b)
			}
			read, ok := github.ParseBody(b.String())
			if !ok || fmt.Sprint(names(read)) != fmt.Sprint(names(b)) || read.String() != b.String() {
				t.Fatalf("is read as %+v:\n%s", read, b)
			}
		}
	})
}

func names(b github.Body) []string {
	var all []string
	for _, s := range b.Sections {
		all = append(all, s.Name)
	}
	return all
}
