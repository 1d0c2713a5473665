package soak

import (
	"fmt"
	"slices"

	"github.com/amisync/amisync/reconcile"
)

// noteBeginning puts the estate and the cloud into the trace.
func (w *world) noteBeginning() {
	if w.quiet {
		return
	}
	d := w.declarations
	for _, share := range d.Shares {
		w.note("%s: %s, %s in %v, %+v", share.Share, share.Owner, share.Mode, share.Lanes, share.Selector)
		for _, grant := range share.Grants {
			w.note("     %v until %v", only(grant.Principal), grant.Until)
		}
	}
	w.note("policy %+v", d.Policy)
	for _, id := range w.cloud.ids() {
		i := w.cloud.images[id]
		w.note("%s in %s has %v: %s, %s, %s, %v, made %v", id.ID, id.Region, i.has, i.Name, i.State, i.Architecture, i.Tags, i.Created)
	}
}

// notePlan puts a plan into the trace, and looks for secrets in it.
func (p *process) notePlan(plan *reconcile.Plan) {
	p.judgeText("plan", plan)
	for _, change := range plan.Changes {
		p.note("     %s plans %s", p.name, key(change))
	}
	for _, finding := range plan.Findings {
		p.note("     %s finds %s %s %s %s", p.name, finding.Code, finding.Severity, finding.Stops, finding.Message)
		if finding.Refuses() {
			p.hit(fmt.Sprintf("%s stops the %s", finding.Code, finding.Stops))
		}
		if finding.Excepted != "" {
			p.hit("a finding is excepted")
		}
	}
	if len(plan.Changes) > 0 && plan.Scope.Evicts() {
		p.hit("a principal is taken out everywhere")
	}
}

// expected is what every batch of some size must have seen: a batch that did not
// try something proves nothing of it.
func expected() []string {
	all := []string{
		"a change is applied", "a change is failed", "a change is skipped", "a change is not attempted",
		"a call without an answer is found to be in effect", "a call without an answer is not found to be in effect",
		"a change that was accepted does not show", "reading that lags",
		"a refused call sent in parts", "a refused entry found", "revokes first, because of the quota",
		"a revoke is held, for a grant that failed", "revokes after a publish that was read back",
		"a principal is taken out everywhere", "filtered", "narrow listing", "interrupted", "process dies after a call", "process dies before a call", "two at once",
		"a saved change is added", "a saved change is dropped", "a saved change is due", "a saved change is satisfied", "a saved change is unknown",
		"a saved plan cannot be compared", "a saved plan is stale",
		"another actor builds an image", "another actor deregisters", "another actor disables", "another actor makes available",
		"another actor publishes", "another actor unpublishes", "another actor shares", "another actor unshares",
		"a grant has expired since the plan was made", "manifests change", "manifests in YAML", "manifests that are refused",
		"the cloud is in the way", "the quota is in the way at first", "the same end as undisturbed", "a finding is excepted",
		"AMI001 stops the run", "AMI002 stops the run", "AMI003 stops the run", "AMI004 stops the run", "AMI005 stops the run", "AMI022 stops the run",
		"AMI009 stops the image", "AMI017 stops the run", "AMI017 stops the image", "AMI018 stops the image", "AMI019 stops the image", "AMI021 stops the image",
		"AMI007 stops the run", "AMI008 stops the image", "AMI014 stops the run",
	}
	for _, kinds := range troubles {
		for _, kind := range kinds {
			all = append(all, string(kind))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
