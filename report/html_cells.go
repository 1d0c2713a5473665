package report

import (
	"cmp"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// The cells of the matrix that are the same in every document.
var (
	granted   = html.Cell{Mark: html.Keep, Text: "granted"}
	public    = html.Cell{Mark: html.Open, Text: "public"}
	inherited = html.Cell{Mark: html.Inherit, Text: "through its organization"}
	unknown   = html.Cell{Mark: html.Unknown, Text: "not known"}
	private   = html.Cell{Mark: html.Done, Text: "nobody else"}
)

// planned is a change that is to be made.
func planned(verb reconcile.Verb) html.Cell {
	switch {
	case verb == reconcile.VerbPublish:
		return html.Cell{Mark: html.Open, Text: "publish"}
	case verb.Gives():
		return html.Cell{Mark: html.Add, Text: Safe(string(verb))}
	}
	return html.Cell{Mark: html.Take, Text: Safe(string(verb))}
}

// departures are how kinds of drift look.
var departures = map[reconcile.DriftKind]html.Mark{reconcile.DriftMissing: html.Missing, reconcile.DriftExtra: html.Extra, reconcile.DriftPublic: html.Open,
	reconcile.DriftPending: html.Wait, reconcile.DriftExpired: html.Expired, reconcile.DriftUnmanaged: html.Unmanaged}

// departed is a kind of drift, and what it says. One of a later version may hold
// anything.
func departed(kind reconcile.DriftKind) (html.Cell, string) {
	for _, direction := range directions {
		if direction.kind == kind {
			return html.Cell{Mark: departures[kind], Text: Safe(string(kind))}, direction.says
		}
	}
	return html.Cell{Mark: html.Unknown, Text: Safe(cmp.Or(string(kind), "other"))}, "this version of amisync does not know this kind of drift"
}

// became is a change with what became of it.
func became(o reconcile.Outcome) html.Cell {
	cell := planned(o.Change.Verb)
	switch o.Status {
	case reconcile.StatusApplied:
	case reconcile.StatusSatisfied:
		cell.Mark = html.Done
	case reconcile.StatusSkipped, reconcile.StatusNotAttempted:
		cell.Mark = html.Wait
	default:
		cell.Mark = html.Failed
	}
	cell.Text = joined(" ", cell.Text, Safe(string(o.Status)))
	return cell
}
