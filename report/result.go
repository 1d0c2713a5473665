package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// statuses are the statuses of changes, those that somebody must look at first.
var statuses = []struct {
	status reconcile.Status
	color  color
	urgent bool
}{
	{reconcile.StatusFailed, red, true},
	{reconcile.StatusSkipped, yellow, true},
	{reconcile.StatusNotAttempted, yellow, true},
	{reconcile.StatusApplied, green, false},
	{reconcile.StatusSatisfied, plain, false},
}

// WriteResult shows what became of every change, what failed first, and how to
// go on.
func (textWriter) WriteResult(w io.Writer, r *reconcile.Result, style Style) error {
	p := &page{style: style}
	p.filtered(resultLeftOut(r))
	p.space()
	switch {
	case len(r.Outcomes) > 0:
	case len(r.Incomplete) > 0:
		p.line(0, paint(yellow, "Nothing was changed, but not everything could be read."))
	case len(undone(r.Findings)) > 0:
		p.line(0, paint(yellow, "Nothing was changed; see the findings below."))
	default:
		p.line(0, paint(bold, "Nothing was to be changed."))
	}
	p.lanes(outcomes(r.Outcomes))
	p.findings(undone(r.Findings)) // the others stand in the plan, which apply shows before
	p.incomplete(r.Incomplete)
	p.next(r)
	p.resultCounts(r)
	return p.writeTo(w)
}

// undone are the findings that tell what the run left as it was: what guards
// refuse, and revokes that a filter holds back.
func undone(findings []reconcile.Finding) []reconcile.Finding {
	var left []reconcile.Finding
	for _, f := range findings {
		if f.Refuses() || f.Code == heldRevoke {
			left = append(left, f)
		}
	}
	return left
}

// resultNames returns the names that a result knows of principals.
func resultNames(r *reconcile.Result) map[principal.Principal]string {
	names := findingNames(r.Findings)
	for _, o := range r.Outcomes {
		names[o.Change.Principal.Principal] = o.Change.Principal.Alias
	}
	return names
}

// resultCounts writes the last line of a result.
func (p *page) resultCounts(r *reconcile.Result) {
	n := r.Summary
	p.counts("Apply",
		count{n[reconcile.StatusApplied], "applied", "", green},
		count{n[reconcile.StatusSatisfied], "already satisfied", "", plain},
		count{n[reconcile.StatusFailed], "failed", "", red},
		count{n[reconcile.StatusSkipped], "skipped", "", yellow},
		count{n[reconcile.StatusNotAttempted], "not attempted", "", yellow},
		count{len(r.Incomplete), "unknown", "", yellow},
	)
}

func outcomes(outcomes []reconcile.Outcome) []entry {
	rank := func(o reconcile.Outcome) int {
		for i, known := range statuses {
			if known.status == o.Status {
				return i
			}
		}
		return 0 // an unknown status is worth a look
	}
	sorted := slices.Clone(outcomes)
	slices.SortStableFunc(sorted, func(a, b reconcile.Outcome) int { return cmp.Compare(rank(a), rank(b)) })
	var entries []entry
	for i, o := range sorted {
		known := statuses[rank(o)]
		cells := append([]span{paint(known.color, string(o.Status))}, change(o.Change)...)
		e := entry{image: o.Change.Image, urgent: known.urgent, row: row{cells: append(cells, paint(faint, place(o.Change.Source)))}}
		if i+1 == len(sorted) || !sameCause(o, sorted[i+1]) {
			e.row.below = causes(o)
		}
		entries = append(entries, e)
	}
	return entries
}

// sameCause reports whether what is said of the second change holds for the
// first, so that it is said once, below both.
func sameCause(a, b reconcile.Outcome) bool {
	return a.Change.Image == b.Change.Image && a.Status == b.Status && a.Because == b.Because && a.Hint == b.Hint
}

func causes(o reconcile.Outcome) []string {
	var texts []string
	if o.Because != "" {
		texts = append(texts, "because: "+o.Because)
	}
	if o.Hint != "" {
		texts = append(texts, "hint: "+o.Hint)
	}
	return texts
}

