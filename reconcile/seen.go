package reconcile

import (
	"cmp"
	"maps"
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
	Images     []SeenImage `json:"images"` // as they are listed, sorted by id
	Inspection Inspection  `json:"inspection,omitzero"`
}

// SeenImage is an image of a lane, as far as a plan is judged by it.
type SeenImage struct {
	ID           string     `json:"id"`
	Name         string     `json:"name,omitempty"`
	State        State      `json:"state"`
	Created      time.Time  `json:"created"`
	Architecture string     `json:"architecture,omitempty"`
	Tags         []SeenTag  `json:"tags,omitempty"` // sorted by key
	Public       bool       `json:"public,omitempty"`
	Deprecated   time.Time  `json:"deprecated,omitzero"` // zero means never
	Obstacles    []Obstacle `json:"obstacles,omitempty"`
}

// SeenTag is a tag of an image. Keys that differ only in case are different tags,
// and so cannot be keys of an object.
type SeenTag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// See takes down a lane that lists the images.
func (s *Seen) See(lane Lane, images []Image, inspection Inspection) {
	seen := SeenLane{Lane: lane, Images: make([]SeenImage, len(images)), Inspection: inspection}
	for i, image := range images {
		seen.Images[i] = SeenImage{ID: image.ID, Name: image.Name, State: image.State, Created: image.Created, Architecture: image.Architecture,
			Tags: seenTags(image.Tags), Public: image.Public, Deprecated: image.Deprecated, Obstacles: image.Obstacles}
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
			Tags: tagsOf(seen.Tags), Public: seen.Public, Deprecated: seen.Deprecated, Obstacles: seen.Obstacles}
	}
	return images
}

func seenTags(tags map[string]string) []SeenTag {
	var seen []SeenTag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		seen = append(seen, SeenTag{Key: key, Value: tags[key]})
	}
	return seen
}

func tagsOf(seen []SeenTag) map[string]string {
	if len(seen) == 0 {
		return nil
	}
	tags := make(map[string]string, len(seen))
	for _, tag := range seen {
		tags[tag.Key] = tag.Value
	}
	return tags
}
