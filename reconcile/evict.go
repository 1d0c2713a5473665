package reconcile

import (
	"slices"

	"github.com/amisync/amisync/principal"
)

// Evicts reports whether the scope asks for principals to be taken out
// everywhere, now: they are named, and nothing but revokes is wanted.
func (s Scope) Evicts() bool { return s.Only == OnlyRevokes && len(s.Principals) > 0 }

// Evict returns the revokes that take the principals out of every image that
// was read, apart from images whose shares declare them and images in conflict.
// Unlike Diff it goes beyond what shares pick: to retired images, to images of
// additive shares, and to images that nobody claims. The result is sorted.
func Evict(principals []principal.Principal, images []Image, desired []Desired, observations Observations) []Change {
	byImage := make(map[principal.Image]Desired, len(desired))
	for _, d := range desired {
		byImage[d.Image.Image] = d
	}
	diff := map[string]Change{}
	for _, change := range Diff(desired, observations) {
		diff[change.ID] = change
	}
	var changes []Change
	for _, image := range images {
		permissions, known := observations[image.Image].Value()
		d := byImage[image.Image]
		if !known || image.State != Available || len(d.Conflict) > 0 {
			continue
		}
		for _, p := range principals {
			if !slices.Contains(permissions, p) || d.declares(p) {
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

func (d Desired) declares(p principal.Principal) bool {
	return slices.ContainsFunc(d.Grants, func(g Grant) bool { return g.Principal == p })
}
