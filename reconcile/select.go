package reconcile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
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
	claims := map[principal.Image]*Selected{}
	for i := range declarations.Shares {
		share := &declarations.Shares[i]
		fingerprint := share.Selector.fingerprint()
		for _, lane := range share.Lanes {
			images, known := inventory[lane].Value()
			if !known {
				continue
			}
			matched := matching(share.Selector, images)
			if len(matched) == 0 && len(share.Selector.IDs) == 0 {
				selection.Unmatched = append(selection.Unmatched, Unmatched{Share: share.Share, Lane: lane})
			}
			selection.Gone = append(selection.Gone, gone(share, lane, matched)...)
			ranks := newestFirst(matched)
			for _, image := range matched {
				selected := claims[image.Image]
				if selected == nil {
					selected = &Selected{Image: image}
					claims[image.Image] = selected
				}
				rank := ranks[image.Image]
				selected.Claims = append(selected.Claims, Claim{Share: share.Share, Rank: rank, Selector: fingerprint, Picked: picks(share.Selector, rank)})
			}
		}
	}
	for _, selected := range claims {
		selection.Images = append(selection.Images, *selected)
	}
	slices.SortFunc(selection.Images, func(a, b Selected) int { return principal.CompareImages(a.Image.Image, b.Image.Image) })
	return selection
}

// Matches reports whether the selector matches the image, `newest` aside.
func (s Selector) Matches(image Image) bool {
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

func matching(s Selector, images []Image) []Image {
	var matched []Image
	for _, image := range images {
		if s.Matches(image) {
			matched = append(matched, image)
		}
	}
	return matched
}

// newestFirst ranks the available images by creation date, then id; the newest
// has rank 1.
func newestFirst(images []Image) map[principal.Image]int {
	available := slices.DeleteFunc(slices.Clone(images), func(i Image) bool { return i.State != Available })
	slices.SortFunc(available, func(a, b Image) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
	ranks := make(map[principal.Image]int, len(available))
	for i, image := range available {
		ranks[image.Image] = i + 1
	}
	return ranks
}

func gone(share *Declaration, lane Lane, matched []Image) []Gone {
	var missing []Gone
	for _, id := range share.Selector.IDs {
		if LaneOf(id.Image) != lane {
			continue
		}
		if !slices.ContainsFunc(matched, func(i Image) bool { return i.Image == id.Image }) {
			missing = append(missing, Gone{Share: share.Share, ImageID: id})
		}
	}
	return missing
}
