package reconcile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// Claim says that a share's selector matches an image.
type Claim struct {
	Share string `json:"share"`
	// Rank is the image's place among the available images that the share
	// matches in the lane, newest first, from 1. Zero means that the image is
	// not available and so has none.
	Rank int `json:"rank,omitempty"`
	// Selector identifies what Rank counts: a rank says nothing of another
	// selector.
	Selector string `json:"selector"`
	// Picked means that the share declares this image's permissions; an image
	// that is claimed and not picked is retired and left alone.
	Picked bool `json:"picked,omitempty"`
}

// Selected is an image that at least one share claims.
type Selected struct {
	Image  Image
	Claims []Claim // sorted by share
}

// Picked reports whether any share picks the image.
func (s Selected) Picked() bool {
	return slices.ContainsFunc(s.Claims, func(c Claim) bool { return c.Picked })
}

// ClaimedBy reports whether the share claims the image.
func (s Selected) ClaimedBy(share string) bool {
	return slices.ContainsFunc(s.Claims, func(c Claim) bool { return c.Share == share })
}

// Selection is what the shares select from an inventory.
type Selection struct {
	Images []Selected // sorted by image
	// Unmatched are the shares and lanes where a known inventory holds nothing
	// that the share matches. Shares with explicit ids are never among them.
	Unmatched []Unmatched
	// Gone are explicit ids that a known inventory does not hold.
	Gone []Gone
}

// Unmatched is a share that matched nothing in a lane.
type Unmatched struct {
	Share string
	Lane  Lane
}

// Gone is an explicit image that its lane does not list.
type Gone struct {
	Share string
	ImageID
}

// Select applies every share's selector to the known lanes of the inventory.
func Select(declarations *Declarations, inventory Inventory) Selection {
	var selection Selection
	listings := map[Lane]*listing{}
	for i := range declarations.Shares {
		share := &declarations.Shares[i]
		fingerprint := share.Selector.fingerprint()
		for _, lane := range share.Lanes {
			images, known := inventory[lane].Value()
			if !known {
				continue
			}
			if listings[lane] == nil {
				listings[lane] = newListing(images)
			}
			matched := listings[lane].matching(share.Selector)
			if len(matched) == 0 && len(share.Selector.IDs) == 0 {
				selection.Unmatched = append(selection.Unmatched, Unmatched{Share: share.Share, Lane: lane})
			}
			selection.Gone = append(selection.Gone, listings[lane].gone(share, lane)...)
			newestFirst(matched)
			for i, c := range matched {
				rank := 0
				if c.State == Available {
					rank = i + 1
				}
				c.claims = append(c.claims, Claim{Share: share.Share, Rank: rank, Selector: fingerprint, Picked: picks(share.Selector, rank)})
			}
		}
	}
	selection.Images = claimed(listings)
	return selection
}

// claimed returns the images that at least one share claims, sorted.
func claimed(listings map[Lane]*listing) []Selected {
	count := 0
	for _, listing := range listings {
		count += len(listing.byID)
	}
	images := make([]Selected, 0, count)
	for _, lane := range slices.SortedFunc(maps.Keys(listings), compareLanes) {
		for _, c := range listings[lane].byID {
			if len(c.claims) > 0 {
				images = append(images, Selected{Image: *c.Image, Claims: c.claims})
			}
		}
	}
	return images
}

func compareLanes(a, b Lane) int {
	return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region))
}

// Matches reports whether the selector matches the image, `newest` aside.
func (s Selector) Matches(image Image) bool { return s.matches(&image) }

func (s *Selector) matches(image *Image) bool {
	if len(s.IDs) > 0 {
		return slices.ContainsFunc(s.IDs, func(id ImageID) bool { return id.Image == image.Image })
	}
	if s.Architecture != "" && s.Architecture != image.Architecture {
		return false
	}
	for key, value := range s.Tags {
		if actual, has := image.Tags[key]; !has || actual != value {
			return false
		}
	}
	return s.Name == "" || Match(s.Name, image.Name)
}

// fingerprint is equal for selectors that match the same images. How many of
// them are picked does not enter it.
func (s Selector) fingerprint() string {
	parts := []string{s.Name, s.Architecture}
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		parts = append(parts, key, s.Tags[key])
	}
	for _, id := range s.IDs {
		parts = append(parts, id.Image.String())
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// picks reports whether a selector that matches an image also picks it. Without
// `newest`, an image in a state that cannot be shared is picked too, so that it
// is reported rather than forgotten.
func picks(s Selector, rank int) bool {
	return s.Newest == 0 || rank > 0 && rank <= s.Newest
}
