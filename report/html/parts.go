package html

import (
	"fmt"
	"slices"
)

// A browser is slow to lay out a table of tens of thousands of cells. What is long
// is split into tables of at most so many; those out of sight cost nothing.
const (
	cellsOfATable = 3000
	rowsOfATable  = 20 // at least, or there would be more heads than rows
	rowsOfAList   = 250
)

// list is a part of the changes.
type list struct {
	Caption string
	Changes []Change
}

// parts splits groups that are too large for one table.
func parts(groups []Group) []Group {
	var all []Group
	for _, g := range groups {
		rows := max(cellsOfATable/max(len(g.Columns), 1), rowsOfATable)
		if g.Listed {
			rows = rowsOfAList
		}
		from := 0
		for part := range slices.Chunk(g.Rows, rows) {
			caption := g.Caption + span(from, len(part), len(g.Rows))
			all = append(all, Group{Caption: caption, Columns: g.Columns, Rows: part, Listed: g.Listed})
			from += len(part)
		}
	}
	return all
}

// lists splits changes that are too many for one table.
func lists(changes []Change) []list {
	var all []list
	from := 0
	for part := range slices.Chunk(changes, rowsOfAList) {
		caption := fmt.Sprintf("%d in all", len(changes)) + span(from, len(part), len(changes))
		all = append(all, list{caption, part})
		from += len(part)
	}
	return all
}

// span says which part of the whole it is, unless it is all of it.
func span(from, length, whole int) string {
	if length == whole {
		return ""
	}
	return fmt.Sprintf(", %d to %d", from+1, from+length)
}
