package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
)

// day stands for today's part in --sample, job for that of the job in --shard.
const (
	day = "day"
	job = "job"
)

// part reads a flag that is a part such as 2/7, or one whose index a word stands
// for. It is the whole where the flag is not given.
func part(c *cli.Context, flag, word string, index func(of int) (int, error)) (reconcile.Part, error) {
	text := c.String(flag)
	if text == "" && !c.IsSet(flag) {
		return reconcile.Part{}, nil
	}
	if of, found := strings.CutPrefix(text, word+"/"); found {
		if n, err := strconv.Atoi(of); err == nil {
			i := 1 // of no parts, which there cannot be
			if n > 0 {
				i, err = index(n)
			}
			if err != nil {
				return reconcile.Part{}, &usageError{message: fmt.Sprintf("--%s %s: %v", flag, text, err), hint: fmt.Sprintf("name the part: --%s 1/%d", flag, n), command: c.Command}
			}
			text = fmt.Sprintf("%d/%d", i, n)
		}
	}
	part, err := reconcile.ParsePart(text)
	if err != nil {
		return part, &usageError{message: fmt.Sprintf("--%s: %v", flag, err), hint: fmt.Sprintf("such as --%s 2/7 or --%s %s/7", flag, flag, word), command: c.Command}
	}
	return part, nil
}

// dayOf is the part of the day: n days in a row, in UTC, have the n parts.
func dayOf(now time.Time) func(of int) (int, error) {
	return func(of int) (int, error) { return int(now.Unix()/(24*60*60))%of + 1, nil }
}

// completionIndex is the variable in which Kubernetes numbers the pods of an
// Indexed Job, from 0.
// Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
const completionIndex = "JOB_COMPLETION_INDEX"

// jobOf is the part of the pod that this runs in.
func jobOf(env func(string) (string, bool)) func(of int) (int, error) {
	return func(of int) (int, error) {
		value, has := env(completionIndex)
		if !has {
			return 0, fmt.Errorf("%s is not set, so this is no pod of an Indexed Job", completionIndex)
		}
		index, err := strconv.Atoi(value)
		switch {
		case err != nil:
			return 0, fmt.Errorf("%s is a number, not %q", completionIndex, value)
		case index < 0 || index >= of:
			return 0, fmt.Errorf("%s is %d, and %d parts have 0 to %d: give the Job %d completions", completionIndex, index, of, of-1, of)
		}
		return index + 1, nil
	}
}
