package aws

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/amisync/amisync/reconcile"
)

// How a pace follows what the cloud allows. The parts are of the configured
// refill. A call that gets through brings back 1/200; a throttled one costs six
// times as much, so that a pace comes to rest where one call in seven is throttled:
// all that the cloud lets through is then used. Where no more than one in ten is
// throttled, as when a cloud stumbles, it stays as configured.
const (
	speedUpBy  = 1.0 / 200
	slowDownBy = 6 * speedUpBy
	slowest    = 0.1
)

// A throttled call adds to the doubt whether anything is left in the bucket, one
// that gets through takes some away. Eight throttled calls in a row are proof, and
// so is every second one of twenty-three; one in ten hardly ever adds up to it.
const (
	doubtByOne = 3
	proof      = 8 * doubtByOne
	proofLeave = 0.7 // of the pace, where the bucket was thought to be empty anyway
)

// halfBack is what a throttled call gives back to the bucket: it took nothing
// out of the cloud's. The other half makes up for a clock that goes ahead of the
// cloud's, which would else be throttled for good.
const halfBack = 0.5

// pace is how fast one action may be called in one account and region. It
// begins with the configured bucket, which is the documented one unless somebody
// says otherwise, and never goes beyond it. While that is the cloud's and nobody
// else draws from it, no call is sent that the cloud would refuse. Throttled calls
// mean that there is less: now, which makes the pace slower, or before, which leaves
// less to begin with. A nil pace has no limit. It is safe for concurrent use.
type pace struct {
	configured reconcile.Bucket

	mutex  sync.Mutex
	refill float64   // calls a second
	saved  float64   // calls that may be sent at once; below zero, how many wait for their time
	at     time.Time // when saved was right
	doubt  int
	proven time.Time // when there was proof last; what was sent before is no news
}

func newPace(configured reconcile.Bucket) *pace {
	return &pace{configured: configured, refill: configured.Refill, saved: float64(configured.Size), at: time.Now()}
}

// wait returns when a call may be sent. It fails where the context ends before,
// or would; how long it takes does not count against the context's patience.
func (p *pace) wait(ctx context.Context) error {
	if p == nil {
		return nil
	}
	defer reconcile.PausePatience(ctx)()
	delay := p.take()
	err := ctx.Err()
	if deadline, has := ctx.Deadline(); err == nil && has && time.Until(deadline) < delay {
		err = fmt.Errorf("the next call is allowed in %s only: %w", delay.Round(time.Millisecond), context.DeadlineExceeded)
	}
	if err == nil && delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		p.giveBack()
	}
	return err
}

// take takes a call out of the bucket and returns how long to wait for it.
func (p *pace) take() time.Duration {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.fill(time.Now())
	p.saved--
	return time.Duration(max(-p.saved, 0) / p.refill * float64(time.Second))
}

// giveBack puts a call that is not sent back into the bucket.
func (p *pace) giveBack() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.saved++
}

// fill brings saved up to date.
func (p *pace) fill(now time.Time) {
	p.saved = min(p.saved+now.Sub(p.at).Seconds()*p.refill, float64(p.configured.Size))
	p.at = now
}

// answered takes notice of what came of a call.
func (p *pace) answered(sent time.Time, throttled bool) {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := time.Now()
	p.fill(now)
	switch {
	case !throttled:
		p.doubt = max(p.doubt-1, 0)
		p.setRefill(p.refill + p.configured.Refill*speedUpBy)
		return
	case sent.After(p.proven):
		p.doubt += doubtByOne
		if p.saved < 1 { // else it tells of what is left, not of what comes in
			p.setRefill(p.refill - p.configured.Refill*slowDownBy)
		}
	}
	p.saved += halfBack
	if p.doubt < proof {
		return
	}
	if p.saved < 1 || !p.proven.IsZero() { // proof again: what was saved since came in on paper only
		p.setRefill(p.refill * proofLeave)
	}
	p.saved = min(p.saved, 0)
	p.doubt, p.proven = 0, now
}

func (p *pace) setRefill(refill float64) {
	p.refill = max(min(refill, p.configured.Refill), p.configured.Refill*slowest)
}
