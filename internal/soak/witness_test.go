package soak

import (
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// The functions here watch single calls: what a process is shown and what it
// does. They run on the scheduler's goroutine.

// listing goes by all that is there, though the process may have asked for less:
// that must make no difference to its plan. Who carries out a file sees the images
// that it names alone.
func (w *world) listing(t *ticket, lane reconcile.Lane, all, images []reconcile.Image) {
	if t.file == nil {
		t.listed[lane] = slices.Clone(all)
		return
	}
	for _, id := range t.filter.IDs {
		t.fresh[principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: id}] = "gone"
	}
	for _, image := range images {
		t.fresh[image.Image] = image.State
	}
}

func (t *ticket) readFailed() {
	switch {
	case t.op == list:
		t.dark[reconcile.Lane{Provider: principal.AWS, Account: t.account, Region: t.region}] = true
	case t.op == read && !t.applying:
		t.unread[t.image] = true
	case t.op == read:
		t.doing(t.image).blind = true
	}
	t.countRead()
}

func (w *world) reading(t *ticket, i *image, shows set) {
	t.countRead()
	t.last[t.image] = shows
	d := t.doing(t.image)
	d.looked = true
	if t.applying {
		d.waited = max(d.waited, t.until.Sub(d.sentAt))
		d.confirmed = d.confirmed || shows&public != 0
		return
	}
	t.seen[t.image] = shows
	d.lost |= shows &^ i.has
	if t.evicts == 0 && t.file == nil && ignored(t.declarations, i.Image, t.at) {
		w.violate("%s reads %s, which the policy ignores", t.name, t.image.ID)
	}
}

func (t *ticket) countRead() {
	if t.op != read {
		return
	}
	d := t.doing(t.image)
	if t.applying {
		d.checks++
		return
	}
	if d.reads++; d.reads > 1 {
		t.violate("%s reads %s twice for one plan", t.name, t.image.ID)
	}
}

func (w *world) inspection(t *ticket, lane reconcile.Lane, a reconcile.Inspection) {
	if !t.asked.Publish && len(t.asked.Encrypted)+len(t.asked.Missing) == 0 {
		w.violate("%s asks %v nothing", t.name, lane)
	}
	t.found[lane] = a
}

// sent judges a call that would change an image, whether or not it takes effect.
func (w *world) sent(t *ticket, gives, takes set) {
	d := t.doing(t.image)
	d.writes++
	for _, change := range t.changes {
		if !t.named[key(change)] || change.Image.Image != t.image {
			w.violate("%s sends %s, which its plan does not name", t.name, key(change))
		}
	}
	want := t.wishes[t.image]
	switch {
	case want == nil:
		w.violate("%s writes %s, which it was not shown", t.name, t.image.ID)
		return
	case t.unread[t.image] || t.dark[reconcile.LaneOf(t.image)]:
		w.violate("%s writes %s, which it could not read", t.name, t.image.ID)
	case want.ignored && t.evicts == 0:
		w.violate("%s writes %s, which the policy ignores", t.name, t.image.ID)
	case want.conflict:
		w.violate("%s writes %s, which two exclusive shares claim", t.name, t.image.ID)
	}
	if late := t.late[t.image]; late != nil && t.evicts == 0 && gives&^late.valid != 0 {
		w.violate("%s gives %s to %v, whose time is over", t.name, t.image.ID, gives&^late.valid)
	}
	if takes != 0 && d.published {
		if d.confirmed {
			w.hit("revokes after a publish that was read back")
		} else {
			w.violate("%s revokes %v from %s before it has seen that the image is public", t.name, takes, t.image.ID)
		}
	}
	if d.refused > 0 && len(t.changes) < d.refused {
		w.hit("a refused call sent in parts")
		if len(t.changes) == 1 {
			w.hit("a refused entry found")
		}
	}
	if d.refused > 0 && gives == 0 && d.quota {
		w.hit("revokes first, because of the quota")
	}
	d.published = d.published || gives&public != 0
	d.refused, d.quota = 0, false
}

// answered remembers what the process is told of its call.
func (w *world) answered(t *ticket, kind trouble, err error) {
	d := t.doing(t.image)
	d.doubted = d.doubted || kind == entryRefused
	switch told := reconcile.KindOf(err); told {
	case reconcile.Refused, reconcile.Quota, reconcile.Invalid:
		d.refused, d.quota = len(t.changes), told == reconcile.Quota
	case reconcile.Uncertain, reconcile.Throttled:
		d.unsure = true
		fallthrough
	case "":
		d.looked, d.sentAt = false, t.until
	}
}

// written judges a call that the cloud took.
func (w *world) written(t *ticket, i *image, before, takes set) {
	d := t.doing(t.image)
	d.changed |= before ^ i.has
	w.changedBy(t.process, t.image, before, i.has)
	want, late := t.wishes[t.image], t.late[t.image]
	if want == nil || late == nil {
		return // said already
	}
	// What others took in the meantime counts as being there still: nobody can
	// know of it. See docs/reliability.md.
	had := before | d.lost
	d.lost &^= takes
	has := i.has | d.lost
	seen := t.seen[t.image]
	should := w.members.reach(want.from(seen)) & w.members.reach(late.from(seen))
	if t.evicts != 0 { // who is named is to go at once
		should = w.members.reach(seen &^ t.evicts)
	}
	if loses := w.members.reach(had) & should &^ w.members.reach(has); loses != 0 {
		w.violate("by a call of %s %v lose %s, which they are to have: %v became %v", t.name, loses, t.image.ID, before, i.has)
	}
}

// setOut records what a process means to do, before it does it.
func (p *process) setOut(plan *reconcile.Plan) {
	p.plan = plan
	p.named = map[string]bool{}
	for _, change := range plan.Changes {
		p.named[key(change)] = true
	}
	p.wishes, p.late = p.wishesAt(p.at), p.wishesAt(time.Now())
}

// wishesAt goes by the listing for claims, and by the latest word for states.
func (p *process) wishesAt(at time.Time) map[principal.Image]*wish {
	all := wishes(p.declarations, p.listed, at)
	for image, state := range p.fresh {
		if all[image] != nil {
			all[image].image.State = state
		}
	}
	return all
}
