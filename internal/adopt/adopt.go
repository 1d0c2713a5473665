// Package adopt writes image shares for images that are shared already and that
// no manifest claims, so that a plan made right after has nothing to change.
package adopt

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/schema"
)

// Image is an available image that no share claims, with its permissions.
type Image struct {
	reconcile.Image
	Permissions []principal.Principal // sorted
}

// Estate is what the shares have to fit into.
type Estate struct {
	Declarations *reconcile.Declarations
	Inventory    reconcile.Inventory
}

// Declarable returns the image with those of its permissions that a manifest
// can declare, and the others: its own account's, and ids of unknown form.
func (e Estate) Declarable(image Image) (declarable Image, others []principal.Principal) {
	own := principal.Principal{Kind: principal.Account, ID: image.Account}
	declarable = image
	declarable.Permissions = nil
	for _, p := range image.Permissions {
		if p == own || p.Check(image.Provider) != nil {
			others = append(others, p)
		} else {
			declarable.Permissions = append(declarable.Permissions, p)
		}
	}
	return declarable, others
}

// Families returns one share for every family of images: those of one owner
// whose names differ only in the version at their end. Where all of a family
// are shared alike, the share selects them by a pattern and so includes future
// builds; otherwise there is one share with ids for each set of permissions.
// Images that are shared with nobody are left out.
func (e Estate) Families(images []Image) []schema.ImageShare {
	families := map[string][]Image{}
	for _, image := range images {
		key := image.Account + "\x00" + family(image.Name)
		if family(image.Name) == "" { // no relation of others without a version
			key += "\x00" + cmp.Or(image.Name, image.ID)
		}
		families[key] = append(families[key], image)
	}
	var shares []schema.ImageShare
	names := e.taken()
	for _, key := range slices.Sorted(maps.Keys(families)) {
		members := families[key]
		pattern, shared := family(members[0].Name), sharedOnly(members)
		switch {
		case len(shared) == 0:
		case pattern != "" && e.alike(members):
			shares = append(shares, e.byPattern(names, members))
		default:
			shares = append(shares, e.byIDs(names, cmp.Or(strings.TrimSuffix(pattern, "*"), members[0].Name, members[0].ID), shared)...)
		}
	}
	return sorted(shares)
}

// Single returns one share with an id for every image that is shared.
func (e Estate) Single(images []Image) []schema.ImageShare {
	var shares []schema.ImageShare
	names := e.taken()
	for _, image := range sharedOnly(images) {
		shares = append(shares, e.byIDs(names, cmp.Or(image.Name, image.ID), []Image{image})...)
	}
	return sorted(shares)
}

// sorted puts shares in the order in which people look for them.
func sorted(shares []schema.ImageShare) []schema.ImageShare {
	slices.SortStableFunc(shares, func(a, b schema.ImageShare) int {
		return cmp.Or(cmp.Compare(a.Spec.Owner, b.Spec.Owner), cmp.Compare(a.Metadata.Name, b.Metadata.Name))
	})
	return shares
}

func sharedOnly(images []Image) []Image {
	return slices.DeleteFunc(slices.Clone(images), func(i Image) bool { return len(i.Permissions) == 0 })
}

// version is the end of a name that tells builds apart: a date, with the time or
// a counter behind it, or else a number or a version.
var version = lazy.Regexp(`([-_./ ])v?(?:\d{4}[-.]?\d{2}[-.]?\d{2}(?:[-T_.: ]?\d+)*Z?|\d[\w.]*)$`)

// family is the pattern that an image's name and those of its other builds
// match, or "" for a name without a version or with characters that a pattern
// takes for its own.
func family(name string) string {
	at := version().FindStringSubmatchIndex(name)
	if at == nil || at[0] == 0 || strings.ContainsAny(name, "*?") {
		return ""
	}
	return name[:at[3]] + "*"
}

