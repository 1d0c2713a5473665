package run

import (
	"context"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/guard"
)

// Drift tells how the clouds differ from the manifests. A grant that an image
// younger than grace lacks is pending. Images that no manifest claims are part
// of it where they are public, which the listing shows; with unmanaged their
// permissions are read too, one call each, as far as they fall to the sample.
func Drift(ctx context.Context, request Request, open OpenReader, options Options, grace time.Duration, unmanaged bool) (*reconcile.Drift, *reconcile.Plan) {
	wanted := request.matters
	if unmanaged {
		wanted = func(lane reconcile.Lane, images []reconcile.Image) []reconcile.Image {
			return append(request.matters(lane, images), request.strays(lane, images)...)
		}
	}
	view := request.look(ctx, open, options, wanted)
	claimed := reconcile.Select(request.Declarations, view.Inventory)
	request.inspect(ctx, view, claimed)
	judged := request.judge(view, claimed)
	// Nothing is written, so nothing has to be held back.
	plan := judged.plan
	plan.Changes = append(plan.Changes, judged.held...)
	plan.Findings = slices.DeleteFunc(plan.Findings, func(f reconcile.Finding) bool { return f.Code == guard.HeldRevoke })
	drift := reconcile.DriftOf(plan, view.created(), grace)
	for _, image := range request.unclaimedImages(view) {
		permissions, _ := view.Observations[image.Image].Value()
		if image.Public {
			permissions = principal.Sorted(append(slices.Clone(permissions), principal.Everyone))
		}
		permissions = slices.DeleteFunc(slices.Clone(permissions), func(p principal.Principal) bool { return !request.Scope.HoldsPrincipal(p) })
		drift.AddUnmanaged(reconcile.NamedImage{Image: image.Image, Name: image.Name}, permissions, request.Declarations.Aliases)
	}
	drift.Shares = new(len(request.Scope.SharesOf(request.Declarations)))
	drift.Finish()
	return drift, plan
}
