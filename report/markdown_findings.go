package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/amisync/amisync/reconcile"
)

// findings are what was found in a plan or drift. Those that are alike are
// written once.
func (m markdown) findings(findings []reconcile.Finding) part {
	var all []item
	for _, group := range alike(findings) {
		f := group[0]
		i := item{label: string(f.Severity), code: f.Code, text: f.Message + stops(f), excepted: f.Excepted, hint: f.Hint,
			urgent: f.Severity == reconcile.SeverityError, count: len(group)}
		if about := m.subject(f); about != "" {
			i.places = append(i.places, spot{about: about})
		}
		var others []string
		for _, other := range group[1:] {
			others = append(others, imageSpan(other.Image))
		}
		if len(others) > 0 {
			i.places = append(i.places, spot{about: "and " + number(len(others), "more image", "more images") + " alike: ", on: others})
		}
		all = append(all, i)
	}
	heading := "Findings: " + severities(findings) + " (`amisync explain CODE` tells more)"
	return items{m, heading, all}.part()
}

// severities counts findings.
func severities(findings []reconcile.Finding) string {
	n := map[reconcile.Severity]int{}
	for _, f := range findings {
		n[f.Severity]++
	}
	errs, warnings, notes := n[reconcile.SeverityError], n[reconcile.SeverityWarning], n[reconcile.SeverityNote]
	return strings.Join(countedTexts(count{n: errs, one: "error", many: "errors"}, count{n: warnings, one: "warning", many: "warnings"},
		count{n: notes, one: "note", many: "notes"}, count{n: len(findings) - errs - warnings - notes, one: "other", many: "others"}), ", ")
}

// subject is what a finding is about.
func (m markdown) subject(f reconcile.Finding) string {
	var share, on, who string
	if f.Share != "" {
		share = "share " + codeSpan(f.Share)
	}
	if f.Image.ID != "" {
		on = m.imageIn(f.Image)
	}
	if f.Principal.Kind != "" || f.Principal.ID != "" {
		who = principalSpan(f.Principal)
	}
	return joined(" · ", share, on, who, m.style.link(f.Source))
}

// notRead is what could not be read.
func (m markdown) notRead(incomplete []reconcile.Incomplete) part {
	var all []item
	for _, i := range incomplete {
		subject := codeSpan(m.style.account(i.Account))
		switch {
		case i.Image != "":
			subject = "image " + joined(" ", codeIfAny(i.Name), codeSpan(i.Image)) + " in " + joined(" ", codeSpan(m.style.owner(i.Account)), codeIfAny(i.Region))
		case i.Region != "":
			subject += " " + codeSpan(i.Region) + ", the whole region"
		default:
			subject += ", the whole account"
		}
		all = append(all, item{label: cmp.Or(string(i.Kind), "unknown"), text: failure(i.Action, i.Error), places: []spot{{about: subject}}, hint: i.Hint, urgent: true, count: 1})
	}
	return items{m, fmt.Sprintf("Not read: %d (what cannot be read is left as it is)", len(incomplete)), all}.part()
}
