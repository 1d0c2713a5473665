package reconcile

import (
	"context"
	"time"
)

// patience is a deadline that can be put off.
type patience struct {
	end   time.Time
	timer *time.Timer
}

type patienceKey struct{}

// WithPatience is context.WithTimeout, but time in which PausePatience holds it
// does not count: how long a call waits for its turn says nothing about whoever is
// to answer it. Where the patience is over, context.Cause is
// context.DeadlineExceeded. Calls under the context are made one after another.
func WithPatience(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	p := &patience{end: time.Now().Add(d), timer: time.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })}
	return context.WithValue(ctx, patienceKey{}, p), func() {
		p.timer.Stop()
		cancel(nil)
	}
}

// PausePatience stops the time of WithPatience until goOn is called. It does
// nothing where the context has no patience, or none left.
func PausePatience(ctx context.Context) (goOn func()) {
	p, has := ctx.Value(patienceKey{}).(*patience)
	if !has || !p.timer.Stop() {
		return func() {}
	}
	left := time.Until(p.end)
	return func() {
		p.end = time.Now().Add(left)
		p.timer.Reset(left)
	}
}
