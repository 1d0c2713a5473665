package reconcile

import "slices"

// maxNarrowed is how many names, and how many ids, a listing is narrowed to. More
// would take several questions, and all images are soon listed.
const maxNarrowed = 200

// Filter returns what tells which images of a lane have to be listed for the plan
// of the scope to be the one that a listing of all of them leads to: the images that
// shares in scope mean, and the whole families of shares with `newest` that may
// claim some of these, since ranks decide what such a share picks.
//
// It is everything where the scope names no shares; where names and ids do
// not say which images are needed; and where more is looked at than what shares
// claim: with a filter on images, of which it is told that it means none, and
// where an image may become public, since public images are counted.
func (s Scope) Filter(declarations *Declarations) func(Lane) Filter {
	if len(s.Shares) == 0 || len(s.Images) > 0 {
		return func(Lane) Filter { return Filter{} }
	}
	holds := s.inShare()
	inScope := neighboursOf(declarations.Shares, func(share *Declaration) bool { return holds(share.Share) })
	needed := map[Lane][]*Declaration{}
	for i := range declarations.Shares {
		share := &declarations.Shares[i]
		lanes := share.Lanes
		if !holds(share.Share) {
			lanes = nil
			if share.Selector.Newest > 0 || share.Publishes() {
				lanes = inScope.lanesWith(share)
			}
		}
		for _, lane := range lanes {
			needed[lane] = append(needed[lane], share)
		}
	}
	return func(lane Lane) Filter {
		var filter Filter
		for _, share := range needed[lane] {
			if !filter.add(share, lane) {
				return Filter{}
			}
		}
		return filter
	}
}

// lanesWith returns the lanes in which one of the shares may mean the same image as
// the share.
func (all neighbours) lanesWith(share *Declaration) []Lane {
	var lanes []Lane
	for other := range all.meeting(share) {
		for _, lane := range other.Lanes {
			if slices.Contains(share.Lanes, lane) && !slices.Contains(lanes, lane) {
				lanes = append(lanes, lane)
			}
		}
		if len(lanes) == len(share.Lanes) {
			break
		}
	}
	return lanes
}

// add lets the images that a share means in the lane through; it reports whether
// that can be said by ids and names, and is enough.
func (f *Filter) add(share *Declaration, lane Lane) bool {
	selector := share.Selector
	if share.Publishes() {
		return false
	}
	for _, id := range selector.IDs {
		if len(f.IDs) > maxNarrowed {
			return false
		}
		if LaneOf(id.Image) == lane && !slices.Contains(f.IDs, id.Image.ID) {
			f.IDs = append(f.IDs, id.Image.ID)
		}
	}
	if len(selector.IDs) == 0 && !slices.Contains(f.Names, selector.Name) {
		f.Names = append(f.Names, selector.Name)
	}
	named := len(selector.IDs) > 0 || !Match(selector.Name, "") // an image without a name may be meant
	return named && len(f.IDs) <= maxNarrowed && len(f.Names) <= maxNarrowed
}

// Ranked returns the images of a plan with their claims as it keeps them. A
// listing by Filter shows only a part of the family of a share that is out of
// scope and picks all that it matches: the ranks there decide nothing now, would
// be wrong if the share came to pick the newest, and are left out with what they
// count. The claims are altered in place.
func (s Scope) Ranked(images []PlannedImage, declarations *Declarations) []PlannedImage {
	if len(s.Shares) == 0 {
		return images
	}
	holds, shares := s.inShare(), declarations.ByName()
	for _, image := range images {
		for i := range image.Claims {
			claim := &image.Claims[i]
			if share := shares[claim.Share]; !holds(claim.Share) && (share == nil || share.Selector.Newest == 0) {
				claim.Rank, claim.Selector = 0, ""
			}
		}
	}
	return images
}
