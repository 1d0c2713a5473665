package run

import (
	"context"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/guard"
)

// Request says what to plan.
type Request struct {
	Declarations *reconcile.Declarations
	Scope        reconcile.Scope
	At           time.Time
	Carriers     map[principal.Provider]reconcile.Carrier
	// Limits, unless empty, are what the plan's expected time is computed from.
	Limits map[principal.Provider]reconcile.Limits
	// Only, if not empty, leaves what goes the other way out of a saved plan, whose
	// own scope stays as it is.
	Only reconcile.Direction
	// Shard, unless it is the whole, is the part of a saved plan's lanes that is
	// carried out.
	Shard reconcile.Part

	// now is later than At where At is that of a saved plan: what the policy allows
	// for a time is judged by it.
	now time.Time
	// saved are the changes of the saved plan that is being carried out, elsewhere
	// those of the same plan that other shards carry out.
	saved, elsewhere []reconcile.Change
}

// Plan looks at everything in scope and says what would have to change. What
// cannot be read becomes part of the plan, not an error.
func Plan(ctx context.Context, request Request, open OpenReader, options Options) (*reconcile.Plan, *View) {
	view := request.look(ctx, open, options, request.matters)
	claimed := reconcile.Select(request.Declarations, view.Inventory)
	request.inspect(ctx, view, claimed)
	plan := request.judge(view, claimed).plan
	if !request.Scope.Shard.IsZero() {
		plan.Seen = request.seen(view)
	}
	return plan, view
}

// look lists the lanes in scope, as far as the scope needs it, and reads the
// permissions of the images that wanted picks from each.
func (r Request) look(ctx context.Context, open OpenReader, options Options, wanted func(reconcile.Lane, []reconcile.Image) []reconcile.Image) *View {
	o := newObserver(r.Declarations, open, options)
	filter := r.Scope.Filter(r.Declarations)
	var lanes []work
	for _, lane := range r.Scope.Lanes(r.Declarations) {
		lanes = append(lanes, work{lane: lane, filter: filter(lane), wanted: func(images []reconcile.Image) []reconcile.Image { return wanted(lane, images) }})
	}
	o.observe(ctx, lanes)
	return o.view
}

// matters returns the images of a lane whose permissions have to be read: those
// that shares pick, or, to take principals out everywhere, all that are there.
func (r Request) matters(lane reconcile.Lane, images []reconcile.Image) []reconcile.Image {
	claimed := r.Scope.Selection(reconcile.Select(r.Declarations, reconcile.Inventory{lane: reconcile.Known(images)}))
	if r.Scope.Evicts() {
		return available(r.evictable(images, claimed))
	}
	var wanted []reconcile.Image
	for _, desired := range reconcile.Desire(r.Declarations, claimed, r.At) {
		if desired.Actionable() {
			wanted = append(wanted, desired.Image)
		}
	}
	return wanted
}

// evictable returns the images in scope, claimed or not; with a filter on
// shares, those that the shares claim.
func (r Request) evictable(images []reconcile.Image, inScope reconcile.Selection) []reconcile.Image {
	if r.Scope.ChoosesShares() {
		images = nil
		for _, selected := range inScope.Images {
			images = append(images, selected.Image)
		}
	}
	var wanted []reconcile.Image
	for _, image := range images {
		if r.Scope.HoldsImage(image) {
			wanted = append(wanted, image)
		}
	}
	return wanted
}

// judgement is what there is to do, and what of it a plan takes up.
type judgement struct {
	plan *reconcile.Plan
	// all are the changes in scope, those that Request.Only leaves out included;
	// held are revokes that the scope holds back.
	all, held []reconcile.Change
}

// judge is the pure part: from what was seen to the plan. Only what the plan
// takes up is judged by the guards.
func (r Request) judge(view *View, claimed reconcile.Selection) judgement {
	selection := r.Scope.Selection(claimed)
	all, held := r.changes(view, claimed)
	reconcile.Name(all, r.Declarations.Aliases)
	reconcile.Name(held, r.Declarations.Aliases)
	changes, withdrawn := reconcile.Scope{Only: r.Only}.Changes(all)
	elsewhere, _ := reconcile.Scope{Only: r.Only}.Changes(r.elsewhere)
	plan := &reconcile.Plan{At: r.At.UTC().Truncate(time.Second), Declared: r.Declarations.Fingerprint(r.At), Scope: r.Scope, Owners: r.Declarations.OwnerNames(), Changes: changes,
		Incomplete: view.Incomplete, Checks: view.checks(), Selection: r.Scope.Ranked(planned(selection, changes), r.Declarations), Inventory: r.counts(view.Inventory, selection),
		Access: reconcile.AccessOf(view.images(), selection, view.Observations, r.Declarations.Aliases)}
	plan.Findings = guard.Check(guard.Input{
		Declarations: r.Declarations, Scope: r.Scope, At: r.judgedAt(), Partial: view.partial, Inventory: view.Inventory, Claimed: claimed, Selection: selection,
		Desired: reconcile.Desire(r.Declarations, selection, r.At), Observations: view.Observations, Changes: changes, Elsewhere: elsewhere,
		Held: slices.Concat(held, withdrawn), Inspections: view.Inspections,
		Made: reconcile.Compare(r.saved, all, view.Observations).Satisfied,
	})
	plan.Finish(r.Declarations.Aliases, r.Carriers)
	plan.Expected = plan.Applying(r.Limits)
	return judgement{plan, all, held}
}

func (r Request) judgedAt() time.Time {
	if r.now.After(r.At) {
		return r.now
	}
	return r.At
}

func (r Request) changes(view *View, claimed reconcile.Selection) (in, held []reconcile.Change) {
	selection := r.Scope.Selection(claimed)
	if r.Scope.Evicts() {
		return reconcile.Evict(r.Declarations, r.Scope.Principals, r.evictable(view.images(), selection), claimed, view.Observations, r.At), nil
	}
	return r.Scope.Changes(reconcile.Diff(reconcile.Desire(r.Declarations, selection, r.At), view.Observations))
}

// planned returns the changed images with the claims on them, which may be none.
func planned(selection reconcile.Selection, changes []reconcile.Change) []reconcile.PlannedImage {
	claims := map[principal.Image][]reconcile.Claim{}
	for _, selected := range selection.Images {
		claims[selected.Image.Image] = selected.Claims
	}
	var images []reconcile.PlannedImage
	for _, image := range reconcile.ByImage(changes) {
		images = append(images, reconcile.PlannedImage{Image: image[0].Image, Claims: append([]reconcile.Claim{}, claims[image[0].Image.Image]...)})
	}
	return images
}

func (r Request) counts(inventory reconcile.Inventory, selection reconcile.Selection) reconcile.Counts {
	var c reconcile.Counts
	for _, observed := range inventory {
		if images, known := observed.Value(); known {
			c.Lanes++
			c.Listed += len(images)
		}
	}
	for _, selected := range selection.Images {
		switch {
		case r.Declarations.Ignores(selected.Image, r.At):
			c.Ignored++
		case selected.Picked():
			c.Picked++
		case selected.Image.State == reconcile.Available:
			c.Retired++
		}
	}
	return c
}
