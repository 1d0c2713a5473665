package report

import (
	"fmt"
	"io"

	"github.com/amisync/amisync/reconcile"
)

// textWriter writes documents as text.
type textWriter struct{}

// WritePlan shows a plan: what changes, what is risky, what is not known, and
// the numbers.
func (textWriter) WritePlan(w io.Writer, plan *reconcile.Plan, style Style) error {
	p := &page{style: style}
	p.scope(plan.Scope)
	if len(plan.Changes) == 0 {
		p.noChanges(plan)
	} else {
		p.changes(plan.Changes)
	}
	p.findings(plan.Findings)
	p.incomplete(plan.Incomplete)
	p.inventory(plan)
	p.refusal(plan.Findings)
	s := plan.Summary
	p.counts("Plan",
		count{s.Images, "image", "images", bold},
		count{s.Grants, "grant", "grants", green},
		count{s.Revokes, "revoke", "revokes", red},
		count{s.Public, "public", "", alarm},
		count{s.Copies, "copy", "copies", green},
		count{s.Other, "other", "", plain},
		count{s.Unknown, "unknown", "", yellow},
	)
	return p.writeTo(w)
}

func (p *page) changes(changes []reconcile.Change) {
	var entries []entry
	for _, c := range changes {
		entries = append(entries, entry{image: c.Image, row: row{cells: explained(c)}})
	}
	p.lanes(entries)
	// Where everything stands in one block, the sum would only repeat it.
	if groups := grouped(entries); len(groups) > 1 || len(groups[0].blocks) > 1 {
		p.byPrincipal(changes)
	}
}

// noChanges says what an empty plan means: not the same when something was
// left out, could not be read, or is in the way.
func (p *page) noChanges(plan *reconcile.Plan) {
	p.space()
	switch {
	case len(plan.Incomplete) > 0:
		p.line(0, paint(yellow, "No changes are known, but not everything could be read: the cloud may differ there."))
	case risky(plan.Findings):
		p.line(0, paint(bold, "No changes."), say(" The cloud is as declared, apart from the findings below."))
	case !plan.Scope.IsAll():
		p.line(0, paint(green, "No changes."), say(" What the filter lets through is as declared."))
	default:
		p.line(0, paint(green, "No changes."), say(" The cloud is as declared."))
	}
}

// inventory says how much the plan looked at, and which plan this is.
func (p *page) inventory(plan *reconcile.Plan) {
	p.space()
	if i := plan.Inventory; i.Lanes > 0 {
		retired := ""
		if i.Retired > 0 {
			retired = " (no longer among the newest, left alone)"
		}
		p.line(0, say(fmt.Sprintf("Looked at %s: %s listed, %d picked, %d retired%s.",
			number(i.Lanes, "lane", "lanes"), images(i.Listed), i.Picked, i.Retired, retired)))
	}
	if len(plan.Changes) > 0 && plan.Digest != "" {
		p.line(0, say("Digest "+plan.Digest))
	}
}

// refusal says what the findings keep from being applied.
func (p *page) refusal(findings []reconcile.Finding) {
	run, image := 0, 0
	for _, f := range findings {
		switch {
		case f.Refuses() && f.Stops == reconcile.StopsRun:
			run++
		case f.Refuses():
			image++
		}
	}
	p.space()
	switch {
	case run > 0:
		p.line(0, paint(red, "Refused:"), say(" "+number(run, "error stops", "errors stop")+" the run; nothing is applied until that is mended."))
	case image > 0:
		p.line(0, paint(yellow, "In part:"), say(" "+number(image, "error keeps its image", "errors keep their images")+" from being changed; the rest can be applied."))
	}
}
