package main

import (
	"context"
	"errors"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
)

// errWrongEnd is worse than a missed ratio.
var errWrongEnd = errors.New("the cloud is not as the manifests say")

// applied times an apply that changes every image.
// What happens meanwhile, if anything, ends with it.
func (f fleet) applied(ctx context.Context, meanwhile func(context.Context, *site)) (process, error) {
	s, stop, err := f.start(ctx)
	if err != nil {
		return process{}, err
	}
	defer stop()
	if meanwhile != nil {
		others, leave := context.WithCancel(ctx)
		defer leave()
		meanwhile(others, s)
	}
	p, err := s.amisync(ctx, "apply", "--auto-approve")
	if err == nil && !s.complete() {
		err = errWrongEnd
	}
	return p, err
}

// applyBound is how long reading every image and then changing it takes at
// least, with a part of each bucket's refill. Reading back overlaps.
func applyBound(f fleet, part float64) float64 {
	return bound(f.images, readRefill*part) + bound(f.changed, writeRefill*part)
}

const applyName = "apply"

// undisturbed times an apply with the account to itself.
func undisturbed(ctx context.Context) ([]measurement, error) {
	f := typical(300)
	p, err := f.applied(ctx, nil)
	if err != nil {
		return nil, err
	}
	return []measurement{
		held(applyName, "an apply to 4 lanes × 300 images, by what the buckets allow", "s", p.wall.Seconds(), applyBound(f, 1), mostTime, p.note()),
		held(applyName, "throttled calls, by 1 % of all", "", p.throttled(), mostThrottled, 1, ""),
	}, nil
}

// stormy times an apply where one call in ten fails: half of these are throttled
// for no reason, half end in an error of the server.
func stormy(ctx context.Context) ([]measurement, error) {
	f := typical(300)
	f.behaviour.Seed = 1
	f.behaviour.Faults = []simulator.Fault{{Kind: simulator.FaultThrottle, Probability: 0.05}, {Kind: simulator.FaultInternalError, Probability: 0.05}}
	p, err := f.applied(ctx, nil)
	if err != nil {
		return nil, err
	}
	return []measurement{held("storm", "the same where one call in ten is throttled or ends in a server error", "s", p.wall.Seconds(), applyBound(f, 1), 1.4, p.note())}, nil
}

// shared times an apply where somebody else takes half of what the buckets
// refill.
func shared(ctx context.Context) ([]measurement, error) {
	f := typical(300)
	var others *rivals
	p, err := f.applied(ctx, func(ctx context.Context, s *site) { others = compete(ctx, s) })
	if err != nil {
		return nil, err
	}
	return []measurement{held("shared", "the same beside a client that takes half of the refill, by the other half", "s", p.wall.Seconds(), applyBound(f, 0.5), 1.2, p.note()+"; "+others.note())}, nil
}

// lagging times an apply whose changes show only after a while.
func lagging(ctx context.Context) ([]measurement, error) {
	f := typical(300)
	f.behaviour.ConsistencyDelay = 2 * time.Second
	p, err := f.applied(ctx, nil)
	if err != nil {
		return nil, err
	}
	return []measurement{held("lag", "the same where changes show after 2 s", "s", p.wall.Seconds(), applyBound(f, 1)+f.behaviour.ConsistencyDelay.Seconds(), 1.2, p.note())}, nil
}
