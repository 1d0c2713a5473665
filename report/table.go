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
		p.cells(indent, widths, r.cells)
		for _, text := range r.below {
			p.prose(indent+4, plain, text)
		}
	}
}

// cells writes one row. From the first cell that the page is too narrow for on,
// it goes on below, further in and without columns.
func (p *page) cells(indent int, widths []int, cells []span) {
	below := indent + 4
	var line []span
	end, column := indent, indent // where the line ends so far, where the next cell starts
	for i, cell := range cells {
		if cell.text != "" {
			if len(line) > 0 && p.style.Width > 0 && column+cell.width() > p.style.Width {
				p.line(indent, line...)
				line, indent, end, column, widths = nil, below, below, below, nil
				parts := wrap(cell.text, p.style.Width-below)
				for _, part := range parts[:len(parts)-1] {
					p.line(below, paint(cell.color, part))
				}
				cell = paint(cell.color, parts[len(parts)-1])
			}
			line = append(line, say(strings.Repeat(" ", column-end)), cell)
			end = column + cell.width()
		}
		switch {
		case widths == nil:
			column = end + 2
		case widths[i] > 0:
			column = max(column+widths[i], end) + 2
		}
	}
	p.line(indent, line...)
}

// table writes rows that keep their columns on a page of any width. The last
// cell is wrapped within its own.
func (p *page) table(gap int, rows []row) {
	widths := columns(rows)
	for _, r := range rows {
		var line []span
		end := 0
		for i, cell := range r.cells[:len(r.cells)-1] {
			padded := max(widths[i], cell.width()) + gap
			line = append(line, cell, say(strings.Repeat(" ", padded-cell.width())))
			end += padded
		}
		last := r.cells[len(r.cells)-1]
		for _, part := range wrap(last.text, p.style.Width-end) {
			p.line(0, append(line, paint(last.color, part))...)
			line = []span{say(strings.Repeat(" ", end))}
		}
	}
}

// fits reports whether a table is no wider than the page.
func (p *page) fits(gap int, rows []row) bool {
	width := -gap
	for _, column := range columns(rows) {
		width += column + gap
	}
	return p.style.Width == 0 || width <= p.style.Width
}
