package simulator

import (
	"context"
	"sync"
	"time"
)

// Clock is the only source of time in a Server: of token buckets, expiry of
// credentials, consistency delay and latency. Implementations are safe for
// concurrent use.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or with the context's error when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ManualClock stands still until Advance is called. Use NewManualClock; it is safe
// for concurrent use.
type ManualClock struct {
	mu       sync.Mutex
	now      time.Time
	advanced chan struct{} // closed and replaced at every Advance
}

// NewManualClock returns a clock that shows start.
func NewManualClock(start time.Time) *ManualClock {
	return &ManualClock{now: start, advanced: make(chan struct{})}
}

// Now returns the time that the clock shows.
func (c *ManualClock) Now() time.Time {
	now, _ := c.read()
	return now
}

// Advance moves the clock and wakes every sleeper whose time has come.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	close(c.advanced)
	c.advanced = make(chan struct{})
}

// Sleep blocks until Advance has moved the clock by d.
func (c *ManualClock) Sleep(ctx context.Context, d time.Duration) error {
	now, advanced := c.read()
	for until := now.Add(d); now.Before(until); now, advanced = c.read() {
		select {
		case <-advanced:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (c *ManualClock) read() (time.Time, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now, c.advanced
}
