package report

import (
	"fmt"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// Nobody can open a page that is too large, so there are limits to what is on it.
// A section says what it leaves out, and what changes is never left out before
// what does not.
const (
	sizeOfMatrix   = 100_000 // in cells, see table.cost
	listedChanges  = 3_000
	listedSums     = 300
	listedRemarks  = 300
	listedPlaces   = 50  // of one remark
	listedHolders  = 200 // of one image, where the table is a list
	shownAdvice    = 8   // sentences on what to do next
	fewCells       = 3_000
	widestTable    = 2_000 // in columns
	cellsOfAnEntry = 5     // what an entry of a list is as long as
)

// missing says that a section leaves out n of all, and what more there is to say.
func missing(n, all int, what, more, whole string) html.Gap {
	text := more
	if n > 0 {
		text = joined("; ", fmt.Sprintf("%d of %d %s", n, all, what), more)
	}
	if text == "" {
		return html.Gap{}
	}
	return html.Gap{N: n, Says: "Left out here, so that the page can be opened: " + text + ". `" + whole + "` has everything."}
}

// fit leaves out what would make the page too large.
func fit(view *html.Page, changes []listed, whole string, style Style) {
	kept := foremost(changes)
	for _, l := range kept {
		view.Changes = append(view.Changes, l.view(style))
	}
	view.Left.Changes = missing(len(changes)-len(kept), len(changes), view.Noun+"s", "", whole)
	view.Unread, view.Left.Unread = fitRemarks(view.Unread, whole)
	view.Findings, view.Left.Findings = fitRemarks(view.Findings, whole)
	if view.Left != (html.Left{}) {
		view.Notes = append(view.Notes, "Not everything fits on this page; each section says what it leaves out.")
	}
}

// listed is an entry of the list of changes.
type listed struct {
	cell          html.Cell
	change        reconcile.Change
	why           string
	because, hint string // of what is not in effect
}

func (l listed) view(style Style) html.Change {
	c := l.change
	return html.Change{Cell: l.cell, Image: htmlImage(c.Image), Lane: Safe(style.lane(reconcile.LaneOf(c.Image.Image))), Principal: htmlPrincipal(c.Principal),
		Reason: Safe(l.why), Note: Safe(c.Note), Because: Safe(l.because), Hint: Safe(l.hint), Source: htmlSource(c.Source, style)}
}

// fitRemarks leaves out the last remarks; the most severe stand first.
func fitRemarks(remarks []html.Remark, whole string) ([]html.Remark, html.Gap) {
	kept := remarks[:min(len(remarks), listedRemarks)]
	return kept, missing(len(remarks)-len(kept), len(remarks), "entries", "", whole)
}

// foremost returns the changes, or, where these are too many, those that are
// worth a look first.
func foremost(changes []listed) []listed {
	if len(changes) <= listedChanges {
		return changes
	}
	sorted := slices.Clone(changes)
	slices.SortStableFunc(sorted, func(a, b listed) int { return a.rank() - b.rank() })
	return sorted[:listedChanges]
}

// rank is lower for what is worth a look before the rest: first what failed or is
// about everybody, last what is as it was.
func (l listed) rank() int {
	switch {
	case urgent(l.cell.Mark) || l.change.Principal.Kind == principal.Public:
		return 0
	case l.cell.Mark == html.Done || l.cell.Mark == html.Keep:
		return 2
	}
	return 1
}

// places are what a remark is about: the first of them, where these are too many.
func places(texts []string) []string {
	if len(texts) <= listedPlaces {
		return texts
	}
	return append(slices.Clone(texts[:listedPlaces]), fmt.Sprintf("and %d more", len(texts)-listedPlaces))
}

// advice is what to do next: where it is long, its beginning and its end.
func advice(lines []string) []string {
	if len(lines) <= shownAdvice {
		return lines
	}
	const half = shownAdvice / 2
	short := append(slices.Clone(lines[:half]), fmt.Sprintf("%d more of this sort stand below.", len(lines)-2*half))
	return append(short, lines[len(lines)-half:]...)
}
