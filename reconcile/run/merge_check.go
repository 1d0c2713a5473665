package run

import (
	"fmt"
	"reflect"
	"time"

	"github.com/amisync/amisync/reconcile"
)

// unfit is the error that something is no reason to ask a cloud, with the way
// out.
func unfit(hint, format string, args ...any) error {
	return &reconcile.Error{Err: fmt.Errorf(format, args...), Hint: hint}
}

const (
	planShards  = "make one for each shard, with the same filters: amisync plan --shard 1/4 --out shard-1.json"
	replanAll   = "make the plans of all shards again"
	otherEstate = "the manifests are not those that the shards were planned with: "
)

// complete refuses what are not the plans of all shards of one plan, each once.
func complete(shards []*reconcile.Plan) error {
	if len(shards) == 0 {
		return unfit(planShards, "there are no plans of shards to merge")
	}
	first, there := shards[0], map[int]bool{}
	for i, shard := range shards {
		part := shard.Scope.Shard
		switch {
		case part.IsZero() || shard.Seen == nil:
			return unfit(planShards, "plan %d of %d is no plan of a shard", i+1, len(shards))
		case part.Of != first.Scope.Shard.Of:
			return unfit(replanAll+", with the same number of shards", "shards %s and %s are not of the same plan", first.Scope.Shard, part)
		case !first.Scope.SameButShard(shard.Scope):
			return unfit(replanAll+", with the same filters", "shards %s and %s were planned with different filters", first.Scope.Shard, part)
		case there[part.Index]:
			return unfit("leave one of them out", "shard %s is there twice", part)
		case day(shard.At) != day(first.At):
			return unfit(replanAll+" on one day", "shard %s was planned on %s and shard %s on %s, and what ends with a day is judged by it",
				first.Scope.Shard, day(first.At), part, day(shard.At))
		}
		there[part.Index] = true
	}
	return missing(first.Scope.Shard.Of, there)
}

// day is the day that terms are judged by.
func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// missing names the shards, of so many, that are not there.
func missing(of int, there map[int]bool) error {
	const most = 10
	names, others := "", 0
	for i := range of {
		switch part := (reconcile.Part{Index: i + 1, Of: of}); {
		case there[part.Index]:
		case len(names) > most*len("9999/9999, "):
			others++
		case names == "":
			names = part.String()
		default:
			names += ", " + part.String()
		}
	}
	if others > 0 {
		names += fmt.Sprintf(" and %d more", others)
	}
	if names == "" {
		return nil
	}
	return unfit("make the plan of each, and name all files", "not all shards are there; what is missing: %s", names)
}

// covered refuses shards whose lanes are not those of the manifests, each once.
func (r Request) covered(shards []*reconcile.Plan) error {
	by := map[reconcile.Lane]reconcile.Part{}
	for _, shard := range shards {
		part := shard.Scope.Shard
		for _, lane := range looked(shard) {
			if r.Declarations.OwnerOf(lane.Provider, lane.Account) == nil {
				return unfit(replanAll, otherEstate+"no OwnerAccount declares account %s any more", lane.Account)
			}
			if other, twice := by[lane]; twice {
				return unfit(replanAll, otherEstate+"shards %s and %s both looked at account %s in %s", other, part, lane.Account, lane.Region)
			}
			by[lane] = part
		}
		for _, seen := range shard.Seen.Lanes {
			if !reflect.DeepEqual(seen.Filter, r.Scope.Filter(r.Declarations, seen.Lane)) {
				return unfit(replanAll, otherEstate+"they ask for other images of account %s in %s", seen.Lane.Account, seen.Lane.Region)
			}
		}
	}
	for _, lane := range r.Scope.Lanes(r.Declarations) {
		if _, is := by[lane]; !is {
			return unfit(replanAll, otherEstate+"no shard looked at account %s in %s", lane.Account, lane.Region)
		}
		delete(by, lane)
	}
	for lane, part := range by {
		return unfit(replanAll, otherEstate+"shard %s looked at account %s in %s, which they do not ask for", part, lane.Account, lane.Region)
	}
	return nil
}

// looked returns the lanes that a shard looked at, those that it could not list
// included.
func looked(shard *reconcile.Plan) []reconcile.Lane {
	var lanes []reconcile.Lane
	for _, seen := range shard.Seen.Lanes {
		lanes = append(lanes, seen.Lane)
	}
	for _, i := range shard.Incomplete {
		if i.Image == "" {
			lanes = append(lanes, laneOf(i))
		}
	}
	return lanes
}

// unchanged refuses the plan of the whole where the manifests ask for other images,
// or for other changes, than they did when the shards were planned.
func (r Request) unchanged(shards []*reconcile.Plan, view *View, plan *reconcile.Plan) error {
	read := len(view.Observations)
	for lane, observed := range view.Inventory {
		images, _ := observed.Value()
		for _, image := range r.matters(lane, images) {
			if _, is := view.Observations[image.Image]; !is {
				return unfit(replanAll, otherEstate+"they ask for %s, which no shard read", image.Image)
			}
			read--
		}
	}
	if read > 0 {
		return unfit(replanAll, otherEstate+"they no longer ask for %d of the images that were read", read)
	}
	planned := map[string]bool{}
	for _, shard := range shards {
		for _, change := range shard.Changes {
			planned[change.ID] = true
		}
	}
	for _, change := range plan.Changes {
		if !planned[change.ID] {
			return unfit(replanAll, otherEstate+"they ask for a %s on %s that no shard planned", change.Verb, change.Image.ID)
		}
	}
	if len(planned) > len(plan.Changes) {
		return unfit(replanAll, otherEstate+"they no longer ask for %d of the changes", len(planned)-len(plan.Changes))
	}
	return nil
}
