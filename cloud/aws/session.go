package aws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// sessionDuration is how long a role session lasts before it is renewed. An
// hour is the most that a session assumed from another role's may last, and
// every role allows it.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
const sessionDuration = time.Hour

// renewBefore is how long before its end a role session is renewed.
const renewBefore = 5 * time.Minute

// session is a way into one owner account. It is safe for concurrent use.
type session struct {
	account  string
	identity string // the caller's ARN
	config   aws.Config
	limits   *limits
	log      *slog.Logger

	mutex   sync.Mutex
	regions map[string]calls
}

// open enters the owner account for the purpose, through a role under the first
// of the policies that STS takes.
func (c *Cloud) open(ctx context.Context, owner reconcile.Owner, purpose string, policies []string) (*session, error) {
	cfg, err := c.load()
	if err != nil {
		return nil, err
	}
	cfg = cfg.Copy()
	if partition := principal.RegionPartition(owner.Provider, owner.Regions[0]); cfg.Region == "" || principal.RegionPartition(owner.Provider, cfg.Region) != partition {
		cfg.Region = defaultRegion(owner)
	}
	if err := hasCredentials(ctx, cfg); err != nil {
		return nil, err
	}
	s := &session{account: owner.Account, config: cfg, limits: c.limits, log: c.options.Log, regions: map[string]calls{}}
	var account string
	if owner.Role == "" {
		account, err = s.ambient(ctx)
	} else {
		account, err = s.assume(ctx, owner, sessionName(purpose, c.options.Actor, c.options.Run), c.options.Actor, policies)
	}
	if err != nil {
		return nil, err
	}
	if account != owner.Account {
		return nil, wrongAccount(owner, account)
	}
	return s, nil
}

// hasCredentials tells missing credentials from ones that cannot be used, and
// those from a refused call. What a provider says of its failure is told only
// where it called somebody: the text of others may hold what they read.
func hasCredentials(ctx context.Context, cfg aws.Config) error {
	_, err := cfg.Credentials.Retrieve(ctx)
	if err == nil {
		return nil
	}
	operation, called := errors.AsType[*smithy.OperationError](err)
	failure := &reconcile.Error{Kind: reconcile.Credentials, Action: "credentials", Err: errors.New("the configured AWS credentials cannot be used"),
		Hint: "run `aws sts get-caller-identity` to see why; where SSO gives them, log in with `aws sso login`"}
	switch {
	case ctx.Err() != nil:
		return callError(failure.Action, "", ctx.Err())
	case called && operation.Service() == "ec2imds": // the last provider of all
		failure.Err = errors.New("no AWS credentials were found")
		failure.Hint = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`"
	case called:
		failure.Action = strings.ToLower(operation.Service()) + ":" + operation.Operation()
		answer := callError(failure.Action, "", err)
		if _, answered := apiError(err); answered {
			return answer
		}
		failure.Err = answer.Err
	}
	return failure
}

func (s *session) sts() *sts.Client {
	return sts.NewFromConfig(s.config, func(o *sts.Options) {
		o.APIOptions = append(o.APIOptions, logCalls(s.log, s.account, o.Region))
	})
}

const noAccount = badAnswer("it does not say which account the credentials lead to")

// ambient takes the credentials as they are found.
func (s *session) ambient(ctx context.Context) (account string, err error) {
	answer, err := s.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err == nil && aws.ToString(answer.Account) == "" {
		err = noAccount
	}
	if err != nil {
		return "", callError("sts:GetCallerIdentity", "account "+s.account, err)
	}
	s.identity = aws.ToString(answer.Arn)
	return aws.ToString(answer.Account), nil
}

// assume replaces the session's credentials by those of the owner's role, under
// the first of the policies that STS can pack.
func (s *session) assume(ctx context.Context, owner reconcile.Owner, name, actor string, policies []string) (account string, err error) {
	client := &assumeRole{client: s.sts()}
	var source *string
	if owner.NameActor {
		if source, err = sourceIdentity(owner, actor); err != nil {
			return "", err
		}
	}
	enter := func(policy string) (aws.Credentials, error) {
		s.config.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(client, owner.Role, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName, o.SourceIdentity, o.Policy, o.Duration = name, source, aws.String(policy), sessionDuration
			if owner.ExternalID != "" {
				o.ExternalID = aws.String(owner.ExternalID)
			}
		}), func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = renewBefore })
		return s.config.Credentials.Retrieve(ctx)
	}
	var credentials aws.Credentials
	for _, policy := range policies {
		if credentials, err = enter(policy); !isCode(err, packedPolicyTooLarge) {
			break
		}
	}
	if err == nil && credentials.AccountID == "" {
		err = noAccount
	}
	if err != nil {
		return "", assumeError(owner, err)
	}
	s.identity = client.identity
	return credentials.AccountID, nil
}

func assumeError(owner reconcile.Owner, err error) error {
	failure := callError("sts:AssumeRole", owner.Role, err)
	if failure.Kind != reconcile.Denied {
		return failure
	}
	failure.Kind = reconcile.Credentials
	trust := "names you"
	if owner.NameActor {
		trust += " and allows " + setSourceIdentity + ", which sourceIdentity: true needs"
	}
	failure.Hint = fmt.Sprintf("check that the role exists, that its trust policy %s, and that externalId of OwnerAccount %s is the one it asks for", trust, owner.Name)
	if owner.NameActor {
		failure.Hint += "; a session that already has another source identity cannot change it"
	}
	return failure
}

func wrongAccount(owner reconcile.Owner, account string) error {
	way := "the ambient credentials lead"
	hint := fmt.Sprintf("use credentials of account %s, or give OwnerAccount %s a role", owner.Account, owner.Name)
	if owner.Role != "" {
		way = "role " + owner.Role + " leads"
		hint = fmt.Sprintf("correct id or role of OwnerAccount %s", owner.Name)
	}
	return &reconcile.Error{Kind: reconcile.WrongAccount, Hint: hint,
		Err: fmt.Errorf("%s to account %s, the manifest says %s", way, account, owner.Account)}
}
