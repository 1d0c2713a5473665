package run

import (
	"fmt"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
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
	replanShard = "make the plan of that shard again"
	replan      = "make a new plan: amisync plan --out plan.json"
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

// declared refuses plans of one day that were made with other manifests than those
// of now.
func (r Request) declared(plans []*reconcile.Plan) error {
	declared := r.Declarations.Fingerprint(plans[0].At)
	others := slices.DeleteFunc(slices.Clone(plans), func(p *reconcile.Plan) bool { return p.Declared == declared })
	switch {
	case len(others) == 0:
		return nil
	case others[0].Declared == "":
		return unfit(replanAll+" with this version of amisync", "a plan does not say which manifests it was made with")
	case others[0].Scope.Shard.IsZero():
		return unfit(replan, "the manifests are not those that the plan was made with")
	case len(others) == len(plans):
		return unfit(replanAll, "the manifests are not those that the shards were planned with")
	}
	return unfit(replanAll, "the manifests are not those that shard %s was planned with", others[0].Scope.Shard)
}

// covered refuses shards whose lanes are not those of the manifests, each once.
func (r Request) covered(shards []*reconcile.Plan) error {
	lanes := r.Scope.Lanes(r.Declarations)
	asked, by := map[reconcile.Lane]bool{}, map[reconcile.Lane]reconcile.Part{}
	for _, lane := range lanes {
		asked[lane] = true
	}
	for _, shard := range shards {
		part := shard.Scope.Shard
		for _, lane := range looked(shard) {
			if !asked[lane] {
				return unfit(replanAll, "shard %s looked at account %s in %s, which the manifests do not ask for", part, lane.Account, lane.Region)
			}
			if other, twice := by[lane]; twice {
				return unfit(replanAll, "shards %s and %s both looked at account %s in %s", other, part, lane.Account, lane.Region)
			}
			by[lane] = part
		}
	}
	for _, lane := range lanes {
		if _, is := by[lane]; !is {
			return unfit(replanAll, "no shard looked at account %s in %s", lane.Account, lane.Region)
		}
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

// consistent refuses shards whose files contradict themselves: what they hold of
// permissions is of images that they list, each once, and what is unknown has its
// error.
func consistent(shards []*reconcile.Plan) error {
	for _, shard := range shards {
		part := shard.Scope.Shard
		if !shard.Access.Sound() {
			return unfit(replanShard, "shard %s does not hold who may launch each of its images", part)
		}
		listed, unread := map[principal.Image]bool{}, map[principal.Image]bool{}
		for i := range shard.Seen.Lanes {
			for _, image := range shard.Seen.Lanes[i].Listing() {
				listed[image.Image] = true
			}
		}
		for _, i := range shard.Incomplete {
			if i.Image != "" {
				unread[principal.Image{Provider: i.Provider, Account: i.Account, Region: i.Region, ID: i.Image}] = true
			}
		}
		for _, access := range shard.Access.Images {
			image := access.Image.Image
			if !listed[image] || unread[image] != (access.Unknown != "") {
				return unfit(replanShard, "shard %s contradicts itself about %s", part, image)
			}
			delete(listed, image)
			delete(unread, image)
		}
		for image := range unread {
			return unfit(replanShard, "shard %s contradicts itself about %s", part, image)
		}
	}
	return nil
}

// follows refuses a plan of the whole that is not what the shards planned, or for
// which an image should have been read that none of them read.
func (r Request) follows(plan *reconcile.Plan, shards []*reconcile.Plan, view *View) error {
	planned := map[string]bool{}
	for _, shard := range shards {
		for _, change := range shard.Changes {
			planned[change.ID] = true
		}
	}
	for _, change := range plan.Changes {
		if !planned[change.ID] {
			return unfit(replanAll, "what the shards saw asks for a %s on %s that none of them planned", change.Verb, change.Image.ID)
		}
	}
	if more := len(planned) - len(plan.Changes); more > 0 {
		return unfit(replanAll, "the shards planned %d changes that what they saw does not ask for", more)
	}
	for lane, observed := range view.Inventory {
		images, _ := observed.Value()
		for _, image := range r.matters(lane, images) {
			if _, read := view.Observations[image.Image]; !read {
				return unfit(replanAll, "no shard read who may launch %s", image.Image)
			}
		}
	}
	return nil
}
