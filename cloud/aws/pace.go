package aws

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How a pace follows what the cloud allows: a throttled call takes it down to a
// part of itself, never below a tenth of what is documented; each call that gets
// through brings back a two-hundredth of that.
const (
	slowDownTo = 0.7
	slowest    = 0.1
	speedUpBy  = 1.0 / 200
)

// pace is how fast one action may be called in one account and region. It
// begins with the documented bucket. A throttled call means that somebody else
// draws from that bucket too: what is thought to be in it is gone, and calls go
// on more slowly until they get through again. It is safe for concurrent use.
type pace struct {
	documented bucket
	limiter    *rate.Limiter

	mutex  sync.Mutex
	slowed time.Time // when it slowed down last
}

func newPace(documented bucket) *pace {
	return &pace{documented: documented, limiter: rate.NewLimiter(documented.refill, documented.size)}
}

// slowDown takes notice of a throttled call. Calls that were under way when the
// pace slowed down are part of the same news.
func (p *pace) slowDown(sent time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !sent.After(p.slowed) {
		return
	}
	now := time.Now()
	p.slowed = now
	p.limiter.SetLimitAt(now, max(p.limiter.Limit()*slowDownTo, p.documented.refill*slowest))
	if saved := int(p.limiter.TokensAt(now)); saved > 0 {
		p.limiter.ReserveN(now, saved)
	}
}

// speedUp takes notice of a call that got through.
func (p *pace) speedUp() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if limit := p.limiter.Limit(); limit < p.documented.refill {
		p.limiter.SetLimit(min(limit+p.documented.refill*speedUpBy, p.documented.refill))
	}
}
