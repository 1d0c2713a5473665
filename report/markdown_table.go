package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// tableRow writes cells as a row of a table.
func tableRow(cells ...string) string {
	text := "|"
	for _, cell := range cells {
		text += " " + tableCell(cell) + " |"
	}
	return text + "\n"
}

// tableHead is the head of a table.
func tableHead(cells ...string) string {
	return tableRow(cells...) + "|" + strings.Repeat(" --- |", len(cells)) + "\n"
}

// ranked is a row about one principal that may have to give way.
type ranked struct {
	text  string
	short string // what is left of a row that is never left out; else empty
	gives bool
	does  string // what it says of the principal, in words that are known; else empty
	who   principal.Principal
	on    []reconcile.NamedImage // or shares, by their name
}

// firstToStay orders rows by what a reader must not miss: everyone, then
// organizations and units, then those with the most images.
func firstToStay(a, b ranked) int {
	return cmp.Or(urgentFirst(a.short != "", b.short != ""),
		urgentFirst(a.who.Kind != principal.Account, b.who.Kind != principal.Account),
		cmp.Compare(len(b.on), len(a.on)))
}

// accessTable is a table of who gains and who loses.
type accessTable struct {
	head      string
	columns   int
	one, many string // what the principals gain or lose: an image, say
	rows      []ranked
}

// write writes the table. Where there is no room for every row, those that give
// way are summed up; those about everyone stay.
func (t accessTable) write(room int) string {
	all, reserved := 0, len(t.sums(t.rows, true))+len(t.sums(t.rows, false))
	room -= len(t.head) + len("\n")
	order := make([]int, len(t.rows))
	spare := room - reserved
	for i, r := range t.rows {
		order[i] = i
		all += len(r.text)
		spare -= len(r.short)
	}
	stays := make([]bool, len(t.rows))
	slices.SortStableFunc(order, func(a, b int) int { return firstToStay(t.rows[a], t.rows[b]) })
	for _, i := range order {
		if cost := len(t.rows[i].text) - len(t.rows[i].short); all <= room || cost <= spare {
			stays[i] = true
			spare -= cost
		}
	}
	return t.head + t.half(true, stays) + t.half(false, stays) + "\n"
}

// half is what is left of the rows about those who gain, or of the others.
func (t accessTable) half(gives bool, stays []bool) string {
	var text strings.Builder
	var left []ranked
	for i, r := range t.rows {
		switch {
		case r.gives != gives:
		case stays[i]:
			text.WriteString(r.text)
		default:
			text.WriteString(r.short)
			left = append(left, r)
		}
	}
	return text.String() + t.sums(left, gives)
}

// sums are rows that sum up what is left out of rows, one for each thing that
// these say.
func (t accessTable) sums(rows []ranked, gives bool) string {
	type sum struct {
		principals int
		on         map[reconcile.NamedImage]bool
	}
	sums := map[string]*sum{}
	var order []string
	for _, r := range rows {
		if r.gives != gives || r.short != "" {
			continue
		}
		s := sums[r.does]
		if s == nil {
			s = &sum{on: map[reconcile.NamedImage]bool{}}
			sums[r.does] = s
			order = append(order, r.does)
		}
		s.principals++
		for _, i := range r.on {
			s.on[i] = true
		}
	}
	var text strings.Builder
	for _, does := range order {
		s := sums[does]
		cells := []string{cmp.Or(does, "another change"), "and " + number(s.principals, "more principal", "more principals"), number(len(s.on), t.one, t.many)}
		text.WriteString(tableRow(append(cells, make([]string, t.columns-len(cells))...)...))
	}
	return text.String()
}
