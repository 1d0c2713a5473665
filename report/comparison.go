package report

import (
	"io"

	"github.com/amisync/amisync/reconcile"
)

// WriteComparison shows the changes that a saved plan names next to those that
// are needed now, what differs first.
func (textWriter) WriteComparison(w io.Writer, c *reconcile.Comparison, style Style) error {
	p := &page{style: style}
	if c.Stale() {
		p.statement(red, "The saved plan is stale:", "it does not name what has to be done now.")
	} else {
		p.line(0, paint(green, "The saved plan holds."))
	}
	var entries []entry
	for _, part := range []struct {
		label   span
		changes []reconcile.Change
		differs bool
	}{
		{paint(red, "only needed now"), c.Added, true},
		{paint(red, "only in the plan"), c.Dropped, true},
		{paint(yellow, "cannot be read"), c.Unknown, false},
		{say("in both"), c.Due, false},
		{say("already satisfied"), c.Satisfied, false},
	} {
		for _, c := range part.changes {
			entries = append(entries, entry{image: c.Image, urgent: part.differs,
				row: row{cells: append([]span{part.label}, explained(c)...)}})
		}
	}
	p.lanes(entries)
	p.comparisonCounts(c)
	return p.writeTo(w)
}

// comparisonCounts writes the last line of a comparison.
func (p *page) comparisonCounts(c *reconcile.Comparison) {
	p.counts("Compare",
		count{len(c.Added), "only needed now", "", red},
		count{len(c.Dropped), "only in the plan", "", red},
		count{len(c.Due), "in both", "", plain},
		count{len(c.Satisfied), "already satisfied", "", plain},
		count{len(c.Unknown), "unknown", "", yellow},
	)
}
