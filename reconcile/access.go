package reconcile

import (
	"cmp"
	"slices"

	"github.com/amisync/amisync/principal"
)

// Access is who may launch what, as it was read: the state that changes start
// from. The zero value knows nothing.
type Access struct {
	// Principals are those who occur, sorted from the widest kind to the narrowest.
	Principals []NamedPrincipal `json:"principals"`
	// Sets are the different sets of permissions, each as ascending indices into
	// Principals: images that are shared alike are written once.
	Sets   [][]int       `json:"sets"`
	Images []ImageAccess `json:"images"` // sorted by image
}

// ImageAccess is who may launch one image.
type ImageAccess struct {
	Image  NamedImage `json:"image"`
	Shares []string   `json:"shares"` // that pick it, sorted
	Set    int        `json:"set"`    // index into Sets; means nothing where Unknown is set
	// Unknown is why the permissions could not be read.
	Unknown string `json:"unknown,omitempty"`
}

// AccessOf gathers the observed permissions of the images. Shares are those
// that pick each of them.
func AccessOf(images []Image, selection Selection, observations Observations, aliases map[principal.Principal]string) Access {
	claims := make(map[principal.Image][]Claim, len(selection.Images))
	for _, selected := range selection.Images {
		claims[selected.Image.Image] = selected.Claims
	}
	entries := make([]ImageAccess, 0, len(observations))
	for _, image := range images {
		if _, read := observations[image.Image]; read {
			entries = append(entries, ImageAccess{Image: NamedImage{Image: image.Image, Name: image.Name}, Shares: picking(claims[image.Image])})
		}
	}
	slices.SortFunc(entries, func(x, y ImageAccess) int { return principal.CompareImages(x.Image.Image, y.Image.Image) })
	var sets permissionSets
	for i := range entries {
		observed := observations[entries[i].Image.Image]
		if permissions, ok := observed.Value(); ok {
			entries[i].Set = sets.add(permissions)
		} else {
			entries[i].Unknown = cmp.Or(observed.Err().Error(), "unknown")
		}
	}
	a := Access{Images: entries}
	a.Principals, a.Sets = sets.indexed(aliases)
	return a
}

// picking returns the names of the shares whose claims pick their image.
func picking(claims []Claim) []string {
	shares := []string{}
	for _, claim := range claims {
		if claim.Picked {
			shares = append(shares, claim.Share)
		}
	}
	return shares
}

// permissionSets are different sets of permissions. The zero value has none.
type permissionSets struct {
	all   [][]principal.Principal // sorted each
	known map[string]int          // place in all, by what the permissions spell in the order in which they came
	key   []byte
}

// add returns the place of the set that the permissions are.
func (s *permissionSets) add(permissions []principal.Principal) int {
	s.spell(permissions)
	if at, known := s.known[string(s.key)]; known { // most are, and in the same order
		return at
	}
	if s.known == nil {
		s.known = map[string]int{}
	}
	came := string(s.key)
	sorted := principal.Sorted(permissions)
	s.spell(sorted)
	at, known := s.known[string(s.key)]
	if !known {
		at = len(s.all)
		s.all = append(s.all, sorted)
		s.known[string(s.key)] = at
	}
	s.known[came] = at
	return at
}

// spell sets the key to the permissions in their order.
func (s *permissionSets) spell(permissions []principal.Principal) {
	s.key = s.key[:0]
	for _, p := range permissions {
		s.key = append(append(s.key, p.Kind...), 0)
		s.key = append(append(s.key, p.ID...), 0)
	}
}

// indexed returns those who occur in the sets, named and sorted, and the sets as
// indices of them.
func (s *permissionSets) indexed(aliases map[principal.Principal]string) ([]NamedPrincipal, [][]int) {
	principals := principal.Sorted(slices.Concat(s.all...))
	named, index := make([]NamedPrincipal, len(principals)), make(map[principal.Principal]int, len(principals))
	for i, p := range principals {
		named[i], index[p] = NamedPrincipal{Principal: p, Alias: aliases[p]}, i
	}
	sets := make([][]int, len(s.all))
	for i, set := range s.all {
		sets[i] = make([]int, len(set))
		for j, p := range set {
			sets[i][j] = index[p]
		}
	}
	return named, sets
}

// Sound reports whether all indices lead somewhere, as in every document that
// amisync writes.
func (a *Access) Sound() bool {
	for _, set := range a.Sets {
		if slices.ContainsFunc(set, func(i int) bool { return i < 0 || i >= len(a.Principals) }) {
			return false
		}
	}
	return !slices.ContainsFunc(a.Images, func(i ImageAccess) bool {
		return i.Unknown == "" && (i.Set < 0 || i.Set >= len(a.Sets))
	})
}

// Holders returns who may launch the image, and whether that is known. Indices
// that lead nowhere, as in a document that was not written by amisync, are left
// out.
func (a *Access) Holders(image ImageAccess) ([]NamedPrincipal, bool) {
	if image.Unknown != "" || image.Set < 0 || image.Set >= len(a.Sets) {
		return nil, false
	}
	var holders []NamedPrincipal
	for _, i := range a.Sets[image.Set] {
		if i >= 0 && i < len(a.Principals) {
			holders = append(holders, a.Principals[i])
		}
	}
	return holders, true
}
