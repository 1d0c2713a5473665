package soak

import (
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// judgeGuards fails if the process is about to write what a guard forbids, by
// this package's own reading of the policy.
func (p *process) judgeGuards(plan *reconcile.Plan) {
	stopped := stoppedImages(plan)
	changes := slices.DeleteFunc(slices.Clone(plan.Changes), func(c reconcile.Change) bool { return stopped[c.Image.Image] })
	for _, group := range reconcile.ByImage(changes) {
		want := p.wishes[group[0].Image.Image]
		if want == nil {
			continue // said already
		}
		for _, change := range group {
			if code := p.forbidden(change, want); code != "" {
				p.violate("%s is about to write %s, against %s", p.name, key(change), code)
			}
		}
		p.judgeLosses(group, want)
	}
	p.judgeLimits(changes)
}

func stoppedImages(plan *reconcile.Plan) map[principal.Image]bool {
	stopped := map[principal.Image]bool{}
	for _, f := range plan.Findings {
		if f.Refuses() && f.Stops == reconcile.StopsImage {
			stopped[f.Image.Image] = true
		}
	}
	return stopped
}

// forbidden is the code of the guard that a single change offends.
func (p *process) forbidden(change reconcile.Change, want *wish) string {
	policy, one := &p.declarations.Policy, change.Principal.Principal
	switch {
	case change.Verb == reconcile.VerbPublish && !p.mayPublish(want):
		return "AMI001"
	case change.Verb.Takes() && slices.Contains(policy.Protect, one) && !p.lifted("AMI005", want):
		return "AMI005"
	case change.Verb == reconcile.VerbPublish && p.obstructed(want, true) && !p.lifted("AMI009", want):
		return "AMI009"
	case p.breaksRule(change, want):
		return "AMI017"
	case change.Verb.Gives() && p.unshareable(want) && !p.lifted("AMI019", want):
		return "AMI019"
	case change.Verb == reconcile.VerbGrant && policy.Allow != nil && !allows(policy.Allow, only(one)) && !p.lifted("AMI022", want):
		return "AMI022"
	}
	return ""
}

// mayPublish asks for two keys: a share that picks the image, and the policy.
func (p *process) mayPublish(want *wish) bool {
	policy := &p.declarations.Policy
	return slices.ContainsFunc(want.picks, func(name string) bool {
		says := slices.ContainsFunc(p.declarations.Share(name).Grants, func(g reconcile.Grant) bool {
			return g.Principal == principal.Everyone && !past(g.Until, p.at)
		})
		return says && (policy.AllowPublic || slices.ContainsFunc(policy.PublicShares, func(s reconcile.PublicShare) bool {
			return s.Share == name && !past(s.Until, p.judged) // an approval ends, also for a saved plan
		}))
	})
}

// allows reports whether somebody on the list holds the principal: an
// organization its units. Units and accounts hold themselves alone, as far as
// ids can tell.
func allows(list []principal.Principal, one set) bool {
	return (setOf(list)|within(setOf(list)))&one != 0
}

// within are the units of the organizations in the set.
func within(s set) (units set) {
	const org1, org2, ou1, ou1a, ou2 = 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5
	if s&org1 != 0 {
		units |= ou1 | ou1a
	}
	if s&org2 != 0 {
		units |= ou2
	}
	return units
}

func (p *process) breaksRule(change reconcile.Change, want *wish) bool {
	subject := reconcile.RuleSubject{Change: change, Image: want.image, Owner: p.declarations.OwnerNames()[want.image.Account], Shares: want.picks}
	return slices.ContainsFunc(p.declarations.Policy.Rules, func(rule reconcile.Rule) bool {
		violated, err := rule.Violated(subject)
		return err != nil || violated && rule.Severity == reconcile.SeverityError
	})
}

func (p *process) unshareable(want *wish) bool {
	owner := p.declarations.OwnerOf(want.image.Provider, want.image.Account)
	gives, takes := p.planned(want.image.Image)
	after := p.seen[want.image.Image]&^takes | gives
	quota := owner.Quotas.SharingEntities
	return quota > 0 && gives != public && (after&^public).size() > quota || p.obstructed(want, false)
}

// obstructed reports whether the process was told, in the listing or by an
// inspection and without doubt, that the image cannot be published, or shared.
func (p *process) obstructed(want *wish, publishing bool) bool {
	obstacles := slices.Concat(want.image.Obstacles, p.found[reconcile.LaneOf(want.image.Image)].Obstacles)
	return slices.ContainsFunc(obstacles, func(o reconcile.Obstacle) bool {
		return !o.Unsure && o.Publishing == publishing && (o.Image == "" || o.Image == want.image.ID)
	})
}

// lifted reports whether the policy makes less than an error of a code, or an
// exception of it. Of an image without a wish nothing but the code counts.
func (p *process) lifted(code string, want *wish) bool {
	policy := &p.declarations.Policy
	if severity := policy.Severities[code]; severity != "" && severity != reconcile.SeverityError {
		return true
	}
	return slices.ContainsFunc(policy.Exceptions, func(e reconcile.Exception) bool {
		return e.Code == code && !past(e.Until, p.judged) && (want == nil ||
			(e.Share == "" || slices.Contains(want.picks, e.Share)) && (e.Image == "" || named(e.Image, want.image)))
	})
}

// counted are the revokes that limits are about: not those decided in review, not
// accounts where the image gains a group for good, and not units where it so gains
// their organization. What an earlier run of the same saved plan gave counts too.
func (p *process) counted(image []reconcile.Change) (revokes set) {
	if p.evicts != 0 {
		return 0
	}
	planned := image
	if p.file != nil {
		planned = changesOf(p.file, image[0].Image.Image)
	}
	gives, _ := split(slices.DeleteFunc(slices.Clone(planned), func(c reconcile.Change) bool { return c.Until != "" }))
	_, takes := split(image)
	takes &^= p.wishes[image[0].Image.Image].over
	if gives&groups != 0 {
		takes &^= accounts
	}
	return takes &^ within(gives)
}

// judgeLosses holds the losses of one image against the limits.
func (p *process) judgeLosses(image []reconcile.Change, want *wish) {
	has := p.seen[want.image.Image]
	gives, takes := split(image)
	lost := p.counted(image)
	limit := p.declarations.Policy.Revokes.MaxPercentPerImage
	if n := lost.size(); !want.empty && n > 1 && n*100 > limit*has.size() && !p.lifted("AMI003", want) {
		p.violate("%s is about to take %v of %v from %s, against AMI003", p.name, lost, has, want.image.ID)
	}
	decided := p.evicts != 0 || takes&^want.over == 0
	if !want.empty && !decided && has&^takes|gives == 0 && !p.lifted("AMI004", want) {
		p.violate("%s is about to take %v from %s, the last ones, against AMI004", p.name, takes, want.image.ID)
	}
}

// judgeLimits holds all losses of a run against the limits.
func (p *process) judgeLimits(changes []reconcile.Change) {
	revokes, losers := 0, set(0)
	for _, image := range reconcile.ByImage(changes) {
		lost := p.counted(image)
		revokes += lost.size()
		losers |= lost
	}
	limits := p.declarations.Policy.Revokes
	if (revokes > limits.Max || losers.size() > limits.MaxPrincipals) && !p.lifted("AMI002", nil) {
		p.violate("%s is about to make %d revokes of %v, against AMI002", p.name, revokes, losers)
	}
}
