package reconcile

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

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
	a := Access{Principals: []NamedPrincipal{}, Sets: [][]int{}, Images: []ImageAccess{}}
	index := map[principal.Principal]int{}
	for _, p := range observations.principals() {
		index[p] = len(a.Principals)
		a.Principals = append(a.Principals, NamedPrincipal{Principal: p, Alias: aliases[p]})
	}
	shares := map[principal.Image][]string{}
	for _, selected := range selection.Images {
		for _, claim := range selected.Claims {
			if claim.Picked {
				shares[selected.Image.Image] = append(shares[selected.Image.Image], claim.Share)
			}
		}
	}
	known := map[string]int{}
	for _, image := range images {
		observed, read := observations[image.Image]
		if !read {
			continue
		}
		entry := ImageAccess{Image: NamedImage{Image: image.Image, Name: image.Name}, Shares: orEmpty(shares[image.Image])}
		if permissions, ok := observed.Value(); ok {
			entry.Set = a.set(permissions, index, known)
		} else {
			entry.Unknown = cmp.Or(observed.Err().Error(), "unknown")
		}
		a.Images = append(a.Images, entry)
	}
	slices.SortFunc(a.Images, func(x, y ImageAccess) int { return principal.CompareImages(x.Image.Image, y.Image.Image) })
	return a
}

// principals returns all that hold a permission, sorted.
func (o Observations) principals() []principal.Principal {
	seen := map[principal.Principal]bool{}
	var all []principal.Principal
	for _, observed := range o {
		permissions, _ := observed.Value()
		for _, p := range permissions {
			if !seen[p] {
				seen[p] = true
				all = append(all, p)
			}
		}
	}
	slices.SortFunc(all, principal.Compare)
	return all
}

// set returns the index of a set of permissions.
func (a *Access) set(permissions []principal.Principal, index map[principal.Principal]int, known map[string]int) int {
	indices := make([]int, len(permissions))
	for i, p := range permissions {
		indices[i] = index[p]
	}
	slices.Sort(indices)
	var key strings.Builder
	for _, i := range indices {
		key.WriteString(strconv.Itoa(i) + " ")
	}
	at, seen := known[key.String()]
	if !seen {
		at = len(a.Sets)
		known[key.String()] = at
		a.Sets = append(a.Sets, indices)
	}
	return at
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
