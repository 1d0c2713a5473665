package simulator

import (
	"strings"
	"sync"
	"time"
)

// rate is a token bucket's size and how many tokens come back per second.
type rate struct{ burst, perSecond float64 }

// bucket finds the bucket that a call takes its token from, and the bucket's rate. Each
// action has its own, even inside a category, but those of STS share one.
// (EC2 Developer Guide, API throttling; IAM User Guide, STS quotas; KMS Developer Guide,
// Request quotas)
func (r *request) bucket() (bucketKey, rate) {
	c := r.call
	switch {
	case c.Service == "sts":
		return bucketKey{c.Account, c.Region, "sts"}, rate{600, 600}
	case c.Service == "kms":
		return bucketKey{c.Account, c.Region, c.Action}, rate{2000, 2000}
	case c.Action == "DescribeSnapshots" && !r.narrowsSnapshots():
		return bucketKey{c.Account, c.Region, c.Action + " of everything"}, rate{50, 10}
	}
	return bucketKey{c.Account, c.Region, c.Action}, rateOf(c.Action)
}

// rateOf returns the rate of an action of EC2.
func rateOf(action string) rate {
	switch action {
	case "ModifyImageAttribute", "DeregisterImage":
		return rate{100, 5}
	case "EnableImageBlockPublicAccess", "DisableImageBlockPublicAccess":
		return rate{1, 0.1}
	}
	if strings.HasPrefix(action, "Describe") || strings.HasPrefix(action, "Get") {
		return rate{100, 20}
	}
	return rate{50, 5} // mutating
}

type bucketKey struct{ account, region, action string }

type bucket struct {
	tokens float64
	filled time.Time // when tokens was right
}

// buckets holds one token bucket per account that owns credentials, region and action.
type buckets struct {
	mu   sync.Mutex
	held map[bucketKey]*bucket
}

// take takes a token, or reports that there is none.
func (b *buckets) take(key bucketKey, r rate, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	held := b.held[key]
	if held == nil {
		held = &bucket{r.burst, now}
		b.held[key] = held
	}
	if passed := now.Sub(held.filled); passed > 0 {
		held.tokens = min(r.burst, held.tokens+passed.Seconds()*r.perSecond)
		held.filled = now
	}
	if held.tokens < 1 {
		return false
	}
	held.tokens--
	return true
}
