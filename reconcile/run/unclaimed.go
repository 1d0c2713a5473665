package run

import (
	"context"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Drift tells how the clouds differ from the manifests. A grant that an image
// younger than grace lacks is pending. Images that no manifest claims are part
// of it where they are public, which the listing shows; with unmanaged their
// permissions are read too, one call each.
func Drift(ctx context.Context, request Request, open OpenReader, options Options, grace time.Duration, unmanaged bool) (*reconcile.Drift, *reconcile.Plan) {
	wanted := request.matters
	if unmanaged {
		wanted = func(lane reconcile.Lane, images []reconcile.Image) []reconcile.Image {
			return append(request.matters(lane, images), request.unclaimed(lane, images)...)
		}
	}
	view := request.look(ctx, open, options, wanted)
	plan, _ := request.plan(view, reconcile.Select(request.Declarations, view.Inventory), "")
	drift := reconcile.DriftOf(plan, view.created(), grace)
	for _, image := range request.unclaimedImages(view) {
		permissions, _ := view.Observations[image.Image].Value()
		if image.Public {
			permissions = principal.Sorted(append(slices.Clone(permissions), principal.Everyone))
		}
		drift.AddUnmanaged(reconcile.NamedImage{Image: image.Image, Name: image.Name}, permissions, request.Declarations.Aliases)
	}
	drift.Finish()
	return drift, plan
}

// Unclaimed is an image that no share claims, with its permissions.
type Unclaimed struct {
	reconcile.Image
	Permissions []principal.Principal // sorted
}

// Survey lists the lanes in scope and reads the permissions of every available
// image that no share claims, sorted by image.
func Survey(ctx context.Context, request Request, open OpenReader, options Options) ([]Unclaimed, *View) {
	view := request.look(ctx, open, options, request.unclaimed)
	var found []Unclaimed
	for _, image := range request.unclaimedImages(view) {
		if permissions, known := view.Observations[image.Image].Value(); known {
			found = append(found, Unclaimed{Image: image, Permissions: permissions})
		}
	}
	return found, view
}

// unclaimed returns the available images of a lane that no share claims.
func (r Request) unclaimed(lane reconcile.Lane, images []reconcile.Image) []reconcile.Image {
	claimed := map[principal.Image]bool{}
	for _, selected := range reconcile.Select(r.Declarations, reconcile.Inventory{lane: reconcile.Known(images)}).Images {
		claimed[selected.Image.Image] = true
	}
	var found []reconcile.Image
	for _, image := range images {
		if image.State == reconcile.Available && !claimed[image.Image] && r.Scope.HoldsImage(image) {
			found = append(found, image)
		}
	}
	return found
}

// unclaimedImages returns the unclaimed images of all known lanes, sorted. A run
// that is about particular shares or principals has none: they are in nobody's
// share.
func (r Request) unclaimedImages(view *View) []reconcile.Image {
	if len(r.Scope.Shares)+len(r.Scope.Principals) > 0 {
		return nil
	}
	var found []reconcile.Image
	for lane, observed := range view.Inventory {
		images, _ := observed.Value()
		found = append(found, r.unclaimed(lane, images)...)
	}
	slices.SortFunc(found, func(a, b reconcile.Image) int {
		return principal.CompareImages(a.Image, b.Image)
	})
	return found
}
