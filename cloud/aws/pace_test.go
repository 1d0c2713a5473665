package aws

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

// shared is the cloud's bucket of one action, from which others draw too.
type shared struct {
	limiter *rate.Limiter
	refused int
}

// call is one of ours at a pace; it reports whether the cloud let it through.
func (s *shared) call(p *pace) bool {
	if err := p.limiter.Wait(context.Background()); err != nil {
		panic(err)
	}
	sent := time.Now()
	time.Sleep(25 * time.Millisecond) // of the synthetic clock
	if !s.limiter.Allow() {
		s.refused++
		p.slowDown(sent)
		return false
	}
	p.speedUp()
	return true
}

// ours sends calls until n got through, and returns how long that took.
func (s *shared) ours(p *pace, n int) time.Duration {
	start := time.Now()
	for n > 0 {
		if s.call(p) {
			n--
		}
	}
	return time.Since(start)
}

func TestAloneACallIsNeverThrottledAndThePaceIsTheDocumentedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := buckets["ModifyImageAttribute"]
		cloud := shared{limiter: rate.NewLimiter(reads.refill, reads.size)}
		const calls = 600
		took, bound := cloud.ours(newPace(reads), calls), time.Duration(calls-reads.size)*time.Second/time.Duration(reads.refill)
		if cloud.refused > 0 || took > bound*11/10 {
			t.Errorf("%d refused, %s where %s would do", cloud.refused, took, bound)
		}
	})
}

func TestWithHalfOfTheBucketGoneThePaceFindsTheOtherHalf(t *testing.T) {
	for _, action := range []string{"DescribeImageAttribute", "ModifyImageAttribute"} {
		synctest.Test(t, func(t *testing.T) {
			documented := buckets[action]
			cloud := shared{limiter: rate.NewLimiter(documented.refill/2, documented.size/2)}
			const calls = 1000
			took := cloud.ours(newPace(documented), calls)
			bound := time.Duration(float64(calls-documented.size/2) / float64(documented.refill/2) * float64(time.Second))
			if took > bound*12/10 || cloud.refused > calls/20 {
				t.Errorf("%s: %s where %s would do, %d refused", action, took, bound, cloud.refused)
			}
		})
	}
}

func TestThePaceComesBackWhenTheOthersAreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := buckets["DescribeImageAttribute"]
		p := newPace(reads)
		busy := shared{limiter: rate.NewLimiter(1, 1)}
		busy.ours(p, 100)
		if low := p.limiter.Limit(); low > reads.refill/2 || low < reads.refill*slowest {
			t.Fatalf("a pace of %v while nearly nothing is left", low)
		}
		free := shared{limiter: rate.NewLimiter(reads.refill, reads.size)}
		free.ours(p, 250)
		if p.limiter.Limit() != reads.refill {
			t.Errorf("the pace stays at %v", p.limiter.Limit())
		}
	})
}

func TestCallsUnderWaySlowThePaceDownOnce(t *testing.T) {
	p := newPace(bucket{size: 100, refill: 20})
	sent := time.Now()
	for range 8 {
		p.slowDown(sent)
	}
	if got := p.limiter.Limit(); got != 20*slowDownTo {
		t.Errorf("a pace of %v after one burst of throttled calls", got)
	}
	if tokens := p.limiter.Tokens(); tokens >= 2 {
		t.Errorf("%v calls are thought to be left in an empty bucket", tokens)
	}
}

func TestAThrottledAnswerSlowsThePaceDown(t *testing.T) {
	serve(t, map[string]func(int) answer{"DescribeImageAttribute": func(n int) answer {
		if n == 0 {
			return ec2Error(503, "RequestLimitExceeded", "Request limit exceeded.")
		}
		return answer{http.StatusOK, permissionsOf(ami.ID, "")}
	}})
	cloud := newCloud(t, Options{})
	reader, err := cloud.OpenReader(context.Background(), ambientOwner)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Permissions(context.Background(), ami); err != nil {
		t.Fatal(err)
	}
	if got := cloud.limits.pace(ambientOwner.Account, "us-east-1", "DescribeImageAttribute").limiter.Limit(); got >= 20 || got < 20*slowDownTo {
		t.Errorf("a pace of %v after a throttled call", got)
	}
}
