package aws

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
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
	paces map[lane]*pace
}

type lane struct{ account, region, action string }

func newLimits(off bool) *limits { return &limits{off: off, paces: map[lane]*pace{}} }

// pace returns the pace of an action, or nil where it is not limited.
func (l *limits) pace(account, region, action string) *pace {
	documented, limited := buckets[action]
	if l.off || !limited {
		return nil
	}
	key := lane{account, region, action}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.paces[key] == nil {
		l.paces[key] = newPace(documented)
	}
	return l.paces[key]
}

// middleware puts the limit into the stack of an EC2 client.
func (l *limits) middleware(account, region string) func(*middleware.Stack) error {
	limit := middleware.FinalizeMiddlewareFunc("amisync/limit",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			pace := l.pace(account, region, awsmiddleware.GetOperationName(ctx))
			if pace == nil {
				return next.HandleFinalize(ctx, in)
			}
			if err := pace.limiter.Wait(ctx); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			sent := time.Now()
			out, metadata, err := next.HandleFinalize(ctx, in)
			if throttled(err) {
				pace.slowDown(sent)
			} else {
				pace.speedUp()
			}
			return out, metadata, err
		})
	return func(stack *middleware.Stack) error { return stack.Finalize.Insert(limit, "Retry", middleware.After) }
}

// throttled reports whether the cloud refused a call because there were too
// many.
func throttled(err error) bool {
	return err != nil && retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err) == aws.TrueTernary
}
