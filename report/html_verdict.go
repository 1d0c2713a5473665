package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// verdict is sentences, without those that are empty. None hides another.
func verdict(sentences ...html.Sentence) []html.Sentence {
	return slices.DeleteFunc(sentences, func(s html.Sentence) bool { return s.Text == "" })
}

// planVerdict is what a plan comes to: what stands in its way, what it changes, and
// what is not known; and what a filter leaves out.
func planVerdict(p *reconcile.Plan) ([]html.Sentence, []string) {
	refused := html.Sentence{Tone: html.Warn, Text: one(func(page *page) { page.refusal(p) })}
	if p.Stopped() {
		refused.Tone = html.Bad
	}
	published := map[principal.Image]bool{}
	for _, c := range p.Changes {
		if c.Verb == reconcile.VerbPublish {
			published[c.Image.Image] = true
		}
	}
	does := html.Sentence{Text: one(func(page *page) { page.noChanges(p) })}
	switch {
	case len(p.Changes) > 0:
		does.Text = changing(len(reconcile.ByImage(p.Changes)), len(published), p.Refused())
	case p.Scope.Gone > 0:
		does.Tone = html.Warn
	case len(p.Incomplete) == 0 && !risky(p.Findings):
		does.Tone = html.Good
	}
	if len(published) > 0 {
		does.Tone = html.Alarm
	}
	return verdict(refused, does, html.Sentence{Tone: html.Warn, Text: unreadSentence(p.Incomplete)}),
		said(func(page *page) { page.planScope(p) })
}

// changing counts the images that a plan changes, and those of them that become
// public.
func changing(images, published int, refused bool) string {
	text, becomes := number(images, "image changes", "images change"), number(published, "becomes", "become")
	if refused {
		text, becomes = number(images, "image would change", "images would change"), fmt.Sprintf("%d would become", published)
	}
	if published > 0 {
		text += "; " + becomes + " PUBLIC"
	}
	return text + "."
}

// one is what a page says, in one line.
func one(write func(p *page)) string { return strings.Join(said(write), " ") }

// resultVerdict is what became of a plan; and what a filter left out, and how to go
// on.
func resultVerdict(r *reconcile.Result) ([]html.Sentence, []string) {
	notes := said(func(page *page) { page.filtered(resultLeftOut(r)) })
	if next := said(func(page *page) { page.next(r) }); len(next) > 0 {
		notes = append(notes, advice(next[1:])...) // without the heading
	}
	_, refused := keptImages(r.Findings)
	held, unread, missing := heldRevokes(r.Findings), unreadSentence(r.Incomplete), notInEffect(r.Outcomes)
	fine := refused+held+unread == ""
	did := html.Sentence{Text: "Applied: every change is in effect."}
	switch {
	case len(r.Outcomes) == 0 && !fine:
		did.Text = "Nothing was changed."
	case len(r.Outcomes) == 0:
		did.Text = "Nothing was to be changed."
	case missing != "":
		did = html.Sentence{Tone: html.Warn, Text: "Applied in part: " + missing}
	}
	switch {
	case r.Summary[reconcile.StatusFailed] > 0:
		did.Tone = html.Bad
	case missing == "" && fine:
		did.Tone = html.Good
	}
	return verdict(html.Sentence{Tone: html.Bad, Text: ended(refused)}, did, html.Sentence{Tone: html.Warn, Text: ended(held)},
		html.Sentence{Text: interruption(r)}, html.Sentence{Tone: html.Warn, Text: unread}), notes
}

// driftVerdict is whether the cloud is as declared; and what a filter leaves out,
// and what to do.
func driftVerdict(d *reconcile.Drift) ([]html.Sentence, []string) {
	notes := said(func(page *page) { page.scope(d.Scope, driftNames(d)) })
	if d.Found() {
		return verdict(html.Sentence{Tone: html.Bad, Text: "Drift: the cloud is not as declared."}, html.Sentence{Tone: html.Alarm, Text: publicSentence(d.Deviations)},
			html.Sentence{Tone: html.Warn, Text: unreadSentence(d.Incomplete)}), append(notes, said(func(page *page) { page.toMend(d) })...)
	}
	tone := html.Good
	if len(d.Incomplete) > 0 || nothingSampled(d) {
		tone = html.Warn
	} else if risky(d.Findings) {
		tone = ""
	}
	return verdict(html.Sentence{Tone: tone, Text: one(func(page *page) { page.inSync(d) })}), notes
}

// publicSentence counts the images that are public, declared by nobody or no
// longer.
func publicSentence(deviations []reconcile.Deviation) string {
	public := map[principal.Image]bool{}
	for _, v := range deviations {
		missing := v.Kind == reconcile.DriftMissing || v.Kind == reconcile.DriftPending
		if v.Kind == reconcile.DriftPublic || v.Principal.Kind == principal.Public && !missing {
			public[v.Image.Image] = true
		}
	}
	if len(public) == 0 {
		return ""
	}
	return number(len(public), "image is", "images are") + " PUBLIC."
}
