package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// WriteDifference shows how two revisions of the manifests differ: what is risky,
// who gains and who loses, and how far an edit reaches.
func (markdownWriter) WriteDifference(w io.Writer, d *reconcile.Difference, style Style) error {
	m := markdown{style: style, whole: "`amisync diff`"}
	return m.write(w,
		m.compared(d),
		m.risks(d),
		m.gainsAndLosses(d.Access),
		m.edits(d.Edits),
		m.settings(d.Settings),
		m.next(differenceNext(d)),
		m.listed("All differences by share", "difference", "differences", m.byShare(d.Access)),
		m.counts(func(p *page) { p.differenceCounts(d.Summary) }),
	)
}

// compared is the verdict, and what was compared.
func (m markdown) compared(d *reconcile.Difference) part {
	verdict := m.differenceVerdict(d)
	const introduction = "What the manifests declare differently, in who may launch which machine images (AMIs). No cloud was asked: which images exist, and who may launch them today, is not known here."
	head := "the working tree"
	if d.Head != "" {
		head = revisionSpan(d.Head, d.HeadCommit)
	}
	revisions := paragraph("From " + revisionSpan(d.Base, d.BaseCommit) + " to " + head + ".")
	return either(verdict+paragraph(introduction)+revisions, verdict+paragraph(introduction), verdict+paragraph("No cloud was asked."))
}

// revisionSpan is a revision as it was asked for, and the short id of the commit
// that it was.
func revisionSpan(name, commit string) string {
	short := commit[:min(len(commit), 12)]
	if short == "" || strings.HasPrefix(commit, name) {
		return codeSpan(name)
	}
	return codeSpan(name) + " (" + codeSpan(short) + ")"
}

// differenceVerdict says what a difference comes to.
func (m markdown) differenceVerdict(d *reconcile.Difference) string {
	risky := 0
	for _, s := range d.Settings {
		if s.Risk {
			risky++
		}
	}
	access, public := declarations(d.Access)
	settings := countedTexts(
		count{n: risky, one: "setting loosens a guard or widens a share", many: "settings loosen a guard or widen a share"},
		count{n: len(d.Settings) - risky, one: "other setting changes", many: "other settings change"})
	text := joined("; ", access, strings.Join(settings, ", "))
	switch {
	case text == "":
		return m.verdict(fineSignal, "No difference: both revisions declare the same.")
	case public || risky > 0:
		return m.verdict(stopSignal, "By declaration: "+text+".")
	}
	return m.verdict(doneSignal, "By declaration: "+text+".")
}

// declarations counts who gains and who loses, in one text, and says whether
// anything becomes public.
func declarations(access []reconcile.AccessDifference) (text string, becomesPublic bool) {
	if len(access) == 0 {
		return "", false
	}
	gain, lose := map[principal.Principal]bool{}, map[principal.Principal]bool{}
	shares, public := map[string]bool{}, map[string]bool{}
	kept, terms := 0, 0
	for _, a := range access {
		shares[a.Share] = true
		switch {
		case a.Kind == reconcile.DifferenceGains && a.Principal.Kind == principal.Public:
			public[a.Share] = true
		case a.Kind == reconcile.DifferenceGains:
			gain[a.Principal.Principal] = true
		case a.Kind == reconcile.DifferenceLoses && a.Stays == "":
			lose[a.Principal.Principal] = true
		case a.Kind == reconcile.DifferenceLoses:
			kept++
		default:
			terms++
		}
	}
	all := countedTexts(
		count{n: len(public), one: "image share becomes PUBLIC", many: "image shares become PUBLIC"},
		count{n: len(gain), one: "principal gains access", many: "principals gain access"},
		count{n: len(lose), one: "principal loses access", many: "principals lose access"},
		count{n: kept, one: "entry goes and takes no access away", many: "entries go and take no access away"},
		count{n: terms, one: "last day changes", many: "last days change"})
	return strings.Join(all, ", ") + ", by the entries of " + number(len(shares), "image share", "image shares"), len(public) > 0
}

// risks are what a reviewer must not miss: what becomes public, and settings that
// loosen a guard or widen what is shared.
func (m markdown) risks(d *reconcile.Difference) part {
	var all []item
	for _, a := range d.Access {
		if a.Kind == reconcile.DifferenceGains && a.Principal.Kind == principal.Public {
			all = append(all, item{label: "PUBLIC", text: "every AWS account may launch the images of this share, and copy what is in them", urgent: true, count: 1,
				places: []spot{{about: "share " + codeSpan(a.Share), at: m.style.link(a.Source)}}})
		}
	}
	for _, s := range d.Settings {
		if s.Risk {
			i := item{label: "risk", text: cmp.Or(s.Consequence, "this loosens a guard or widens what is shared"), urgent: true, count: 1}
			i.places = []spot{{about: settingSpan(s) + ": " + fromTo(s), at: m.style.link(s.Source)}}
			all = append(all, i)
		}
	}
	return items{m, fmt.Sprintf("Risks: %d", len(all)), all}.part()
}

// settingSpan is which setting differs.
func settingSpan(s reconcile.SettingDifference) string {
	return joined(" ", markdownProse(s.Subject), codeIfAny(s.Key))
}

// fromTo is how a setting differs.
func fromTo(s reconcile.SettingDifference) string {
	before, after := "nothing", "nothing"
	if s.Before != "" {
		before = codeSpan(s.Before)
	}
	if s.After != "" {
		after = codeSpan(s.After)
	}
	return before + " → " + after
}
