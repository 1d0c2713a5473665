package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// due is a finished plan of changes.
func due(changes ...reconcile.Change) *reconcile.Plan {
	plan := &reconcile.Plan{Changes: changes}
	plan.Finish(nil, carriers)
	return plan
}

// granting is a change of the nth image of a lane.
func granting(lane reconcile.Lane, n int, to principal.Principal) reconcile.Change {
	image := principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: fmt.Sprintf("ami-%04d", n)}
	return reconcile.Change{ID: fmt.Sprint(image, to), Image: reconcile.NamedImage{Image: image}, Verb: reconcile.VerbGrant, Principal: reconcile.NamedPrincipal{Principal: to}}
}

func TestWhatApplyingASavedPlanTakes(t *testing.T) {
	var changes []reconcile.Change
	for n := range 250 {
		changes = append(changes, granting(otherLane, n, org), granting(otherLane, n, unit))
	}
	for n := range 51 {
		changes = append(changes, granting(scheduleLane, n, org))
	}
	plan := due(changes...)
	plan.Checks = map[string]int{"cloud:Look": 3, "cloud:List": 7, "keys:Ask": 1}
	// In the longer lane 250 readings take 7.5 s, and as many writes 30 s; reading
	// back goes on beside them.
	whole := reconcile.Expected{Calls: map[string]int{"List": 125 + 26, "Read": 2 * 301, "Modify": 301, "Look": 3, "Ask": 1}, Seconds: 37.5, Longest: otherLane}
	rest := reconcile.Expected{Calls: map[string]int{"Read": 301, "Modify": 301}, Seconds: 30, Longest: otherLane}
	limits := map[principal.Provider]reconcile.Limits{principal.AWS: {List: "List", Read: "Read", IDsPerList: 2,
		Buckets: map[string]reconcile.Bucket{"Read": someBuckets["Read"], "Modify": someBuckets["Write"]}}}
	if got := plan.Applying(limits); !reflect.DeepEqual(got, whole) {
		t.Errorf("applying takes %+v, want %+v", got, whole)
	}
	if got := plan.Changing(limits); !reflect.DeepEqual(got, rest) {
		t.Errorf("changing takes %+v, want %+v", got, rest)
	}
	for name, got := range map[string]reconcile.Expected{"no changes": due().Applying(limits), "no limits known": plan.Applying(nil), "none left": due().Changing(limits)} {
		if !reflect.DeepEqual(got, reconcile.Expected{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestWhatAPlanTakesDoesNotEnterItsDigest(t *testing.T) {
	plan := due(granting(scheduleLane, 1, org))
	before := plan.Digest
	plan.Expected = plan.Applying(someLimits)
	if plan.Finish(nil, carriers); plan.Digest != before {
		t.Error("the digest depends on it")
	}
}

func TestOneChangeMoreNeverTakesLess(t *testing.T) {
	tight := reconcile.Limits{List: "List", Read: "Read", IDsPerList: 2, Buckets: map[string]reconcile.Bucket{"List": {Size: 1, Refill: 3}, "Read": {Size: 4, Refill: 2}, "Modify": {Size: 2, Refill: 0.7}}}
	limits := map[principal.Provider]reconcile.Limits{principal.AWS: tight}
	rapid.Check(t, func(t *rapid.T) {
		all := drawEstate(t).changes()
		if len(all) == 0 {
			t.Skip("no change")
		}
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0)).Perm(len(all))
		var some []reconcile.Change
		var before [2]reconcile.Expected
		for _, next := range order {
			some = append(some, all[next])
			plan := due(append([]reconcile.Change{}, some...)...)
			after := [2]reconcile.Expected{plan.Applying(limits), plan.Changing(limits)}
			for i := range after {
				less := after[i].Seconds < before[i].Seconds
				for action, n := range before[i].Calls {
					less = less || after[i].Calls[action] < n
				}
				if less {
					t.Fatalf("%v more: %+v, before %+v", all[next], after[i], before[i])
				}
			}
			before = after
		}
		if whole := due(all...); !reflect.DeepEqual(before[0], whole.Applying(limits)) {
			t.Fatalf("in another order %+v", before[0])
		}
	})
}
