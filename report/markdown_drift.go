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
	for _, v := range d.Deviations {
		entries = append(entries, entryOf(v.Image, kindSpan(v.Kind)+": "+principalSpan(v.Principal), m.style.link(v.Source)))
	}
	const introduction = "How the cloud departs from the manifests, in who may launch which machine images (AMIs). Nothing was changed."
	return m.write(w,
		m.head(m.driftVerdict(d), introduction, d.Scope, func(p *page) { p.scope(d.Scope, driftNames(d)) }),
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
var byRisk = []reconcile.DriftKind{reconcile.DriftPublic, reconcile.DriftExtra, reconcile.DriftExpired,
	reconcile.DriftUnmanaged, reconcile.DriftMissing, reconcile.DriftPending}

// anotherKind stands for the directions of a later version. What they give to whom
// is not known here, so they come before all that is.
const anotherKind reconcile.DriftKind = "of another kind"

// direction is one way in which the cloud departs from the manifests, with the
// deviations of this kind.
type direction struct {
	kind       reconcile.DriftKind
	deviations []reconcile.Deviation // sorted by principal and image
}

// byDirection puts deviations together by their direction, by risk.
func byDirection(deviations []reconcile.Deviation) []direction {
	kinds := append([]reconcile.DriftKind{anotherKind}, byRisk...)
	all := make([]direction, len(kinds))
	for i, kind := range kinds {
		all[i].kind = kind
	}
	for _, v := range deviations {
		at := 1 + slices.Index(byRisk, v.Kind) // 0 for another
		all[at].deviations = append(all[at].deviations, v)
	}
	for _, d := range all {
		slices.SortStableFunc(d.deviations, func(a, b reconcile.Deviation) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), principal.Compare(a.Principal.Principal, b.Principal.Principal), byName(a.Image, b.Image))
		})
	}
	return slices.DeleteFunc(all, func(d direction) bool { return len(d.deviations) == 0 })
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
		case unread != "" || risky(d.Findings) || nothingSampled(d):
			signal = lookSignal
		}
		return m.verdict(signal, sentence(func(p *page) { p.inSync(d) }), unread)
	}
	on := map[principal.Image]bool{}
	for _, v := range d.Deviations {
		on[v.Image.Image] = true
	}
	signal := lookSignal
	if slices.ContainsFunc(d.Findings, isError) {
		signal = stopSignal
	}
	var parts []string
	for _, in := range byDirection(d.Deviations) {
		parts = append(parts, fmt.Sprintf("%d %s", len(in.deviations), in.kind))
		switch in.kind {
		case anotherKind, reconcile.DriftPublic, reconcile.DriftExtra:
			signal = stopSignal
		}
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
	for _, in := range byDirection(deviations) {
		var who, on []string
		for _, v := range in.deviations {
			who = append(who, principalSpan(v.Principal))
			on = append(on, m.imageIn(v.Image))
		}
		listed := fewTexts
		if in.kind == reconcile.DriftPublic {
			listed = namedPublic
		}
		permissions := fmt.Sprint(len(in.deviations))
		whole += tableRow(kindSpan(in.kind), directionSays(in), permissions, some(distinct(who), listed), some(distinct(on), listed))
		short += tableRow(kindSpan(in.kind), permissions)
	}
	return either(whole+"\n", short+"\n")
}

// directionSays is what a direction means.
func directionSays(in direction) string {
	if in.kind == anotherKind {
		var kinds []string
		for _, v := range in.deviations {
			kinds = append(kinds, string(v.Kind))
		}
		return joined(": ", "not known to this version", some(codeSpans(distinct(kinds)), fewTexts))
	}
	for _, d := range directions {
		if d.kind == in.kind {
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
