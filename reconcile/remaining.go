package reconcile

import "time"

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
// much slower than the buckets are filled, but never faster. It moves little by
// little, because time and images do.
func (s Stretch) Remaining() time.Duration {
	var filled float64 // how long the buckets take to bring in what is done
	for _, bucket := range s.Buckets {
		if bucket.Refill > 0 {
			filled = max(filled, float64(s.Done)/bucket.Refill)
		}
	}
	slower := (s.Elapsed + unhurried).Seconds() / (filled + unhurried.Seconds())
	return time.Duration(float64(s.Least()) * max(slower, 1))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
