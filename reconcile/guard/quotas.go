package guard

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// quotas returns the name of the lane's owner and what it may do there.
func (in Input) quotas(lane reconcile.Lane) (string, reconcile.Quotas) {
	quotas := reconcile.DefaultQuotas()
	owner := in.Declarations.OwnerOf(lane.Provider, lane.Account)
	if owner == nil {
		return lane.Account, quotas
	}
	quotas.PublicImages = cmp.Or(owner.Quotas.PublicImages, quotas.PublicImages)
	quotas.SharingEntities = cmp.Or(owner.Quotas.SharingEntities, quotas.SharingEntities)
	return owner.Name, quotas
}

// publicAfter counts the images that are public in each lane once the changes are
// made, as far as its listing shows them all.
func (in Input) publicAfter() map[reconcile.Lane]int {
	count := map[reconcile.Lane]int{}
	if in.Partial {
		return count
	}
	changed := map[principal.Image]bool{}
	for _, change := range in.Changes {
		if change.Principal.Kind == principal.Public {
			changed[change.Image.Image] = true
			if change.Verb.Gives() {
				count[reconcile.LaneOf(change.Image.Image)]++
			}
		}
	}
	for image := range in.listed() {
		if image.Public && !changed[image.Image] {
			count[reconcile.LaneOf(image.Image)]++
		}
	}
	return count
}

// overSharingQuota reports whether the changes of an image add to more entries
// than it may have in the end. The public is not an entry.
func (in Input) overSharingQuota(changes []reconcile.Change) (reconcile.Obstacle, bool) {
	image := changes[0].Image.Image
	before, _ := in.Observations[image].Value()
	after := slices.DeleteFunc(reconcile.Patch(before, changes), func(p principal.Principal) bool { return p.Kind == principal.Public })
	owner, quotas := in.quotas(reconcile.LaneOf(image))
	if len(after) <= quotas.SharingEntities || !slices.ContainsFunc(changes, func(c reconcile.Change) bool { return c.Verb == reconcile.VerbGrant }) {
		return reconcile.Obstacle{}, false
	}
	return reconcile.Obstacle{
		Reason: fmt.Sprintf("would have %d principals, where %d are allowed", len(after), quotas.SharingEntities),
		Hint: fmt.Sprintf("share with an organization or unit instead of its accounts; if AWS has raised the quota, set under `spec` of OwnerAccount %s: `quotas: {sharingEntities: %d}`",
			owner, len(after)),
	}, true
}
