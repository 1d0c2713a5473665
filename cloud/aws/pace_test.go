package aws

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"golang.org/x/time/rate"

	"github.com/amisync/amisync/reconcile"
)

// shared is the cloud's bucket of one action, from which others draw too.
type shared struct {
	limiter *rate.Limiter
	latency time.Duration
	noise   func() bool // refuses for no reason; nil never does

	mutex         sync.Mutex
	sent, refused int
}

// call is one of ours at a pace; it reports whether the cloud let it through.
func (s *shared) call(p *pace) bool {
	if err := p.wait(context.Background()); err != nil {
		panic(err)
	}
	sent := time.Now()
	time.Sleep(s.latency) // of the synthetic clock
	s.mutex.Lock()
	refused := s.noise != nil && s.noise() || !s.limiter.Allow()
	s.sent++
	if refused {
		s.refused++
	}
	s.mutex.Unlock()
	p.answered(sent, refused)
	return !refused
}

// ours sends calls, so many at a time, until n got through, and returns how long
// that took.
func (s *shared) ours(p *pace, parallel, n int) time.Duration {
	start := time.Now()
	var group sync.WaitGroup
	places := make(chan struct{}, parallel)
	for range n {
		places <- struct{}{}
		group.Go(func() {
			for !s.call(p) {
			}
			<-places
		})
	}
	group.Wait()
	return time.Since(start)
}

// held fails where calls took longer than a part of what they need at least.
func (s *shared) held(t *testing.T, took time.Duration, bound, most, refused float64) {
	t.Helper()
	if ratio := took.Seconds() / bound; ratio > most || float64(s.refused) > refused*float64(s.sent) {
		t.Errorf("%s where %.0f s would do: %.3f times that; %d of %d refused", took, bound, ratio, s.refused, s.sent)
	}
}

// paced are the actions that limit a run, and how many calls are made at a time.
func paced(t *testing.T, test func(t *testing.T, documented reconcile.Bucket, parallel int)) {
	for _, action := range []string{"DescribeImageAttribute", "ModifyImageAttribute"} {
		for _, parallel := range []int{1, 8} {
			synctest.Test(t, func(t *testing.T) { test(t, buckets[action], parallel) })
		}
	}
}

func fullBucket(b reconcile.Bucket, part float64) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(b.Refill*part), b.Size)
}

func TestAloneACallIsNeverThrottledAndThePaceIsTheDocumentedOne(t *testing.T) {
	paced(t, func(t *testing.T, documented reconcile.Bucket, parallel int) {
		cloud := shared{latency: 25 * time.Millisecond, limiter: fullBucket(documented, 1)}
		took := cloud.ours(newPace(documented), parallel, 600)
		cloud.held(t, took, 500/documented.Refill, 1.01, 0)
	})
}

func TestWithHalfOfTheBucketGoneThePaceFindsTheOtherHalf(t *testing.T) {
	paced(t, func(t *testing.T, documented reconcile.Bucket, parallel int) {
		cloud := shared{latency: 25 * time.Millisecond, limiter: rate.NewLimiter(rate.Limit(documented.Refill/2), documented.Size/2)}
		took := cloud.ours(newPace(documented), parallel, 1000)
		cloud.held(t, took, 950/(documented.Refill/2), 1.02, 0.18)
	})
}

func TestAnEmptyBucketIsFoundOutWithFewCalls(t *testing.T) {
	paced(t, func(t *testing.T, documented reconcile.Bucket, parallel int) {
		cloud := shared{latency: 25 * time.Millisecond, limiter: fullBucket(documented, 1)}
		cloud.limiter.AllowN(time.Now(), documented.Size)
		cloud.ours(newPace(documented), parallel, 40)
		if cloud.refused > parallel+12 {
			t.Errorf("%d refused", cloud.refused)
		}
	})
}

