// Package aws reads and changes images in AWS through EC2, STS and KMS. It is
// the only importer of the AWS SDK.
//
// The SDK's default configuration decides about credentials, profiles, web
// identity and endpoints. A Cloud enters an owner account once for reading and
// once for writing, each time with a session of its own that a session policy
// holds to that purpose, and checks that it arrived where the manifest says
// before it does anything else. Answers are bounded in size, depth and time: what
// answers need not be AWS.
package aws

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/middleware"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Options steer a Cloud. The zero value works.
type Options struct {
	// Actor is who runs amisync, and Run which run it is: sessions carry both in
	// their names, for CloudTrail. Either may be empty. Owners that ask for a source
	// identity cannot be entered without an actor.
	Actor, Run string
	// Buckets are the limits on amisync's own call rate in each lane, by action, each
	// with a size and a refill; nil means those of Limits(). An action that is not
	// among them is not limited.
	Buckets map[string]reconcile.Bucket
	// Unlimited turns the limits on amisync's own call rate off; for tests
	// against a cloud without limits.
	Unlimited bool
	// MaxAttempts is how often a call is tried before its error counts; zero
	// means what AWS_MAX_ATTEMPTS or the profile say, or else 8.
	MaxAttempts int
	// Stop, once closed, keeps changes that are not sent yet from being sent, for
	// the first time or again: those that wait for the limits are not made to wait
	// any longer. Reading goes on, and so does what is in flight. Nil never stops.
	Stop <-chan struct{}
	// Log is told of every attempt of a call at level debug; nil tells nobody.
	Log *slog.Logger
}

// Cloud opens sessions in AWS accounts. It is safe for concurrent use.
type Cloud struct {
	options Options
	load    func() (aws.Config, error)
	limits  *limits
}

// New returns a Cloud. Nothing is read or called before the first session.
func New(options Options) *Cloud {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	return &Cloud{options: options, limits: newLimits(options), load: sync.OnceValues(func() (aws.Config, error) {
		return loadConfig(options)
	})}
}

// answerTimeout is how long one attempt of a call may take. The SDK has no such
// limit of its own: a server that never answers would hold the run up for good.
const answerTimeout = time.Minute

// loadConfig reads the SDK's default configuration. Calls are retried in the
// SDK's standard mode, more often than by default and without the client-wide
// budget of retries: a budget shared by thousands of reads would turn one
// throttled stretch into failures of unrelated images.
func loadConfig(options Options) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(context.Background(), config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(answerTimeout)),
		config.WithAPIOptions([]func(*middleware.Stack) error{plainBody, boundAnswer, rememberSecrets}), config.WithLogger(sdkLog{options.Log}))
	if err != nil {
		return aws.Config{}, &reconcile.Error{Kind: reconcile.Credentials, Action: "configuration", Err: err,
			Hint: "mend the AWS configuration that the message names"}
	}
	attempts := cmp.Or(options.MaxAttempts, cfg.RetryMaxAttempts, 8)
	cfg.RetryMaxAttempts = 0
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = attempts
			o.MaxBackoff = 20 * time.Second
			o.RateLimiter = ratelimit.None
		})
	}
	return cfg, nil
}

// OpenReader enters the owner account for reading. Through a role it gets a
// session that can change nothing, whatever the role may do.
func (c *Cloud) OpenReader(ctx context.Context, owner reconcile.Owner) (*Reader, error) {
	session, err := c.open(ctx, owner, "read", readPolicies())
	if err != nil {
		return nil, err
	}
	return &Reader{session}, nil
}

// OpenWriter enters the owner account for changing the images, of which there
// is at least one. Through a role it gets a session that can share these images
// and nothing else; where they are too many for a session's policy, all images
// of their regions, or of the account. Once Options.Stop is closed it fails with
// kind NotSent.
func (c *Cloud) OpenWriter(ctx context.Context, owner reconcile.Owner, images []principal.Image) (*Writer, error) {
	policies, err := writePolicies(images)
	if err != nil {
		return nil, err
	}
	entering, end := untilStop(ctx, c.options.Stop)
	defer end()
	session, err := c.open(entering, owner, "write", policies)
	switch {
	case err != nil && entering.Err() != nil && ctx.Err() == nil:
		return nil, notSent(modify, "account "+owner.Account)
	case err != nil:
		return nil, err
	}
	return &Writer{session, c.options.Stop}, nil
}

// Carrier says what one call to EC2 can carry: every launch permission of an
// image that is to change, given or taken.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html
func Carrier(changes []reconcile.Change) []reconcile.Call {
	return []reconcile.Call{{Action: "ModifyImageAttribute", Changes: changes}}
}

// defaultRegion is where STS is called when neither the environment nor the
// profile names a region of the owner's partition. A region that the owner uses would not do: it may be
// one that the caller's account has not opted into.
func defaultRegion(owner reconcile.Owner) string {
	switch principal.RegionPartition(owner.Provider, owner.Regions[0]) {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws":
		return "us-east-1"
	}
	return owner.Regions[0]
}
