package reconcile

import (
	"maps"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// Bucket is a cloud's token bucket for one action in one lane: Size calls at
// once, and Refill more each second. What the buckets are is the adapter's
// knowledge. The zero value is no limit.
type Bucket struct {
	Size   int
	Refill float64 // calls a second
}

// Limits is what the adapter of a cloud knows of its calls. The zero value is a
// cloud without limits.
type Limits struct {
	List, Read string            // what listing images and reading the permissions of one are called
	IDsPerList int               // how many ids one listing takes; zero: any number
	Buckets    map[string]Bucket // by the cloud's name for the call
}

// Calls counts calls to a cloud by lane and by the cloud's name for the call.
type Calls map[Lane]map[string]int

// Add counts n more calls.
func (c Calls) Add(lane Lane, action string, n int) {
	if c[lane] == nil {
		c[lane] = map[string]int{}
	}
	c[lane][action] += n
}

// Calls counts the calls that carrying the plan out takes where nothing goes
// wrong: one a step, and a read-back for each image and before anything is taken
// away in a further step. Limits must know every cloud of the plan.
func (p *Plan) Calls(limits map[principal.Provider]Limits) Calls {
	changes := make(map[string]*Change, len(p.Changes))
	for i := range p.Changes {
		changes[p.Changes[i].ID] = &p.Changes[i]
	}
	calls := Calls{}
	var last principal.Image
	for _, step := range p.Steps { // those of an image stand together
		image := changes[step.Changes[0]].Image.Image
		takes := slices.ContainsFunc(step.Changes, func(id string) bool { return changes[id].Verb.Takes() })
		if image != last || takes {
			calls.Add(LaneOf(image), limits[image.Provider].Read, 1) // of the image when all is done, or before this step
		}
		calls.Add(LaneOf(image), step.Action, 1)
		last = image
	}
	return calls
}

// Expectation is the least time that calls take at a cloud's limits. What the
// network and the cloud itself take comes on top of it.
type Expectation struct {
	// Lanes is the time of each lane, from its own first call on.
	Lanes map[Lane]time.Duration
	// Time is that of the run: lanes run side by side, but none begins a stage
	// before all have ended the one before.
	Time time.Duration
	// Longest is the lane that takes longest; of several the first. Zero without
	// calls.
	Longest Lane
}

// Expect says how long calls take at the limit, stage by stage, such as reading
// and then changing. The calls of a stage overlap. Every bucket is full at the
// beginning and goes on from stage to stage; an action without a bucket takes no
// time.
func Expect(limits map[principal.Provider]Limits, stages ...Calls) Expectation {
	e := Expectation{Lanes: map[Lane]time.Duration{}}
	spent := map[Lane]map[string]float64{}
	for _, stage := range stages {
		var longest time.Duration
		for lane, calls := range stage {
			if spent[lane] == nil {
				spent[lane] = map[string]float64{}
			}
			took := spend(limits[lane.Provider].Buckets, spent[lane], calls)
			e.Lanes[lane] += took
			longest = max(longest, took)
		}
		e.Time += longest
		for lane, used := range spent {
			refill(limits[lane.Provider].Buckets, used, longest)
		}
	}
	for _, lane := range slices.SortedFunc(maps.Keys(e.Lanes), compareLanes) {
		if e.Longest == (Lane{}) || e.Lanes[lane] > e.Lanes[e.Longest] {
			e.Longest = lane
		}
	}
	return e
}

// spend takes calls out of the buckets of a lane, of which so much is spent
// already, and returns how long the slowest of them takes.
func spend(buckets map[string]Bucket, spent map[string]float64, calls map[string]int) time.Duration {
	var took float64
	for action, n := range calls {
		bucket, limited := buckets[action]
		if !limited || bucket.Refill <= 0 {
			continue
		}
		spent[action] += float64(n)
		took = max(took, (spent[action]-float64(bucket.Size))/bucket.Refill)
	}
	return time.Duration(took * float64(time.Second))
}

// refill gives back what comes back in the time.
func refill(buckets map[string]Bucket, spent map[string]float64, passed time.Duration) {
	for action := range spent {
		spent[action] = max(spent[action]-passed.Seconds()*buckets[action].Refill, 0)
	}
}
