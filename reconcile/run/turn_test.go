package run_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

func TestAChangeThatWaitsForItsTurnWhenTheRunIsStoppedIsNotAttempted(t *testing.T) {
	for _, at := range []op{opWrite, opEnterWrite} {
		e := newEstate(lab)
		e.options.Parallel = 2
		e.single("a", who(alice), who(bob))
		e.single("b", who(alice), who(bob))
		stop := make(chan struct{})
		e.options.Stop = stop
		plan, view := e.plan()
		e.cloud.calls = nil
		var once sync.Once
		e.cloud.fault = func(_ int, c call) fault {
			if c.op != at {
				return fine
			}
			once.Do(func() { close(stop) })
			return unsent
		}
		result := e.apply(plan, view)
		if !result.Interrupted || result.Summary[reconcile.StatusNotAttempted] != 4 || e.cloud.countOp(opRead) > 0 {
			t.Errorf("%s: %v, %d reads", at, result.Summary, e.cloud.countOp(opRead))
		}
		for _, o := range result.Outcomes {
			if o.Because != "interrupted" || o.Kind != "" || o.Hint != "" {
				t.Errorf("%s: %+v", at, o)
			}
		}
		for _, record := range result.Images {
			if !slices.Equal(record.After, who(alice)) {
				t.Errorf("%s: what was not changed is said to be %v", at, record.After)
			}
		}
	}
}

// paced is a cloud where each reading waits for its turn, and then for the
// answer.
type paced struct {
	cloud         *fakeCloud
	turn, answers time.Duration
}

type pacedReader struct {
	run.Reader
	paced
}

func (c paced) open(ctx context.Context, owner reconcile.Owner) (run.Reader, error) {
	reader, err := c.cloud.openReader(ctx, owner)
	return pacedReader{reader, c}, err
}

func (r pacedReader) Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error) {
	goOn := reconcile.PausePatience(ctx)
	sleep(ctx, r.turn)
	goOn()
	sleep(ctx, r.answers)
	return r.Reader.Permissions(ctx, image)
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// apply changes one image and returns what came of it, and how long that took.
func (c paced) apply(t *testing.T, faults map[op]fault) (reconcile.Outcome, time.Duration) {
	t.Helper()
	e := newEstate(lab)
	c.cloud, e.options = e.cloud, run.Options{}
	e.single("a", nil, who(alice))
	plan, view := planThrough(e, c.open)
	e.cloud.fault = func(_ int, made call) fault { return faults[made.op] }
	began := time.Now()
	return e.apply(plan, view).Outcomes[0], time.Since(began)
}

func TestAReadBackMayWaitForItsTurnHoweverLongThatTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := paced{turn: 10 * time.Minute, answers: time.Second}
		if o, took := c.apply(t, nil); o.Status != reconcile.StatusApplied || took != c.turn+c.answers {
			t.Errorf("after %s: %+v", took, o)
		}
		if o, took := c.apply(t, map[op]fault{opWrite: neverShows}); o.Kind != reconcile.Unconfirmed || !strings.Contains(o.Because, "does not show it after 1m0s") || took != c.turn+c.answers {
			t.Errorf("after %s: %+v", took, o)
		}
	})
}

func TestAReadBackThatIsNotAnsweredEndsWithThePatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := paced{turn: 10 * time.Minute, answers: time.Hour}
		o, took := c.apply(t, nil)
		if o.Kind != reconcile.Unconfirmed || !strings.HasSuffix(o.Because, "reading it back failed: there was no answer in time") || took != c.turn+90*time.Second {
			t.Errorf("after %s: %+v", took, o)
		}
	})
}
