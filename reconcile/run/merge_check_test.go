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
	for name, since := range map[string]func(d *reconcile.Declarations){
		"an owner more":        func(d *reconcile.Declarations) { d.Owners = append(d.Owners, other) },
		"an owner less":        func(d *reconcile.Declarations) { d.Owners, d.Shares = d.Owners[:1], d.Shares[:1] },
		"a region more":        func(d *reconcile.Declarations) { d.Owners[1].Regions = []string{"eu-west-1", "us-east-1"} },
		"other grants":         func(d *reconcile.Declarations) { d.Shares[1].Grants = grants(bob, carol) },
		"another name":         func(d *reconcile.Declarations) { d.Shares[1].Selector.Name = "*" },
		"a share less":         func(d *reconcile.Declarations) { d.Shares = d.Shares[:1] },
		"a limit":              func(d *reconcile.Declarations) { d.Policy.Revokes.Max++ },
		"somebody is kept":     func(d *reconcile.Declarations) { d.Policy.Protect = who(dave) },
		"nobody is kept there": func(d *reconcile.Declarations) { d.Policy.Exceptions = []reconcile.Exception{{Code: "AMI005"}} },
	} {
		t.Run(name, func(t *testing.T) {
			e := spread()
			shards, only := e.shards(t, 3), e.shards(t, 1)
			for _, plans := range [][]*reconcile.Plan{shards, only} {
				if _, err := e.merge(plans); err != nil {
					t.Fatal(err)
				}
			}
			before := e.declarations
			e.declarations = changed(e.declarations, since)
			refusesToMerge(t, e, shards, []string{"the manifests are not those that the shards were planned with", "make the plans of all shards again"})
			refusesToMerge(t, e, only, []string{"the manifests are not those that the plan was made with", "make a new plan"})
			one := e.shards(t, 3)[1]
			e.declarations = before
			refusesToMerge(t, e, []*reconcile.Plan{shards[0], one, shards[2]}, []string{"not those that shard 2/3 was"})
		})
	}
}

// changed are the declarations with a change, which does not reach the ones given.
func changed(was *reconcile.Declarations, since func(*reconcile.Declarations)) *reconcile.Declarations {
	d := *was
	d.Owners, d.Shares = slices.Clone(d.Owners), slices.Clone(d.Shares)
	since(&d)
	return &d
}

func TestWhatTheFilesOfShardsContradictIsNotMerged(t *testing.T) {
	for name, c := range map[string]struct {
		alter func(shards []*reconcile.Plan)
		says  string
	}{
		"a plan of an older version":           {func(s []*reconcile.Plan) { s[1].Declared = "" }, "does not say which manifests it was made with"},
		"a lane of another shard, too":         {func(s []*reconcile.Plan) { s[1].Seen.Lanes = append(s[1].Seen.Lanes, s[0].Seen.Lanes...) }, "shards 1/3 and 2/3 both looked at account"},
		"a lane less":                          {func(s []*reconcile.Plan) { s[1].Seen.Lanes = nil }, "no shard looked at account"},
		"a lane of nobody":                     {func(s []*reconcile.Plan) { s[1].Seen.Lanes[0].Lane.Region = "ap-south-1" }, "in ap-south-1, which the manifests do not ask for"},
		"permissions of another shard's image": {func(s []*reconcile.Plan) { s[2].Access = s[0].Access }, "shard 3/3 contradicts itself about ami-"},
		"permissions twice":                    {func(s []*reconcile.Plan) { s[2].Access.Images = append(s[2].Access.Images, s[2].Access.Images...) }, "shard 3/3 contradicts itself about ami-"},
		"permissions not read, and no error":   {func(s []*reconcile.Plan) { s[0].Access.Images[0].Unknown = "no" }, "shard 1/3 contradicts itself about ami-"},
		"an error, and permissions": {func(s []*reconcile.Plan) {
			image := s[0].Access.Images[0].Image
			s[0].Incomplete = []reconcile.Incomplete{{Provider: image.Provider, Account: image.Account, Region: image.Region, Image: image.ID, Error: "no"}}
		}, "shard 1/3 contradicts itself about ami-"},
		"an error of no image":           {func(s []*reconcile.Plan) { s[0].Incomplete = []reconcile.Incomplete{{Image: "ami-x", Error: "no"}} }, "shard 1/3 contradicts itself about ami-x"},
		"permissions of nobody":          {func(s []*reconcile.Plan) { s[0].Access.Sets[0][0] = 9 }, "shard 1/3 does not hold who"},
		"permissions of nobody, below":   {func(s []*reconcile.Plan) { s[0].Access.Sets[0][0] = -1 }, "shard 1/3 does not hold who"},
		"permissions that are not there": {func(s []*reconcile.Plan) { s[0].Access.Images[0].Set = 9 }, "shard 1/3 does not hold who"},
		"permissions that nobody read":   {func(s []*reconcile.Plan) { s[0].Access, s[0].Changes = reconcile.Access{}, nil }, "no shard read who may launch ami-"},
		"changes that nothing asks for":  {func(s []*reconcile.Plan) { s[0].Seen.Lanes[0].Images[0].Name = "x" }, "the shards planned 2 changes that what they saw does not ask for"},
		"changes that were not planned":  {func(s []*reconcile.Plan) { s[0].Changes = s[0].Changes[1:] }, "asks for a grant on ami-"},
	} {
		t.Run(name, func(t *testing.T) {
			e := spread()
			shards := e.shards(t, 3)
			c.alter(shards)
			refusesToMerge(t, e, shards, []string{c.says, "make the plan"})
		})
	}
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
