package reconcile

import (
	"slices"

	"github.com/amisync/amisync/principal"
)

// Scope narrows a run. The zero value is everything. Lists hold alternatives;
// different lists must all agree.
type Scope struct {
	Owners     []string              `json:"owners,omitempty"`  // names of owner accounts
	Regions    []string              `json:"regions,omitempty"` //
	Shares     []string              `json:"shares,omitempty"`  // names of image shares
	Images     []string              `json:"images,omitempty"`  // image ids, or names as patterns (see Match)
	Principals []principal.Principal `json:"principals,omitempty"`
	Only       Direction             `json:"only,omitempty"`
	// None leaves everything out; other filters may stand beside it.
	None bool `json:"none,omitempty"`
	// Since is the revision whose difference from the manifests chose Shares, or
	// None. It lets nothing through by itself, and so does not enter a plan's digest.
	Since string `json:"since,omitempty"`
	// Gone is how many shares of Since are no longer there: what their images have may
	// stay, and only a plan of everything shows it. It does not enter the digest either.
	Gone int `json:"gone,omitempty"`
	// Sample is the part of the shares, by name, that is looked at; and of images
	// that no share claims, by id, where their permissions are read. Public ones
	// are seen whatever the part, because listings show them.
	Sample Part `json:"sample,omitzero"`
	// Shard is the part of the lanes that is looked at.
	Shard Part `json:"shard,omitzero"`
}

// Direction restricts a run to changes that give or that take access.
type Direction string

const (
	// OnlyGrants leaves every revoke out (--no-revoke).
	OnlyGrants Direction = "grants"
	// OnlyRevokes leaves every grant out (--only-revoke).
	OnlyRevokes Direction = "revokes"
)

// IsAll reports whether the scope leaves nothing out.
func (s Scope) IsAll() bool {
	return len(s.Owners)+len(s.Regions)+len(s.Shares)+len(s.Images)+len(s.Principals) == 0 && s.Only == "" &&
		!s.None && s.Sample.IsZero() && s.Shard.IsZero()
}

// canonical is the scope with its lists sorted and free of repetitions: equal
// for scopes that let the same things through.
func (s Scope) canonical() Scope {
	for _, list := range []*[]string{&s.Owners, &s.Regions, &s.Shares, &s.Images} {
		*list = slices.Compact(slices.Sorted(slices.Values(*list)))
	}
	s.Principals = principal.Sorted(s.Principals)
	s.Since, s.Gone = "", 0
	return s
}

// Lanes returns the lanes to look at: those of the owners, or of the shares
// where shares are named; sorted by owner name and region. What falls to a shard
// follows from the manifests alone, so that machines need not agree on it.
func (s Scope) Lanes(declarations *Declarations) []Lane {
	lanes := s.lanes(declarations)
	if s.Shard.IsZero() {
		return lanes
	}
	mine := s.Shard.Lanes(s.weigh(declarations, lanes))
	return keep(lanes, func(lane Lane) bool {
		_, is := slices.BinarySearchFunc(mine, lane, compareLanes)
		return is
	})
}

// lanes returns the lanes of all shards.
func (s Scope) lanes(declarations *Declarations) []Lane {
	if s.None {
		return nil
	}
	var lanes []Lane
	shared := s.sharedLanes(declarations)
	for _, owner := range declarations.Owners {
		if len(s.Owners) > 0 && !slices.Contains(s.Owners, owner.Name) {
			continue
		}
		for _, lane := range owner.Lanes() {
			if len(s.Regions) > 0 && !slices.Contains(s.Regions, lane.Region) {
				continue
			}
			if len(s.Shares) > 0 && !shared[lane] {
				continue
			}
			lanes = append(lanes, lane)
		}
	}
	return lanes
}

// sharedLanes are the lanes of the shares that are named.
func (s Scope) sharedLanes(declarations *Declarations) map[Lane]bool {
	if len(s.Shares) == 0 {
		return nil
	}
	named, lanes := s.named(), map[Lane]bool{}
	for i := range declarations.Shares {
		if share := &declarations.Shares[i]; named[share.Share] {
			for _, lane := range share.Lanes {
				lanes[lane] = true
			}
		}
	}
	return lanes
}

