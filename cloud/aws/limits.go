package aws

import (
	"context"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// bucket is EC2's token bucket for one action: how many calls at once, and how
// many more each second.
type bucket struct {
	size   int
	refill rate.Limit
}

// buckets are the documented limits, each per account, region and action, of
// the calls made here; other calls are never limited on this side.
// Source: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
var buckets = map[string]bucket{
	"DescribeImages":                 {size: 100, refill: 20},
	"DescribeImageAttribute":         {size: 100, refill: 20},
	"DescribeSnapshots":              {size: 100, refill: 20}, // with a filter; without, half of it
	"GetImageBlockPublicAccessState": {size: 100, refill: 20},
	"ModifyImageAttribute":           {size: 100, refill: 5},
}

// limits keeps the rate of calls within what EC2 allows. One limiter serves all
// sessions in an account, and it sees every attempt and every page, because it
// sits behind the SDK's retries. It is safe for concurrent use.
type limits struct {
	off   bool
	mutex sync.Mutex
	rates map[lane]*rate.Limiter
}

type lane struct{ account, region, action string }

func newLimits(off bool) *limits { return &limits{off: off, rates: map[lane]*rate.Limiter{}} }

// wait blocks until the call may be sent, or the context ends.
func (l *limits) wait(ctx context.Context, account, region, action string) error {
	documented, limited := buckets[action]
	if l.off || !limited {
		return nil
	}
	key := lane{account, region, action}
	l.mutex.Lock()
	limiter := l.rates[key]
	if limiter == nil {
		limiter = rate.NewLimiter(documented.refill, documented.size)
		l.rates[key] = limiter
	}
	l.mutex.Unlock()
	return limiter.Wait(ctx)
}

// middleware puts the limit into the stack of an EC2 client.
func (l *limits) middleware(account, region string) func(*middleware.Stack) error {
	limit := middleware.FinalizeMiddlewareFunc("amisync/limit",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			if err := l.wait(ctx, account, region, awsmiddleware.GetOperationName(ctx)); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			return next.HandleFinalize(ctx, in)
		})
	return func(stack *middleware.Stack) error { return stack.Finalize.Insert(limit, "Retry", middleware.After) }
}
