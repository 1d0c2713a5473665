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

// WriteResult shows what an apply did: what failed first, with its causes.
func (markdownWriter) WriteResult(w io.Writer, r *reconcile.Result, style Style) error {
	m := markdown{style: style, whole: elsewhere("result.json")}
	var entries []entry
	var applied []reconcile.Change
	for _, o := range r.Outcomes {
		if o.Status == reconcile.StatusApplied {
			applied = append(applied, o.Change)
		}
		entries = append(entries, m.statusEntry(string(o.Status), o.Change))
	}
	const introduction = "What `amisync apply` changed in who may launch which machine images (AMIs)."
	return m.write(w,
		m.head(m.resultVerdict(r), introduction, r.Scope, func(p *page) { p.filtered(resultLeftOut(r)) }),
		m.notDone(r.Outcomes),
		m.findings(r.Findings),
		m.notRead(r.Incomplete),
		m.resultNext(r),
		m.turns("Applied: who gains and who loses access", applied),
		m.details("change", "changes", entries),
		m.counts(func(p *page) { p.resultCounts(r) }),
	)
}

// resultVerdict says how much of a plan is in effect: first what is not.
func (m markdown) resultVerdict(r *reconcile.Result) string {
	counts := map[reconcile.Status]int{}
	published := map[principal.Image]bool{}
	for _, o := range r.Outcomes {
		counts[o.Status]++
		if o.Status == reconcile.StatusApplied && o.Change.Verb == reconcile.VerbPublish {
			published[o.Change.Image.Image] = true
		}
	}
	_, refused := keptImages(r.Findings)
	public, interrupted, unread := "", interruption(r), unreadSentence(r.Incomplete)
	if n := len(published); n > 0 {
		public = number(n, "image is", "images are") + " PUBLIC now."
	}
	all, applied, satisfied := len(r.Outcomes), counts[reconcile.StatusApplied], counts[reconcile.StatusSatisfied]
	applies := fmt.Sprintf("Applied %d of %s", applied, number(all, "change", "changes"))
	if satisfied > 0 {
		applies += fmt.Sprintf(" (%d already in effect before)", satisfied)
	}
	signal := fineSignal
	switch {
	case applied+satisfied < all || slices.ContainsFunc(r.Findings, isError):
		signal = stopSignal
	case unread != "" || risky(r.Findings):
		signal = lookSignal
	}
	held := heldRevokes(r.Findings)
	switch {
	case all == 0 && unread+refused+held != "":
		applies = "Nothing was changed"
	case all == 0:
		applies = "Nothing was to be changed"
	}
	return m.verdict(signal, ended(refused), notInEffect(r.Outcomes), applies+".", public, ended(held), interrupted, unread)
}

// notInEffect counts the changes that are not done, by what became of them.
func notInEffect(outcomes []reconcile.Outcome) string {
	counts := map[reconcile.Status]int{}
	missing := 0
	for _, o := range outcomes {
		if !inEffect(o) {
			missing++
			counts[o.Status]++
		}
	}
	if missing == 0 {
		return ""
	}
	var parts []string
	for _, s := range statuses {
		if n := counts[s.status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s.status))
		}
	}
	text := number(missing, "change is", "changes are") + " not in effect"
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text + "."
}

func inEffect(o reconcile.Outcome) bool {
	return o.Status == reconcile.StatusApplied || o.Status == reconcile.StatusSatisfied
}

// notDone are the changes that are not in effect, with their causes. Those of
// one principal that have the same cause are written once.
func (m markdown) notDone(outcomes []reconcile.Outcome) part {
	type key struct {
		status        reconcile.Status
		because, hint string
		verb          reconcile.Verb
		who           principal.Principal
		source        reconcile.Source
	}
	missing := slices.DeleteFunc(slices.Clone(outcomes), inEffect)
	slices.SortStableFunc(missing, func(a, b reconcile.Outcome) int { return cmp.Compare(statusRank(a.Status), statusRank(b.Status)) })
	on := map[key][]string{}
	var first []reconcile.Outcome
	keyOf := func(o reconcile.Outcome) key {
		return key{o.Status, o.Because, o.Hint, o.Change.Verb, o.Change.Principal.Principal, o.Change.Source}
	}
	for _, o := range missing {
		k := keyOf(o)
		if on[k] == nil {
			first = append(first, o)
		}
		on[k] = append(on[k], m.imageIn(o.Change.Image))
	}
	var all []item
	for _, o := range first {
		c, images := o.Change, on[keyOf(o)]
		all = append(all, item{label: string(o.Status), text: o.Because, hint: o.Hint, urgent: o.Status == reconcile.StatusFailed, count: len(images),
			places: []spot{{about: orderSpan(c.Verb) + ": " + principalSpan(c.Principal) + " on ", on: images, at: m.style.link(c.Source)}}})
	}
	return items{m, "Not in effect: " + number(len(missing), "change", "changes"), all}.part()
}

// statusRank orders statuses by how much they need a look.
func statusRank(status reconcile.Status) int {
	for i, known := range statuses {
		if known.status == status {
			return i
		}
	}
	return 0 // an unknown status is worth a look
}

// namedRefusals is how many refused principals are named; all of them stand above.
const namedRefusals = 5

// resultNext says how to go on from a result. The first refused principals are
// named as far as there is room, the others are counted.
func (m markdown) resultNext(r *reconcile.Result) part {
	lines := said(func(p *page) { p.next(r) })
	switch {
	case len(lines) == 0 && risky(r.Findings):
		return m.next("Nothing is left to apply; the findings above hold as they did in the plan.")
	case len(lines) == 0:
		return m.next("Nothing.")
	}
	refused := refusals(r.Outcomes)
	write := func(named int, uncovered string) string {
		var texts []string
		for _, line := range said(func(p *page) { p.nextAfter(r, firstRefusals(refused, named), uncovered) })[1:] { // without the heading
			texts = append(texts, markdownProse(line))
		}
		return nextSteps(texts...)
	}
	uncovered, short := Uncovered(r), ""
	if uncovered != "" {
		short = notCovering("everything")
	}
	return either(write(namedRefusals, uncovered), write(0, short))
}

// firstRefusals are the first n refusals, and how many more there are.
func firstRefusals(refused []string, n int) []string {
	left := len(refused) - n
	if left <= 0 {
		return refused
	}
	return append(slices.Clone(refused[:n]), "The cloud refused "+number(left, "principal that is", "principals that are")+" not named here: correct or remove what declares them.")
}
