package github

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/go-github/v89/github"

	"github.com/amisync/amisync/reconcile"
)

const (
	// maxWaited is how long a client waits for rate limits, all in all.
	maxWaited = 5 * time.Minute
	// maxAttempts is how often a request is sent that nobody answers as they
	// should.
	maxAttempts = 4
	// maxLimited is how often rate limits may refuse one request.
	maxLimited = 10
	// pause comes before the second attempt, and is doubled from there on. No
	// rate limit is waited for less.
	pause = time.Second
	// limitPause is what GitHub asks for where it names no time.
	// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
	limitPause = time.Minute
)

// operation is what a request is for.
type operation struct {
	action     string // "creating the comment"
	subject    string // "pull request 7 of acme/images"
	permission string // that the token needs, as a workflow writes it
	// once is for what must not be repeated where nobody knows whether it took
	// effect: creations.
	once bool
}

// do sends a request until it is answered. Rate limits are waited for: what they
// refuse has had no effect. What fails inside GitHub, or on the way, is sent
// again unless it must be sent once.
func (c *Client) do(ctx context.Context, op operation, send func() error) error {
	limited, failed := 0, 0
	for {
		err := send()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failure := c.failure(op, err)
		var wait time.Duration
		switch {
		case failure.Kind == reconcile.Throttled:
			wait = c.untilAllowed(err, limited)
			limited++
			switch {
			case limited > maxLimited:
				failure.Hint = "GitHub refuses the same request again and again; run it again later"
				return failure
			case c.waited+wait > maxWaited:
				failure.Hint = fmt.Sprintf("GitHub allows the next request in %s; run it again then", wait.Round(time.Second))
				return failure
			}
			c.waited += wait
			c.tell(fmt.Sprintf("GitHub limits the rate of requests: waiting %s", wait.Round(time.Second)))
		case failure.Kind == reconcile.Uncertain && !op.once && failed+1 < maxAttempts:
			wait = pause << failed
			failed++
			c.tell(fmt.Sprintf("%v: trying again in %s", failure, wait))
		default:
			return failure
		}
		if err := c.sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// untilAllowed is how long to wait for a rate limit that refused a request
// before, too, as often as n says.
func (c *Client) untilAllowed(err error, n int) time.Duration {
	if response, _ := answerOf(err); response != nil {
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds >= 0 {
			return max(time.Duration(min(seconds, 1<<20))*time.Second, pause)
		}
	}
	if limit, ok := errors.AsType[*github.RateLimitError](err); ok && !limit.Rate.Reset.IsZero() {
		return max(limit.Rate.Reset.Sub(c.now()), 0) + time.Second // both clocks tell whole seconds
	}
	return limitPause << min(n, 10)
}

// createOnce creates what must not be there twice. Where nobody knows whether a
// creation took effect, it looks before it creates once more.
func createOnce[T any](ctx context.Context, c *Client, create func() (T, error), look func() (made T, there bool, err error)) (T, error) {
	made, err := create()
	if err == nil || ctx.Err() != nil || reconcile.KindOf(err) != reconcile.Uncertain {
		return made, err
	}
	c.tell(fmt.Sprintf("%v: looking whether it is there in %s", err, pause))
	if err := c.sleep(ctx, pause); err != nil {
		return made, err
	}
	if found, there, err := look(); err != nil || there {
		return found, err
	}
	return create()
}