// interruption says so where a run was interrupted; a run that had done
// everything by then is as good as any other.
func interruption(r *reconcile.Result) string {
	switch {
	case !r.Interrupted:
		return ""
	case r.Complete() && len(undone(r.Findings)) == 0:
		return "The run was interrupted when nothing was left to do."
	}
	return "The run was interrupted."
}

// next says what to do where the run did not do everything.
func (p *page) next(r *reconcile.Result) { p.nextAfter(r, refusals(r.Outcomes), Uncovered(r)) }

// nextAfter is next with what is said of principals that the cloud did not accept,
// and of what the plan does not cover.
func (p *page) nextAfter(r *reconcile.Result, refused []string, uncovered string) {
	if r.Complete() && len(undone(r.Findings)) == 0 {
		return
	}
	p.heading("What to do next")
	if r.Interrupted {
		p.prose(2, plain, "The run was interrupted; what was sent before that stands as shown.")
	}
	for _, text := range refused {
		p.prose(2, plain, text)
	}
	switch {
	case !unfinished(r):
	case r.Interrupted && r.Summary[reconcile.StatusFailed]+r.Summary[reconcile.StatusSkipped]+len(r.Incomplete) == 0:
		p.prose(2, plain, "Run apply again: it does what is left.")
	default:
		p.prose(2, plain, "Mend the causes above and apply again: it does what is still missing, and nothing twice.")
	}
	if uncovered != "" {
		p.prose(2, plain, strings.ToUpper(uncovered[:1])+uncovered[1:]+".")
	}
	if r.Refused() {
		p.prose(2, plain, "Mend first what the findings say: applying again does nothing about what they stop.")
	}
	if held := heldRevokes(r.Findings); held != "" {
		p.prose(2, plain, held+"; a run without the filter sees to that.")
	}
}

// Uncovered says what the plan of a result leaves out because it could not be read
// when the plan was made, and what to do, beginning with a small letter; empty
// where the plan covers everything. To apply it again does nothing about that.
func Uncovered(r *reconcile.Result) string {
	var places []string
	for _, i := range r.Incomplete {
		place := joined(" ", cmp.Or(r.Owners[i.Account], i.Account), i.Region)
		if i.Image != "" {
			place = joined(" ", i.Name, i.Image) + " (" + place + ")"
		}
		if i.Uncovered {
			places = append(places, place)
		}
	}
	if len(places) == 0 {
		return ""
	}
	return notCovering(few(places, ", "))
}

func notCovering(what string) string {
	return "this plan does not cover " + what + ": make a new plan and apply that"
}

// unfinished reports whether anything is missing but what findings hold back and what
// the plan does not cover, so that it helps to apply again.
func unfinished(r *reconcile.Result) bool {
	stopped, _ := keptImages(r.Findings)
	unread := slices.ContainsFunc(r.Incomplete, func(i reconcile.Incomplete) bool { return !i.Uncovered })
	return unread || slices.ContainsFunc(r.Outcomes, func(o reconcile.Outcome) bool {
		return !inEffect(o) && (o.Status != reconcile.StatusSkipped || !stopped[o.Change.Image.Image])
	})
}

// refusals names each principal that the cloud did not accept, once.
func refusals(outcomes []reconcile.Outcome) []string {
	var texts []string
	times := map[string]int{}
	for _, o := range outcomes {
		if o.Status != reconcile.StatusFailed || o.Kind != reconcile.Refused || !o.Change.Verb.Gives() {
			continue
		}
		text := "The cloud refused " + whole(o.Change.Principal)
		if at := place(o.Change.Source); at != "" {
			text += ", declared at " + at + ": correct or remove it there"
		}
		if times[text]++; times[text] == 1 {
			texts = append(texts, text)
		}
	}
	for i, text := range texts {
		texts[i] = fmt.Sprintf("%s (%s).", text, images(times[text]))
	}
	return texts
}
