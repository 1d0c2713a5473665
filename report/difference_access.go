package report

import (
	"fmt"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// gainer is a share with its lines, and all others whose lines are the same.
type gainer struct {
	names  []row
	rows   []row
	urgent bool // it becomes public
}

// shares writes who gains and who loses, by share; those that become public
// come first.
func (p *page) shares(access []reconcile.AccessDifference) {
	for _, g := range foldedShares(access) {
		p.space()
		p.rows(0, columns(g.names), g.names)
		if len(g.names) > 1 {
			p.line(2, paint(faint, fmt.Sprintf("each of these %d shares:", len(g.names))))
		}
		p.rows(2, columns(g.rows), g.rows)
	}
}

// foldedShares puts the differences of one share together, and shares with the
// same differences. Where these stand in the manifests is said at the name of
// the share if that is one place for all of them, as where a group was edited.
func foldedShares(access []reconcile.AccessDifference) []gainer {
	var gainers []gainer
	at := map[string]int{}
	for len(access) > 0 {
		end := slices.IndexFunc(access, func(a reconcile.AccessDifference) bool { return a.Share != access[0].Share })
		if end < 0 {
			end = len(access)
		}
		g := newGainer(access[:end])
		access = access[end:]
		key := fmt.Sprintf("%q", g.rows)
		if i, same := at[key]; same {
			gainers[i].names = append(gainers[i].names, g.names...)
			continue
		}
		at[key] = len(gainers)
		gainers = append(gainers, g)
	}
	slices.SortStableFunc(gainers, func(a, b gainer) int { return urgentFirst(a.urgent, b.urgent) })
	return gainers
}

// newGainer is one share.
func newGainer(of []reconcile.AccessDifference) gainer {
	onePlace := !slices.ContainsFunc(of, func(a reconcile.AccessDifference) bool { return a.Source != of[0].Source })
	name := row{cells: []span{paint(bold, of[0].Share), say("of " + of[0].Owner)}}
	if onePlace {
		name.cells = append(name.cells, paint(faint, place(of[0].Source)))
	}
	g := gainer{names: []row{name}, urgent: slices.ContainsFunc(of, becomesPublic)}
	for _, a := range of {
		r := row{cells: accessCells(a, !onePlace)}
		if a.Stays != "" {
			r.below = []string{"takes nothing away (" + a.Stays + ")"}
		}
		g.rows = append(g.rows, r)
	}
	return g
}

func becomesPublic(a reconcile.AccessDifference) bool {
	return a.Kind == reconcile.DifferenceGains && a.Principal.Kind == principal.Public
}

// accessCells is a difference as cells: what happens to whom, until when and
// through what, the place if it is wanted, and the words of the manifest's author.
func accessCells(a reconcile.AccessDifference, placed bool) []span {
	sign := paint(yellow, "~ "+string(a.Kind))
	switch {
	case becomesPublic(a):
		sign = paint(alarm, "! "+string(a.Kind))
	case a.Kind == reconcile.DifferenceGains:
		sign = paint(green, "+ "+string(a.Kind))
	case a.Kind == reconcile.DifferenceLoses:
		sign = paint(red, "- "+string(a.Kind))
	}
	through, at, note := "", "", ""
	if a.Through != "" {
		through = "through " + a.Through
	}
	if a.Note != "" {
		note = "(" + a.Note + ")"
	}
	if placed {
		at = place(a.Source)
	}
	return []span{sign, say(kindWord(a.Principal.Kind)), say(who(a.Principal)), say(joined(", ", lastDays(a), through)), paint(faint, at), paint(faint, note)}
}

// lastDays is until when a permission holds.
func lastDays(a reconcile.AccessDifference) string {
	until, was := "", ""
	if a.Until != "" || redated(a) {
		until = untilDay(a.Until)
	}
	if a.Ended {
		until += " (over)"
	}
	if redated(a) {
		was = "was " + untilDay(a.Before)
	}
	return joined(", ", until, was)
}

// redated reports whether both revisions declare the principal for certain, with
// another last day each.
func redated(a reconcile.AccessDifference) bool {
	return a.Kind == reconcile.DifferenceTerm || a.Before != ""
}

func untilDay(last string) string {
	if last == "" {
		return "for good"
	}
	return "until " + last
}
