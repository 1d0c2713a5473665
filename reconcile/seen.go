package reconcile

import (
	"cmp"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// Seen is what a plan of one shard saw of its lanes. With Plan.Access and
// Incomplete it is all that the plan of the whole is judged by.
type Seen struct {
	Lanes []SeenLane `json:"lanes"` // that could be listed, in the order of Scope.Lanes
}

// SeenLane is what was seen of one lane.
type SeenLane struct {
	Lane       Lane        `json:"lane"`
	Filter     Filter      `json:"filter,omitzero"` // of the listing
	Images     []SeenImage `json:"images"`          // as they are listed, sorted by id
	Inspection Inspection  `json:"inspection,omitzero"`
}

// SeenImage is an image of a lane, as far as a plan is judged by it.
type SeenImage struct {
	ID           string            `json:"id"`
	Name         string            `json:"name,omitempty"`
	State        State             `json:"state"`
	Created      time.Time         `json:"created"`
	Architecture string            `json:"architecture,omitempty"`
	Tags         map[string]string `json:"tags,omitempty"`
	Public       bool              `json:"public,omitempty"`
	Deprecated   time.Time         `json:"deprecated,omitzero"` // zero means never
	Obstacles    []Obstacle        `json:"obstacles,omitempty"`
}

// See takes down a lane that lists the images through the filter.
func (s *Seen) See(lane Lane, filter Filter, images []Image, inspection Inspection) {
	seen := SeenLane{Lane: lane, Filter: filter, Images: make([]SeenImage, len(images)), Inspection: inspection}
	for i, image := range images {
		seen.Images[i] = SeenImage{ID: image.ID, Name: image.Name, State: image.State, Created: image.Created, Architecture: image.Architecture,
			Tags: image.Tags, Public: image.Public, Deprecated: image.Deprecated, Obstacles: image.Obstacles}
	}
	slices.SortFunc(seen.Images, func(a, b SeenImage) int { return cmp.Compare(a.ID, b.ID) })
	s.Lanes = append(s.Lanes, seen)
}

// Listing returns the images that the lane lists. What only an inspection asks for
// is not among what is known of them.
func (l *SeenLane) Listing() []Image {
	images := make([]Image, len(l.Images))
	for i, seen := range l.Images {
		images[i] = Image{Image: principal.Image{Provider: l.Lane.Provider, Account: l.Lane.Account, Region: l.Lane.Region, ID: seen.ID},
			Name: seen.Name, State: seen.State, Created: seen.Created, Architecture: seen.Architecture,
			Tags: seen.Tags, Public: seen.Public, Deprecated: seen.Deprecated, Obstacles: seen.Obstacles}
	}
	return images
}
