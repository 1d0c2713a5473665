package report

import (
	"io"
	"path"
	"slices"
	"strings"
	"time"

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
	view.Tone, view.Verdict, view.Notes = planVerdict(p)
	view.Counts = htmlCounts(func(page *page) { page.planCounts(p.Summary) })
	view.Facts = facts("Made", htmlTime(p.At), "Digest", p.Digest, "Looked at", lookedAt(p))
	states := newAccessStates(&p.Access)
	for _, c := range p.Changes {
		states.plan(c)
		view.Changes = append(view.Changes, htmlChange(planned(c.Verb), c, reason(c), style))
	}
	return writeHTML(w, view, states, style)
}

func (htmlWriter) WriteResult(w io.Writer, r *reconcile.Result, style Style) error {
	view := html.Page{Title: "amisync apply", Only: "only what was to change", Heading: "What became of the changes", Noun: "change",
		Unread: htmlIncomplete(r.Incomplete, style)}
	view.Tone, view.Verdict, view.Notes = resultVerdict(r)
	view.Counts = htmlCounts(func(page *page) { page.resultCounts(r) })
	view.Facts = facts("Began", htmlTime(r.StartedAt), "Ended", htmlTime(r.EndedAt), "Digest", r.Digest)
	for _, actor := range r.Actors {
		view.Facts = append(view.Facts, facts("By", actor.Identity+" in "+style.account(actor.Account))...)
	}
	states := resultStates(r)
	sorted := slices.Clone(r.Outcomes)
	slices.SortStableFunc(sorted, func(a, b reconcile.Outcome) int { return urgentFirst(!inEffect(a), !inEffect(b)) })
	for _, o := range sorted {
		states.outcome(o)
		c := htmlChange(became(o), o.Change, reason(o.Change), style)
		c.Because, c.Hint = Safe(o.Because), Safe(o.Hint)
		view.Changes = append(view.Changes, c)
	}
	return writeHTML(w, view, states, style)
}

func (htmlWriter) WriteDrift(w io.Writer, d *reconcile.Drift, style Style) error {
	view := html.Page{Title: "amisync drift", Only: "only what drifted", Heading: "Drift", Noun: "deviation",
		Unread: htmlIncomplete(d.Incomplete, style), Findings: htmlFindings(d.Findings, style)}
	view.Tone, view.Verdict, view.Notes = driftVerdict(d)
	view.Counts = htmlCounts(func(page *page) { page.driftCounts(d) })
	view.Facts = facts("Looked at", htmlTime(d.At))
	states := newAccessStates(&d.Access)
	for _, deviation := range d.Deviations {
		cell, says := departed(deviation.Kind)
		states.drift(deviation)
		view.Changes = append(view.Changes, htmlChange(cell, reconcile.Change{Image: deviation.Image,
			Principal: deviation.Principal, Source: deviation.Source}, says, style))
	}
	return writeHTML(w, view, states, style)
}

// WriteComparison shows lists alone: what a plan is compared with is not kept.
func (htmlWriter) WriteComparison(w io.Writer, c *reconcile.Comparison, style Style) error {
	view := html.Page{Title: "amisync apply", Heading: "The saved plan and what is needed now", Noun: "change"}
	view.Tone, view.Verdict = html.Good, "The saved plan holds."
	if c.Stale() {
		view.Tone, view.Verdict = html.Bad, "The saved plan is stale: it does not name what has to be done now."
	}
	view.Counts = htmlCounts(func(page *page) { page.comparisonCounts(c) })
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
			view.Changes = append(view.Changes, htmlChange(part.cell, change, joined(": ", string(change.Verb), reason(change)), style))
		}
	}
	return html.Write(w, view)
}

// writeHTML completes the page with the matrix and what sums it up.
func writeHTML(w io.Writer, view html.Page, states *accessStates, style Style) error {
	view.Lanes = states.lanes(style)
	view.Legend = legend(view.Lanes)
	view.Sums = states.sums()
	return html.Write(w, view)
}

// facts are pairs of a name and a value; those without a value are left out.
func facts(pairs ...string) []html.Fact {
	var kept []html.Fact
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			kept = append(kept, html.Fact{Name: pairs[i], Value: Safe(pairs[i+1])})
		}
	}
	return kept
}

func htmlTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02 15:04:05 UTC")
}

// lookedAt is the sentence on the inventory, without its beginning.
func lookedAt(p *reconcile.Plan) string {
	for _, line := range said(func(page *page) { page.inventory(p) }) {
		if rest, found := strings.CutPrefix(line, "Looked at "); found {
			return rest
		}
	}
	return ""
}

// tones are the tones of colours.
var tones = map[color]html.Tone{green: html.Good, red: html.Bad, alarm: html.Alarm, yellow: html.Warn}

// htmlCounts is what the last line of a document counts.
func htmlCounts(write func(*page)) []html.Count {
	p := &page{}
	write(p)
	var all []html.Count
	for _, c := range p.counted {
		noun := c.one
		if c.many != "" && c.n != 1 {
			noun = c.many
		}
		all = append(all, html.Count{N: c.n, Noun: noun, Tone: tones[c.color]})
	}
	return all
}

func htmlPrincipal(p reconcile.NamedPrincipal) html.Principal {
	view := html.Principal{Name: Safe(p.ID), Kind: Safe(kindWord(p.Kind))}
	switch {
	case p.Kind == principal.Public:
		view.Name, view.Full = who(p), "public"
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