// alike reports whether a pattern can stand for the family: in its regions it
// matches no image that a share claims, and all that it matches are shared with
// the same principals.
func (e Estate) alike(members []Image) bool {
	pattern := family(members[0].Name)
	permissions := map[principal.Image][]principal.Principal{}
	for _, image := range members {
		permissions[image.Image.Image] = image.Permissions
	}
	for _, lane := range lanes(members) {
		listed, _ := e.Inventory[lane].Value()
		for _, image := range listed {
			found, member := permissions[image.Image]
			if !reconcile.Match(pattern, image.Name) || !member && image.State != reconcile.Available {
				continue
			}
			if !member || !slices.Equal(found, members[0].Permissions) {
				return false
			}
		}
	}
	return true
}

func (e Estate) byPattern(names map[string]bool, members []Image) schema.ImageShare {
	pattern := family(members[0].Name)
	share := e.share(names, strings.TrimRight(pattern, "*-_./ "), members)
	share.Spec.Images = schema.Images{Name: pattern}
	owner := e.owner(members[0])
	if regions := regionsOf(members); !slices.Equal(regions, owner.Regions) {
		share.Spec.Regions = regions
	}
	return share
}

// byIDs returns a share for each set of permissions among the images.
func (e Estate) byIDs(names map[string]bool, title string, images []Image) []schema.ImageShare {
	sets := map[string][]Image{}
	for _, image := range images {
		key := fmt.Sprint(image.Permissions)
		sets[key] = append(sets[key], image)
	}
	groups := slices.Collect(maps.Values(sets))
	slices.SortFunc(groups, func(a, b []Image) int { return principal.CompareImages(a[0].Image.Image, b[0].Image.Image) })
	var shares []schema.ImageShare
	for _, group := range groups {
		share := e.share(names, title, group)
		if regions := regionsOf(group); !slices.Equal(regions, e.owner(group[0]).Regions) {
			share.Spec.Regions = regions
		}
		for _, image := range group {
			share.Spec.Images.IDs = append(share.Spec.Images.IDs, schema.ImageID{Region: image.Region, ID: image.ID})
		}
		shares = append(shares, share)
	}
	return shares
}

// share is everything of a share but its selector.
func (e Estate) share(names map[string]bool, title string, images []Image) schema.ImageShare {
	share := schema.ImageShare{Header: schema.NewHeader(schema.KindImageShare, unused(names, title))}
	share.Spec.Owner = e.owner(images[0]).Name
	share.Spec.LaunchPermissions = []schema.LaunchPermission{}
	for _, p := range images[0].Permissions {
		share.Spec.LaunchPermissions = append(share.Spec.LaunchPermissions, e.permission(p))
	}
	return share
}

// permission writes a principal by its name where a directory has one.
func (e Estate) permission(p principal.Principal) schema.LaunchPermission {
	called := cmp.Or(e.Declarations.Aliases[p], p.ID)
	var permission schema.LaunchPermission
	switch p.Kind {
	case principal.Public:
		permission.Public = true
	case principal.Account:
		permission.Account = called
	case principal.Organization:
		permission.Organization = called
	case principal.OrganizationalUnit:
		permission.OrganizationalUnit = called
	}
	return permission
}

func (e Estate) owner(image Image) *reconcile.Owner {
	return e.Declarations.OwnerOf(image.Provider, image.Account)
}

func (e Estate) taken() map[string]bool {
	names := map[string]bool{}
	for _, share := range e.Declarations.Shares {
		names[share.Share] = true
	}
	return names
}

var notInName = lazy.Regexp(`[^A-Za-z0-9._-]+`)

// unused turns a title into the name of a share that no other share has.
func unused(names map[string]bool, title string) string {
	base := strings.Trim(notInName().ReplaceAllString(title, "-"), "-._")
	base = cmp.Or(base[:min(len(base), 120)], "image")
	name := base
	for n := 2; names[name]; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	names[name] = true
	return name
}

func lanes(images []Image) []reconcile.Lane {
	var all []reconcile.Lane
	for _, image := range images {
		if lane := reconcile.LaneOf(image.Image.Image); !slices.Contains(all, lane) {
			all = append(all, lane)
		}
	}
	return all
}

func regionsOf(images []Image) []string {
	var regions []string
	for _, image := range images {
		regions = append(regions, image.Region)
	}
	slices.Sort(regions)
	return slices.Compact(regions)
}
