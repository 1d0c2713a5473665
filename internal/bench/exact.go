package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amisync/amisync/cloud/simulator"
)

// small is what calls are counted on: neither latency nor limits change them.
func small(changed int) fleet {
	return fleet{images: 20, changed: changed, principals: 5, behaviour: simulator.Behaviour{RateLimits: "off"}}
}

// counted runs commands on a small fleet, of which so many images of each lane
// change, and counts the calls of the last one.
func counted(ctx context.Context, what string, changed int, want map[string]int, commands ...[]string) (measurement, error) {
	s, stop, err := small(changed).start(ctx)
	if err != nil {
		return measurement{}, err
	}
	defer stop()
	var p process
	for _, command := range commands {
		if p, err = s.amisync(ctx, command...); err != nil {
			return measurement{}, err
		}
	}
	if commands[len(commands)-1][0] == "apply" && !s.complete() {
		return measurement{}, errWrongEnd
	}
	got, wanted := total(p.count()), total(want)
	m := held("calls", what, "calls", float64(got), float64(wanted), 1, spelled(p.count()))
	m.Good = maps.Equal(p.count(), want) // fewer would be as wrong
	return m, nil
}

func total(counts map[string]int) int {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return sum
}

func spelled(counts map[string]int) string {
	var words []string
	for _, action := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d %s", counts[action], action))
	}
	return strings.Join(words, ", ")
}

// calls counts what a plan and both ways to apply one take: one AssumeRole for
// each account and purpose, one walk of pages a lane, one read for each image that
// matters, and one write and one read-back for each that changes.
func calls(ctx context.Context) ([]measurement, error) {
	const lanes, images, changed = 4, 4 * 20, 4 * 5
	roles := len(fleetAccounts)
	var all []measurement
	for _, c := range []struct {
		what     string
		changed  int
		want     map[string]int
		commands [][]string
	}{
		{"a plan of which nothing comes", 0, map[string]int{"AssumeRole": roles, "DescribeImages": lanes, "DescribeImageAttribute": images},
			[][]string{{"plan", "--detailed-exitcode"}}},
		{"an apply that changes every fourth image", changed / lanes,
			map[string]int{"AssumeRole": 2 * roles, "DescribeImages": lanes, "DescribeImageAttribute": images + changed, "ModifyImageAttribute": changed},
			[][]string{{"apply", "--auto-approve"}}},
		{"the same from a saved plan", changed / lanes,
			map[string]int{"AssumeRole": 2 * roles, "DescribeImages": lanes, "DescribeImageAttribute": 2 * changed, "ModifyImageAttribute": changed},
			[][]string{{"plan", "--out", "plan.json"}, {"apply", "plan.json"}}},
	} {
		m, err := counted(ctx, c.what, c.changed, c.want, c.commands...)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
