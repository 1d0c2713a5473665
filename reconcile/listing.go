package reconcile

import (
	"cmp"
	"slices"
	"strings"
)

// listing is one lane's images, so arranged that a selector finds those that it
// matches without looking at all of them.
type listing struct {
	byID   []candidate // each once
	byName []*candidate
}

// candidate is an image that shares may claim.
type candidate struct {
	*Image
	claims []Claim
}

func newListing(images []Image) *listing {
	l := &listing{byID: make([]candidate, len(images))}
	for i := range images {
		l.byID[i].Image = &images[i]
	}
	slices.SortStableFunc(l.byID, func(a, b candidate) int { return cmp.Compare(a.ID, b.ID) })
	l.byID = slices.CompactFunc(l.byID, func(a, b candidate) bool { return a.ID == b.ID })
	l.byName = make([]*candidate, len(l.byID))
	for i := range l.byID {
		l.byName[i] = &l.byID[i]
	}
	slices.SortFunc(l.byName, func(a, b *candidate) int { return cmp.Compare(a.Name, b.Name) })
	return l
}

// matching returns the images that the selector matches, each once, `newest`
// aside.
func (l *listing) matching(s Selector) []*candidate {
	var matched []*candidate
	if len(s.IDs) > 0 {
		for _, id := range s.IDs {
			if c := l.find(id); c != nil {
				matched = append(matched, c)
			}
		}
		slices.SortFunc(matched, func(a, b *candidate) int { return cmp.Compare(a.ID, b.ID) })
		return slices.Compact(matched)
	}
	for _, c := range l.beginning(literal(s.Name)) {
		if s.matches(c.Image) {
			matched = append(matched, c)
		}
	}
	return matched
}

// find returns the image of the id, or nil.
func (l *listing) find(id ImageID) *candidate {
	i, found := slices.BinarySearchFunc(l.byID, id.Image.ID, func(c candidate, id string) int { return cmp.Compare(c.ID, id) })
	if !found || l.byID[i].Image.Image != id.Image {
		return nil
	}
	return &l.byID[i]
}

// beginning returns the images whose names begin with the prefix.
func (l *listing) beginning(prefix string) []*candidate {
	first, _ := slices.BinarySearchFunc(l.byName, prefix, func(c *candidate, prefix string) int { return cmp.Compare(c.Name, prefix) })
	others := slices.IndexFunc(l.byName[first:], func(c *candidate) bool { return !strings.HasPrefix(c.Name, prefix) })
	if others < 0 {
		return l.byName[first:]
	}
	return l.byName[first : first+others]
}

// literal is what every name that the pattern matches begins with.
func literal(pattern string) string {
	if wild := strings.IndexAny(pattern, "*?"); wild >= 0 {
		return pattern[:wild]
	}
	return pattern
}

// gone returns the share's ids in the lane that the listing lacks.
func (l *listing) gone(share *Declaration, lane Lane) []Gone {
	var missing []Gone
	for _, id := range share.Selector.IDs {
		if LaneOf(id.Image) == lane && l.find(id) == nil {
			missing = append(missing, Gone{Share: share.Share, ImageID: id})
		}
	}
	return missing
}

// newestFirst sorts the available images by creation date, then id, the newest
// first; what is not available follows.
func newestFirst(candidates []*candidate) {
	slices.SortFunc(candidates, func(a, b *candidate) int {
		if available := a.State == Available; available != (b.State == Available) {
			if available {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
}
