package run

import (
	"context"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Unclaimed is an image that no share claims, with its permissions.
type Unclaimed struct {
	reconcile.Image
	Permissions []principal.Principal // sorted
}

// Survey lists the lanes in scope and reads the permissions of every available
// image that no share claims, sorted by image.
func Survey(ctx context.Context, request Request, open OpenReader, options Options) ([]Unclaimed, *View) {
	view := request.look(ctx, open, options, func(lane reconcile.Lane, images []reconcile.Image) []reconcile.Image {
		return request.strays(lane, images)
	})
	var found []Unclaimed
	for _, image := range request.unclaimedImages(view) {
		if permissions, known := view.Observations[image.Image].Value(); known {
			found = append(found, Unclaimed{Image: image, Permissions: permissions})
		}
	}
	return found, view
}

// unclaimed returns the images of a lane that no share claims and the policy
// does not ignore. A run that is about particular shares has none: they are in
// nobody's share.
func (r Request) unclaimed(lane reconcile.Lane, images []reconcile.Image) []reconcile.Image {
	if len(r.Scope.Shares) > 0 {
		return nil
	}
	claimed := map[principal.Image]bool{}
	for _, selected := range reconcile.Select(r.Declarations, reconcile.Inventory{lane: reconcile.Known(images)}).Images {
		claimed[selected.Image.Image] = true
	}
	var found []reconcile.Image
	for _, image := range images {
		if !claimed[image.Image] && r.Scope.HoldsImage(image) && !r.Declarations.Ignores(image, r.At) {
			found = append(found, image)
		}
	}
	return found
}

// strays returns the unclaimed images of a lane whose permissions are worth a
// call: those that are available, and of a sample those whose id falls to it.
func (r Request) strays(lane reconcile.Lane, images []reconcile.Image) []reconcile.Image {
	return slices.DeleteFunc(available(r.unclaimed(lane, images)), func(i reconcile.Image) bool { return !r.Scope.Sample.Holds(i.ID) })
}

// unclaimedImages returns the unclaimed images of all known lanes, sorted.
func (r Request) unclaimedImages(view *View) []reconcile.Image {
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
