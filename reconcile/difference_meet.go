package reconcile

import (
	"slices"

	"github.com/amisync/amisync/principal"
)

// revokers are what the newer revision may revoke by, on certain images.
type revokers struct {
	exclusive bool // a share that revokes what nobody declares
	// ends are those whom a share declares until some day, and revokes after it.
	ends map[principal.Principal]bool
}

// revokes reports whether a share revokes something, today or some day.
func revokes(share *Declaration) bool {
	return share.Mode == Exclusive || slices.ContainsFunc(share.Grants, func(g Grant) bool { return !g.Until.IsZero() })
}

// revokers finds the shares of the newer revision, other than except, that could
// mean images of the shares given; nil ones have none.
func (d *differ) revokers(except *Declaration, shares ...*Declaration) revokers {
	found := revokers{ends: map[principal.Principal]bool{}}
	for _, share := range shares {
		for other := range d.revoking.meeting(share) {
			if other == except {
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
