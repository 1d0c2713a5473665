package soak

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// judgePlan fails unless the plan says what is to be done, as far as the process
// could see, and says what it could not see.
func (p *process) judgePlan(plan *reconcile.Plan) {
	p.setOut(plan)
	for _, change := range plan.Changes {
		image := change.Image.Image
		has, read := p.seen[image]
		want := p.wishes[image]
		switch {
		case !read || want == nil:
			p.violate("%s plans %s, and was not shown who has it", p.name, key(change))
		case !p.due(change, want, has):
			p.violate("%s plans %s for %v; the manifests want %v", p.name, key(change), has, want.from(has))
		}
	}
	if plan.Scope.IsAll() && p.file == nil {
		p.judgeAll()
	}
	p.judgeIncomplete(plan.Incomplete)
	if p.evicts == 0 && !p.beyond && p.file == nil {
		for image := range p.seen {
			if !p.wishes[image].binding() {
				p.violate("%s reads %s, about which nothing can be done", p.name, image.ID)
			}
		}
	}
}

// due reports whether a change is called for.
func (p *process) due(change reconcile.Change, want *wish, has set) bool {
	one := only(change.Principal.Principal)
	wanted := want.from(has)
	if change.Verb.Gives() {
		return one&wanted&^has != 0
	}
	return one&has&^wanted != 0 || p.evictable(one, want, has)
}

// evictable reports whether a named principal is to be taken out of the image,
// though no share that picks it says so.
func (p *process) evictable(one set, want *wish, has set) bool {
	if one&has&p.evicts == 0 || want.conflict || want.image.State != reconcile.Available {
		return false
	}
	for _, share := range want.claims {
		for _, grant := range p.declarations.Share(share).Grants {
			if only(grant.Principal) == one && !past(grant.Until, p.at) {
				return false
			}
		}
	}
	return true
}

// judgeAll fails unless everything that is to be done is planned, and everything
// that had to be read was.
func (p *process) judgeAll() {
	for image, want := range p.wishes {
		has, read := p.seen[image]
		if !read {
			if want.binding() && !p.unread[image] {
				p.violate("%s does not read %s, which a share picks", p.name, image.ID)
			}
			continue
		}
		wanted := want.from(has)
		if gives, takes := p.planned(image); gives|takes != wanted^has {
			p.violate("%s plans +%v -%v of %s, which has %v and is to have %v", p.name, gives, takes, image.ID, has, wanted)
		}
	}
}

// planned are the changes of one image.
func (p *process) planned(image principal.Image) (gives, takes set) {
	return split(changesOf(p.plan, image))
}

func changesOf(plan *reconcile.Plan, image principal.Image) []reconcile.Change {
	return slices.DeleteFunc(slices.Clone(plan.Changes), func(c reconcile.Change) bool { return c.Image.Image != image })
}

// judgeIncomplete fails unless every failed reading is listed.
func (p *process) judgeIncomplete(incomplete []reconcile.Incomplete) {
	listed := func(lane reconcile.Lane, image string) bool {
		return slices.ContainsFunc(incomplete, func(i reconcile.Incomplete) bool {
			return i.Account == lane.Account && i.Region == lane.Region && i.Image == image
		})
	}
	for image := range p.unread {
		if !listed(reconcile.LaneOf(image), image.ID) {
			p.violate("%s could not read %s and does not say so", p.name, image.ID)
		}
	}
	for lane := range p.dark {
		if !listed(lane, "") {
			p.violate("%s could not list %v and does not say so", p.name, lane)
		}
	}
}

// judgeText fails if a secret is in something that the process would write.
func (p *process) judgeText(what string, value any) {
	data, err := json.Marshal(value)
	if err != nil || bytes.Contains(data, []byte(secret)) {
		p.violate("%s: the %s cannot be written (%v), or holds a secret", p.name, what, err)
	}
}
