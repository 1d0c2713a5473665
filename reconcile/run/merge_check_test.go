package run_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// spread is an estate with an image to change in each of three lanes.
func spread() *estate {
	e := newEstate(factory, lab)
	for _, region := range factory.Regions {
		e.cloud.put(picture(factory, region, "a"), alice, bob)
	}
	e.cloud.put(picture(lab, "us-east-1", "b"), alice, bob)
	e.share(factory, "a", bob, carol)
	e.share(lab, "b", bob, dave)
	return e
}

func TestWhatIsNotAllOfOnePlanIsNotMerged(t *testing.T) {
	for name, c := range map[string]struct {
		alter func(e *estate, plans []*reconcile.Plan) []*reconcile.Plan
		says  []string // by the error, and by the hint
	}{
		"nothing": {func(*estate, []*reconcile.Plan) []*reconcile.Plan { return nil },
			[]string{"there are no plans", "plan --shard"}},
		"a plan of the whole among them": {func(e *estate, plans []*reconcile.Plan) []*reconcile.Plan {
			whole, _ := e.plan()
			return append(plans, whole)
		}, []string{"plan 4 of 4 is no plan of a shard", "plan --shard"}},
		"a shard without what it saw": {func(_ *estate, plans []*reconcile.Plan) []*reconcile.Plan {
			plans[1].Seen = nil
			return plans
		}, []string{"plan 2 of 3 is no plan of a shard", "plan --shard"}},
		"another number of shards": {func(e *estate, plans []*reconcile.Plan) []*reconcile.Plan {
			return append(plans, e.shards(t, 4)[3])
		}, []string{"shards 1/3 and 4/4 are not of the same plan", "same number"}},
		"another filter": {func(e *estate, plans []*reconcile.Plan) []*reconcile.Plan {
			e.scope.Only = reconcile.OnlyGrants
			plans[1] = e.shards(t, 3)[1]
			return plans
		}, []string{"shards 1/3 and 2/3 were planned with different filters", "same filters"}},
		"one twice": {func(_ *estate, plans []*reconcile.Plan) []*reconcile.Plan { return append(plans, plans[1]) },
			[]string{"shard 2/3 is there twice", "leave one"}},
		"some missing": {func(_ *estate, plans []*reconcile.Plan) []*reconcile.Plan { return plans[1:2] },
			[]string{"what is missing: 1/3, 3/3", "name all files"}},
		"many missing": {func(e *estate, _ []*reconcile.Plan) []*reconcile.Plan { return e.shards(t, 40)[:1] },
			[]string{"2/40, 3/40", "more", "name all files"}},
		"two days": {func(e *estate, plans []*reconcile.Plan) []*reconcile.Plan {
			e.at = day(1)
			plans[2] = e.shards(t, 3)[2]
			return plans
		}, []string{"shard 1/3 was planned on 2026-11-21 and shard 3/3 on 2026-11-22", "on one day"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := spread()
			refusesToMerge(t, e, c.alter(e, e.shards(t, 3)), c.says)
		})
	}
}

func refusesToMerge(t *testing.T, e *estate, plans []*reconcile.Plan, says []string) {
	t.Helper()
	merged, err := e.merge(plans)
	if err == nil || merged != nil {
		t.Fatalf("merged %v", merged)
	}
	for _, want := range says {
		if told := err.Error() + "\n" + reconcile.HintOf(err); !strings.Contains(told, want) {
			t.Errorf("%q says nothing of %q", told, want)
		}
	}
}

