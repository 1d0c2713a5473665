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

// asked are the inspections that were asked for, by region.
func (f *fakeCloud) asked() map[string]reconcile.Questions {
	asked := map[string]reconcile.Questions{}
	for _, c := range f.calls {
		if c.op == opInspect {
			if _, twice := asked[c.region]; twice {
				panic("a lane was inspected twice")
			}
			asked[c.region] = c.asked
		}
	}
	return asked
}

// encrypted adds an image of the factory with encrypted snapshots.
func (e *estate) encrypted(region, name string, has, wants []principal.Principal) principal.Image {
	image := picture(factory, region, name)
	image.EncryptedSnapshots = []string{"snap-" + name}
	e.cloud.put(image, has...)
	e.share(factory, name, wants...).Lanes = []reconcile.Lane{{Provider: factory.Provider, Account: factory.Account, Region: region}}
	return image.Image
}

func TestOnlyWhatChangesNeedIsAsked(t *testing.T) {
	const region = "us-east-1"
	for _, c := range []struct {
		name  string
		build func(e *estate)
		want  string // what is asked, in short
	}{
		{"nothing to do", func(e *estate) { e.encrypted(region, "a", who(alice), who(alice)) }, ""},
		{"grants on plain images", func(e *estate) { e.single("a", nil, who(alice)) }, ""},
		{"a grant on an encrypted image", func(e *estate) { e.encrypted(region, "a", nil, who(alice)) }, "encrypted a"},
		{"two of them", func(e *estate) {
			e.encrypted(region, "b", nil, who(alice))
			e.encrypted(region, "a", nil, who(alice))
		}, "encrypted a, encrypted b"},
		{"a revoke on an encrypted image", func(e *estate) { e.encrypted(region, "a", who(alice, bob), who(alice)) }, ""},
		{"a publication", func(e *estate) { e.single("a", nil, who(world)) }, "publish"},
		{"a publication of an encrypted image", func(e *estate) { e.encrypted(region, "a", nil, who(world)) }, "publish, encrypted a"},
		{"the end of a publication", func(e *estate) { e.single("a", who(world), who(alice)) }, ""},
		{"what a filter leaves out", func(e *estate) {
			e.encrypted(region, "a", who(alice), who(bob, world))
			e.scope.Only = reconcile.OnlyRevokes
		}, ""},
		{"what the policy ignores", func(e *estate) {
			e.encrypted(region, "a", nil, who(alice))
			e.declarations.Policy.Ignore = []reconcile.Ignore{{Image: "a"}}
		}, ""},
		{"an id that is missing, in two shares", func(e *estate) { missing(e, "ami-z"); missing(e, "ami-z") }, "missing ami-z"},
		{"a missing id that the policy ignores", func(e *estate) {
			missing(e, "ami-z")
			e.declarations.Policy.Ignore = []reconcile.Ignore{{Image: "ami-z"}}
		}, ""},
		{"an image that cannot be read", func(e *estate) {
			e.encrypted(region, "a", nil, who(alice))
			e.cloud.fault = func(_ int, c call) fault { return map[op]fault{opRead: denied}[c.op] }
		}, ""},
		{"a lane that cannot be listed", func(e *estate) {
			missing(e, "ami-z")
			e.cloud.fault = func(_ int, c call) fault { return map[op]fault{opList: denied}[c.op] }
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEstate(factory, lab)
			c.build(e)
			e.plan()
			asked := e.cloud.asked()
			if got := inShort(asked[region]); got != c.want || len(asked) > 1 || (len(asked) == 1) != (c.want != "") {
				t.Errorf("asked %q of %d lanes, want %q", got, len(asked), c.want)
			}
		})
	}
}

// missing adds a share of an id that no lane lists.
func missing(e *estate, id string) {
	image := picture(lab, "us-east-1", strings.TrimPrefix(id, "ami-")).Image
	e.share(lab, "", alice).Selector = reconcile.Selector{IDs: []reconcile.ImageID{{Image: image}}}
}

func inShort(q reconcile.Questions) string {
	var parts []string
	if q.Publish {
		parts = append(parts, "publish")
	}
	for _, image := range q.Encrypted {
		parts = append(parts, "encrypted "+image.Name)
	}
	for _, id := range q.Missing {
		parts = append(parts, "missing "+id)
	}
	return strings.Join(parts, ", ")
}

func TestEachLaneIsAskedOnceAboutItsOwnImages(t *testing.T) {
	e := newEstate(factory)
	e.encrypted("eu-west-1", "a", nil, who(alice))
	e.encrypted("eu-west-1", "b", nil, who(bob))
	e.encrypted("us-east-1", "c", nil, who(world))
	e.cloud.inspect = func(string, reconcile.Questions) reconcile.Inspection {
		return reconcile.Inspection{Calls: map[string]int{"ec2:DescribeSnapshots": 1, "kms:DescribeKey": 2}}
	}
	plan, view := e.plan()
	asked := e.cloud.asked()
	if inShort(asked["eu-west-1"]) != "encrypted a, encrypted b" || inShort(asked["us-east-1"]) != "publish, encrypted c" {
		t.Errorf("asked %+v", asked)
	}
	if plan.Checks["ec2:DescribeSnapshots"] != 2 || plan.Checks["kms:DescribeKey"] != 4 || len(plan.Checks) != 2 {
		t.Errorf("the plan counts %v", plan.Checks)
	}
	if len(view.Inspections) != 2 {
		t.Errorf("%+v", view.Inspections)
	}
}

func TestAnObstacleHoldsItsImageBackAndIsLookedForAgainAtApply(t *testing.T) {
	e := newEstate(factory)
	stuck := e.encrypted("us-east-1", "a", who(alice), who(bob))
	free := e.encrypted("us-east-1", "b", nil, who(bob))
	e.cloud.inspect = func(string, reconcile.Questions) reconcile.Inspection {
		return reconcile.Inspection{Obstacles: []reconcile.Obstacle{{Image: stuck.ID, Reason: "has a snapshot that nobody can read", Hint: "copy it"}}}
	}
	plan, view := e.plan()
	if !plan.Refused() || plan.Stopped() {
		t.Fatalf("%+v", plan.Findings)
	}
	again, _, view2, err := e.recheck(plan)
	if err != nil || !slices.Equal(short(again.Changes), short(plan.Changes)) || len(view2.Inspections) != 1 || !again.Refused() {
		t.Fatalf("rechecked: %v, %+v", err, again)
	}
	result := e.apply(plan, view)
	if got := e.cloud.state(); !slices.Equal(got[stuck], who(alice)) || !slices.Equal(got[free], who(bob)) {
		t.Errorf("%v: %q", got, outcomes(result))
	}
	if because := result.Outcomes[0].Because; !strings.HasPrefix(because, "AMI019: a cannot be shared: it has a snapshot") {
		t.Errorf("because %q", because)
	}
}

func TestTheRevokesOfASavedPlanAskNothingOfItsGrants(t *testing.T) {
	e := newEstate(factory)
	e.encrypted("us-east-1", "a", who(alice), who(bob))
	plan := saved(t, e)
	request := e.request()
	request.Only = reconcile.OnlyRevokes
	if _, err := run.Recheck(context.Background(), request, plan, e.cloud.openReader, e.options); err != nil {
		t.Fatal(err)
	}
	if asked := e.cloud.asked(); len(asked) > 0 {
		t.Errorf("asked %+v", asked)
	}
}
