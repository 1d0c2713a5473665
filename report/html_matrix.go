package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// lanes is the matrix: images by principals, by owner account, region and share.
func (s *accessStates) lanes(style Style) []html.Lane {
	byLane := map[reconcile.Lane]map[string][]*imageStates{}
	for _, row := range s.sortedRows() {
		lane, shares := reconcile.LaneOf(row.image.Image), strings.Join(row.shares, ", ")
		if byLane[lane] == nil {
			byLane[lane] = map[string][]*imageStates{}
		}
		byLane[lane][shares] = append(byLane[lane][shares], row)
	}
	sorted := slices.SortedFunc(maps.Keys(byLane), func(a, b reconcile.Lane) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region))
	})
	var lanes []html.Lane
	for _, lane := range sorted {
		view := html.Lane{Name: Safe(style.lane(lane))}
		for _, shares := range slices.Sorted(maps.Keys(byLane[lane])) {
			view.Groups = append(view.Groups, s.group(shares, byLane[lane][shares]))
		}
		lanes = append(lanes, view)
	}
	return lanes
}

// lane is a lane's account and region.
func (s Style) lane(lane reconcile.Lane) string {
	return joined(" ", s.account(lane.Account), lane.Region)
}

// group is the table of images that the same shares pick.
func (s *accessStates) group(shares string, rows []*imageStates) html.Group {
	caption := images(len(rows))
	switch {
	case strings.Contains(shares, ", "):
		caption = "shares " + shares + ": " + caption
	case shares != "":
		caption = "share " + shares + ": " + caption
	}
	group := html.Group{Caption: Safe(caption)}
	columns := principals(rows)
	for _, p := range columns {
		group.Columns = append(group.Columns, s.principal(p))
	}
	if len(columns) == 0 {
		group.Columns = []html.Principal{{Name: "everybody", Kind: "all principals"}}
	}
	for _, row := range rows {
		group.Rows = append(group.Rows, row.view(columns))
	}
	return group
}

func (r *imageStates) view(columns []principal.Principal) html.Row {
	view := html.Row{Image: htmlImage(r.image), Remarks: r.remarks(), Changes: r.changes()}
	for _, p := range columns {
		view.Cells = append(view.Cells, r.cell(p))
	}
	switch {
	case len(columns) > 0:
	case r.unknown != "":
		view.Cells = []html.Cell{unknown}
	default:
		view.Cells = []html.Cell{private}
	}
	return view
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
func legend(lanes []html.Lane) []html.Meaning {
	occurs := map[html.Cell]bool{}
	for _, lane := range lanes {
		for _, group := range lane.Groups {
			for _, row := range group.Rows {
				for _, cell := range row.Cells {
					occurs[cell] = true
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
		_, says := departed(reconcile.DriftKind(cell.Text))
		all = append(all, html.Meaning{Cell: cell, Says: says})
	}
	return all
}

// htmlChange is a change in the list of changes.
func htmlChange(cell html.Cell, c reconcile.Change, why string, style Style) html.Change {
	return html.Change{Cell: cell, Image: htmlImage(c.Image), Lane: Safe(style.lane(reconcile.LaneOf(c.Image.Image))),
		Principal: htmlPrincipal(c.Principal), Reason: Safe(why), Note: Safe(c.Note), Source: htmlSource(c.Source, style)}
}

// sums say for how many images each principal has the same change: what is public
// or failed first, then what is given, each from the widest principal to the
// narrowest.
func (s *accessStates) sums() []html.Sum {
	type key struct {
		html.Cell
		principal principal.Principal
		holds     bool
	}
	counts := map[key]int{}
	for _, row := range s.images {
		for p, state := range row.states {
			if state.changes {
				counts[key{state.Cell, p, state.holds}]++
			}
		}
	}
	sorted := slices.SortedFunc(maps.Keys(counts), func(a, b key) int {
		return cmp.Or(urgentFirst(urgent(a.Mark), urgent(b.Mark)), urgentFirst(a.holds, b.holds), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Mark, b.Mark), widestFirst(a.principal, b.principal))
	})
	var all []html.Sum
	for _, k := range sorted {
		all = append(all, html.Sum{Cell: k.Cell, Principal: s.principal(k.principal), Images: images(counts[k])})
	}
	return all
}

func urgent(mark html.Mark) bool { return mark == html.Open || mark == html.Failed }

func (s *accessStates) principal(p principal.Principal) html.Principal {
	return htmlPrincipal(reconcile.NamedPrincipal{Principal: p, Alias: s.names[p]})
}
