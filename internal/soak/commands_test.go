package soak

import (
	"context"
	"slices"
	"time"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// The methods here are the product's commands, as cmd/amisync puts them together.

func (p *process) request(scope reconcile.Scope) run.Request {
	return run.Request{Declarations: p.broken.manifests(p.declarations), Scope: scope, At: p.at, Carriers: p.broken.carriers()}
}

// evicted are those whom a run takes out everywhere, now.
func evicted(s reconcile.Scope) set {
	if s.Only != reconcile.OnlyRevokes {
		return 0
	}
	return setOf(s.Principals)
}

// makePlan returns nil if the process did not live to use it.
func (p *process) makePlan(scope reconcile.Scope) (*reconcile.Plan, *run.View) {
	p.evicts = evicted(scope)
	plan, view := run.Plan(p.ctx, p.request(scope), p.openReader, p.options())
	p.takeStock(func() {
		if p.ended() {
			plan = nil
			return
		}
		p.notePlan(plan)
		p.judgePlan(plan)
	})
	return plan, view
}

// ended reports whether the process is dead, or was told to stop before it wrote.
func (p *process) ended() bool { return p.dead || p.interrupted && !p.applying || p.failed() }

// apply is `amisync apply --auto-approve`.
func (p *process) apply(scope reconcile.Scope) (*reconcile.Plan, *reconcile.Result) {
	plan, view := p.makePlan(scope)
	if plan == nil {
		return nil, nil
	}
	return plan, p.carryOutPlan(plan, view)
}

// carryOutPlan returns nil if a guard stops the run.
func (p *process) carryOutPlan(plan *reconcile.Plan, view *run.View) *reconcile.Result {
	if p.broken.careless {
		plan.Findings = nil
	}
	if plan.Stopped() {
		return nil
	}
	p.takeStock(func() {
		p.judgeGuards(plan)
		p.applying = true
	})
	result := run.Apply(context.WithoutCancel(p.ctx), p.declarations, plan, view, p.broken.carriers(), p.openWriter, p.options())
	p.takeStock(func() {
		if !p.ended() {
			p.judgeResult(plan, result)
			p.judgeText("result", result)
		}
	})
	return result
}

// saved is a plan file, and what its maker was shown.
type saved struct {
	data   []byte
	listed map[reconcile.Lane][]reconcile.Image
	at     time.Time
	// version is that of the world as its maker saw it; none if it did not see all.
	version int
}

// save is `amisync plan --out FILE`.
func (p *process) save(scope reconcile.Scope) *saved {
	plan, _ := p.makePlan(scope)
	if plan == nil {
		return nil
	}
	data, err := reconcile.EncodePlan(plan)
	if err != nil {
		p.takeStock(func() { p.violate("a plan cannot be saved: %v", err) })
		return nil
	}
	file := &saved{data: data, listed: p.listed, at: p.at, version: -1}
	p.takeStock(func() {
		if len(p.unread)+len(p.dark) == 0 && !lags(p.cloud) {
			file.version = p.since
		}
	})
	return file
}

// applyFile is `amisync apply FILE`.
func (p *process) applyFile(file *saved, direction reconcile.Direction) {
	plan, err := reconcile.DecodePlan(file.data)
	if err != nil {
		p.takeStock(func() { p.violate("a saved plan cannot be read: %v", err) })
		return
	}
	p.at, p.listed, p.file, p.evicts = file.at, file.listed, plan, evicted(plan.Scope)
	request := p.request(reconcile.Scope{})
	p.judged = time.Now()
	request.At = p.judged
	request.Only, p.only = direction, direction
	checked, err := run.Recheck(p.ctx, request, plan, p.openReader, p.options())
	goOn := false
	p.takeStock(func() { goOn = !p.ended() && p.judgeRecheck(file, plan, checked, err) })
	if goOn {
		p.carryOutPlan(checked.Due, checked.View)
	}
}

// judgeRecheck reports whether the saved plan may be carried out.
func (p *process) judgeRecheck(file *saved, plan *reconcile.Plan, checked *run.Rechecked, err error) bool {
	if (err != nil || checked.Comparison.Stale()) && file.version == p.version && len(p.unread)+len(p.dark) == 0 {
		p.violate("%s takes the plan for stale (%v), and nothing has changed", p.name, err)
	}
	if err != nil {
		p.hit("a saved plan cannot be compared")
		p.note("%s: %v", p.name, err)
		p.judgeText("error", err.Error())
		return false
	}
	for what, n := range map[string]int{"due": len(checked.Comparison.Due), "satisfied": len(checked.Comparison.Satisfied),
		"unknown": len(checked.Comparison.Unknown), "dropped": len(checked.Comparison.Dropped), "added": len(checked.Comparison.Added)} {
		if n > 0 {
			p.hit("a saved change is " + what)
		}
	}
	if checked.Comparison.Stale() && !p.broken.trusting {
		p.hit("a saved plan is stale")
		return false
	}
	p.notePlan(checked.Due)
	p.judgePlan(checked.Due)
	for _, change := range checked.Due.Changes {
		if !slices.ContainsFunc(plan.Changes, func(c reconcile.Change) bool { return key(c) == key(change) }) {
			p.violate("%s would do %s, which the saved plan does not name", p.name, key(change))
		}
	}
	for _, change := range plan.Changes {
		has, read := p.seen[change.Image.Image]
		open := read && (has&only(change.Principal.Principal) != 0) != change.Verb.Gives()
		if open && !p.leavesOut(change, plan) && !p.named[key(change)] {
			p.violate("%s goes on, though %s, which it was to do, is not asked for any more", p.name, key(change))
		}
	}
	return true
}

// leavesOut reports whether the direction that was asked for leaves a saved change
// out: it goes the other way, or takes what a grant that does may replace.
func (p *process) leavesOut(change reconcile.Change, plan *reconcile.Plan) bool {
	gives, _ := split(changesOf(plan, change.Image.Image))
	alone := (gives|only(change.Principal.Principal))&^accounts == 0
	switch p.only {
	case reconcile.OnlyGrants:
		return change.Verb.Takes()
	case reconcile.OnlyRevokes:
		return change.Verb.Gives() || gives != 0 && !alone
	}
	return false
}

// lags reports whether a reading may yet show what was before.
func lags(c *cloud) bool {
	for _, i := range c.images {
		if i.oldLeft > 0 {
			return true
		}
	}
	return false
}

// drift is `amisync drift`.
func (p *process) drift(scope reconcile.Scope) *reconcile.Drift {
	drift, plan := run.Drift(p.ctx, p.request(scope), p.openReader, p.options(), 24*time.Hour, p.beyond)
	p.takeStock(func() {
		if p.ended() {
			return
		}
		p.judgeIncomplete(drift.Incomplete)
		for _, change := range plan.Changes {
			if has := p.seen[change.Image.Image]&only(change.Principal.Principal) != 0; has == change.Verb.Gives() {
				p.violate("%s tells of %s; it was shown %v", p.name, key(change), p.seen[change.Image.Image])
			}
		}
		p.judgeText("drift", drift)
	})
	return drift
}
