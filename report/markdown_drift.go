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

// WriteDrift shows how the cloud departs from the manifests: in which
// directions, then each finding, then each image.
func (markdownWriter) WriteDrift(w io.Writer, d *reconcile.Drift, style Style) error {
	m := markdown{style: style, whole: elsewhere("drift.json")}
	var entries []entry
	names := findingNames(d.Findings)
	for _, v := range d.Deviations {
		names[v.Principal.Principal] = v.Principal.Alias
		entries = append(entries, entryOf(v.Image, kindSpan(v.Kind)+": "+principalSpan(v.Principal), m.style.link(v.Source)))
	}
	const introduction = "How the cloud departs from the manifests, in who may launch which machine images (AMIs). Nothing was changed."
	return m.write(w,
		m.head(m.driftVerdict(d), introduction, d.Scope, names),
		m.directions(d.Deviations),
		m.findings(d.Findings),
		m.notRead(d.Incomplete),
		m.next(driftNext(d)...),
		m.details("deviation", "deviations", entries),
		m.counts(func(p *page) { p.driftCounts(d) }),
	)
}

// byRisk are the directions, those first that give somebody what nobody
// declared.
func byRisk() []reconcile.DriftKind {
	return []reconcile.DriftKind{reconcile.DriftPublic, reconcile.DriftExtra, reconcile.DriftExpired,
		reconcile.DriftUnmanaged, reconcile.DriftMissing, reconcile.DriftPending}
}

// kindSpan is a direction; one that is not known may hold anything.
func kindSpan(kind reconcile.DriftKind) string {
	if kind == reconcile.DriftPublic {
		return "**PUBLIC**"
	}
	return markdownProse(string(kind))
}

// driftVerdict says whether the cloud is as declared.
func (m markdown) driftVerdict(d *reconcile.Drift) string {
	unread := unreadSentence(d.Incomplete)
	if !d.Found() {
		signal := fineSignal
		switch {
		case slices.ContainsFunc(d.Findings, isError):
			signal = stopSignal
		case unread != "" || risky(d.Findings):
			signal = lookSignal
		}
		return m.verdict(signal, sentence(func(p *page) { p.inSync(d) }), unread)
	}
	counts := map[reconcile.DriftKind]int{}
	on := map[principal.Image]bool{}
	for _, v := range d.Deviations {
		counts[v.Kind]++
		on[v.Image.Image] = true
	}
	var parts []string
	for _, kind := range byRisk() {
		if n := counts[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	signal := lookSignal
	if counts[reconcile.DriftPublic]+counts[reconcile.DriftExtra] > 0 || slices.ContainsFunc(d.Findings, isError) {
		signal = stopSignal
	}
	differ := number(len(on), "image is", "images are") + " not as declared"
	return m.verdict(signal, "Drift: "+joined(": ", differ, strings.Join(parts, ", "))+".", unread)
}

// directions are in which ways the cloud departs, and for whom.
func (m markdown) directions(deviations []reconcile.Deviation) part {
	if len(deviations) == 0 {
		return fixed("")
	}
	head := "#### In which direction\n\n"
	whole, short := head+tableHead("Direction", "What it means", "Permissions", "Who", "Images"), head+tableHead("Direction", "Permissions")
	for _, kind := range byRisk() {
		var who, on []string
		n := 0
		sorted := slices.Clone(deviations)
		slices.SortStableFunc(sorted, func(a, b reconcile.Deviation) int {
			return cmp.Or(principal.Compare(a.Principal.Principal, b.Principal.Principal), byName(a.Image, b.Image))
		})
		for _, v := range sorted {
			if v.Kind == kind {
				n++
				who = append(who, principalSpan(v.Principal))
				on = append(on, imageSpan(v.Image)+" in "+m.lane(reconcile.LaneOf(v.Image.Image)))
			}
		}
		if n == 0 {
			continue
		}
		listed := fewTexts
		if kind == reconcile.DriftPublic {
			listed = namedPublic
		}
		whole += tableRow(kindSpan(kind), directionSays(kind), fmt.Sprint(n), some(distinct(who), listed), some(distinct(on), listed))
		short += tableRow(kindSpan(kind), fmt.Sprint(n))
	}
	return either(whole+"\n", short+"\n")
}

// directionSays is what a direction means.
func directionSays(kind reconcile.DriftKind) string {
	for _, d := range directions {
		if d.kind == kind {
			return d.says
		}
	}
	return ""
}

// driftNext says how to go on from drift.
func driftNext(d *reconcile.Drift) []string {
	var texts []string
	if len(d.Incomplete) > 0 {
		texts = append(texts, "Mend what could not be read, then look again.")
	}
	if mend := sentence(func(p *page) { p.toMend(d) }); mend != "" {
		texts = append(texts, mend)
	}
	if len(texts) == 0 && risky(d.Findings) {
		texts = append(texts, "Look at the findings above.")
	}
	if len(texts) == 0 {
		texts = append(texts, "Nothing.")
	}
	return texts
}