func TestShardsOfOtherManifestsAreNotMerged(t *testing.T) {
	other := reconcile.Owner{Name: "other", Provider: principal.AWS, Account: "333333333333", Regions: []string{"us-east-1"}}
	for name, c := range map[string]struct {
		since func(d *reconcile.Declarations)
		says  string
	}{
		"an owner more":                         {func(d *reconcile.Declarations) { d.Owners = append(d.Owners, other) }, "no shard looked at account 333333333333"},
		"an owner less":                         {func(d *reconcile.Declarations) { d.Owners, d.Shares = d.Owners[:1], d.Shares[:1] }, "no OwnerAccount declares account 222222222222"},
		"a region more":                         {func(d *reconcile.Declarations) { d.Owners[1].Regions = []string{"eu-west-1", "us-east-1"} }, "no shard looked at account 222222222222 in eu-west-1"},
		"a region less":                         {func(d *reconcile.Declarations) { d.Owners[0].Regions = d.Owners[0].Regions[:1] }, "shard 3/3 looked at account 111111111111 in us-east-1, which they do not ask for"},
		"other grants":                          {func(d *reconcile.Declarations) { d.Shares[1].Grants = grants(bob, carol) }, "they ask for a grant on ami-b that no shard planned"},
		"a grant less":                          {func(d *reconcile.Declarations) { d.Shares[1].Grants = grants(bob) }, "they no longer ask for 1 of the changes"},
		"an image more":                         {func(d *reconcile.Declarations) { d.Shares[1].Selector.Name = "*" }, "they ask for ami-c (222222222222, us-east-1), which no shard read"},
		"an image less":                         {func(d *reconcile.Declarations) { d.Shares[1].Selector.Name = "x" }, "they no longer ask for 1 of the images"},
		"an image that is as it should be less": {func(d *reconcile.Declarations) { d.Shares = d.Shares[:2] }, "they no longer ask for 1 of the images"},
	} {
		t.Run(name, func(t *testing.T) {
			e := spread()
			e.cloud.put(picture(lab, "us-east-1", "c"), alice)
			e.cloud.put(picture(lab, "us-east-1", "d"), alice)
			e.share(lab, "d", alice)
			shards := e.shards(t, 3)
			if _, err := e.merge(shards); err != nil {
				t.Fatal(err)
			}
			d := *e.declarations
			d.Owners, d.Shares = slices.Clone(d.Owners), slices.Clone(d.Shares)
			c.since(&d)
			e.declarations = &d
			refusesToMerge(t, e, shards, []string{"the manifests are not those that the shards were planned with: " + c.says, "make the plans of all shards again"})
		})
	}
}

func TestShardsThatLookedAtOneLaneAreNotMerged(t *testing.T) {
	e := spread()
	shards := e.shards(t, 3)
	shards[1].Seen.Lanes = append(shards[1].Seen.Lanes, shards[0].Seen.Lanes...)
	refusesToMerge(t, e, shards, []string{"shards 1/3 and 2/3 both looked at account"})
}

func TestANarrowListingIsNotMergedForOtherNames(t *testing.T) {
	e := spread()
	e.scope.Shares = []string{e.declarations.Shares[1].Share}
	e.declarations.Shares[1].Selector.Name = "x"
	shards := e.shards(t, 2)
	e.declarations.Shares[1].Selector.Name = "b" // no shard has listed it
	refusesToMerge(t, e, shards, []string{"they ask for other images of account 222222222222"})
}

func TestTheLimitsHoldForAllShardsTogether(t *testing.T) {
	e := spread()
	e.declarations.Policy.Revokes.Max = 2
	shards := e.shards(t, 3)
	for _, shard := range shards {
		if shard.Stopped() {
			t.Fatalf("shard %v: %v", shard.Scope.Shard, codes(shard))
		}
	}
	merged, err := e.merge(shards)
	if err != nil || !slices.Contains(codes(merged), "AMI002") || !merged.Stopped() {
		t.Errorf("%v, %v", err, merged)
	}
}

func TestAShardWithoutLanesMakesNoCallAndIsComplete(t *testing.T) {
	e := spread()
	e.scope.Shard = reconcile.Part{Index: 5, Of: 5}
	e.scope.Images = []string{"a"} // that it lists no such image says nothing
	plan, _ := e.plan()
	if len(e.cloud.calls)+len(plan.Changes)+len(plan.Findings)+len(plan.Incomplete) > 0 || plan.Seen == nil || len(plan.Seen.Lanes) > 0 {
		t.Errorf("%v: %+v", e.cloud.calls, plan)
	}
}

func TestMergingTakesTheEarliestTime(t *testing.T) {
	e := spread()
	shards := e.shards(t, 3)
	slices.Reverse(shards)
	merged, err := e.merge(shards)
	if err != nil || !merged.At.Equal(noon) {
		t.Errorf("%v, %v", merged, err)
	}
	if _, err := run.Recheck(context.Background(), e.request(), merged, e.cloud.openReader, e.options); err != nil {
		t.Error(err)
	}
}
