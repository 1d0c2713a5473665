package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// WritePlan shows a plan to a reviewer: who gains, who loses, what is risky.
func (markdownWriter) WritePlan(w io.Writer, plan *reconcile.Plan, style Style) error {
	m := markdown{style: style, whole: elsewhere("plan.json")}
	var entries []entry
	known := backgroundOf(plan)
	turns := known.turns(plan.Changes)
	for _, c := range plan.Changes {
		entries = append(entries, m.changeEntry(c))
	}
	const introduction = "What `amisync apply` would change in who may launch which machine images (AMIs): the manifests, held against the cloud."
	return m.write(w,
		m.head(m.planVerdict(plan, turns), introduction, plan.Scope, func(p *page) { p.planScope(plan) }),
		m.expected(plan, true),
		m.findings(plan.Findings),
		m.notRead(plan.Incomplete),
		m.turnTable("Who gains and who loses access", turns, known),
		m.details("change", "changes", entries),
		m.lookedAt(plan),
		m.expected(plan, false),
		m.next(planNext(plan)...),
		m.digest(plan),
		m.counts(func(p *page) { p.planCounts(plan.Summary) }),
	)
}

// planVerdict says what a plan means: first whether it can be applied.
func (m markdown) planVerdict(plan *reconcile.Plan, turns []turn) string {
	refusal := sentence(func(p *page) { p.refusal(plan) })
	if len(plan.Changes) == 0 {
		signal := fineSignal
		switch {
		case slices.ContainsFunc(plan.Findings, isError):
			signal = stopSignal
		case len(plan.Incomplete) > 0 || risky(plan.Findings) || plan.Scope.Gone > 0:
			signal = lookSignal
		}
		return m.verdict(signal, refusal, sentence(func(p *page) { p.noChanges(plan) }), unreadSentence(plan.Incomplete))
	}
	publishes := slices.ContainsFunc(plan.Changes, func(c reconcile.Change) bool { return c.Verb == reconcile.VerbPublish })
	signal := doneSignal
	switch {
	case publishes || slices.ContainsFunc(plan.Findings, isError):
		signal = stopSignal
	case len(plan.Incomplete) > 0 || risky(plan.Findings) || plan.Scope.Gone > 0:
		signal = lookSignal
	}
	return m.verdict(signal, refusal, changesSentence(plan, turns), unreadSentence(plan.Incomplete))
}

func isError(f reconcile.Finding) bool { return f.Severity == reconcile.SeverityError }

// changesSentence counts who gains and who loses.
func changesSentence(plan *reconcile.Plan, turns []turn) string {
	on := len(reconcile.ByImage(plan.Changes))
	does := "images change"
	switch {
	case plan.Refused() && on == 1:
		does = "image would change"
	case plan.Refused():
		does = "images would change"
	case on == 1:
		does = "image changes"
	}
	return fmt.Sprintf("%d %s: %s%s.", on, does, strings.Join(effects(plan.Changes), ", "), keeping(turns))
}

// effects are what changes come to, in words: first who gains most.
func effects(changes []reconcile.Change) []string {
	published, unpublished := map[principal.Image]bool{}, map[principal.Image]bool{}
	gain, lose := map[principal.Principal]bool{}, map[principal.Principal]bool{}
	other := 0
	for _, c := range changes {
		switch c.Verb {
		case reconcile.VerbPublish:
			published[c.Image.Image] = true
		case reconcile.VerbUnpublish:
			unpublished[c.Image.Image] = true
		case reconcile.VerbGrant:
			gain[c.Principal.Principal] = true
		case reconcile.VerbRevoke:
			lose[c.Principal.Principal] = true
		default:
			other++
		}
	}
	return countedTexts(
		count{n: len(published), one: "image becomes PUBLIC", many: "images become PUBLIC"},
		count{n: len(gain), one: "principal gains access", many: "principals gain access"},
		count{n: len(unpublished), one: "image is no longer public", many: "images are no longer public"},
		count{n: other, one: "other change", many: "other changes"},
		count{n: len(lose), one: "principal loses access", many: "principals lose access"},
	)
}

// planNext says how to go on from a plan.
func planNext(plan *reconcile.Plan) []string {
	var texts []string
	switch {
	case plan.Stopped():
		texts = append(texts, "Mend the errors above, then plan again; until then `amisync apply` changes nothing.")
	case plan.Refused():
		texts = append(texts, "Mend the errors above for the images that they stop; `amisync apply` changes the others.")
	}
	if len(plan.Incomplete) > 0 {
		texts = append(texts, "Mend what could not be read, then plan again. `amisync apply` leaves it as it is, and ends with exit code 6.")
	}
	if slices.ContainsFunc(plan.Findings, func(f reconcile.Finding) bool { return f.Severity == reconcile.SeverityWarning }) {
		texts = append(texts, "Check the warnings above before you agree.")
	}
	switch {
	case !plan.Scope.Shard.IsZero():
		texts = append(texts, "Join the plans of all shards: `amisync plan merge` judges the whole, and makes the plan that can be applied.")
	case plan.Stopped():
	case len(plan.Changes) > 0:
		texts = append(texts, "If this is what you want: `amisync apply` with the saved plan, or with `--expect` and the digest below, does this and nothing else.")
	case len(texts) == 0:
		texts = append(texts, "Nothing.")
	}
	return texts
}

// lookedAt says how much the plan looked at.
func (m markdown) lookedAt(plan *reconcile.Plan) part {
	if plan.Inventory.Lanes == 0 {
		return fixed("")
	}
	text := said(func(p *page) { p.inventory(plan) })[0]
	return either(paragraph(markdownProse(text)), paragraph("For what was looked at see "+m.whole+"."))
}

// expected is what applying a plan takes: early where that is long, else late.
func (m markdown) expected(plan *reconcile.Plan, early bool) part {
	takes := m.style.expected(plan)
	if takes == "" || early != (least(plan.Expected) >= longApply) {
		return fixed("")
	}
	text := markdownProse(takes)
	if early {
		text = "**A long run:** " + text
	}
	return either(paragraph(text), paragraph("For what applying takes see "+m.whole+"."))
}

// digest is which plan this is.
func (m markdown) digest(plan *reconcile.Plan) part {
	if len(plan.Changes) == 0 || plan.Digest == "" {
		return fixed("")
	}
	const longest = 80
	return fixed(paragraph("Digest " + codeSpan(shortened(plan.Digest, longest))))
}
