package report

import "strings"

// row is a line of a table, with explanations below it.
type row struct {
	cells []span
	below []string
}

// widestAligned is the widest cell that a column is laid out for: one very long
// name puts its own line out of line, not all the others.
const widestAligned = 48

// columns returns the width of each column, zero where no row has anything.
func columns(rows []row) []int {
	var widths []int
	for _, r := range rows {
		for i, cell := range r.cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if width := cell.width(); width <= widestAligned {
				widths[i] = max(widths[i], width)
			} else {
				widths[i] = max(widths[i], 1)
			}
		}
	}
	return widths
}

// rows writes rows in columns of the widths given. A column where no row has
// anything takes no room.
func (p *page) rows(indent int, widths []int, rows []row) {
	for _, r := range rows {
		last := len(r.cells) - 1
		for last > 0 && r.cells[last].text == "" {
			last--
		}
		var spans []span
		for i, cell := range r.cells[:last+1] {
			if widths[i] == 0 {
				continue
			}
			spans = append(spans, cell)
			if i < last {
				spans = append(spans, say(strings.Repeat(" ", max(0, widths[i]-cell.width())+2)))
			}
		}
		p.line(indent, spans...)
		for _, text := range r.below {
			p.prose(indent+4, plain, text)
		}
	}
}
