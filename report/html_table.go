package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// table is a part of the matrix: the images of a lane that the same shares pick.
type table struct {
	lane   reconcile.Lane
	shares string
	rows   []*imageStates
	// columns is how many principals occur in the rows. Where these are too many, or
	// most cells would be empty, the table is a list instead.
	columns int
	listed  bool
}

// tables puts the rows into tables, sorted.
func (s *accessStates) tables() []*table {
	type key struct {
		lane   reconcile.Lane
		shares string
	}
	at := map[key]*table{}
	var all []*table
	for _, row := range s.sortedRows() {
		k := key{reconcile.LaneOf(row.image.Image), strings.Join(row.shares, ", ")}
		if at[k] == nil {
			at[k] = &table{lane: k.lane, shares: k.shares}
			all = append(all, at[k])
		}
		at[k].rows = append(at[k].rows, row)
	}
	for _, t := range all {
		t.columns = len(principals(t.rows))
		entries := 0
		for _, row := range t.rows {
			entries += len(row.states)
		}
		cells := len(t.rows) * t.columns
		t.listed = t.columns > widestTable || cells > fewCells && cells > cellsOfAnEntry*entries
	}
	slices.SortFunc(all, func(a, b *table) int {
		return cmp.Or(cmp.Compare(a.lane.Provider, b.lane.Provider), cmp.Compare(a.lane.Account, b.lane.Account),
			cmp.Compare(a.lane.Region, b.lane.Region), cmp.Compare(a.shares, b.shares))
	})
	return all
}

// The parts of a table that are no cells are about as long as so many cells.
const (
	cellsOfAFrame = 40
	cellsOfAHead  = 5
)

// cost is how much a row adds to the page, in cells.
func (t *table) cost(row *imageStates, first bool) int {
	width, head := t.columns, cellsOfAHead*t.columns
	if t.listed {
		width, head = cellsOfAnEntry*min(len(row.states), listedHolders), 0
	}
	if first {
		return cellsOfAFrame + head + cellsOfAHead + width
	}
	return cellsOfAHead + width
}

// fitTables takes rows out of the tables that would make the page too large, and
// returns them. What changes gives way last.
func fitTables(tables []*table) (left []*imageStates) {
	type placed struct {
		row  *imageStates
		in   *table
		rank int
	}
	var all []placed
	for _, t := range tables {
		for _, row := range t.rows {
			all = append(all, placed{row, t, row.rank()})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return a.rank - b.rank })
	room, begun, fits := sizeOfMatrix, map[*table]bool{}, map[*imageStates]bool{}
	for i, p := range all {
		room -= p.in.cost(p.row, !begun[p.in])
		if room < 0 && i > 0 {
			break
		}
		begun[p.in], fits[p.row] = true, true
	}
	for _, t := range tables {
		kept := t.rows[:0]
		for _, row := range t.rows {
			if fits[row] {
				kept = append(kept, row)
			} else {
				left = append(left, row)
			}
		}
		t.rows = kept
	}
	return left
}

// rank is lower for rows that are worth a look before the others.
func (r *imageStates) rank() int {
	_, everyone := r.states[principal.Everyone]
	urgently := everyone
	for _, state := range r.states {
		urgently = urgently || urgent(state.Mark)
	}
	switch changes := r.changes(); {
	case changes && urgently:
		return 0
	case changes:
		return 1
	case urgently || r.unknown != "":
		return 2
	}
	return 3
}
