package reconcile_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/amisync/amisync/reconcile"
)

// impatient returns the time after which a context ends, of which the pauses
// are told in pairs: how long until it, and how long it is.
func impatient(ctx context.Context, pauses ...time.Duration) (time.Duration, error) {
	began := time.Now()
	for i := 0; i < len(pauses); i += 2 {
		time.Sleep(pauses[i])
		goOn := reconcile.PausePatience(ctx)
		time.Sleep(pauses[i+1])
		goOn()
	}
	<-ctx.Done()
	return time.Since(began), context.Cause(ctx)
}

func TestPatienceDoesNotRunOutInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			pauses []time.Duration
			want   time.Duration
		}{
			{nil, time.Minute},
			{[]time.Duration{0, time.Hour}, time.Hour + time.Minute},
			{[]time.Duration{time.Second, time.Hour, 50 * time.Second, 2 * time.Hour}, 3*time.Hour + time.Minute},
			{[]time.Duration{2 * time.Minute, time.Hour}, time.Hour + 2*time.Minute}, // over before the pause
		} {
			ctx, cancel := reconcile.WithPatience(t.Context(), time.Minute)
			took, why := impatient(ctx, c.pauses...)
			if took != c.want || !errors.Is(why, context.DeadlineExceeded) {
				t.Errorf("%v: over after %s: %v", c.pauses, took, why)
			}
			cancel()
		}
	})
}

func TestPatienceEndsWithTheContextAroundItAndWithCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		around, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		ctx, cancel := reconcile.WithPatience(around, time.Minute)
		defer cancel()
		goOn := reconcile.PausePatience(ctx)
		if took, why := impatient(ctx); took != time.Second || !errors.Is(why, context.DeadlineExceeded) {
			t.Errorf("over after %s: %v", took, why)
		}
		goOn()
		left, leave := reconcile.WithPatience(t.Context(), time.Minute)
		leave()
		if took, why := impatient(left); took != 0 || !errors.Is(why, context.Canceled) {
			t.Errorf("over after %s: %v", took, why)
		}
		reconcile.PausePatience(t.Context())() // of a context without patience
	})
}
