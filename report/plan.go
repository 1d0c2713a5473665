package report

import (
	"fmt"
	"io"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// textWriter writes documents as text.
type textWriter struct{}

// WritePlan shows a plan: what changes, what is risky, what is not known, and
// the numbers.
func (textWriter) WritePlan(w io.Writer, plan *reconcile.Plan, style Style) error {
	p := &page{style: style}
	p.planScope(plan)
	if len(plan.Changes) == 0 {
		p.noChanges(plan)
	} else {
		p.changes(plan.Changes)
	}
	p.findings(plan.Findings)
	p.incomplete(plan.Incomplete)
	p.inventory(plan)
	p.refusal(plan)
	p.planCounts(plan.Summary)
	return p.writeTo(w)
}

// planCounts writes the last line of a plan.
func (p *page) planCounts(s reconcile.Summary) {
	p.counts("Plan",
		count{s.Images, "image", "images", bold},
		count{s.Grants, "grant", "grants", green},
		count{s.Revokes, "revoke", "revokes", red},
		count{s.Public, "public", "", alarm},
		count{s.Copies, "copy", "copies", green},
		count{s.Other, "other", "", plain},
		count{s.Unknown, "unknown", "", yellow},
	)
}

func (p *page) changes(changes []reconcile.Change) {
	var entries []entry
	for _, c := range changes {
		entries = append(entries, entry{image: c.Image, row: row{cells: explained(c)}})
	}
	p.lanes(entries)
	// Where everything stands in one block, the sum would only repeat it.
	if groups := grouped(entries); len(groups) > 1 || len(groups[0].blocks) > 1 {
		p.byPrincipal(changes)
	}
}

// heldRevoke is the code of findings about revokes that a filter holds back.
const heldRevoke = "AMI020"

// heldRevokes counts the revokes that a filter holds back; empty for none.
func heldRevokes(findings []reconcile.Finding) string {
	held := 0
	for _, f := range findings {
		if f.Code == heldRevoke {
			held++
		}
	}
	if held == 0 {
		return ""
	}
	return number(held, "revoke is", "revokes are") + " held back"
}

// noChanges says what an empty plan means: not the same when something was
// left out, could not be read, or is in the way.
func (p *page) noChanges(plan *reconcile.Plan) {
	held := heldRevokes(plan.Findings)
	p.space()
	switch {
	case plan.Scope.None:
		p.statement(calm(plan.Scope), "No changes:", noShare(filters(plan.Scope, nil))+" is affected. The cloud was not looked at.")
	case len(plan.Incomplete) > 0:
		p.prose(0, yellow, "No changes are known, but not everything could be read: the cloud may differ there.")
	case held != "":
		p.statement(bold, "No changes:", held+"; see the findings below.")
	case risky(plan.Findings) && !plan.Scope.IsAll():
		p.statement(bold, "No changes", "in what the filter lets through; see the findings below.")
	case risky(plan.Findings):
		p.statement(bold, "No changes.", "The cloud is as declared, apart from the findings below.")
	case !plan.Scope.IsAll():
		p.statement(calm(plan.Scope), "No changes.", "What the filter lets through is as declared.")
	default:
		p.statement(green, "No changes.", "The cloud is as declared.")
	}
}

// inventory says how much the plan looked at, what applying it takes, and which
// plan this is.
func (p *page) inventory(plan *reconcile.Plan) {
	p.space()
	if i := plan.Inventory; i.Lanes > 0 {
		text := fmt.Sprintf("Looked at %s: %s listed, %d picked, %d retired", number(i.Lanes, "lane", "lanes"), images(i.Listed), i.Picked, i.Retired)
		if i.Retired > 0 {
			text += " (no longer among the newest, left alone)"
		}
		if i.Ignored > 0 {
			text += fmt.Sprintf(", %d ignored (as the policy says)", i.Ignored)
		}
		p.prose(0, plain, text+checked(plan.Checks)+".")
	}
	if takes := p.style.expected(plan); takes != "" {
		p.prose(0, plain, takes)
	}
	if len(plan.Changes) > 0 && plan.Digest != "" {
		p.line(0, say("Digest "+plan.Digest))
	}
}

// checked says what a plan asked beyond listings and permissions.
func checked(checks map[string]int) string {
	if len(checks) == 0 {
		return ""
	}
	return "; checked beforehand: " + actions(checks)
}

// refusal says what the findings keep from being applied.
func (p *page) refusal(plan *reconcile.Plan) {
	run := 0
	for _, f := range plan.Findings {
		if f.Refuses() && f.Stops == reconcile.StopsRun {
			run++
		}
	}
	stopped, kept := keptImages(plan.Findings)
	rest := slices.ContainsFunc(plan.Changes, func(c reconcile.Change) bool { return !stopped[c.Image.Image] })
	p.space()
	switch {
	case run > 0:
		p.statement(red, "Refused:", number(run, "error stops", "errors stop")+" the run; nothing is applied until that is mended.")
	case kept != "" && rest:
		p.statement(yellow, "In part:", kept+"; the rest can be applied.")
	case kept != "":
		p.statement(red, "Refused:", kept+"; nothing is left to apply.")
	}
}

// keptImages returns the images that findings stop, and says how many findings
// these are; empty for none.
func keptImages(findings []reconcile.Finding) (stopped map[principal.Image]bool, says string) {
	stopped, errors := map[principal.Image]bool{}, 0
	for _, f := range findings {
		if f.Refuses() && f.Stops != reconcile.StopsRun {
			errors++
			stopped[f.Image.Image] = true
		}
	}
	if errors == 0 {
		return stopped, ""
	}
	its := "its image"
	if stopped[principal.Image{}] { // a finding that names no image is about several
		its = "its images"
	}
	return stopped, number(errors, "error keeps "+its, "errors keep their images") + " from being changed"
}

// planNames returns the names that a plan knows of principals.
func planNames(plan *reconcile.Plan) map[principal.Principal]string {
	names := findingNames(plan.Findings)
	for _, c := range plan.Changes {
		names[c.Principal.Principal] = c.Principal.Alias
	}
	return names
}

func findingNames(findings []reconcile.Finding) map[principal.Principal]string {
	names := map[principal.Principal]string{}
	for _, f := range findings {
		names[f.Principal.Principal] = f.Principal.Alias
	}
	return names
}
