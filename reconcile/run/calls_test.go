package run_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestAPlanListsEachLaneOnceAndReadsEachImageThatMattersOnce(t *testing.T) {
	e := newEstate(factory, lab)
	e.single("changes", who(alice), who(bob))
	e.single("in-sync", who(alice), who(alice))
	e.cloud.put(picture(factory, "eu-west-1", "base-old"))
	e.cloud.put(picture(factory, "eu-west-1", "base-retired"), dave)
	newest := picture(factory, "eu-west-1", "base-new")
	newest.Created = day(0)
	e.cloud.put(newest)
	for name, state := range map[string]reconcile.State{"base-pending": reconcile.Pending, "base-disabled": reconcile.Disabled, "base-failed": reconcile.Failed} {
		image := picture(factory, "us-east-1", name)
		image.State = state
		e.cloud.put(image)
	}
	e.cloud.put(picture(lab, "us-east-1", "stranger"), dave)
	e.cloud.put(picture(lab, "us-east-1", "disputed"), dave)
	e.share(factory, "base-*", alice).Selector.Newest = 1
	e.share(lab, "disputed", alice)
	e.share(lab, "disputed", bob)

	plan, _ := e.plan()
	var log []string
	for _, c := range e.cloud.calls {
		log = append(log, fmt.Sprint(c.op, " ", c.account, " ", c.region, " ", c.image.ID))
	}
	slices.Sort(log)
	want := []string{
		"enter for reading 111111111111  ", "enter for reading 222222222222  ",
		"list 111111111111 eu-west-1 ", "list 111111111111 us-east-1 ", "list 222222222222 us-east-1 ",
		"read 111111111111 eu-west-1 ami-base-new", "read 222222222222 us-east-1 ami-changes", "read 222222222222 us-east-1 ami-in-sync",
	}
	if !slices.Equal(log, want) {
		t.Errorf("calls:\n%q\nwant:\n%q", log, want)
	}
	if got, want := plan.Inventory, (reconcile.Counts{Lanes: 3, Listed: 10, Picked: 4, Retired: 2}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	if got := short(plan.Changes); !slices.Equal(got, []string{"ami-base-new grant " + alice.ID, "ami-changes grant " + bob.ID, "ami-changes revoke " + alice.ID}) {
		t.Errorf("changes %v", got)
	}
}

func TestAnApplyWritesEachChangedImageOnceAndReadsItBackOnce(t *testing.T) {
	e := newEstate(factory, lab)
	e.single("moves", who(alice, bob), who(unit, dave))
	e.single("goes-private", who(world, alice), nil)
	e.single("in-sync", who(alice), who(alice))
	e.cloud.put(picture(factory, "eu-west-1", "quiet"), alice)
	e.share(factory, "quiet", alice)
	plan, view := e.plan()
	e.cloud.calls = nil
	if result := e.apply(plan, view); !result.Complete() {
		t.Fatalf("%v", outcomes(result))
	}
	var log []string
	for _, c := range e.cloud.calls {
		log = append(log, fmt.Sprintf("%s %s %d", c.op, c.image.ID, len(c.changes)))
	}
	slices.Sort(log)
	want := []string{"enter for writing  0", "read ami-goes-private 0", "read ami-moves 0", "write ami-goes-private 2", "write ami-moves 4"}
	if !slices.Equal(log, want) {
		t.Errorf("calls %q, want %q", log, want)
	}
	if e.clock.naps > 0 {
		t.Errorf("slept %d times although everything showed at once", e.clock.naps)
	}
}

func TestPublishingWritesThriceAndRevokesOnlyOnceItShows(t *testing.T) {
	e := newEstate(lab)
	e.single("to-public", who(alice, org), who(world, bob))
	plan, view := e.plan()
	e.cloud.calls = nil
	e.apply(plan, view)
	var log []string
	for _, c := range e.cloud.calls {
		entry := string(c.op)
		for _, change := range c.changes {
			entry += fmt.Sprintf(" %s", change.Verb)
		}
		log = append(log, entry)
	}
	if want := []string{"enter for writing", "write grant", "write publish", "read", "write revoke revoke", "read"}; !slices.Equal(log, want) {
		t.Errorf("calls %q, want %q", log, want)
	}
}

func TestNothingToDoEntersNobodyForWriting(t *testing.T) {
	e := newEstate(lab)
	e.single("in-sync", who(alice), who(alice))
	plan, view := e.plan()
	e.cloud.calls = nil
	result := e.apply(plan, view)
	if len(e.cloud.calls) > 0 || !result.Complete() || len(result.Actors) > 0 {
		t.Errorf("%v, %+v", e.cloud.calls, result)
	}
}

func TestTheWriterIsToldWhichImagesItIsFor(t *testing.T) {
	e := newEstate(factory, lab)
	e.single("a", nil, who(alice))
	e.single("b", nil, who(alice, bob))
	e.single("c", who(alice), who(alice))
	e.cloud.put(picture(factory, "eu-west-1", "d"))
	e.share(factory, "d", alice)
	e.run()
	var told [][]string
	for _, c := range e.cloud.calls {
		if c.op == opEnterWrite {
			told = append(told, append([]string{c.account}, c.ids...))
		}
	}
	slices.SortFunc(told, slices.Compare)
	if got := fmt.Sprint(told); got != "[[111111111111 ami-d] [222222222222 ami-a ami-b]]" {
		t.Error(got)
	}
}

func TestAnImageThatTwoPagesShowIsOneImage(t *testing.T) {
	e := newEstate(lab)
	image := e.single("a", nil, who(alice))
	e.declarations.Shares[0].Selector.Newest = 2
	twice := twicePaged{e.cloud}
	plan, _ := planThrough(e, twice.open)
	if len(plan.Findings) > 1 || len(plan.Changes) != 1 || plan.Inventory.Listed != 1 || len(plan.Selection[0].Claims) != 1 || plan.Selection[0].Claims[0].Rank != 1 {
		t.Errorf("%v: %+v, %+v, findings %+v", image, plan.Changes, plan.Selection, plan.Findings)
	}
}

func TestParallelOneAndSixteenComeToTheSame(t *testing.T) {
	run := func(parallel int) (*estate, string) {
		e := newEstate(factory, lab)
		for i := range 40 {
			name := fmt.Sprintf("image-%02d", i)
			e.single(name, who(alice, dave), who(unit, bob))
			e.cloud.put(picture(factory, "eu-west-1", name), alice)
			e.cloud.put(picture(factory, "us-east-1", name), org)
			e.share(factory, name, unit, carol)
		}
		e.cloud.refuses[carol] = true
		e.options.Parallel = parallel
		plan, result := e.run()
		data, err := reconcile.EncodePlan(plan)
		if err != nil {
			t.Fatal(err)
		}
		told, err := reconcile.EncodeResult(result)
		if err != nil {
			t.Fatal(err)
		}
		return e, string(data) + string(told)
	}
	e1, one := run(1)
	e16, sixteen := run(16)
	if one != sixteen {
		t.Error("what is told depends on --parallel")
	}
	if !slices.Equal(flat(e1), flat(e16)) {
		t.Error("what is done depends on --parallel")
	}
	for lane, most := range e1.cloud.mostBusy {
		if most != 1 {
			t.Errorf("%d calls at once in %v", most, lane)
		}
	}
	for lane, most := range e16.cloud.mostBusy {
		if most > 16 {
			t.Errorf("%d calls at once in %v", most, lane)
		}
	}
}

// flat is the state of the cloud in one order.
func flat(e *estate) []string {
	var list []string
	for image, has := range e.cloud.state() {
		list = append(list, fmt.Sprint(image, has))
	}
	slices.Sort(list)
	return list
}

func TestTheImagesOfALaneAreWorkedOnSideBySide(t *testing.T) {
	e := newEstate(lab)
	for i := range 6 {
		e.single(fmt.Sprintf("image-%d", i), nil, who(alice))
	}
	e.options.Parallel = 3
	arrived, leave := make(chan struct{}, 3), make(chan struct{})
	e.cloud.gate = func(c call) {
		arrived <- struct{}{}
		<-leave
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.plan()
	}()
	for range 3 {
		<-arrived // hangs unless three are in flight together
	}
	close(leave)
	for range 3 {
		<-arrived
	}
	<-done
	if most := e.cloud.mostBusy[reconcile.LaneOf(picture(lab, "us-east-1", "x").Image)]; most != 3 {
		t.Errorf("%d calls at once, want 3", most)
	}
}

func TestAnImageThatWaitsForTheCloudLeavesItsPlaceToAnother(t *testing.T) {
	for parallel, together := range map[int]int{1: 1, 2: 5} {
		e := newEstate(lab)
		for i := range 5 {
			e.single(fmt.Sprintf("image-%d", i), nil, who(alice))
		}
		e.options.Parallel = parallel
		e.cloud.fault = func(_ int, c call) fault { return map[op]fault{opWrite: lagging}[c.op] }
		waits, all := make(chan struct{}, 100), make(chan struct{})
		var mutex sync.Mutex
		waiting, most := 0, 0
		e.options.Sleep = func(context.Context, time.Duration) {
			mutex.Lock()
			waiting++
			most = max(most, waiting)
			mutex.Unlock()
			if waits <- struct{}{}; len(waits) == together {
				close(all)
			}
			<-all // hangs unless so many wait at once
			mutex.Lock()
			waiting--
			mutex.Unlock()
		}
		plan, view := e.plan()
		if result := e.apply(plan, view); !result.Complete() || most != together {
			t.Errorf("%d at a time: %d waited at once, want %d; %v", parallel, most, together, outcomes(result))
		}
		if busy := e.cloud.mostBusy[reconcile.LaneOf(picture(lab, "us-east-1", "x").Image)]; busy > parallel {
			t.Errorf("%d at a time: %d calls at once", parallel, busy)
		}
	}
}

func TestEachOwnersImagesAreReachedThroughItsOwnSession(t *testing.T) {
	e := newEstate(factory, lab)
	for _, owner := range e.declarations.Owners {
		e.cloud.put(picture(owner, "us-east-1", "same-id"))
		e.share(owner, "same-id", alice)
	}
	_, result := e.run()
	if !result.Complete() || len(result.Outcomes) != 2 {
		t.Errorf("%v", outcomes(result))
	}
	want := []reconcile.Actor{{Account: factory.Account, Identity: "session in " + factory.Account}, {Account: lab.Account, Identity: "session in " + lab.Account}}
	if !slices.Equal(result.Actors, want) {
		t.Errorf("actors %v", result.Actors)
	}
	for image, has := range e.cloud.state() {
		if !slices.Equal(has, []principal.Principal{alice}) {
			t.Errorf("%v has %v", image, has)
		}
	}
}

// fakeLimits are the names of the fake's calls.
var fakeLimits = map[principal.Provider]reconcile.Limits{principal.AWS: {List: string(opList), Read: string(opRead)}}

// made counts the fake's calls by the names that plans have for them; write is
// that of a write.
func (f *fakeCloud) made(write string) map[string]int {
	made := map[string]int{}
	for _, c := range f.calls {
		switch c.op {
		case opEnterRead, opEnterWrite:
		case opWrite:
			made[write]++
		default:
			made[string(c.op)]++
		}
	}
	return made
}

func TestApplyingASavedPlanTakesTheCallsThatItNames(t *testing.T) {
	for write, carrier := range map[string]reconcile.Carrier{"Modify": carryAll, "Share": carryOne} {
		rapid.Check(t, func(t *rapid.T) {
			e := newEstate(factory, lab)
			e.limits, e.carriers = fakeLimits, map[principal.Provider]reconcile.Carrier{principal.AWS: carrier}
			e.cloud.inspect = func(string, reconcile.Questions) reconcile.Inspection {
				return reconcile.Inspection{Calls: map[string]int{"fake:" + string(opInspect): 1}}
			}
			drawn := rapid.SliceOfDistinct(rapid.SampledFrom(who(alice, bob, dave, unit, org, world)), func(p principal.Principal) principal.Principal { return p })
			for n := range rapid.IntRange(0, 6).Draw(t, "images") {
				owner := rapid.SampledFrom(e.declarations.Owners).Draw(t, "owner")
				name := fmt.Sprintf("image-%d", n)
				e.cloud.put(picture(owner, rapid.SampledFrom(owner.Regions).Draw(t, "region"), name), drawn.Draw(t, "has")...)
				e.share(owner, name, drawn.Draw(t, "wants")...)
			}
			plan, _ := e.plan()
			e.cloud.calls = nil
			due, _, view, err := e.recheck(plan)
			if err != nil {
				t.Fatal(err)
			}
			read := len(e.cloud.calls)
			if result := e.apply(due, view); !result.Complete() {
				t.Fatalf("%v", outcomes(result))
			}
			if made := e.cloud.made(write); !maps.Equal(made, plan.Expected.Calls) {
				t.Errorf("made %v, the plan says %v", made, plan.Expected.Calls)
			}
			e.cloud.calls = e.cloud.calls[read:]
			if made := e.cloud.made(write); !maps.Equal(made, due.Expected.Calls) {
				t.Errorf("made %v once rechecked, what is due says %v", made, due.Expected.Calls)
			}
		})
	}
}

func TestWhatIsSatisfiedAlreadyTakesNothingMore(t *testing.T) {
	e := newEstate(lab)
	e.limits = fakeLimits
	e.single("a", nil, who(alice))
	byHand := e.single("b", nil, who(alice))
	plan, _ := e.plan()
	e.cloud.images[byHand].has = who(alice)
	due, _, _, err := e.recheck(plan)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]int{"Modify": 1, string(opRead): 1}; !maps.Equal(due.Expected.Calls, want) {
		t.Errorf("%v left, want %v", due.Expected.Calls, want)
	}
}