func TestCallsThatAreRefusedForNoReasonHardlySlowThePaceDown(t *testing.T) {
	paced(t, func(t *testing.T, documented reconcile.Bucket, parallel int) {
		random := rand.New(rand.NewPCG(1, 2))
		cloud := shared{latency: 25 * time.Millisecond, limiter: fullBucket(documented, 1), noise: func() bool { return random.Float64() < 0.1 }}
		took := cloud.ours(newPace(documented), parallel, 1000)
		cloud.held(t, took, 900/documented.Refill, 1.2, 0.15)
	})
}

func TestAClockThatGoesAheadIsPutRight(t *testing.T) {
	paced(t, func(t *testing.T, documented reconcile.Bucket, parallel int) {
		cloud := shared{latency: 25 * time.Millisecond, limiter: fullBucket(documented, 1)}
		p := newPace(documented)
		p.take()
		cloud.limiter.Allow()
		cloud.limiter.AllowN(time.Now(), 2) // two calls behind us
		took := cloud.ours(p, parallel, 600)
		cloud.held(t, took, 500/documented.Refill, 1.02, 0.01)
	})
}

// times is the bucket by a factor.
func times(b reconcile.Bucket, factor float64) reconcile.Bucket {
	return reconcile.Bucket{Size: int(float64(b.Size) * factor), Refill: b.Refill * factor}
}

func TestTwoThatTakeHalfOfTheLimitEachDoNotThrottleOneAnother(t *testing.T) {
	paced(t, func(t *testing.T, documented reconcile.Bucket, parallel int) {
		cloud := shared{latency: 25 * time.Millisecond, limiter: fullBucket(documented, 1)}
		half := times(documented, 0.5)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				took := cloud.ours(newPace(half), parallel, 300)
				if bound := 250 / half.Refill; took.Seconds() > 1.02*bound {
					t.Errorf("%s where %.0f s would do", took, bound)
				}
			})
		}
		both.Wait()
		if cloud.refused > 0 {
			t.Errorf("%d refused", cloud.refused)
		}
	})
}

func TestAPaceBeyondWhatTheCloudAllowsComesDownToThat(t *testing.T) {
	paced(t, func(t *testing.T, documented reconcile.Bucket, parallel int) {
		for _, factor := range []float64{3, 10} {
			cloud := shared{latency: 25 * time.Millisecond, limiter: fullBucket(documented, 1)}
			took := cloud.ours(newPace(times(documented, factor)), parallel, 1000)
			cloud.held(t, took, 900/documented.Refill, 1.05, 0.25)
		}
	})
}

func TestRaisedLimitsAreUsedInFullAndASlowedPaceComesBackToThem(t *testing.T) {
	paced(t, func(t *testing.T, documented reconcile.Bucket, parallel int) {
		raised := times(documented, 3)
		cloud := shared{latency: 5 * time.Millisecond, limiter: fullBucket(raised, 1)}
		p := newPace(raised)
		p.setRefill(0)
		if p.refill != raised.Refill*slowest {
			t.Errorf("the slowest pace is %v", p.refill)
		}
		cloud.ours(p, parallel, 400)
		if p.refill != raised.Refill {
			t.Errorf("the pace stays at %v", p.refill)
		}
		took := cloud.ours(p, parallel, 600)
		cloud.held(t, took, 600/raised.Refill, 1.01, 0)
	})
}

// Retries see to it that no call fails while a pace comes down from ten times
// what the cloud allows: each has eight attempts, as in a run.
func TestNoCallRunsOutOfAttemptsWhileThePaceComesDown(t *testing.T) {
	paced(t, func(t *testing.T, documented reconcile.Bucket, parallel int) {
		cloud := shared{latency: 25 * time.Millisecond, limiter: fullBucket(documented, 1)}
		p := newPace(times(documented, 10))
		patient := newLimits(Options{}).retryer(retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 20 * time.Second }))
		var group sync.WaitGroup
		places := make(chan struct{}, parallel)
		for range 600 {
			places <- struct{}{}
			group.Go(func() {
				defer func() { <-places }()
				for attempt := 1; !cloud.call(p); attempt++ {
					delay, err := patient.RetryDelay(attempt, throttledError{})
					if err != nil || attempt == 8 {
						t.Errorf("attempt %d is throttled: %v", attempt, err)
						return
					}
					time.Sleep(delay)
				}
			})
		}
		group.Wait()
	})
}

func TestThePaceComesBackWhenTheOthersAreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := buckets["DescribeImageAttribute"]
		p := newPace(reads)
		busy := shared{latency: 25 * time.Millisecond, limiter: rate.NewLimiter(1, 1)}
		busy.ours(p, 8, 100)
		if p.refill > reads.Refill/2 || p.refill < reads.Refill*slowest {
			t.Fatalf("a pace of %v while nearly nothing is left", p.refill)
		}
		free := shared{latency: 25 * time.Millisecond, limiter: fullBucket(reads, 1)}
		free.ours(p, 8, 250)
		if p.refill != reads.Refill {
			t.Errorf("the pace stays at %v", p.refill)
		}
	})
}

func TestACallThatIsNotSentGoesBackIntoTheBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(reconcile.Bucket{Size: 1, Refill: 0.001})
		p.take()
		late, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		gone, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, leave)
		tooLate := p.wait(late)
		left := p.wait(gone)
		if !errors.Is(tooLate, context.DeadlineExceeded) || !errors.Is(left, context.Canceled) || p.saved < 0 {
			t.Errorf("%v, %v, %v saved", tooLate, left, p.saved)
		}
	})
}

func TestThrottledCallsThatWereUnderWayAreNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(reconcile.Bucket{Size: 100, Refill: 20})
		p.saved = -10
		sent := time.Now()
		time.Sleep(25 * time.Millisecond)
		for range 8 + 7 {
			p.answered(sent, true)
		}
		if p.refill < 20*(1-8*slowDownBy)*proofLeave-0.001 || p.refill > 20*proofLeave {
			t.Errorf("a pace of %v after one burst of throttled calls", p.refill)
		}
	})
}

func TestThrottledAnswersSlowThePaceDown(t *testing.T) {
	serve(t, map[string]func(int) answer{"DescribeImageAttribute": func(n int) answer {
		if n < 16 {
			return ec2Error(503, "RequestLimitExceeded", "Request limit exceeded.")
		}
		return answer{http.StatusOK, permissionsOf(ami.ID, "")}
	}})
	cloud := newCloud(t, Options{MaxAttempts: 17})
	reader, err := cloud.OpenReader(context.Background(), ambientOwner)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Permissions(context.Background(), ami); err != nil {
		t.Fatal(err)
	}
	p := cloud.limits.pace(ambientOwner.Account, "us-east-1", "DescribeImageAttribute")
	if p.saved > 2 || p.refill >= 20 || p.refill < 8 {
		t.Errorf("%v saved, a pace of %v after sixteen throttled calls", p.saved, p.refill)
	}
}

// fixed is a retryer whose delay is the attempt, in seconds.
type fixed struct{ sdk.RetryerV2 }

func (fixed) RetryDelay(attempt int, _ error) (time.Duration, error) {
	return time.Duration(attempt) * time.Second, nil
}

func TestAThrottledCallIsRetriedAtOnceAtFirst(t *testing.T) {
	busy, broken := throttledError{}, errors.New("broken")
	for _, c := range []struct {
		limits  *limits
		attempt int
		err     error
		want    time.Duration
	}{
		{newLimits(Options{}), 1, busy, 0},
		{newLimits(Options{}), 2, busy, 0},
		{newLimits(Options{}), 3, busy, 1},
		{newLimits(Options{}), 7, busy, 5},
		{newLimits(Options{}), 1, broken, 0},
		{newLimits(Options{}), 2, broken, 1},
		{newLimits(Options{Unlimited: true}), 1, busy, 1},
	} {
		delay, err := c.limits.retryer(fixed{}).RetryDelay(c.attempt, c.err)
		if err != nil || delay != c.want*time.Second {
			t.Errorf("%v after attempt %d waits %s, want %d s", c.err, c.attempt, delay, c.want)
		}
	}
}

type throttledError struct{}

func (throttledError) Error() string     { return "busy" }
func (throttledError) ErrorCode() string { return "RequestLimitExceeded" }
