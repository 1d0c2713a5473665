package run_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// moves is an estate of one lane where access moves between kinds of
// principals in every direction.
func moves() *estate {
	e := newEstate(lab)
	e.single("account-to-ou", who(alice, dave), who(unit))
	e.single("ou-to-account", who(unit), who(alice))
	e.single("ou-to-organization", who(unit), who(org))
	e.single("organization-to-ou", who(org, dave), who(unit, carol))
	e.single("to-private-list", who(world, alice), who(org, dave))
	e.single("to-public", who(alice, unit), who(world, bob))
	e.single("to-nobody", who(alice, bob), nil)
	e.single("swap", who(alice, bob), who(carol, dave))
	return e
}

// guardAccess fails when, at any write, somebody who had access before and is to
// have it afterwards does not have it, or when a write does what the plan does
// not name.
func guardAccess(t interface{ Fatalf(string, ...any) }, e *estate, plan *reconcile.Plan) {
	before := e.cloud.state()
	named := map[string]bool{}
	byImage := map[principal.Image][]reconcile.Change{}
	for _, change := range plan.Changes {
		named[change.ID] = true
		byImage[change.Image.Image] = append(byImage[change.Image.Image], change)
	}
	e.cloud.watch = func(c call) {
		for _, change := range c.changes {
			if !named[change.ID] {
				t.Fatalf("the plan does not name %s %v of %v", change.Verb, change.Principal, change.Image)
			}
		}
		had := e.cloud.reach(before[c.image])
		should := e.cloud.reach(reconcile.Patch(before[c.image], byImage[c.image]))
		has := e.cloud.reach(e.cloud.images[c.image].has)
		for account := range had {
			if (should[account] || should["*"]) && !has[account] && !has["*"] {
				t.Fatalf("%s of %v: %s had access, is to have it, and lost it: %v", c.op, c.image, account, e.cloud.images[c.image].has)
			}
		}
		// What only the public gave must not be lost on the way either.
		for account := range should {
			if had["*"] && !has[account] && !has["*"] {
				t.Fatalf("%v: %s could launch it as everybody could, is to have it, and lost it", c.image, account)
			}
		}
	}
}

func TestAnUndisturbedRunEndsAsDeclaredAndASecondPlanIsEmpty(t *testing.T) {
	e := moves()
	plan, view := e.plan()
	guardAccess(t, e, plan)
	result := e.apply(plan, view)
	if !result.Complete() || result.Summary[reconcile.StatusApplied] != len(plan.Changes) {
		t.Fatalf("%v", outcomes(result))
	}
	want := map[principal.Image][]principal.Principal{}
	for _, share := range e.declarations.Shares {
		var declared []principal.Principal
		for _, g := range share.Grants {
			declared = append(declared, g.Principal)
		}
		want[picture(lab, "us-east-1", share.Selector.Name).Image] = principal.Sorted(declared)
	}
	if got := e.cloud.state(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if again, _ := e.plan(); len(again.Changes)+len(again.Incomplete) > 0 {
		t.Errorf("the second plan: %v", short(again.Changes))
	}
}

func TestWhateverFailsAtWhateverCallNobodyLosesAccessAndARerunEndsTheSame(t *testing.T) {
	t.Run("a call carries all changes of an image", func(t *testing.T) { failEverywhere(t, carryAll) })
	t.Run("a call carries one change", func(t *testing.T) { failEverywhere(t, carryOne) })
}

func failEverywhere(t *testing.T, carrier reconcile.Carrier) {
	build := func() *estate {
		e := moves()
		e.carriers = map[principal.Provider]reconcile.Carrier{principal.AWS: carrier}
		return e
	}
	undisturbed := build()
	undisturbed.run()
	want, calls := undisturbed.cloud.state(), len(undisturbed.cloud.calls)
	if calls < 30 {
		t.Fatalf("only %d calls", calls)
	}
	for _, f := range []fault{denied, throttled, refused, quota, uncertainBefore, uncertainAfter, noEffect, lagging, neverShows} {
		for _, lasting := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, lasting %v", f, lasting), func(t *testing.T) {
				for k := 1; k <= calls; k++ {
					e := build()
					e.options.Parallel = 1
					e.cloud.fault = func(n int, _ call) fault {
						if n == k || lasting && n > k {
							return f
						}
						return fine
					}
					plan, view := e.plan()
					guardAccess(t, e, plan)
					result := e.apply(plan, view)
					everyChangeOnce(t, plan, result)
					honest(t, e, plan, result)

					e.cloud.settle()
					again, view := e.plan()
					guardAccess(t, e, again)
					if result := e.apply(again, view); !result.Complete() {
						t.Fatalf("call %d: the second run: %v", k, outcomes(result))
					}
					if got := e.cloud.state(); !reflect.DeepEqual(got, want) {
						t.Fatalf("call %d: after the second run %v, want %v", k, got, want)
					}
				}
			})
		}
	}
}

