package reconcile

import (
	"slices"

	"github.com/amisync/amisync/principal"
)

// Comparison says how a saved plan stands against one that was recomputed from
// the manifests and the cloud of now.
type Comparison struct {
	// Due are the saved changes that are still needed, Satisfied those that
	// are true already, Unknown those of images that cannot be read now. Dropped
	// are saved changes that the manifests no longer ask for; Added are changes
	// that the saved plan does not name. All are sorted.
	Due, Satisfied, Unknown, Dropped, Added []Change
}

// Stale reports whether the saved plan no longer says what has to be done.
func (c Comparison) Stale() bool { return len(c.Dropped)+len(c.Added) > 0 }

// Compare holds the saved changes against the recomputed ones, given what was
// observed for the recomputation. Both lists must be sorted.
func Compare(saved, recomputed []Change, observations Observations) Comparison {
	var c Comparison
	now := make(map[string]bool, len(recomputed))
	for _, change := range recomputed {
		now[change.ID] = true
	}
	named := make(map[string]bool, len(saved))
	for _, change := range saved {
		named[change.ID] = true
		permissions, known := observations[change.Image.Image].Value()
		switch {
		case now[change.ID]:
			c.Due = append(c.Due, change)
		case !known:
			c.Unknown = append(c.Unknown, change)
		case change.SatisfiedBy(permissions):
			c.Satisfied = append(c.Satisfied, change)
		default:
			c.Dropped = append(c.Dropped, change)
		}
	}
	for _, change := range recomputed {
		if !named[change.ID] {
			c.Added = append(c.Added, change)
		}
	}
	return c
}

// Reselect recomputes which shares select the images of a saved plan: claims
// from the declarations and images of now, the rank among the newest from the
// plan, since the rest of the lane is not listed. An image that a share claims
// now and did not claim then has no rank, nor has one where the share picks the
// newest and its selector has changed; the share is returned in unranked, and the
// plan is stale.
func Reselect(declarations *Declarations, saved []PlannedImage, images map[principal.Image]Image) (selection Selection, unranked []string) {
	for _, planned := range saved {
		image, listed := images[planned.Image.Image]
		if !listed {
			continue
		}
		selected := Selected{Image: image}
		for i := range declarations.Shares {
			share := &declarations.Shares[i]
			if !slices.Contains(share.Lanes, LaneOf(image.Image)) || !share.Selector.Matches(image) {
				continue
			}
			claim, ranked := savedClaim(planned, share)
			if !ranked {
				unranked = append(unranked, share.Share)
				continue
			}
			claim.Picked = picks(share.Selector, claim.Rank)
			selected.Claims = append(selected.Claims, claim)
		}
		selection.Images = append(selection.Images, selected)
	}
	slices.Sort(unranked)
	return selection, slices.Compact(unranked)
}

// savedClaim returns the share's claim on the image, if its rank still means
// what it meant when the plan was made.
func savedClaim(planned PlannedImage, share *Declaration) (Claim, bool) {
	for _, claim := range planned.Claims {
		if claim.Share == share.Share {
			return claim, share.Selector.Newest == 0 || claim.Selector == share.Selector.fingerprint()
		}
	}
	return Claim{}, false
}
