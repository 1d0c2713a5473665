package soak

import (
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// judgeResult fails unless the result tells the truth.
func (p *process) judgeResult(plan *reconcile.Plan, result *reconcile.Result) {
	if len(result.Outcomes) != len(plan.Changes) {
		p.violate("%s tells of %d changes, the plan has %d", p.name, len(result.Outcomes), len(plan.Changes))
	}
	open := len(plan.Incomplete) > 0
	told := map[string]bool{}
	for _, outcome := range result.Outcomes {
		told[key(outcome.Change)] = true
		p.judgeOutcome(outcome)
		open = open || outcome.Status != reconcile.StatusApplied
	}
	if len(told) != len(result.Outcomes) {
		p.violate("%s tells of a change twice", p.name)
	}
	if result.Complete() == open {
		p.violate("%s says that it is complete: %v; something is open: %v", p.name, result.Complete(), open)
	}
	for _, record := range result.Images {
		image := record.Image.Image
		last, read := p.last[image]
		switch {
		case record.After == nil:
		case !read || setOf(record.After) != last:
			p.violate("%s says that %s has %v afterwards, the last reading was %v", p.name, image.ID, setOf(record.After), last)
		case !p.doing(image).looked:
			p.violate("%s says that %s has %v afterwards, and did not look", p.name, image.ID, setOf(record.After))
		}
	}
}

func (p *process) judgeOutcome(outcome reconcile.Outcome) {
	image, one := outcome.Change.Image.Image, only(outcome.Change.Principal.Principal)
	d := p.doing(image)
	p.hit("a change is " + string(outcome.Status))
	p.note("     %s: %s %s %s", p.name, key(outcome.Change), outcome.Status, outcome.Because)
	if (outcome.Because == "") != (outcome.Status == reconcile.StatusApplied) {
		p.violate("%s: %s is %s, because %q", p.name, key(outcome.Change), outcome.Status, outcome.Because)
	}
	switch outcome.Status {
	case reconcile.StatusApplied:
		if is := p.has(image)&one != 0; is != outcome.Change.Verb.Gives() && d.touched&one == 0 {
			p.violate("%s says that %s is applied; the cloud has %v", p.name, key(outcome.Change), p.has(image))
		}
		if d.unsure {
			p.hit("a call without an answer is found to be in effect")
		}
	case reconcile.StatusSkipped, reconcile.StatusNotAttempted:
		if d.changed&one != 0 {
			p.violate("%s says of %s that it was not tried; it was, with success", p.name, key(outcome.Change))
		}
	case reconcile.StatusFailed:
		p.judgeFailure(outcome, d)
	}
	if outcome.Status != reconcile.StatusSkipped {
		return
	}
	switch {
	case outcome.Change.Verb.Gives() && p.late[image].over&one != 0:
		p.hit("a grant has expired since the plan was made")
	case outcome.Change.Verb.Takes() && p.grantFailed(image):
		p.hit("a revoke is held, for a grant that failed")
	}
}

// judgeFailure fails unless everything was done for the change first.
func (p *process) judgeFailure(outcome reconcile.Outcome, d *doing) {
	const patience = time.Minute
	satisfied := d.blind || p.interrupted || d.waited >= patience
	switch outcome.Kind {
	case "":
		p.violate("%s says that %s failed, and not how", p.name, key(outcome.Change))
	case reconcile.Refused:
		if p.cloud.refuses&only(outcome.Change.Principal.Principal) == 0 && !d.doubted {
			p.violate("%s says that %s is refused; the cloud knows all that", p.name, key(outcome.Change))
		}
	case reconcile.Unconfirmed:
		p.hit("a change that was accepted does not show")
		if !satisfied {
			p.violate("%s gives %s up after %v", p.name, key(outcome.Change), d.waited)
		}
	case reconcile.Uncertain, reconcile.Throttled:
		if d.writes == 0 {
			return // it did not even get in
		}
		p.hit("a call without an answer is not found to be in effect")
		if d.checks == 0 || outcome.Kind == reconcile.Uncertain && !satisfied {
			p.violate("%s gives %s up after %d readings and %v, not knowing", p.name, key(outcome.Change), d.checks, d.waited)
		}
	}
}

func (p *process) has(image principal.Image) set {
	if i := p.cloud.images[image]; i != nil {
		return i.has
	}
	return 0
}

// grantFailed reports whether the process planned to give access to the image
// and called for it.
func (p *process) grantFailed(image principal.Image) bool {
	gives, _ := p.planned(image)
	return p.doing(image).writes > 0 && gives != 0
}

// judgeFewest fails unless an undisturbed run made the fewest calls: one a change
// of an image (three where it becomes public), read back once, or twice where
// something is taken after a publish.
func (p *process) judgeFewest(plan *reconcile.Plan, spared func(principal.Image) bool) {
	stopped := stoppedImages(plan)
	images := map[principal.Image]bool{}
	for _, group := range reconcile.ByImage(plan.Changes) {
		image := group[0].Image.Image
		images[image] = true
		gives, takes := split(group)
		writes, checks := 1, 1
		if gives&public != 0 {
			if gives != public {
				writes++
			}
			if takes != 0 {
				writes, checks = writes+1, 2
			}
		}
		if stopped[image] || plan.Stopped() {
			writes, checks = 0, 0
		}
		if d := p.doing(image); !spared(image) && (d.writes != writes || d.checks != checks) {
			p.violate("%s: %d writes and %d readings back for +%v -%v of %s, want %d and %d", p.name, d.writes, d.checks, gives, takes, image.ID, writes, checks)
		}
	}
	for image, d := range p.doings {
		if !images[image] && d.writes+d.checks > 0 {
			p.violate("%s writes %s, about which nothing is planned", p.name, image.ID)
		}
	}
}
