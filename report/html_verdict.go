package report

import (
	"fmt"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// planVerdict is a plan in a sentence, and what has to be said with it.
func planVerdict(p *reconcile.Plan) (html.Tone, string, []string) {
	filtered := said(func(page *page) { page.scope(p.Scope, planNames(p)) })
	refused := said(func(page *page) { page.refusal(p) })
	switch {
	case len(refused) > 0:
		tone := html.Warn
		if p.Stopped() {
			tone = html.Bad
		}
		return tone, refused[0], filtered
	case len(p.Changes) == 0:
		tone := html.Good
		if len(p.Incomplete) > 0 {
			tone = html.Warn
		} else if risky(p.Findings) {
			tone = ""
		}
		return tone, said(func(page *page) { page.noChanges(p) })[0], filtered
	}
	verdict := number(p.Summary.Images, "image changes", "images change")
	if p.Summary.Public > 0 {
		return html.Alarm, fmt.Sprintf("%s; %s public.", verdict, number(p.Summary.Public, "becomes", "become")), filtered
	}
	return "", verdict + ".", filtered
}

// resultVerdict is a result in a sentence, and how to go on.
func resultVerdict(r *reconcile.Result) (html.Tone, string, []string) {
	var notes []string
	if next := said(func(page *page) { page.next(r) }); len(next) > 0 {
		notes = next[1:] // without the heading
	}
	switch {
	case len(r.Outcomes) == 0 && len(r.Incomplete) > 0:
		return html.Warn, "Nothing was changed, but not everything could be read.", notes
	case len(r.Outcomes) == 0:
		return html.Good, "Nothing was to be changed.", notes
	case r.Complete():
		return html.Good, "Applied: every change is in effect.", notes
	case r.Summary[reconcile.StatusFailed] > 0:
		return html.Bad, "Applied in part: " + number(r.Summary[reconcile.StatusFailed], "change", "changes") + " failed.", notes
	}
	return html.Warn, "Applied in part.", notes
}

// driftVerdict is drift in a sentence, and what to do about it.
func driftVerdict(d *reconcile.Drift) (html.Tone, string, []string) {
	names := findingNames(d.Findings)
	for _, deviation := range d.Deviations {
		names[deviation.Principal.Principal] = deviation.Principal.Alias
	}
	notes := said(func(page *page) { page.scope(d.Scope, names) })
	if d.Found() {
		tone := html.Bad
		if d.Summary[reconcile.DriftPublic] > 0 {
			tone = html.Alarm
		}
		return tone, "Drift: the cloud is not as declared.", append(notes, said(func(page *page) { page.toMend(d) })...)
	}
	tone := html.Good
	if len(d.Incomplete) > 0 {
		tone = html.Warn
	} else if risky(d.Findings) {
		tone = ""
	}
	return tone, said(func(page *page) { page.inSync(d) })[0], notes
}
