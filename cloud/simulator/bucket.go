package simulator

import (
	"strings"
	"sync"
	"time"
)

// rate is a token bucket's size and how many tokens come back per second.
type rate struct{ burst, perSecond float64 }

// rateOf returns the documented bucket of an action. Each action has its own, even
// inside a category. (EC2 Developer Guide, API throttling; IAM User Guide, STS quotas)
func rateOf(service, action string) rate {
	if service == "sts" {
		return rate{600, 600}
	}
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
func (b *buckets) take(c Call) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	key, r := bucketKey{c.Account, c.Region, c.Action}, rateOf(c.Service, c.Action)
	if c.Service == "sts" {
		key.action = "" // all actions of STS share one
	}
	held := b.held[key]
	if held == nil {
		held = &bucket{r.burst, c.Time}
		b.held[key] = held
	}
	if passed := c.Time.Sub(held.filled); passed > 0 {
		held.tokens = min(r.burst, held.tokens+passed.Seconds()*r.perSecond)
		held.filled = c.Time
	}
	if held.tokens < 1 {
		return false
	}
	held.tokens--
	return true
}
