package reconcile_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
)

var (
	reads  = []reconcile.Bucket{someBuckets["Read"]}
	writes = []reconcile.Bucket{someBuckets["Write"], someBuckets["Read"]}
)

// at is a stretch of so many images, some of them done, after a time.
func at(buckets []reconcile.Bucket, total, done int, elapsed time.Duration) reconcile.Stretch {
	return reconcile.Stretch{Buckets: buckets, Done: done, Total: total, Elapsed: elapsed}
}

func TestTheLeastTimeOfTheRest(t *testing.T) {
	for _, c := range []struct {
		name    string
		stretch reconcile.Stretch
		want    time.Duration
	}{
		{"no images", at(reads, 0, 0, 0), 0},
		{"no buckets", at(nil, 1000, 10, time.Hour), 0},
		{"a bucket without a limit", at([]reconcile.Bucket{{}}, 1000, 10, time.Hour), 0},
		{"what fits into the bucket", at(reads, 100, 0, 0), 0},
		{"reading", at(reads, 4100, 0, 0), 200 * time.Second},
		{"after the burst", at(reads, 4100, 100, time.Second), 200 * time.Second},
		{"halfway", at(reads, 4100, 2100, 100*time.Second), 100 * time.Second},
		{"changing, by the slower bucket", at(writes, 600, 100, time.Second), 100 * time.Second},
		{"all done", at(reads, 4100, 4100, time.Hour), 0},
	} {
		if got := c.stretch.Least(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// near fails where a time is more than a tenth off.
func near(t *testing.T, when string, got, want time.Duration) {
	t.Helper()
	if off := (got - want).Abs(); off > want/10 {
		t.Errorf("%s: %s remain, want about %s", when, got, want)
	}
}

func TestTheRemainingTimeOfARunAtTheLimitIsWhatItTakes(t *testing.T) {
	near(t, "at the beginning", at(reads, 4100, 0, 0).Remaining(), 200*time.Second)
	near(t, "after a burst", at(reads, 4100, 100, 300*time.Millisecond).Remaining(), 200*time.Second)
	for s := 10; s < 200; s += 10 {
		near(t, "later", at(reads, 4100, 100+20*s, time.Duration(s)*time.Second).Remaining(), time.Duration(200-s)*time.Second)
	}
}

func TestARunThatSomethingSlowsDownTakesAsMuchLonger(t *testing.T) {
	// Others draw half of what comes in, from the first call after the burst on.
	near(t, "throttled", at(reads, 4100, 100+10*200, 200*time.Second).Remaining(), 200*time.Second)
	// One image after another, ten a second: the bucket is never empty.
	near(t, "far away", at(reads, 4100, 10*200, 200*time.Second).Remaining(), 200*time.Second)
	// Nothing gets through any more.
	stuck := at(reads, 4100, 2100, 110*time.Second)
	stuck.Elapsed += time.Hour
	if got := stuck.Remaining(); got < 30*time.Minute {
		t.Errorf("an hour of standing still leaves %s", got)
	}
}

func TestARunThatTheNetworkLimitsGoesOnAsFastAsItWent(t *testing.T) {
	for _, c := range []struct {
		total int
		each  time.Duration
	}{
		{90, 2 * time.Second}, // all of which the bucket would let through at once
		{300, time.Second},
		{1000, 500 * time.Millisecond},
		{50_000, 100 * time.Millisecond},
	} {
		for done := c.total / 4; done < c.total; done++ {
			rest := time.Duration(c.total-done) * c.each
			got := at(reads, c.total, done, time.Duration(done)*c.each).Remaining()
			if off := (got - rest).Abs(); off > rest/4 {
				t.Fatalf("%d of %d at %s each: %s remain, want about %s", done, c.total, c.each, got, rest)
			}
		}
	}
}

func TestAFewSecondsWithoutAnAnswerSayLittle(t *testing.T) {
	if got, least := at(reads, 5000, 0, 2*time.Second).Remaining(), at(reads, 5000, 0, 0).Least(); got > least+least/4 {
		t.Errorf("%s remain of at least %s", got, least)
	}
}

func TestTheRemainingTimeIsNeverBelowZeroHoweverLongItIs(t *testing.T) {
	slow := []reconcile.Bucket{{Size: 1, Refill: 0.2}}
	for _, elapsed := range []time.Duration{-time.Minute, 0, 40 * time.Hour, math.MaxInt64} {
		for _, done := range []int{0, 1, 99_999} {
			if got := at(slow, 100_000, done, elapsed).Remaining(); got < at(slow, 100_000, done, 0).Least() || got < 0 {
				t.Errorf("%d done after %s: %s remain", done, elapsed, got)
			}
		}
	}
}

// The rest rises with time and falls with each image. Neither does so faster than
// the number of images explains: what is done and a fiftieth of all tell the speed.
func TestTheRemainingTimeMovesLittleByLittle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(0, 5000).Draw(t, "total")
		s := at(rapid.SampledFrom([][]reconcile.Bucket{reads, writes}).Draw(t, "buckets"), total, 0, 0)
		s.Done = rapid.IntRange(0, total).Draw(t, "done")
		s.Elapsed = time.Duration(rapid.IntRange(0, 10_000_000).Draw(t, "milliseconds")) * time.Millisecond
		before := s.Remaining()
		if before < s.Least()-time.Microsecond {
			t.Fatalf("%s remain of at least %s", before, s.Least())
		}
		waiting := s
		waiting.Elapsed += 100 * time.Millisecond
		told := float64(s.Done) + float64(total)/50
		atOnce := time.Duration(float64(100*time.Millisecond) * float64(total-s.Done) / max(told, 1e-9))
		if after := waiting.Remaining(); after < before-time.Microsecond || after-before > max(s.Least()/100, atOnce)+time.Microsecond {
			t.Errorf("a tenth of a second without news: from %s to %s, least %s", before, after, s.Least())
		}
		if s.Done < total {
			further := s
			further.Done++
			// By what one is of those that tell the speed, and what the image itself took.
			byLimit := before/40 + (s.Elapsed+10*time.Second)/40
			bySpeed := time.Duration(float64(before+s.Elapsed) / (told + 1))
			if after := further.Remaining(); after > before+time.Microsecond || before-after > max(byLimit, bySpeed)+time.Microsecond {
				t.Errorf("one image further: from %s to %s", before, after)
			}
			return
		}
		if before != 0 {
			t.Errorf("%s remain of nothing", before)
		}
	})
}
