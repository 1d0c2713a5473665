package run

import (
	"cmp"
	"errors"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Merge joins the plans of all shards to the plan that one machine would have
// made at that time. No cloud is asked: what the shards saw is judged anew, so
// that guards speak of the whole run. r.Scope and r.At come from the shards; the time
// is the earliest of theirs. r.Declarations must be those that each of them was made
// with. A single plan that is whole already is returned as it is, if it was made with
// them, too. Errors say how to go on (see reconcile.HintOf).
func Merge(r Request, shards []*reconcile.Plan) (*reconcile.Plan, error) {
	if len(shards) == 1 && shards[0].Scope.Shard.IsZero() { // of 1/1
		if err := r.declared(shards); err != nil {
			return nil, err
		}
		return shards[0], nil
	}
	if err := complete(shards); err != nil {
		return nil, err
	}
	r.Scope, r.At, r.Only = shards[0].Scope, shards[0].At, ""
	r.Scope.Shard = reconcile.Part{}
	for _, shard := range shards {
		if shard.At.Before(r.At) {
			r.At = shard.At
		}
	}
	for _, err := range []error{r.declared(shards), r.covered(shards), consistent(shards)} {
		if err != nil {
			return nil, err
		}
	}
	view := joined(shards)
	plan := r.judge(view, reconcile.Select(r.Declarations, view.Inventory)).plan
	if err := r.follows(plan, shards, view); err != nil {
		return nil, err
	}
	return plan, nil
}

// seen is what a shard saw, for Merge.
func (r Request) seen(view *View) *reconcile.Seen {
	seen := &reconcile.Seen{Lanes: []reconcile.SeenLane{}}
	for _, lane := range r.Scope.Lanes(r.Declarations) {
		if images, known := view.Inventory[lane].Value(); known {
			seen.See(lane, images, view.Inspections[lane])
		}
	}
	return seen
}

// joined is the view that the shards had together.
func joined(shards []*reconcile.Plan) *View {
	view := &View{Inventory: reconcile.Inventory{}, Observations: reconcile.Observations{}, Inspections: map[reconcile.Lane]reconcile.Inspection{}}
	for _, shard := range shards {
		view.Incomplete = append(view.Incomplete, shard.Incomplete...)
		for _, i := range shard.Incomplete {
			if i.Image == "" {
				view.Inventory[laneOf(i)] = reconcile.Unknown[[]reconcile.Image](errors.New(i.Error))
			}
		}
		for i := range shard.Seen.Lanes {
			seen := &shard.Seen.Lanes[i]
			view.Inventory[seen.Lane] = reconcile.Known(seen.Listing())
			view.Inspections[seen.Lane] = seen.Inspection
		}
		for _, image := range shard.Access.Images {
			view.Observations[image.Image.Image] = observation(&shard.Access, image)
		}
	}
	return view
}

// observation is what was read of an image, as a plan has it.
func observation(access *reconcile.Access, image reconcile.ImageAccess) reconcile.Observed[[]principal.Principal] {
	holders, known := access.Holders(image)
	if !known {
		return reconcile.Unknown[[]principal.Principal](errors.New(cmp.Or(image.Unknown, "its plan does not hold it")))
	}
	permissions := make([]principal.Principal, len(holders))
	for i, holder := range holders {
		permissions[i] = holder.Principal
	}
	return reconcile.Known(permissions)
}

func laneOf(i reconcile.Incomplete) reconcile.Lane {
	return reconcile.Lane{Provider: i.Provider, Account: i.Account, Region: i.Region}
}
