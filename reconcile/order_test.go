package reconcile_test

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestOneCallForEachChangedImageAndMoreOnlyToPublish(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		changes := drawEstate(t).changes()
		steps := reconcile.Order(changes, carriers)
		byID := map[string]reconcile.Change{}
		for _, change := range changes {
			byID[change.ID] = change
		}
		calls := map[principal.Image][][]reconcile.Change{}
		var sent []string
		for _, step := range steps {
			var carried []reconcile.Change
			for _, id := range step.Changes {
				carried = append(carried, byID[id])
				sent = append(sent, id)
			}
			image := carried[0].Image.Image
			calls[image] = append(calls[image], carried)
		}
		slices.Sort(sent)
		all := slices.Sorted(slices.Values(ids(changes)))
		if !slices.Equal(sent, all) {
			t.Fatalf("the steps carry %v, the plan has %v", sent, all)
		}
		for image, own := range changesByImage(changes) {
			if got, want := len(calls[image]), callsFor(own); got != want {
				t.Fatalf("%d calls for %v, want %d", got, short(own), want)
			}
			for _, call := range calls[image] {
				for _, change := range call {
					if change.Image.Image != image {
						t.Fatalf("a call for %v carries a change of %v", image, change.Image)
					}
				}
			}
		}
	})
}

// callsFor is what the order of one image says: one call, unless the image
// becomes public.
func callsFor(changes []reconcile.Change) int {
	stages := map[string]bool{}
	publishes := false
	for _, change := range changes {
		switch {
		case change.Verb == reconcile.VerbPublish:
			stages["publish"], publishes = true, true
		case change.Verb.Gives():
			stages["grants"] = true
		default:
			stages["takes"] = true
		}
	}
	if !publishes {
		return min(len(changes), 1)
	}
	return len(stages)
}

func TestPublishingTakesThreeStepsThatWaitForEachOther(t *testing.T) {
	a, b := account("200000000001"), account("200000000002")
	changes := one(grants(principal.Everyone, a), b).changes()
	steps := reconcile.Order(changes, carriers)
	want := []reconcile.Step{
		{ID: "s1", Action: "Modify", Changes: ids(changes[:1]), After: []string{}},
		{ID: "s2", Action: "Modify", Changes: ids(changes[1:2]), After: []string{"s1"}},
		{ID: "s3", Action: "Modify", Changes: ids(changes[2:]), After: []string{"s2"}},
	}
	if !reflect.DeepEqual(steps, want) {
		t.Errorf("got  %+v\nwant %+v", steps, want)
	}
}

func TestUnpublishingTravelsWithTheGrantsThatReplaceIt(t *testing.T) {
	a := account("200000000001")
	changes := one(grants(a), principal.Everyone).changes()
	if steps := reconcile.Order(changes, carriers); len(steps) != 1 || len(steps[0].Changes) != 2 {
		t.Errorf("got %+v", steps)
	}
}

func TestNothingToDoHasNoSteps(t *testing.T) {
	if steps := reconcile.Order(nil, carriers); steps == nil || len(steps) != 0 {
		t.Errorf("got %#v", steps)
	}
}

// TestACarrierMaySplitAStage has a cloud that takes one entry a call.
func TestACarrierMaySplitAStage(t *testing.T) {
	oneByOne := func(changes []reconcile.Change) []reconcile.Call {
		var calls []reconcile.Call
		for _, change := range changes {
			calls = append(calls, reconcile.Call{Action: "Share", Changes: []reconcile.Change{change}})
		}
		return calls
	}
	a, b := account("200000000001"), account("200000000002")
	moved := one(grants(b), a, org).changes()
	first := reconcile.Order(moved, map[principal.Provider]reconcile.Carrier{principal.AWS: oneByOne})[0]
	if first.Changes[0] != moved[0].ID || moved[0].Verb != reconcile.VerbGrant {
		t.Errorf("the first call is not the grant: %v", short(moved))
	}
	changes := one(grants(principal.Everyone, a, b), org).changes()
	steps := reconcile.Order(changes, map[principal.Provider]reconcile.Carrier{principal.AWS: oneByOne})
	var after [][]string
	for _, step := range steps {
		after = append(after, step.After)
	}
	if want := [][]string{{}, {}, {"s1", "s2"}, {"s3"}}; !reflect.DeepEqual(after, want) {
		t.Errorf("got %v, want %v", after, want)
	}
}
