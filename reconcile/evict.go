package reconcile

import (
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// Evicts reports whether the scope asks for principals to be taken out
// everywhere, now: they are named, and nothing but revokes is wanted.
func (s Scope) Evicts() bool { return s.Only == OnlyRevokes && len(s.Principals) > 0 }

// Evict returns the revokes that take the principals out of every image that
// was read, apart from images in conflict, and from those that a share claims
// which still declares the principal: see Keeps. Unlike Diff it goes beyond what
// shares pick: to retired images, to images of additive shares, to images that
// nobody claims, and, since an emergency reaches everything, to those that the
// policy ignores. The result is sorted.
func Evict(declarations *Declarations, principals []principal.Principal, images []Image, claimed Selection, observations Observations, at time.Time) []Change {
	diff := map[string]Change{}
	for _, change := range Diff(Desire(declarations, claimed, at), observations) {
		diff[change.ID] = change
	}
	shares := declarations.ByName()
	claims, conflicts := map[principal.Image]Selected{}, map[principal.Image]bool{}
	for _, selected := range claimed.Images {
		claims[selected.Image.Image] = selected
		conflicts[selected.Image.Image] = len(exclusiveClaims(selected, shares)) > 1
	}
	var changes []Change
	for _, image := range images {
		permissions, known := observations[image.Image].Value()
		if !known || image.State != Available || conflicts[image.Image] {
			continue
		}
		for _, p := range principals {
			if !slices.Contains(permissions, p) || len(Keeps(shares, claims[image.Image], p, at)) > 0 {
				continue
			}
			change := newChange(take(p), image, p, Evicted, Source{})
			if explained, has := diff[change.ID]; has {
				change = explained
			}
			changes = append(changes, change)
		}
	}
	slices.SortFunc(changes, compareChanges)
	return changes
}

// Keeps returns the grants, one a share, by which shares that claim the image
// still declare the principal. The shares are Declarations.ByName.
func Keeps(shares map[string]*Declaration, selected Selected, p principal.Principal, at time.Time) map[string]Grant {
	keeps := map[string]Grant{}
	for _, claim := range selected.Claims {
		share := shares[claim.Share]
		if share == nil {
			continue
		}
		for _, grant := range share.Grants {
			if grant.Principal == p && !grant.Expired(at) {
				keeps[share.Share] = grant
			}
		}
	}
	return keeps
}
