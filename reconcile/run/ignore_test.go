package run_test

import (
	"slices"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// ignoring is an estate where much is to be done for images called legacy, and
// where the policy ignores them: one that a share picks, a public stray, a young
// one, and an id that is missing.
func ignoring() *estate {
	e := newEstate(lab)
	e.single("legacy-picked", who(alice, world), who(bob))
	stray := picture(lab, "us-east-1", "legacy-stray")
	stray.Public = true
	e.cloud.put(stray, alice, world)
	pending := picture(lab, "us-east-1", "legacy-pending")
	pending.State = reconcile.Pending
	e.cloud.put(pending)
	e.share(lab, "legacy-pending", alice)
	missing(e, "ami-legacy-missing")
	e.declarations.Policy.Ignore = []reconcile.Ignore{{Image: "legacy-*"}, {Image: "ami-legacy-missing"}}
	return e
}

func TestIgnoredImagesAreNotReadNotChangedAndNothingIsSaidOfThem(t *testing.T) {
	e := ignoring()
	plan, _ := e.plan()
	if len(plan.Changes)+len(plan.Findings)+len(plan.Incomplete) > 0 || plan.Inventory.Ignored != 2 {
		t.Errorf("changes %v, findings %+v, counts %+v", short(plan.Changes), plan.Findings, plan.Inventory)
	}
	drift := e.drift(0, true)
	if drift.Found() || len(drift.Deviations)+len(drift.Findings) > 0 {
		t.Errorf("drift %v, %+v", deviations(drift), drift.Findings)
	}
	if n := e.cloud.countOp(opRead) + e.cloud.countOp(opInspect); n > 0 {
		t.Errorf("%d reads and inspections", n)
	}
	e.declarations.Policy.Ignore = nil
	if plan, _ := e.plan(); len(plan.Changes) != 3 || len(plan.Findings) != 4 {
		t.Errorf("without the policy: changes %v, findings %+v", short(plan.Changes), plan.Findings)
	}
}

func TestAnIgnoredImageCountsAmongTheNewest(t *testing.T) {
	e := newEstate(lab)
	for i, name := range []string{"base-1", "base-2", "base-3"} {
		image := picture(lab, "us-east-1", name)
		image.Created = day(i - 9)
		e.cloud.put(image)
	}
	e.share(lab, "base-*", alice).Selector.Newest = 2
	e.declarations.Policy.Ignore = []reconcile.Ignore{{Image: "base-3"}}
	if plan, _ := e.plan(); !slices.Equal(short(plan.Changes), []string{"ami-base-2 grant " + alice.ID}) {
		t.Errorf("%v", short(plan.Changes))
	}
}

func TestAnIgnoreThatIsOverIgnoresNothing(t *testing.T) {
	e := ignoring()
	e.declarations.Policy.Ignore[0].Until = day(-1)
	plan, _ := e.plan()
	if len(plan.Changes) != 3 || plan.Inventory.Ignored != 0 {
		t.Errorf("%v, %+v", short(plan.Changes), plan.Inventory)
	}
}

func TestTakingAPrincipalOutReachesIgnoredImagesToo(t *testing.T) {
	e := ignoring()
	e.scope = reconcile.Scope{Principals: []principal.Principal{alice}, Only: reconcile.OnlyRevokes}
	plan, result := e.run()
	if got := short(plan.Changes); !slices.Equal(got, []string{"ami-legacy-picked revoke " + alice.ID, "ami-legacy-stray revoke " + alice.ID}) || !result.Complete() {
		t.Errorf("%v: %q", got, outcomes(result))
	}
}