// everyChangeOnce fails unless the result tells of every change exactly once.
func everyChangeOnce(t interface{ Fatalf(string, ...any) }, plan *reconcile.Plan, result *reconcile.Result) {
	var want, got []string
	for _, change := range plan.Changes {
		want = append(want, change.ID)
	}
	for _, outcome := range result.Outcomes {
		got = append(got, outcome.Change.ID)
		if (outcome.Because == "") != (outcome.Status == reconcile.StatusApplied) {
			t.Fatalf("%+v", outcome)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("outcomes of %v, the plan has %v", got, want)
	}
}

// honest fails when the result says something of the cloud that is not so.
func honest(t interface{ Fatalf(string, ...any) }, e *estate, plan *reconcile.Plan, result *reconcile.Result) {
	state := e.cloud.state()
	for _, outcome := range result.Outcomes {
		if outcome.Status == reconcile.StatusApplied && !outcome.Change.SatisfiedBy(state[outcome.Change.Image.Image]) {
			t.Fatalf("%s %v is said to be applied, the cloud has %v", outcome.Change.Verb, outcome.Change.Principal, state[outcome.Change.Image.Image])
		}
	}
	if result.Complete() && len(plan.Incomplete) > 0 {
		t.Fatalf("complete although something is unknown")
	}
}

// drawWorld makes a random estate of up to three lanes with overlapping shares.
func drawWorld(t *rapid.T) *estate {
	e := newEstate(factory, lab)
	everybody := who(world, org, unit, alice, bob, carol, dave)
	some := rapid.SliceOfDistinct(rapid.SampledFrom(everybody), func(p principal.Principal) principal.Principal { return p })
	for _, owner := range e.declarations.Owners {
		for _, region := range owner.Regions {
			for i := range rapid.IntRange(0, 3).Draw(t, "images") {
				image := picture(owner, region, fmt.Sprintf("%s-%d", rapid.SampledFrom([]string{"base", "web"}).Draw(t, "name"), i))
				image.Created = day(-rapid.IntRange(0, 2).Draw(t, "age"))
				if rapid.IntRange(0, 5).Draw(t, "broken") == 0 {
					image.State = rapid.SampledFrom([]reconcile.State{reconcile.Pending, reconcile.Disabled}).Draw(t, "state")
					e.cloud.put(image)
					continue
				}
				e.cloud.put(image, some.Draw(t, "has")...)
			}
		}
	}
	for range rapid.IntRange(1, 4).Draw(t, "shares") {
		share := e.share(rapid.SampledFrom(e.declarations.Owners).Draw(t, "owner"), rapid.SampledFrom([]string{"*", "base-*", "web-*", "base-1"}).Draw(t, "pattern"))
		share.Selector.Newest = rapid.IntRange(0, 2).Draw(t, "newest")
		share.Mode = rapid.SampledFrom([]reconcile.Mode{reconcile.Exclusive, reconcile.Additive}).Draw(t, "mode")
		for _, p := range principal.Sorted(some.Draw(t, "declared")) {
			grant := reconcile.Grant{Principal: p}
			if rapid.IntRange(0, 4).Draw(t, "bound") == 0 {
				grant.Until = day(rapid.IntRange(-1, 1).Draw(t, "until"))
			}
			share.Grants = append(share.Grants, grant)
		}
	}
	return e
}

// drawFaults makes a random fault for single calls. What fails depends on the
// image and on how often it was called about, not on the order among images, so
// that a failing case can be replayed.
func drawFaults(t *rapid.T) func(int, call) fault {
	faults := rapid.SliceOfN(rapid.SampledFrom([]fault{fine, fine, denied, throttled, refused, quota, uncertainBefore, uncertainAfter, noEffect, lagging, neverShows}), 1, 8).Draw(t, "faults")
	spread := rapid.IntRange(1, 50).Draw(t, "spread")
	seen := map[string]int{}
	return func(_ int, c call) fault {
		subject := fmt.Sprint(c.op, c.account, c.region, c.image)
		seen[subject]++
		place := spread * seen[subject]
		for _, r := range subject {
			place += int(r)
		}
		return faults[place%len(faults)]
	}
}

func TestRandomEstatesConvergeAfterRandomFaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawWorld(t)
		e.options.Parallel = rapid.SampledFrom([]int{1, 16}).Draw(t, "parallel")
		if rapid.Bool().Draw(t, "one change a call") {
			e.carriers = map[principal.Provider]reconcile.Carrier{principal.AWS: carryOne}
		}
		undisturbed := *e
		undisturbed.cloud = e.cloud.clone()
		undisturbed.run()
		want := undisturbed.cloud.state()
		if again, _ := undisturbed.plan(); len(again.Changes) > 0 {
			t.Fatalf("a second plan after an undisturbed run: %v", short(again.Changes))
		}

		e.cloud.fault = drawFaults(t)
		if rapid.IntRange(0, 3).Draw(t, "refusing") == 0 {
			e.cloud.refuses[rapid.SampledFrom(who(org, unit, alice, dave)).Draw(t, "refused")] = true
		}
		plan, view := e.plan()
		guardAccess(t, e, plan)
		result := e.apply(plan, view)
		everyChangeOnce(t, plan, result)
		honest(t, e, plan, result)

		e.cloud.settle()
		plan, view = e.plan()
		guardAccess(t, e, plan)
		if result := e.apply(plan, view); !result.Complete() {
			t.Fatalf("the second run: %v", outcomes(result))
		}
		if got := e.cloud.state(); !maps.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("after the second run %v, want %v", got, want)
		}
		if again, _ := e.plan(); len(again.Changes)+len(again.Incomplete) > 0 {
			t.Fatalf("a further plan: %v", short(again.Changes))
		}
	})
}
