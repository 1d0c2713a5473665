package schema

import (
	"slices"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

type compiledShare struct {
	reconcile.Declaration
	images strictyaml.Position // where it selects images
	sound  bool                // without problems of its own
}

func (c *compiler) share(document ImageShare) {
	before := len(c.problems)
	if !c.header(document.Header) {
		return
	}
	spec := document.Spec
	c.problems = append(c.problems, spec.Pos.Missing("owner", "images")...)
	if !spec.Pos.Has("launchPermissions") {
		c.report(spec.Pos.Position(), "list who may launch the images; [] makes them private", `"launchPermissions" is missing`)
	}
	share := reconcile.Declaration{
		Share:  document.Metadata.Name,
		Labels: document.Metadata.Labels,
		Owner:  spec.Owner,
		Mode:   reconcile.Exclusive,
		Source: source(document.Pos.Position()),
	}
	if spec.Pos.Has("mode") && c.known(spec.Pos.Field("mode"), "mode", spec.Mode, string(reconcile.Exclusive), string(reconcile.Additive)) {
		share.Mode = reconcile.Mode(spec.Mode)
	}
	o := c.shareOwner(spec)
	regions := c.shareRegions(spec, o)
	if spec.Pos.Has("regions") {
		share.Regions = regions
	}
	share.Selector = c.selector(spec, o, regions)
	share.Lanes = lanes(o, regions, share.Selector)
	share.Grants, share.Entries = c.grants(spec, o)
	c.shares = append(c.shares, compiledShare{share, spec.Images.Pos.Position(), len(c.problems) == before})
}

// shareOwner returns the share's owner; an empty one where it is not known, so
// that the rest can be checked.
func (c *compiler) shareOwner(spec ImageShareSpec) *owner {
	if o := c.owners[spec.Owner]; o != nil && spec.Owner != "" {
		return o
	}
	if spec.Pos.Has("owner") {
		c.unknownOwner(spec.Pos.Field("owner"), spec.Owner)
	}
	return &owner{Owner: reconcile.Owner{Provider: principal.AWS}}
}

func (c *compiler) unknownOwner(at strictyaml.Position, name string) {
	names := c.ownerNames()
	hint := "declare it in an OwnerAccount"
	if len(names) > 0 {
		hint += ", or use " + enumerate(names, "or")
	}
	c.report(at, strictyaml.DidYouMean(name, names, hint), "unknown owner %q", name)
}

func (c *compiler) shareRegions(spec ImageShareSpec, o *owner) []string {
	regions := c.regions(spec.Pos, spec.Regions, func(region string, at strictyaml.Position) bool {
		if err := principal.CheckRegion(o.Provider, region); err != nil {
			hint := strictyaml.DidYouMean(region, o.Regions, err.(*principal.ShapeError).Hint)
			c.report(at, hint, "%s", err)
			return false
		}
		if len(o.Regions) > 0 && !slices.Contains(o.Regions, region) {
			c.report(at, "add it to the owner, or use "+enumerate(o.Regions, "or"),
				"region %q is not among those of owner %q", region, o.Name)
			return false
		}
		return true
	})
	if !spec.Pos.Has("regions") {
		return o.Regions
	}
	return regions
}

// lanes are those of the regions in which the share can have images.
func lanes(o *owner, regions []string, selector reconcile.Selector) []reconcile.Lane {
	var lanes []reconcile.Lane
	for _, region := range regions {
		here := func(id reconcile.ImageID) bool { return id.Image.Region == region }
		if len(selector.IDs) == 0 || slices.ContainsFunc(selector.IDs, here) {
			lanes = append(lanes, reconcile.Lane{Provider: o.Provider, Account: o.Account, Region: region})
		}
	}
	return lanes
}
