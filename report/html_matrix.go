package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// lanes is the matrix: images by principals, by owner account, region and share.
// Missing is what it leaves out.
func (s *accessStates) lanes(style Style, whole string) (lanes []html.Lane, left html.Gap) {
	tables := s.tables()
	without := fitTables(tables)
	hidden := 0 // who are left out of rows
	var last reconcile.Lane
	for _, t := range tables {
		if len(t.rows) == 0 {
			continue
		}
		if len(lanes) == 0 || t.lane != last {
			lanes, last = append(lanes, html.Lane{Name: Safe(style.lane(t.lane))}), t.lane
		}
		group, fewer := s.group(t)
		hidden += fewer
		at := &lanes[len(lanes)-1]
		at.Groups = append(at.Groups, group)
	}
	return lanes, missingRows(without, len(s.images), hidden, whole)
}

// missingRows says what the matrix leaves out, and whether that changes.
func missingRows(left []*imageStates, all, hidden int, whole string) html.Gap {
	changing, more := 0, ""
	for _, row := range left {
		if row.changes() {
			changing++
		}
	}
	switch {
	case changing > 0:
		more = number(changing, "of them changes", "of them change")
	case len(left) > 0:
		more = "none of them changes"
	}
	if hidden > 0 {
		more = joined("; ", more, fmt.Sprintf("%d of those who may launch images with very many", hidden))
	}
	return missing(len(left), all, "images", more, whole)
}

// lane is a lane's account and region.
func (s Style) lane(lane reconcile.Lane) string {
	return joined(" ", s.account(lane.Account), lane.Region)
}

// group is a table, and how many principals its rows leave out.
func (s *accessStates) group(t *table) (group html.Group, left int) {
	caption := images(len(t.rows))
	switch {
	case strings.Contains(t.shares, ", "):
		caption = "shares " + t.shares + ": " + caption
	case t.shares != "":
		caption = "share " + t.shares + ": " + caption
	}
	group = html.Group{Caption: Safe(caption), Listed: t.listed}
	if t.listed {
		for _, row := range t.rows {
			view, fewer := s.listed(row)
			group.Rows = append(group.Rows, view)
			left += fewer
		}
		return group, left
	}
	columns := principals(t.rows)
	for _, p := range columns {
		group.Columns = append(group.Columns, s.principal(p))
	}
	if len(columns) == 0 {
		group.Columns = []html.Principal{{Name: "everybody", Kind: "all principals"}}
	}
	for _, row := range t.rows {
		view := s.head(row)
		view.Cells = row.cells(columns)
		group.Rows = append(group.Rows, view)
	}
	return group, 0
}

// head is a row without what is said of principals.
func (s *accessStates) head(r *imageStates) html.Row {
	view := html.Row{Image: htmlImage(r.image), Remarks: r.remarks(), Changes: r.changes()}
	if s.stopped[r.image.Image] {
		view.Remarks = append(view.Remarks, html.Remark{Label: "held back: a finding stops this image", Tone: html.Warn})
	}
	return view
}

// listed is a row that names who has to do with the image, and how many it leaves
// out. First stands the public, then what changes, each from the widest principal to
// the narrowest.
func (s *accessStates) listed(r *imageStates) (view html.Row, left int) {
	view = s.head(r)
	sorted := slices.SortedFunc(maps.Keys(r.states), func(a, b principal.Principal) int {
		return cmp.Or(urgentFirst(a.Kind == principal.Public, b.Kind == principal.Public), urgentFirst(r.states[a].changes, r.states[b].changes), widestFirst(a, b))
	})
	shown := sorted[:min(len(sorted), listedHolders)]
	for _, p := range shown {
		view.Who = append(view.Who, html.Holder{Cell: r.states[p].Cell, Principal: s.principal(p)})
	}
	if len(view.Who) == 0 || r.unknown != "" {
		view.Who = append(view.Who, html.Holder{Cell: r.rest()})
	}
	if left = len(sorted) - len(shown); left > 0 {
		view.More = fmt.Sprintf("and %d more", left)
	}
	return view, left
}

// cells are what stands in a row below the principals.
func (r *imageStates) cells(columns []principal.Principal) []html.Cell {
	if len(columns) == 0 {
		return []html.Cell{r.rest()}
	}
	var cells []html.Cell
	for _, p := range columns {
		cells = append(cells, r.cell(p))
	}
	return cells
}

// rest is what is said of those whom the row does not name.
func (r *imageStates) rest() html.Cell {
	if r.unknown != "" {
		return unknown
	}
	return private
}

// meanings explain the cells, in the order of the legend.
var meanings = []html.Meaning{
	{Cell: granted, Says: "has a launch permission"},
	{Cell: public, Says: "everyone may launch the image"},
	{Cell: inherited, Says: "has access because its organization has it"},
	{Cell: unknown, Says: "whether it has access could not be found out"},
	{Cell: private, Says: "the image is private"},
	{Cell: planned(reconcile.VerbGrant), Says: "gets access"},
	{Cell: planned(reconcile.VerbRevoke), Says: "loses access"},
	{Cell: planned(reconcile.VerbPublish), Says: "everyone gets access"},
	{Cell: planned(reconcile.VerbUnpublish), Says: "everyone else loses access"},
}

// legend explains the cells that occur.
func (s *accessStates) legend(lanes []html.Lane) []html.Meaning {
	occurs := map[html.Cell]bool{}
	for _, lane := range lanes {
		for _, group := range lane.Groups {
			for _, row := range group.Rows {
				for _, cell := range row.Cells {
					occurs[cell] = true
				}
				for _, holder := range row.Who {
					occurs[holder.Cell] = true
				}
			}
		}
	}
	delete(occurs, html.Cell{})
	var all []html.Meaning
	for _, meaning := range meanings {
		if occurs[meaning.Cell] {
			all = append(all, meaning)
			delete(occurs, meaning.Cell)
		}
	}
	rest := slices.SortedFunc(maps.Keys(occurs), func(a, b html.Cell) int { return cmp.Or(cmp.Compare(a.Text, b.Text), cmp.Compare(a.Mark, b.Mark)) })
	for _, cell := range rest {
		all = append(all, html.Meaning{Cell: cell, Says: s.says[cell]})
	}
	return all
}

func (s *accessStates) principal(p principal.Principal) html.Principal {
	return htmlPrincipal(reconcile.NamedPrincipal{Principal: p, Alias: s.names[p]})
}
