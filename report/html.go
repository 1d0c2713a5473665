package report

import (
	"io"
	"path"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// htmlWriter writes documents as files for a browser, see package html. All
// text passes through Safe here: what shows nothing or turns the direction of
// writing would deceive in a browser too.
type htmlWriter struct{ changesOnly }

func (htmlWriter) WritePlan(w io.Writer, p *reconcile.Plan, style Style) error {
	view := html.Page{Title: "amisync plan", Only: "only what changes", Heading: "Changes", Noun: "change",
		Unread: htmlIncomplete(p.Incomplete, style), Findings: htmlFindings(p.Findings, style)}
	view.Verdict, view.Notes = planVerdict(p)
	view.Counts = htmlCounts(func(page *page) { page.planCounts(p.Summary) }, 0)
	view.Facts = facts("Made", htmlTime(p.At), "Digest", p.Digest, "Looked at", lookedAt(p), applying(p), style.takes(p))
	states := newAccessStates(&p.Access, p.Findings)
	var changes []listed
	for _, c := range p.Changes {
		changes = append(changes, listed{cell: states.plan(c), change: c, why: reason(c)})
	}
	return writeHTML(w, view, states, changes, "amisync show plan.json --format json", style)
}

func (htmlWriter) WriteResult(w io.Writer, r *reconcile.Result, style Style) error {
	view := html.Page{Title: "amisync apply", Only: "only what was to change", Heading: "What became of the changes", Noun: "change",
		Unread: htmlIncomplete(r.Incomplete, style), Findings: htmlFindings(r.Findings, style)}
	view.Verdict, view.Notes = resultVerdict(r)
	view.Counts = htmlCounts(func(page *page) { page.resultCounts(r) }, otherStatuses(r.Outcomes))
	view.Facts = facts("Began", htmlTime(r.StartedAt), "Ended", htmlTime(r.EndedAt), "Digest", r.Digest)
	for _, actor := range r.Actors {
		view.Facts = append(view.Facts, facts("By", actor.Identity+" in "+style.account(actor.Account))...)
	}
	states := resultStates(r)
	sorted := slices.Clone(r.Outcomes)
	slices.SortStableFunc(sorted, func(a, b reconcile.Outcome) int { return urgentFirst(!inEffect(a), !inEffect(b)) })
	var changes []listed
	for _, o := range sorted {
		states.outcome(o)
		changes = append(changes, listed{became(o), o.Change, reason(o.Change), o.Because, o.Hint})
	}
	return writeHTML(w, view, states, changes, "amisync show result.json --format json", style)
}

func (htmlWriter) WriteDrift(w io.Writer, d *reconcile.Drift, style Style) error {
	view := html.Page{Title: "amisync drift", Only: "only what drifted", Heading: "Drift", Noun: "deviation",
		Unread: htmlIncomplete(d.Incomplete, style), Findings: htmlFindings(d.Findings, style)}
	view.Verdict, view.Notes = driftVerdict(d)
	view.Counts = htmlCounts(func(page *page) { page.driftCounts(d) }, otherKinds(d.Deviations))
	view.Facts = facts("Looked at", htmlTime(d.At))
	states := newAccessStates(&d.Access, nil)
	var changes []listed
	for _, v := range d.Deviations {
		cell, says := states.drift(v)
		changes = append(changes, listed{cell: cell, change: reconcile.Change{Image: v.Image, Principal: v.Principal, Source: v.Source}, why: says})
	}
	return writeHTML(w, view, states, changes, "amisync show drift.json --format json", style)
}

// WriteComparison shows lists alone: what a plan is compared with is not kept.
func (htmlWriter) WriteComparison(w io.Writer, c *reconcile.Comparison, style Style) error {
	view := html.Page{Title: "amisync apply", Heading: "The saved plan and what is needed now", Noun: "change"}
	view.Verdict = []html.Sentence{{Tone: html.Good, Text: "The saved plan holds."}}
	if c.Stale() {
		view.Verdict = []html.Sentence{{Tone: html.Bad, Text: "The saved plan is stale: it does not name what has to be done now."}}
	}
	view.Counts = htmlCounts(func(page *page) { page.comparisonCounts(c) }, 0)
	var changes []listed
	for _, part := range []struct {
		cell    html.Cell
		changes []reconcile.Change
	}{
		{html.Cell{Mark: html.Add, Text: "only needed now"}, c.Added},
		{html.Cell{Mark: html.Take, Text: "only in the plan"}, c.Dropped},
		{html.Cell{Mark: html.Unknown, Text: "cannot be read"}, c.Unknown},
		{html.Cell{Mark: html.Keep, Text: "in both"}, c.Due},
		{html.Cell{Mark: html.Done, Text: "already satisfied"}, c.Satisfied},
	} {
		for _, change := range part.changes {
			changes = append(changes, listed{cell: part.cell, change: change, why: joined(": ", string(change.Verb), reason(change))})
		}
	}
	fit(&view, changes, "--format json", style)
	return html.Write(w, view)
}

// writeHTML completes the page with the matrix and what sums it up. Whole is the
// command that shows what the page has no room for.
func writeHTML(w io.Writer, view html.Page, states *accessStates, changes []listed, whole string, style Style) error {
	view.Lanes, view.Left.Rows = states.lanes(style, whole)
	view.Legend = states.legend(view.Lanes)
	view.Sums, view.Left.Sums = states.sums(whole)
	fit(&view, changes, whole, style)
	return html.Write(w, view)
}

func htmlPrincipal(p reconcile.NamedPrincipal) html.Principal {
	view := html.Principal{Name: Safe(p.ID), Kind: Safe(kindWord(p.Kind))}
	switch {
	case p.Kind == principal.Public:
		view.Name, view.Full, view.Everyone = who(p), "public", true
	case p.Alias != "":
		view.Name, view.ID = Safe(p.Alias), Safe(strings.TrimPrefix(who(p), p.Alias+" "))
		if view.ID != Safe(p.ID) {
			view.Full = Safe(p.ID)
		}
	case strings.HasPrefix(p.ID, "arn:"):
		view.Name, view.Full = Safe(path.Base(p.ID)), Safe(p.ID)
	}
	return view
}

func htmlImage(i reconcile.NamedImage) html.Image {
	return html.Image{Name: Safe(i.Name), ID: Safe(i.ID)}
}
