package reconcile

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Affected returns the names of the shares of head, sorted, whose plan can differ
// from what base leads to, whatever the clouds hold: those that say something
// else, those that may mean images of such a share, as it is or as it was, those
// whose owner account is another, and all where another policy guards them. Where
// something stands in the manifests, and the way to it through Directories, makes
// no difference; nor do the names of principals that a share does not declare,
// unless a rule of the policy asks for names: it may judge the revoke of anybody.
//
// What is counted over a whole run, such as revokes and public images, is counted
// over what is in its scope.
func Affected(base, head *Declarations) []string {
	c := comparer{base: base, head: head, affected: map[string]bool{}}
	if !reflect.DeepEqual(c.base.Policy.unplaced(), c.head.Policy.unplaced()) ||
		c.head.Policy.mayAskForNames() && !maps.Equal(c.base.Aliases, c.head.Aliases) {
		c.all()
	} else {
		c.byOwner()
		c.byShare()
	}
	return slices.Sorted(maps.Keys(c.affected))
}

// Removed returns the names of the shares of base that are not in head, sorted; those
// that are called otherwise there, and mean the same images, are.
func Removed(base, head *Declarations) []string {
	d := differ{base: base, head: head, owners: ownerPairs(base, head)}
	var removed []string
	for _, pair := range d.sharePairs() {
		if pair.after == nil {
			removed = append(removed, pair.before.Share)
		}
	}
	slices.Sort(removed)
	return removed
}

// comparer finds which shares a difference between two revisions can reach.
type comparer struct {
	base, head *Declarations
	affected   map[string]bool // names of shares of head
}

func (c comparer) all() {
	for _, share := range c.head.Shares {
		c.affected[share.Share] = true
	}
}

// byOwner finds the shares whose owner account differs.
func (c comparer) byOwner() {
	was := map[string]Owner{}
	for _, owner := range c.base.Owners {
		was[owner.Name] = owner.unentered()
	}
	same := map[string]bool{}
	for _, owner := range c.head.Owners {
		same[owner.Name] = reflect.DeepEqual(was[owner.Name], owner.unentered())
	}
	for _, share := range c.head.Shares {
		if !same[share.Owner] {
			c.affected[share.Share] = true
		}
	}
}

// byShare finds the shares that differ, and those that may mean images of these.
func (c comparer) byShare() {
	before, after := c.base.ByName(), c.head.ByName()
	var differing []*Declaration // in either revision
	for i := range c.head.Shares {
		share := &c.head.Shares[i]
		was := before[share.Share]
		switch {
		case was == nil:
			differing = append(differing, share)
		case !was.means(share):
			differing = append(differing, was, share)
		case !c.alike(was, share):
			differing = append(differing, share)
		default:
			continue
		}
		c.affected[share.Share] = true
	}
	for i := range c.base.Shares {
		if was := &c.base.Shares[i]; after[was.Share] == nil {
			differing = append(differing, was)
		}
	}
	rest := neighboursOf(c.head.Shares, func(share *Declaration) bool { return !c.affected[share.Share] })
	for _, share := range differing {
		for other := range rest.near(share) {
			if !c.affected[other.Share] && mayMeet(other, share) {
				c.affected[other.Share] = true
			}
		}
	}
}

// alike reports whether a share wants the same in both revisions.
func (c comparer) alike(was, is *Declaration) bool {
	return was.Owner == is.Owner && was.Mode == is.Mode && maps.Equal(was.Labels, is.Labels) &&
		was.means(is) && slices.EqualFunc(was.Grants, is.Grants, func(a, b Grant) bool {
		return a.Principal == b.Principal && a.Until.Equal(b.Until) && a.Reason == b.Reason &&
			c.base.Aliases[a.Principal] == c.head.Aliases[b.Principal]
	})
}

// means reports whether a share says in both revisions which images it is about in
// the same way.
func (d *Declaration) means(is *Declaration) bool {
	return slices.Equal(d.Lanes, is.Lanes) && d.Selector.alike(is.Selector)
}

// alike reports whether two selectors are the same, places aside.
func (s Selector) alike(other Selector) bool {
	return s.Name == other.Name && s.Architecture == other.Architecture && s.Newest == other.Newest && maps.Equal(s.Tags, other.Tags) &&
		slices.EqualFunc(s.IDs, other.IDs, func(a, b ImageID) bool { return a.Image == b.Image })
}

// unentered is the owner without its place and without how it is entered, which
// decides whether something can be read, and not what is planned: plans of pull
// requests are often made with other roles than those that the manifests name.
func (o Owner) unentered() Owner {
	o.Role, o.ExternalID, o.ExternalIDEnv, o.NameActor, o.Source = "", "", "", false, Source{}
	return o
}

// mayAskForNames reports whether a rule could ask what a principal is called.
func (p Policy) mayAskForNames() bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool { return strings.Contains(r.When, "principal") })
}

// unplaced is the policy without places, and without what is compiled of a
// condition, which stands beside it as it is written.
func (p Policy) unplaced() Policy {
	p.Source = Source{}
	p.PublicShares, p.Exceptions = slices.Clone(p.PublicShares), slices.Clone(p.Exceptions)
	p.Ignore, p.Rules = slices.Clone(p.Ignore), slices.Clone(p.Rules)
	for i := range p.PublicShares {
		p.PublicShares[i].Source = Source{}
	}
	for i := range p.Exceptions {
		p.Exceptions[i].Source = Source{}
	}
	for i := range p.Ignore {
		p.Ignore[i].Source = Source{}
	}
	for i := range p.Rules {
		p.Rules[i].Source, p.Rules[i].Violated = Source{}, nil
	}
	return p
}
