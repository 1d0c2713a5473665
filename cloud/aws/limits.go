package aws

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// buckets are the documented limits, each per account, region and action, of
// the calls made here; other calls are never limited on this side.
// Source: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
var buckets = map[string]reconcile.Bucket{
	"DescribeImages":                 {Size: 100, Refill: 20},
	"DescribeImageAttribute":         {Size: 100, Refill: 20},
	"DescribeSnapshots":              {Size: 100, Refill: 20}, // with a filter; without, half of it
	"GetImageBlockPublicAccessState": {Size: 100, Refill: 20},
	"ModifyImageAttribute":           {Size: 100, Refill: 5},
}

// limits keeps the rate of calls within what EC2 allows. One limiter serves all
// sessions in an account, and it sees every attempt and every page, because it
// sits behind the SDK's retries. It is safe for concurrent use.
type limits struct {
	off     bool
	buckets map[string]reconcile.Bucket // by action
	mutex   sync.Mutex
	paces   map[lane]*pace
	calls   reconcile.Calls // that were answered, and not throttled
	refused int             // throttled ones
}

type lane struct{ account, region, action string }

func newLimits(options Options) *limits {
	l := &limits{off: options.Unlimited, buckets: options.Buckets, paces: map[lane]*pace{}, calls: reconcile.Calls{}}
	if l.buckets == nil {
		l.buckets = buckets
	}
	return l
}

// Limits are the calls to EC2 and their documented limits in each lane.
func Limits() reconcile.Limits {
	return reconcile.Limits{List: "DescribeImages", Read: "DescribeImageAttribute", IDsPerList: maxFilterValues, Buckets: maps.Clone(buckets)}
}

// Calls counts the calls to EC2 so far, by lane and action: pages and retries
// are calls of their own, throttled ones take nothing out of a bucket and do not
// count.
func (c *Cloud) Calls() reconcile.Calls {
	c.limits.mutex.Lock()
	defer c.limits.mutex.Unlock()
	calls := reconcile.Calls{}
	for lane, actions := range c.limits.calls {
		calls[lane] = maps.Clone(actions)
	}
	return calls
}

// Throttled counts the calls that EC2 throttled so far.
func (c *Cloud) Throttled() int {
	c.limits.mutex.Lock()
	defer c.limits.mutex.Unlock()
	return c.limits.refused
}

func (l *limits) count(account, region, action string, throttled bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if throttled {
		l.refused++
		return
	}
	l.calls.Add(reconcile.Lane{Provider: principal.AWS, Account: account, Region: region}, action, 1)
}

// pace returns the pace of an action, or nil where it is not limited.
func (l *limits) pace(account, region, action string) *pace {
	configured, limited := l.buckets[action]
	if l.off || !limited {
		return nil
	}
	key := lane{account, region, action}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.paces[key] == nil {
		l.paces[key] = newPace(configured)
	}
	return l.paces[key]
}

// middleware puts the limit into the stack of an EC2 client.
func (l *limits) middleware(account, region string) func(*middleware.Stack) error {
	limit := middleware.FinalizeMiddlewareFunc("amisync/limit",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			action := awsmiddleware.GetOperationName(ctx)
			pace := l.pace(account, region, action)
			if err := pace.wait(ctx); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			sent := time.Now()
			out, metadata, err := next.HandleFinalize(ctx, in)
			pace.answered(sent, throttled(err))
			l.count(account, region, action, throttled(err))
			return out, metadata, err
		})
	return func(stack *middleware.Stack) error { return stack.Finalize.Insert(limit, "Retry", middleware.After) }
}

// retryer makes a client's retries fit the limits.
func (l *limits) retryer(of aws.Retryer) aws.Retryer {
	if standard, ok := of.(aws.RetryerV2); ok && !l.off {
		return pacedRetryer{standard}
	}
	return of
}

// pacedRetryer leaves the wait of a throttled call to the pace of its action;
// only one that is throttled again backs off besides. Other errors have nothing to
// do with the pace: they back off exponentially, up to a second at first.
type pacedRetryer struct{ aws.RetryerV2 }

// RetryDelay implements aws.Retryer.
func (r pacedRetryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	attempt-- // the SDK begins with up to two seconds
	if throttled(err) {
		if attempt--; attempt < 0 {
			return 0, nil
		}
	}
	return r.RetryerV2.RetryDelay(max(attempt, 0), err)
}

// throttled reports whether the cloud refused a call because there were too
// many.
func throttled(err error) bool {
	return err != nil && retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err) == aws.TrueTernary
}
