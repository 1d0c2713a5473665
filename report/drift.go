package report

import (
	"fmt"
	"io"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// directions are the ways in which a cloud can depart from the manifests, in
// the order of the last line.
var directions = []struct {
	kind  reconcile.DriftKind
	color color
	says  string
}{
	{reconcile.DriftMissing, yellow, "declared, not there"},
	{reconcile.DriftExtra, red, "there, not declared"},
	{reconcile.DriftPublic, alarm, "public, not declared"},
	{reconcile.DriftPending, plain, "declared, not there yet: the image is young"},
	{reconcile.DriftExpired, yellow, "there, its last day is over"},
	{reconcile.DriftUnmanaged, yellow, "there, claimed by no manifest"},
}

// WriteDrift shows how the cloud departs from the manifests.
func (textWriter) WriteDrift(w io.Writer, d *reconcile.Drift, style Style) error {
	p := &page{style: style}
	p.scope(d.Scope, driftNames(d))
	p.inSync(d)
	p.lanes(deviations(d.Deviations))
	p.findings(d.Findings)
	p.incomplete(d.Incomplete)
	p.toMend(d)
	p.driftCounts(d)
	return p.writeTo(w)
}

// driftNames returns the names that a drift knows of principals.
func driftNames(d *reconcile.Drift) map[principal.Principal]string {
	names := findingNames(d.Findings)
	for _, v := range d.Deviations {
		names[v.Principal.Principal] = v.Principal.Alias
	}
	return names
}

// driftCounts writes the last line of a drift.
func (p *page) driftCounts(d *reconcile.Drift) {
	var counts []count
	for _, direction := range directions {
		counts = append(counts, count{n: d.Summary[direction.kind], one: string(direction.kind), color: direction.color})
	}
	p.counts("Drift", append(counts, count{n: d.Unknown, one: "unknown", color: yellow})...)
}

// nothingSampled reports whether no share fell to the sample, so that nothing is known
// of what the manifests declare.
func nothingSampled(d *reconcile.Drift) bool {
	return !d.Scope.Sample.IsZero() && d.Shares != nil && *d.Shares == 0
}

// inSync says so where nothing has drifted.
func (p *page) inSync(d *reconcile.Drift) {
	if d.Found() {
		return
	}
	p.space()
	switch {
	case nothingSampled(d):
		others := "only images that no share claims were looked for"
		if len(d.Scope.Shares) > 0 {
			others = "nothing was looked for"
		}
		p.prose(0, yellow, fmt.Sprintf("No share falls to part %s; %s.", d.Scope.Sample, others))
	case len(d.Incomplete) > 0:
		p.prose(0, yellow, "No drift is known, but not everything could be read: the cloud may differ there.")
	case risky(d.Findings) && !d.Scope.IsAll():
		p.statement(bold, "In sync", "in what the filter lets through, apart from the findings below.")
	case risky(d.Findings):
		p.statement(bold, "In sync,", "apart from the findings below.")
	case len(d.Deviations) > 0:
		p.statement(green, "In sync,", "apart from young images that the next apply will share.")
	case !d.Scope.IsAll():
		p.statement(green, "In sync.", "What the filter lets through is as declared.")
	default:
		p.statement(green, "In sync.", "The cloud is as declared.")
	}
}

// toMend says what to do about drift.
func (p *page) toMend(d *reconcile.Drift) {
	if !d.Found() {
		return
	}
	text := "Apply changes nothing here; what may stay has to be declared (see `amisync import`)."
	if slices.ContainsFunc(d.Deviations, func(v reconcile.Deviation) bool { return v.Kind != reconcile.DriftUnmanaged }) {
		text = "`amisync plan` shows what apply would change; what may stay has to be declared."
	}
	p.space()
	p.prose(0, plain, text)
}

func deviations(deviations []reconcile.Deviation) []entry {
	var entries []entry
	for _, d := range deviations {
		kind, says := say(string(d.Kind)), ""
		for _, direction := range directions {
			if direction.kind == d.Kind {
				kind, says = paint(direction.color, string(d.Kind)), direction.says
			}
		}
		entries = append(entries, entry{image: d.Image, row: row{cells: []span{
			kind, say(kindWord(d.Principal.Kind)), say(who(d.Principal)), say(says), paint(faint, place(d.Source))}}})
	}
	return entries
}
