package reconcile

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
)

// revokers are what the newer revision may revoke by, on certain images.
type revokers struct {
	exclusive bool // a share that revokes what nobody declares
	// ends are those whom a share declares until some day, and revokes after it.
	ends map[principal.Principal]bool
}

// revoking is a share that revokes something, today or some day.
type revoking struct {
	*Declaration
	begin string // how the names of its images do
}

// revokingShares are sorted by the beginnings, so that those that could mean the
// same images are found among many.
func revokingShares(shares []Declaration) []revoking {
	var all []revoking
	for i := range shares {
		if share := &shares[i]; share.Mode == Exclusive || slices.ContainsFunc(share.Grants, func(g Grant) bool { return !g.Until.IsZero() }) {
			all = append(all, revoking{share, literal(share.Selector.Name)})
		}
	}
	slices.SortStableFunc(all, func(a, b revoking) int { return cmp.Compare(a.begin, b.begin) })
	return all
}

// revokers finds the shares of the newer revision, other than except, that could
// mean images of the shares given; nil ones have none.
func (d *differ) revokers(except *Declaration, shares ...*Declaration) revokers {
	found := revokers{ends: map[principal.Principal]bool{}}
	for _, share := range shares {
		for other := range d.near(share) {
			if other == except || !mayMeet(other, share) {
				continue
			}
			if other.Mode == Exclusive {
				return revokers{exclusive: true}
			}
			for _, grant := range other.Grants {
				if !grant.Until.IsZero() {
					found.ends[grant.Principal] = true
				}
			}
		}
	}
	return found
}

// near are the shares that revoke, as far as the beginnings of names do not rule
// out that they mean the same images.
func (d *differ) near(share *Declaration) iter.Seq[*Declaration] {
	return func(yield func(*Declaration) bool) {
		if share == nil {
			return
		}
		begin := literal(share.Selector.Name)
		for n := range len(begin) + 1 {
			at, _ := slices.BinarySearchFunc(d.revoking, begin[:n], func(r revoking, text string) int { return cmp.Compare(r.begin, text) })
			for _, other := range d.revoking[at:] {
				if other.begin != begin[:n] && (n < len(begin) || !strings.HasPrefix(other.begin, begin)) {
					break
				}
				if !yield(other.Declaration) {
					return
				}
			}
		}
	}
}

// stays says why no apply will revoke what a share, gone or additive now, no
// longer declares; empty where one may. Whether other shares mean the same images
// is known of the manifests alone, and so is in doubt often.
func (r revokers) stays(pair sharePair, was declared) string {
	switch {
	case r.exclusive || r.ends[was.grant.Principal]:
		return ""
	case !was.holds:
		return "its last day is over, and now nothing revokes it any more"
	case pair.after == nil:
		return "the share is gone: what is there stays"
	}
	return "the share is additive: what is there stays"
}

// unlessRevoked is what follows for permissions that a share leaves alone now, if
// no other share may revoke them.
func (d *differ) unlessRevoked(consequence string, pair sharePair, images *Declaration) string {
	if others := d.revokers(pair.after, images); others.exclusive || len(others.ends) > 0 {
		return "another share may mean the same images, and revoke there"
	}
	return consequence
}

// mayMeet reports whether two shares could mean the same image. The answer is no
// only where the manifests prove it.
func mayMeet(a, b *Declaration) bool {
	if !slices.ContainsFunc(a.Lanes, func(lane Lane) bool { return slices.Contains(b.Lanes, lane) }) {
		return false
	}
	x, y := a.Selector, b.Selector
	switch {
	case len(x.IDs) > 0 && len(y.IDs) > 0:
		return slices.ContainsFunc(x.IDs, func(id ImageID) bool {
			return slices.ContainsFunc(y.IDs, func(other ImageID) bool { return id.Image == other.Image })
		})
	case x.Architecture != "" && y.Architecture != "" && x.Architecture != y.Architecture:
		return false
	}
	for key, value := range x.Tags {
		if other, both := y.Tags[key]; both && other != value {
			return false
		}
	}
	return patternsMayMeet(x.Name, y.Name)
}

// patternsMayMeet compares what patterns say for certain: how names begin and
// how they end.
func patternsMayMeet(a, b string) bool {
	if a == "" || b == "" {
		return true
	}
	end := func(s string) string { return s[strings.LastIndexAny(s, wild)+1:] }
	switch {
	case !strings.ContainsAny(a, wild):
		return Match(b, a)
	case !strings.ContainsAny(b, wild):
		return Match(a, b)
	}
	x, y := literal(a), literal(b)
	return (strings.HasPrefix(x, y) || strings.HasPrefix(y, x)) &&
		(strings.HasSuffix(end(a), end(b)) || strings.HasSuffix(end(b), end(a)))
}

const wild = "*?" // what stands for other characters in a pattern
