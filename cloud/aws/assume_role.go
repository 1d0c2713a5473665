package aws

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// longestSession is the longest that a session of any role lasts.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const longestSession = 12 * time.Hour

// assumeRole remembers who the role session is, and takes no session that could
// not be worked with.
type assumeRole struct {
	client   *sts.Client
	identity string
}

// AssumeRole implements stscreds.AssumeRoleAPIClient.
func (a *assumeRole) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, options ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	out, err := a.client.AssumeRole(ctx, in, options...)
	if err != nil {
		return nil, err
	}
	if err := checkCredentials(out.Credentials, time.Now()); err != nil {
		return nil, err
	}
	if out.AssumedRoleUser != nil && a.identity == "" {
		a.identity = aws.ToString(out.AssumedRoleUser.Arn)
	}
	return out, nil
}

// checkCredentials refuses credentials that are not whole, or whose end would
// have them renewed at every call or never.
func checkCredentials(c *types.Credentials, now time.Time) error {
	if c == nil || aws.ToString(c.AccessKeyId) == "" || aws.ToString(c.SecretAccessKey) == "" || aws.ToString(c.SessionToken) == "" || c.Expiration == nil {
		return badAnswer("it holds no credentials, or not all parts of them")
	}
	if end := *c.Expiration; end.Before(now.Add(renewBefore)) || end.After(now.Add(longestSession)) {
		return badAnswer(fmt.Sprintf("it gives a session until %s, and now is %s: check the clock here", end.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339)))
	}
	return nil
}
