package reconcile_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

var (
	scheduleLane = reconcile.Lane{Provider: principal.AWS, Account: "111111111111", Region: "eu-west-1"}
	otherLane    = reconcile.Lane{Provider: principal.AWS, Account: "111111111111", Region: "us-east-1"}
	someBuckets  = map[string]reconcile.Bucket{"Read": {Size: 100, Refill: 20}, "Write": {Size: 100, Refill: 5}}
	someLimits   = map[principal.Provider]reconcile.Limits{principal.AWS: {List: "List", Read: "Read", IDsPerList: 2, Buckets: someBuckets}}
)

// stage is calls of one lane.
func stage(lane reconcile.Lane, calls map[string]int) reconcile.Calls {
	return reconcile.Calls{lane: calls}
}

func TestTheTimeAtTheLimit(t *testing.T) {
	read, change := map[string]int{"List": 3, "Read": 300}, map[string]int{"Read": 300, "Write": 300}
	both := reconcile.Calls{scheduleLane: {"Read": 140}, otherLane: {"Read": 300}}
	swapped := reconcile.Calls{scheduleLane: {"Write": 300}, otherLane: {"Write": 120}}
	for _, c := range []struct {
		name   string
		stages []reconcile.Calls
		want   time.Duration
		lanes  string // what each takes
		lane   reconcile.Lane
	}{
		{"nothing", nil, 0, "", reconcile.Lane{}},
		{"what fits into the bucket", []reconcile.Calls{stage(scheduleLane, map[string]int{"Read": 100})}, 0, "0s", scheduleLane},
		{"reading", []reconcile.Calls{stage(scheduleLane, read)}, 10 * time.Second, "10s", scheduleLane},
		{"reading back overlaps with writing", []reconcile.Calls{stage(scheduleLane, read), stage(scheduleLane, change)}, 50 * time.Second, "50s", scheduleLane},
		{"a bucket that was emptied stays so", []reconcile.Calls{stage(scheduleLane, read), stage(scheduleLane, map[string]int{"Read": 40})}, 12 * time.Second, "12s", scheduleLane},
		{"a bucket fills up while others wait", []reconcile.Calls{stage(scheduleLane, read), stage(scheduleLane, map[string]int{"Write": 150}), stage(scheduleLane, map[string]int{"Read": 100})},
			20 * time.Second, "20s", scheduleLane},
		{"lanes side by side", []reconcile.Calls{both}, 10 * time.Second, "2s 10s", otherLane},
		{"every lane waits for the slowest between stages", []reconcile.Calls{both, swapped}, 50 * time.Second, "42s 14s", scheduleLane},
		{"what has no bucket", []reconcile.Calls{stage(scheduleLane, map[string]int{"Enter": 1000})}, 0, "0s", scheduleLane},
	} {
		got := reconcile.Expect(someLimits, c.stages...)
		lanes := ""
		for _, lane := range []reconcile.Lane{scheduleLane, otherLane} {
			if took, has := got.Lanes[lane]; has {
				lanes += " " + took.String()
			}
		}
		if got.Time != c.want || lanes != "" && lanes[1:] != c.lanes || got.Longest != c.lane {
			t.Errorf("%s: %s, lanes%s, longest %v; want %s, lanes %s, longest %v", c.name, got.Time, lanes, got.Longest, c.want, c.lanes, c.lane)
		}
	}
}

func TestStagesOfOneActionTakeAsLongAsTheirCallsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 500), 1, 6).Draw(t, "calls")
		var stages []reconcile.Calls
		total := 0
		for _, n := range counts {
			stages = append(stages, stage(scheduleLane, map[string]int{"Write": n}))
			total += n
		}
		apart := reconcile.Expect(someLimits, stages...)
		together := reconcile.Expect(someLimits, stage(scheduleLane, map[string]int{"Write": total}))
		if diff := (apart.Time - together.Time).Abs(); diff > time.Microsecond {
			t.Errorf("%v: %s apart, %s together", counts, apart.Time, together.Time)
		}
	})
}

func TestMoreCallsNeverTakeLessTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) reconcile.Calls {
			calls := reconcile.Calls{}
			for _, lane := range []reconcile.Lane{scheduleLane, otherLane} {
				for action := range someBuckets {
					calls.Add(lane, action, rapid.IntRange(0, 400).Draw(t, fmt.Sprint(name, lane.Region, action)))
				}
			}
			return calls
		}
		first, second := draw("first"), draw("second")
		before := reconcile.Expect(someLimits, first, second)
		second.Add(scheduleLane, "Write", rapid.IntRange(1, 100).Draw(t, "more"))
		after := reconcile.Expect(someLimits, first, second)
		if after.Time < before.Time || after.Lanes[scheduleLane] < before.Lanes[scheduleLane] || after.Lanes[otherLane] != before.Lanes[otherLane] {
			t.Errorf("before %+v, after %+v", before, after)
		}
	})
}

func TestTheCallsOfAPlan(t *testing.T) {
	image := func(lane reconcile.Lane, id string) reconcile.NamedImage {
		return reconcile.NamedImage{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: id}}
	}
	change := func(image reconcile.NamedImage, verb reconcile.Verb, id string) reconcile.Change {
		p := principal.Principal{Kind: principal.Account, ID: id}
		if verb == reconcile.VerbPublish {
			p = principal.Everyone
		}
		return reconcile.Change{ID: image.ID + string(verb) + id, Image: image, Verb: verb, Principal: reconcile.NamedPrincipal{Principal: p}}
	}
	moves, opens, other := image(scheduleLane, "ami-1"), image(scheduleLane, "ami-2"), image(otherLane, "ami-3")
	plan := &reconcile.Plan{Changes: []reconcile.Change{
		change(moves, reconcile.VerbGrant, "1"), change(moves, reconcile.VerbRevoke, "2"),
		change(opens, reconcile.VerbGrant, "1"), change(opens, reconcile.VerbPublish, ""), change(opens, reconcile.VerbRevoke, "2"),
		change(other, reconcile.VerbGrant, "1"),
	}}
	plan.Finish(nil, map[principal.Provider]reconcile.Carrier{principal.AWS: func(changes []reconcile.Change) []reconcile.Call {
		return []reconcile.Call{{Action: "Write", Changes: changes}}
	}})
	calls := plan.Calls(someLimits)
	if here, there := calls[scheduleLane], calls[otherLane]; !maps.Equal(here, map[string]int{"Write": 4, "Read": 3}) || !maps.Equal(there, map[string]int{"Write": 1, "Read": 1}) || len(calls) != 2 {
		t.Errorf("%v", calls)
	}
}
