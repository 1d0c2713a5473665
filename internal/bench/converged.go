package main

import (
	"context"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
)

// The documented buckets of what takes long: calls at once, and more a second.
// They are written down here once more, so that the product cannot move the
// bounds that it is held to.
// Source: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
const (
	bucketSize  = 100
	readRefill  = 20 // DescribeImageAttribute
	writeRefill = 5  // ModifyImageAttribute
)

// bound is the least time that so many calls take, from a full bucket on.
func bound(calls int, refill float64) float64 { return float64(max(calls-bucketSize, 0)) / refill }

// most is how much of the time at the limit, and of throttled calls, is good.
const (
	mostTime      = 1.10
	mostThrottled = 0.01
)

// typical is what the benchmarks of time run against.
func typical(changed int) fleet {
	return fleet{images: 300, changed: changed, principals: 40, behaviour: simulator.Behaviour{Latency: 25 * time.Millisecond}}
}

// converged times a plan of which nothing comes.
func converged(ctx context.Context) ([]measurement, error) {
	s, stop, err := typical(0).start(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	p, err := s.amisync(ctx, "plan", "--detailed-exitcode")
	if err != nil {
		return nil, err
	}
	const name = "converged"
	return []measurement{
		held(name, "a plan of 4 lanes × 300 images, by what the buckets allow", "s", p.wall.Seconds(), bound(s.images, readRefill), mostTime, p.note()),
		held(name, "throttled calls, by 1 % of all", "", p.throttled(), mostThrottled, 1, ""),
	}, nil
}
