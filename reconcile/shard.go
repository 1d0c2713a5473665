package reconcile

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
)

// Lanes returns the lanes that fall to the part, sorted; for the whole, all of
// them. Each lane falls to one part exactly: the heaviest first, each to the part
// that has least by then. So equal weights are split alike on every machine, and
// no part is heavier than another by more than one lane.
func (p Part) Lanes(weights map[Lane]int) []Lane {
	lanes := slices.SortedFunc(maps.Keys(weights), func(a, b Lane) int {
		return cmp.Or(cmp.Compare(weights[b], weights[a]), compareLanes(a, b))
	})
	loads := make([]int, max(p.Of, 1))
	mine := []Lane{}
	for _, lane := range lanes {
		least := slices.Index(loads, slices.Min(loads))
		loads[least] += weights[lane]
		if p.IsZero() || least == p.Index-1 {
			mine = append(mine, lane)
		}
	}
	slices.SortFunc(mine, compareLanes)
	return mine
}

// guessedImages is how many images a share is taken to pick in a lane where its
// manifest gives no number.
const guessedImages = 10

// weigh tells about how many calls a plan takes in each of the lanes, from the
// manifests alone: one to list it, and one for each image that a share picks.
func (s Scope) weigh(declarations *Declarations, lanes []Lane) map[Lane]int {
	weights := make(map[Lane]int, len(lanes))
	for _, lane := range lanes {
		weights[lane] = 1
	}
	inShare := s.inShare()
	for i := range declarations.Shares {
		share := &declarations.Shares[i]
		if !inShare(share.Share) {
			continue
		}
		for _, lane := range share.Lanes {
			if _, looked := weights[lane]; looked {
				weights[lane] += share.Selector.expected(lane)
			}
		}
	}
	return weights
}

// expected is how many images of the lane the selector is taken to pick.
func (s *Selector) expected(lane Lane) int {
	switch {
	case len(s.IDs) > 0:
		return len(keep(s.IDs, func(id ImageID) bool { return LaneOf(id.Image) == lane }))
	case s.Newest > 0:
		return s.Newest
	}
	return guessedImages
}

// SameButShard reports whether the scopes are the same but for the shard.
func (s Scope) SameButShard(other Scope) bool {
	a, b := s.canonical(), other.canonical()
	a.Shard, b.Shard = Part{}, Part{}
	return s.Since == other.Since && s.Gone == other.Gone && reflect.DeepEqual(a, b)
}
