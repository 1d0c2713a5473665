package simulator

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
)

// faults decides which calls go wrong.
type faults struct {
	mu   sync.Mutex
	seed int
	list []*armedFault
}

// armedFault is a Fault with its counts.
type armedFault struct {
	Fault
	fitting int // calls that fit so far
	hit     int
	// seen counts fitting calls by what they ask for. A probability is decided by the
	// n-th call of one kind, so that the interleaving of others does not matter.
	seen map[bucketKey]int
}

func newFaults(seed int, list []Fault) *faults {
	f := &faults{seed: seed}
	f.add(list)
	return f
}

func (f *faults) add(list []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range list {
		f.list = append(f.list, &armedFault{Fault: fault, seen: map[bucketKey]int{}})
	}
}

// pick returns the fault of a call, the zero Fault for none.
func (f *faults) pick(c Call, hook func(Call) Fault) Fault {
	if hook != nil {
		if fault := hook(c); fault.Kind != "" {
			return fault
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for n, armed := range f.list {
		if armed.hits(c, f.seed, n) {
			return armed.Fault
		}
	}
	return Fault{}
}

func (f *armedFault) fits(c Call) bool {
	return (f.Action == "" || f.Action == c.Action) &&
		(f.Account == "" || f.Account == c.subject()) &&
		(f.Region == "" || f.Region == c.Region) &&
		(f.Image == "" || f.Image == c.Image)
}

func (f *armedFault) hits(c Call, seed, number int) bool {
	if !f.fits(c) {
		return false
	}
	f.fitting++
	if f.fitting < f.From || f.Count > 0 && f.hit >= f.Count {
		return false
	}
	if f.Probability > 0 {
		key := bucketKey{c.subject(), c.Region, c.Action + " " + c.Image}
		f.seen[key]++
		if chance(seed, number, key, f.seen[key]) >= f.Probability {
			return false
		}
	}
	f.hit++
	return true
}

// chance returns a number in [0,1) that depends on its arguments only.
func chance(seed, fault int, key bucketKey, nth int) float64 {
	h := fnv.New64a()
	fmt.Fprint(h, seed, fault, key, nth)
	return rand.New(rand.NewPCG(h.Sum64(), 0)).Float64()
}

// unanswered reports whether the fault keeps the call from being looked at at all.
func (f Fault) unanswered() bool {
	return f.Kind == FaultTimeout || f.Kind == FaultDropBeforeEffect || f.Kind == FaultWrongContent
}

// faultError is the refusal of a fault; nil lets the call go on.
func (r *request) faultError() error {
	switch r.fault.Kind {
	case FaultThrottle:
		return r.service.errors.throttled(r.call)
	case FaultInternalError:
		return r.service.errors.internal
	case FaultUnavailable:
		return r.service.errors.unavailable
	case FaultAccessDenied:
		return r.service.deny(r, r.resource(), "because a fault was injected")
	case FaultError:
		return &apiError{max(r.fault.Status, 400), r.fault.Code, r.fault.Message}
	}
	return nil
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}