// Selection returns the part of a selection that is in scope.
func (s Scope) Selection(selection Selection) Selection {
	if s.None {
		return Selection{}
	}
	if len(s.Images) == 0 && !s.ChoosesShares() {
		return selection
	}
	inShare := s.inShare()
	return Selection{
		Images: keep(selection.Images, func(i Selected) bool {
			return s.HoldsImage(i.Image) && slices.ContainsFunc(i.Claims, func(c Claim) bool {
				return inShare(c.Share) && (c.Picked || !i.Picked()) // not what another share alone picks
			})
		}),
		Unmatched: keep(selection.Unmatched, func(u Unmatched) bool { return inShare(u.Share) && len(s.Images) == 0 }),
		Gone: keep(selection.Gone, func(g Gone) bool {
			return inShare(g.Share) && s.HoldsImage(Image{Image: g.ImageID.Image})
		}),
	}
}

// ChoosesShares reports whether the scope leaves shares out by their names.
func (s Scope) ChoosesShares() bool { return len(s.Shares) > 0 || !s.Sample.IsZero() }

// SharesOf returns the names of the shares in scope that have a lane in scope,
// sorted.
func (s Scope) SharesOf(declarations *Declarations) []string {
	lanes := map[Lane]bool{}
	for _, lane := range s.Lanes(declarations) {
		lanes[lane] = true
	}
	inShare := s.inShare()
	var names []string
	for _, share := range declarations.Shares {
		if inShare(share.Share) && slices.ContainsFunc(share.Lanes, func(l Lane) bool { return lanes[l] }) {
			names = append(names, share.Share)
		}
	}
	return names
}

// inShare returns what tells whether the filters on shares let the share of a
// name through.
func (s Scope) inShare() func(name string) bool {
	named := s.named()
	return func(name string) bool { return (len(named) == 0 || named[name]) && s.Sample.Holds(name) }
}

// named are the names of Shares, as a set.
func (s Scope) named() map[string]bool {
	named := make(map[string]bool, len(s.Shares))
	for _, share := range s.Shares {
		named[share] = true
	}
	return named
}

// HoldsImage reports whether the image filter lets the image through.
func (s Scope) HoldsImage(image Image) bool {
	return len(s.Images) == 0 || slices.ContainsFunc(s.Images, func(filter string) bool {
		return matchesImage(filter, image.Image, image.Name)
	})
}

// HoldsPrincipal reports whether the principal filter lets the principal
// through.
func (s Scope) HoldsPrincipal(p principal.Principal) bool {
	return len(s.Principals) == 0 || slices.Contains(s.Principals, p)
}

// Changes splits changes (sorted, as Diff returns them) into those in scope
// and those held back: revokes in scope that could take access from somebody
// who is to keep it through a grant that is out of scope.
func (s Scope) Changes(changes []Change) (in, held []Change) {
	for _, image := range ByImage(changes) {
		for _, change := range image {
			switch {
			case !s.holds(change):
			case change.Verb.Takes() && s.leavesOutReplacement(image, change):
				held = append(held, change)
			default:
				in = append(in, change)
			}
		}
	}
	return in, held
}

func (s Scope) holds(change Change) bool {
	if !s.HoldsPrincipal(change.Principal.Principal) {
		return false
	}
	switch s.Only {
	case OnlyGrants:
		return change.Verb.Gives()
	case OnlyRevokes:
		return change.Verb.Takes()
	}
	return true
}

func (s Scope) leavesOutReplacement(image []Change, revoke Change) bool {
	return slices.ContainsFunc(image, func(other Change) bool {
		return other.Verb.Gives() && !s.holds(other) && other.Principal.Overlaps(revoke.Principal.Principal)
	})
}

func keep[T any](items []T, wanted func(T) bool) []T {
	var kept []T
	for _, item := range items {
		if wanted(item) {
			kept = append(kept, item)
		}
	}
	return kept
}
