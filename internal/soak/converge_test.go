package soak

import (
	"maps"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// converge runs apply once, undisturbed, and fails unless all is as the manifests
// say afterwards, with the fewest calls, and a second plan finds nothing to do.
// What guards and the cloud itself forbid is left; free means that there was
// nothing of the kind.
func (w *world) converge(name string) (reached map[principal.Image]set, free bool) {
	before := w.cloud.state()
	p := w.process(name, weather{})
	var plan *reconcile.Plan
	var result *reconcile.Result
	w.drive(func() { plan, result = p.apply(reconcile.Scope{}) })
	if w.failed() {
		return nil, false
	}
	beset, crowded := w.obstacles(plan, before)
	p.judgeFewest(plan, func(image principal.Image) bool { return beset[image] || crowded[image] })
	p.judgeReached(plan, before, beset)
	if !plan.Refused() && len(beset) == 0 && (result == nil || !result.Complete()) {
		w.violate("%s: not complete, though nothing is in the way", name)
	}
	reached = w.cloud.state()
	w.again(name, plan, beset)
	return maps.Clone(reached), !plan.Refused() && len(beset) == 0
}

// judgeReached compares every image with what the manifests want.
func (p *process) judgeReached(plan *reconcile.Plan, before map[principal.Image]set, beset map[principal.Image]bool) {
	stopped := stoppedImages(plan)
	for image, had := range before {
		want, has := p.wishes[image].from(had), p.has(image)
		if plan.Stopped() || stopped[image] {
			want = had
		}
		switch {
		case has != want && !beset[image]:
			p.violate("%s: %s has %v afterwards and is to have %v", p.name, image.ID, has, want)
		case beset[image] && has&^(had|want) != 0, beset[image] && had&want&^has != 0:
			p.violate("%s: %s had %v, is to have %v, and has %v", p.name, image.ID, had, want, has)
		}
	}
}

// again fails unless a second run finds nothing to do, but what is forbidden
// still, and changes nothing.
func (w *world) again(name string, first *reconcile.Plan, beset map[principal.Image]bool) {
	before := w.cloud.state()
	p := w.process(name+", again", weather{})
	var plan *reconcile.Plan
	w.drive(func() { plan, _ = p.apply(reconcile.Scope{}) })
	if w.failed() {
		return
	}
	stopped := stoppedImages(plan)
	for _, change := range plan.Changes {
		if image := change.Image.Image; !plan.Stopped() && !stopped[image] && !beset[image] {
			w.violate("%s: a second plan has %s", name, key(change))
		}
	}
	if first.Stopped() != plan.Stopped() && len(beset) == 0 {
		w.violate("%s: the first run is stopped: %v, the second: %v", name, first.Stopped(), plan.Stopped())
	}
	for image, has := range w.cloud.state() {
		if has != before[image] && !beset[image] {
			w.violate("%s: a second run makes %v of %v: %s", name, has, before[image], image.ID)
		}
	}
	d := w.process(name+", drift", weather{})
	var drift *reconcile.Drift
	w.drive(func() { drift = d.drift(reconcile.Scope{}) })
	if free := len(beset) == 0 && !plan.Refused(); free && !w.failed() && drift.Found() && len(drift.Deviations) > drift.Summary[reconcile.DriftUnmanaged] {
		w.violate("%s: drift finds %v", name, drift.Summary)
	}
}

// obstacles are the images that the cloud itself keeps from becoming as they are
// to be: by keys, blocks and quotas. Crowded ones come there, but not in one call:
// together with what they lose they would be over the quota.
func (w *world) obstacles(plan *reconcile.Plan, before map[principal.Image]set) (beset, crowded map[principal.Image]bool) {
	beset, crowded = map[principal.Image]bool{}, map[principal.Image]bool{}
	publics := map[reconcile.Lane]int{} // in the worst order
	for image, has := range before {
		gives, _ := split(changesOf(plan, image))
		if (has|gives)&public != 0 {
			publics[reconcile.LaneOf(image)]++
		}
	}
	for image, had := range before {
		gives, takes := split(changesOf(plan, image))
		i := w.cloud.images[image]
		publishes, most := gives&public != 0, w.cloud.entities(image)
		entities := had | gives // at once
		if !w.cloud.strict && !publishes {
			entities &^= takes
		}
		after := entities
		if gives&(groups|public) == 0 {
			after &^= takes & accounts // they replace nothing, and may go first
		}
		switch {
		case gives == 0:
		case w.cloud.locked[image], publishes && w.cloud.unpublishable(i),
			publishes && publics[reconcile.LaneOf(image)] > w.cloud.publicQuota(image),
			(after &^ public).size() > most:
			beset[image] = true
			w.hit("the cloud is in the way")
		case (entities &^ public).size() > most:
			crowded[image] = true
			w.hit("the quota is in the way at first")
		}
	}
	return beset, crowded
}
