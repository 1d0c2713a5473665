package main

import (
	"context"
	"slices"
)

// measurement is one thing that was measured, and what it is held to.
type measurement struct {
	Benchmark string  `json:"benchmark"`
	What      string  `json:"what"`  // what Value and Bound count
	Value     float64 `json:"value"` // in Unit
	Bound     float64 `json:"bound"` // what nobody can beat, or what a simpler program takes
	Unit      string  `json:"unit"`
	Ratio     float64 `json:"ratio"` // Value by Bound
	Limit     float64 `json:"limit"` // the largest Ratio that is good
	Good      bool    `json:"good"`
	Note      string  `json:"note,omitempty"`
}

// held is a measurement held to a limit on its ratio.
func held(benchmark, what, unit string, value, bound, limit float64, note string) measurement {
	ratio := value / bound
	return measurement{Benchmark: benchmark, What: what, Value: value, Bound: bound, Unit: unit, Ratio: ratio, Limit: limit, Good: ratio <= limit, Note: note}
}

func missed(m measurement) bool { return !m.Good }

// benchmark is what `-only` names.
type benchmark struct {
	name  string
	about string
	// exact means that it counts rather than times, so that CI can run it.
	exact bool
	run   func(ctx context.Context) ([]measurement, error)
}

// again measures up to so many times until all is good, and returns the last: a
// machine that others work on is slow now and then.
func again(times int, run func(ctx context.Context) ([]measurement, error)) func(ctx context.Context) ([]measurement, error) {
	return func(ctx context.Context) (measured []measurement, err error) {
		for range times {
			measured, err = run(ctx)
			if err != nil || !slices.ContainsFunc(measured, missed) {
				break
			}
		}
		return measured, err
	}
}
