package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/cloud/aws"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

const rateVariable = "AMISYNC_RATE"

func rateFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "rate", EnvVars: []string{rateVariable},
		Usage: "call no faster than this `RATE`: a part of the documented limits, such as 50%, or ACTION=CALLS_PER_SECOND; repeatable"}
}

// What a rate may be: more is a slip of the pen, and so is less, with which a
// run would hardly come to its end.
const (
	leastPercent, mostPercent     = 1, 1000
	leastPerSecond, mostPerSecond = 0.1, 1000
)

// rate is what --rate asks for.
type rate struct {
	percent   string             // as it was given; empty: all of the limits
	factor    float64            // of size and refill
	perSecond map[string]float64 // by action, in place of a part of its refill
}

// rates returns the limits on the calls of a run, by action.
func (t *tool) rates(c *cli.Context) (map[string]reconcile.Bucket, error) {
	documented := aws.Limits().Buckets
	r := rate{factor: 1, perSecond: map[string]float64{}}
	values, source := c.StringSlice("rate"), "--rate"
	if variable, set := t.env(rateVariable); set && slices.Equal(values, []string{strings.TrimSpace(variable)}) {
		source = rateVariable
	}
	if source == rateVariable && values[0] == "" {
		values = nil // as a pipeline writes it that sets none
	}
	for _, value := range values {
		for _, item := range strings.Split(value, ",") {
			if err := r.add(strings.TrimSpace(item), documented); err != nil {
				err.message, err.command = source+": "+err.message, c.Command
				return nil, err
			}
		}
	}
	return r.of(documented), nil
}

// add takes up one item.
func (r *rate) add(item string, documented map[string]reconcile.Bucket) *usageError {
	if action, perSecond, one := strings.Cut(item, "="); one {
		return r.addAction(action, perSecond, documented)
	}
	number, isPercent := strings.CutSuffix(item, "%")
	if !isPercent {
		return &usageError{message: fmt.Sprintf("%q is neither a percentage nor ACTION=CALLS_PER_SECOND", item),
			hint: "write 50% for half of the documented limits, or ModifyImageAttribute=2.5 for one action"}
	}
	percent, ok := within(number, leastPercent, mostPercent)
	switch {
	case !ok:
		return &usageError{message: fmt.Sprintf("a percentage is from %d%% to %d%%, not %q", leastPercent, mostPercent, item),
			hint: "100% is what AWS documents; more is for accounts whose limits it has raised"}
	case r.percent != "":
		return &usageError{message: fmt.Sprintf("there are two percentages, %s and %s", r.percent, item), hint: "give one"}
	}
	r.percent, r.factor = item, percent/100
	return nil
}

func (r *rate) addAction(action, text string, documented map[string]reconcile.Bucket) *usageError {
	if _, limited := documented[action]; !limited {
		actions := slices.Sorted(maps.Keys(documented))
		hint := "the actions with a limit are " + strings.Join(actions, ", ")
		if closest := strictyaml.Closest(action, actions); closest != "" {
			hint = fmt.Sprintf("did you mean %s? %s", closest, hint)
		}
		return &usageError{message: fmt.Sprintf("no action %q has a limit", action), hint: hint}
	}
	perSecond, ok := within(text, leastPerSecond, mostPerSecond)
	if !ok {
		hint := fmt.Sprintf("AWS documents %[2]g a second: %[1]s=%[2]g", action, documented[action].Refill)
		if strings.HasSuffix(text, "%") {
			hint = "a percentage stands alone and goes for every action: --rate " + text
		}
		return &usageError{message: fmt.Sprintf("%s is called from %g to %d times a second, not %q", action, leastPerSecond, mostPerSecond, text), hint: hint}
	}
	if first, twice := r.perSecond[action]; twice {
		return &usageError{message: fmt.Sprintf("%s has two rates, %g and %g", action, first, perSecond), hint: "give one for each action"}
	}
	r.perSecond[action] = perSecond
	return nil
}

// within reads a number and reports whether it is one within the bounds.
func within(text string, least, most float64) (float64, bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && least <= n && n <= most
}

// of returns the documented limits as the rate changes them. An action with a rate
// of its own keeps its size.
func (r *rate) of(documented map[string]reconcile.Bucket) map[string]reconcile.Bucket {
	configured := map[string]reconcile.Bucket{}
	for action, bucket := range documented {
		if perSecond, own := r.perSecond[action]; own {
			bucket.Refill = perSecond
		} else {
			bucket.Size = max(int(math.Round(float64(bucket.Size)*r.factor)), 1)
			bucket.Refill *= r.factor
		}
		configured[action] = bucket
	}
	return configured
}

// noteThrottled tells that a rate above what AWS documents was too high, where more
// than a hundredth of the calls were throttled.
func (l *look) noteThrottled(c *cli.Context) {
	raised := false
	for action, bucket := range aws.Limits().Buckets {
		raised = raised || l.clouds.limits[principal.AWS].Buckets[action].Refill > bucket.Refill
	}
	throttled := l.clouds.aws.Throttled()
	all := throttled
	for _, actions := range l.clouds.aws.Calls() {
		for _, n := range actions {
			all += n
		}
	}
	if raised && throttled*100 > all {
		l.note(c, "EC2 throttled %d of %d calls: it allows less than --rate asks for", throttled, all)
	}
}

// limitsAt are the limits where the calls to AWS have these buckets.
func limitsAt(buckets map[string]reconcile.Bucket) map[principal.Provider]reconcile.Limits {
	here := aws.Limits()
	here.Buckets = buckets
	return map[principal.Provider]reconcile.Limits{principal.AWS: here}
}

// paces says which of the buckets each image of a phase draws from.
func paces(buckets map[string]reconcile.Bucket) report.Paces {
	read, change := buckets[aws.Limits().Read], buckets[aws.Carrier(nil)[0].Action]
	return report.Paces{principal.AWS: {run.Reading: {read}, run.Applying: {change, read}}}
}
