package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// The architectures that images have.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html
var architectures = []string{"i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"}

func (c *compiler) selector(spec ImageShareSpec, o *owner, regions []string) reconcile.Selector {
	images := spec.Images
	pos := images.Pos
	if !spec.Pos.Has("images") {
		return reconcile.Selector{}
	}
	if pos.Has("ids") {
		for _, key := range []string{"name", "tags", "architecture", "newest"} {
			if pos.Has(key) {
				c.report(pos.Key(key), "write a second ImageShare for one of the two", `"ids" and %q exclude each other`, key)
			}
		}
		return reconcile.Selector{IDs: c.ids(images, o, regions)}
	}
	if !pos.Has("name") && !pos.Has("tags") && !pos.Has("architecture") {
		c.report(pos.Position(), `select by name, tags, architecture or ids; name: "*" is every image`, `"images" selects every image of the owner`)
	}
	if pos.Has("name") && images.Name == "" {
		c.report(pos.Field("name"), `write a pattern; "*" is every name`, `"name" is empty`)
	}
	if len(images.Name) > maxPattern {
		c.report(pos.Field("name"), "an image's name has 128 characters at most", `"name" has %d bytes, more than the %d of the longest pattern`, len(images.Name), maxPattern)
	}
	c.tags(images)
	if pos.Has("architecture") {
		c.known(pos.Field("architecture"), "architecture", images.Architecture, architectures...)
	}
	if pos.Has("newest") && images.Newest < 1 {
		c.report(pos.Field("newest"), "leave it out to share all that match", `"newest" must be 1 or more`)
	}
	return reconcile.Selector{Name: images.Name, Tags: images.Tags, Architecture: images.Architecture, Newest: images.Newest}
}

func (c *compiler) tags(images Images) {
	if images.Pos.Has("tags") && len(images.Tags) == 0 {
		c.report(images.Pos.Field("tags"), "name a tag, or leave the key out", `"tags" is empty`)
	}
	if _, ok := images.Tags[""]; ok {
		c.report(images.Pos.Key("tags", ""), "write the tag's key", "a tag needs a key")
	}
}

func (c *compiler) ids(images Images, o *owner, regions []string) []reconcile.ImageID {
	if len(images.IDs) == 0 {
		c.report(images.Pos.Field("ids"), "name an image, or select by name or tags", `"ids" is empty`)
	}
	var ids []reconcile.ImageID
	first := map[principal.Image]strictyaml.Position{}
	for _, id := range images.IDs {
		if missing := id.Pos.Missing("region", "id"); len(missing) > 0 {
			c.problems = append(c.problems, missing...)
			continue
		}
		if err := principal.CheckImageID(o.Provider, id.ID); err != nil {
			c.shape(id.Pos.Field("id"), err)
		}
		c.idRegion(id, o, regions)
		image := principal.Image{Provider: o.Provider, Account: o.Account, Region: id.Region, ID: id.ID}
		if at, seen := first[image]; seen {
			c.report(id.Pos.Field("id"), "it is listed at "+at.String()+" already", "image %s is listed twice", id.ID)
			continue
		}
		first[image] = id.Pos.Field("id")
		ids = append(ids, reconcile.ImageID{Image: image, Source: source(id.Pos.Position())})
	}
	slices.SortFunc(ids, func(a, b reconcile.ImageID) int { return principal.CompareImages(a.Image, b.Image) })
	return ids
}

func (c *compiler) idRegion(id ImageID, o *owner, regions []string) {
	if len(regions) == 0 || slices.Contains(regions, id.Region) {
		return
	}
	hint := "add it to the share, or use "
	if slices.Equal(regions, o.Regions) {
		hint = "add it to the owner, or use "
	}
	c.report(id.Pos.Field("region"), hint+enumerate(regions, "or"), "region %q is not among those of the share", id.Region)
}

// claim is one way in which a share selects images in one lane.
type claim struct {
	lane     reconcile.Lane
	criteria string
}

func (s compiledShare) claims() []claim {
	var claims []claim
	for _, id := range s.Selector.IDs {
		claims = append(claims, claim{reconcile.LaneOf(id.Image), id.Image.ID})
	}
	if len(claims) > 0 {
		return claims
	}
	var tags []string
	for _, key := range slices.Sorted(maps.Keys(s.Selector.Tags)) {
		tags = append(tags, fmt.Sprintf("%q=%q", key, s.Selector.Tags[key]))
	}
	criteria := fmt.Sprintf("name %q, architecture %q, tags %s", s.Selector.Name, s.Selector.Architecture, strings.Join(tags, ","))
	for _, lane := range s.Lanes {
		claims = append(claims, claim{lane, criteria})
	}
	return claims
}

// exclusiveClaims reports exclusive shares that say of themselves that they
// claim the same image. Other overlaps show when the images are known.
func (c *compiler) exclusiveClaims() {
	first := map[claim]compiledShare{}
	type pair struct{ first, second string }
	reported := map[pair]bool{}
	for _, share := range c.shares {
		if share.Mode != reconcile.Exclusive || !share.sound {
			continue
		}
		for _, claim := range share.claims() {
			other, taken := first[claim]
			switch {
			case !taken:
				first[claim] = share
			case !reported[pair{other.Share, share.Share}]:
				reported[pair{other.Share, share.Share}] = true
				c.report(share.images, "join the two, or make one of them additive",
					"image shares %q and %q claim the same images of %s in %s, both exclusively (the other at %s)",
					share.Share, other.Share, share.Owner, claim.lane.Region, other.images)
			}
		}
	}
}
