package report

import (
	"fmt"
	"io"

	"github.com/amisync/amisync/reconcile"
)

// WriteComparison shows whether a saved plan still holds, and what differs.
func (markdownWriter) WriteComparison(w io.Writer, c *reconcile.Comparison, style Style) error {
	m := markdown{style: style, whole: "the text format"}
	var entries []entry
	for _, part := range []struct {
		label   string
		changes []reconcile.Change
	}{
		{"only needed now", c.Added}, {"only in the plan", c.Dropped}, {"cannot be read", c.Unknown}, {"in both", c.Due}, {"already satisfied", c.Satisfied},
	} {
		for _, change := range part.changes {
			entries = append(entries, m.statusEntry(part.label, change))
		}
	}
	const introduction = "A saved plan of launch permissions of machine images (AMIs), held against what the manifests ask for and the cloud shows now. Nothing was changed."
	return m.write(w,
		m.head(m.comparisonVerdict(c), introduction, reconcile.Scope{}, func(*page) {}),
		m.turns("Needed now, not in the plan", c.Added),
		m.turns("In the plan, not needed now", c.Dropped),
		m.next(comparisonNext(c)),
		m.details("change", "changes", entries),
		m.counts(func(p *page) { p.comparisonCounts(c) }),
	)
}

func (m markdown) comparisonVerdict(c *reconcile.Comparison) string {
	unknown := ""
	if n := len(c.Unknown); n > 0 {
		unknown = "Incomplete: " + number(n, "change", "changes") + " of the plan cannot be compared."
	}
	switch {
	case c.Stale():
		return m.verdict(stopSignal, "The saved plan is stale: it does not name what has to be done now.",
			fmt.Sprintf("%s needed now and not in the plan, %d in the plan and not needed now.", number(len(c.Added), "change is", "changes are"), len(c.Dropped)), unknown)
	case unknown != "":
		return m.verdict(lookSignal, "The saved plan holds, as far as can be seen.", unknown)
	}
	return m.verdict(fineSignal, "The saved plan holds.")
}

func comparisonNext(c *reconcile.Comparison) string {
	if c.Stale() {
		return "Make a new plan, `amisync plan --out plan.json`, and have it reviewed."
	}
	return "`amisync apply` carries the saved plan out."
}
