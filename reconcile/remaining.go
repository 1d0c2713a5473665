package reconcile

import (
	"math"
	"time"
)

// Stretch is a part of a run in one lane: images that each take one call out of
// every bucket, all of which were full at its beginning.
type Stretch struct {
	Buckets     []Bucket
	Done, Total int           // images
	Elapsed     time.Duration // since its beginning
}

// unhurried is how long a stretch has to take before it is fully believed to be
// slower than its buckets: a first call that takes a second says little.
const unhurried = 10 * time.Second

// Least is the least time that the rest takes at the limit.
func (s Stretch) Least() time.Duration {
	var took, takes float64
	for _, bucket := range s.Buckets {
		if bucket.Refill > 0 {
			took = max(took, float64(s.Done-bucket.Size)/bucket.Refill)
			takes = max(takes, float64(s.Total-bucket.Size)/bucket.Refill)
		}
	}
	return seconds(max(takes-took, 0))
}

// Remaining is the time that the rest takes if it goes on as it went so far: as
// much slower than the buckets are filled, or at the speed of the images that are
// done, whichever takes longer; never faster than the buckets allow. It is zero
// where there are no limits.
func (s Stretch) Remaining() time.Duration {
	var filled float64 // how long the buckets take to bring in what is done
	limited := false
	for _, bucket := range s.Buckets {
		if bucket.Refill > 0 {
			filled, limited = max(filled, float64(s.Done)/bucket.Refill), true
		}
	}
	if !limited {
		return 0
	}
	slower := (s.Elapsed + unhurried).Seconds() / (filled + unhurried.Seconds())
	return max(seconds(s.Least().Seconds()*max(slower, 1)), s.atItsSpeed())
}

// atItsSpeed is the time that the rest takes at the speed of the images that are
// done, where something else than the buckets limits it, such as the way to the
// cloud. The first ones say little, and nor does a short time: a fiftieth of the
// images is added to those done, and time counts in full once it is long.
func (s Stretch) atItsSpeed() time.Duration {
	if s.Total <= s.Done {
		return 0
	}
	elapsed := max(s.Elapsed, 0).Seconds()
	counts := elapsed * elapsed / (elapsed + unhurried.Seconds())
	return seconds(counts * float64(s.Total-s.Done) / (float64(s.Done) + float64(s.Total)/50))
}

// seconds is a duration, the longest one where so many seconds are too many.
func seconds(s float64) time.Duration {
	if s >= time.Duration(math.MaxInt64).Seconds() {
		return math.MaxInt64
	}
	return time.Duration(s * float64(time.Second))
}
