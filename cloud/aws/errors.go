package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/reconcile"
)

// kinds maps the error codes of EC2, STS and KMS to what they mean for a run.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
var kinds = map[string]reconcile.ErrorKind{
	"UnauthorizedOperation": reconcile.Denied,
	"AccessDenied":          reconcile.Denied,
	"AuthFailure":           reconcile.Denied,
	"AccessDeniedException": reconcile.Denied,

	"InvalidClientTokenId":        reconcile.Credentials,
	"ExpiredToken":                reconcile.Credentials,
	"ExpiredTokenException":       reconcile.Credentials,
	"RequestExpired":              reconcile.Credentials,
	"SignatureDoesNotMatch":       reconcile.Credentials,
	"UnrecognizedClientException": reconcile.Credentials,
	"InvalidIdentityToken":        reconcile.Credentials,
	"OptInRequired":               reconcile.Credentials,
	"Blocked":                     reconcile.Credentials,
	"InvalidSignatureException":   reconcile.Credentials,
	"RegionDisabledException":     reconcile.Credentials,

	"RequestLimitExceeded": reconcile.Throttled,
	"Throttling":           reconcile.Throttled,
	"ThrottlingException":  reconcile.Throttled,

	"InvalidAMIID.NotFound":    reconcile.NotFound,
	"NotFoundException":        reconcile.NotFound,
	"InvalidAMIID.Unavailable": reconcile.WrongState,
	"IncorrectState":           reconcile.WrongState,

	"InvalidAMIAttributeItemValue": reconcile.Refused,
	"InvalidParameterValue":        reconcile.Refused,

	"InvalidParameter":            reconcile.Invalid,
	"InvalidParameterCombination": reconcile.Invalid,
	"OperationNotPermitted":       reconcile.Invalid,

	"ResourceLimitExceeded": reconcile.Quota,

	"InvalidAMIID.Malformed": reconcile.Invalid,
	"InvalidAction":          reconcile.Invalid,
	"MissingParameter":       reconcile.Invalid,
	"UnknownParameter":       reconcile.Invalid,
	"ValidationError":        reconcile.Invalid,
	packedPolicyTooLarge:     reconcile.Invalid,
}

// packedPolicyTooLarge refuses a session policy that is short enough, but not as
// STS packs it, perhaps together with tags that the caller's session passes on.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const packedPolicyTooLarge = "PackedPolicyTooLarge"

// dryRunOperation refuses a dry run that would have succeeded.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
const dryRunOperation = "DryRunOperation"

// unknownError is what the SDK calls an answer without a code: a proxy's page,
// for example.
const unknownError = "UnknownError"

// codeHints say how to go on where the code tells more than its kind.
var codeHints = map[string]string{
	"OperationNotPermitted": "if block public access for AMIs is on in the image's account and region, have it turned off there first, " +
		"with credentials of that account: `aws ec2 disable-image-block-public-access --region REGION`",
	packedPolicyTooLarge: "the session policy and the session tags of the caller are too large together: call with fewer transitive session tags",
}

var hints = map[reconcile.ErrorKind]string{
	reconcile.Denied:      "allow the role (or, without one, the caller) this action; `amisync iam-policy permissions` prints all that it needs",
	reconcile.Credentials: "renew the credentials and run again",
	reconcile.Throttled:   "something else uses up this account's rate of calls; run again later, or with a smaller --parallel",
	reconcile.NotFound:    "the image is gone; run plan again",
	reconcile.WrongState:  "the image cannot be shared in its state; run plan again",
	reconcile.Uncertain:   "run again; if it stays so, check the network, the endpoint and proxies in between",
	reconcile.Quota:       "have the quota raised, or need less of it: unpublish images, or share with an organizational unit instead of its accounts",
}

// callError turns what the SDK returned into an error of the engine. A code
// that is not known is a refusal, perhaps of one entry: the code for an account
// that does not exist, for one, is not documented. Where there is no code at all,
// or the fault is the server's, nobody knows whether the call took effect.
func callError(action, subject string, err error) *reconcile.Error {
	failure := &reconcile.Error{Kind: reconcile.Uncertain, Action: action, Subject: subject, Err: err}
	api, isAPI := apiError(err)
	_, bad := errors.AsType[badAnswer](err)
	switch {
	case errors.Is(err, context.Canceled):
		failure.Err = errors.New("interrupted")
	case isAPI && api.ErrorCode() == unknownError, !isAPI && !bad && statusOf(err) >= http.StatusMultipleChoices:
		failure.Err = fmt.Errorf("the answer is HTTP %d without an error code of the cloud", statusOf(err))
	case isAPI:
		failure.Err = errors.New(withoutEcho(answerText(api, err), err))
		kind, known := kinds[api.ErrorCode()]
		switch {
		case known:
			failure.Kind = kind
		case statusOf(err) < http.StatusInternalServerError:
			failure.Kind = reconcile.Refused
		}
	default:
		failure.Err = errors.New(withoutEcho(userInfo().ReplaceAllString(plainCause(err), "//"), err))
	}
	failure.Hint = hints[failure.Kind]
	if isAPI {
		failure.Hint = cmp.Or(codeHints[api.ErrorCode()], failure.Hint)
	}
	return failure
}

// isCode reports whether the cloud answered with the error code.
func isCode(err error, code string) bool {
	api, ok := apiError(err)
	return ok && api.ErrorCode() == code
}

func apiError(err error) (smithy.APIError, bool) { return errors.AsType[smithy.APIError](err) }

func statusOf(err error) int {
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}

// answerText is an error that the cloud itself named: the code and what the cloud
// says of it. A cloud that refuses a signature repeats the request; that part is
// left out. Services that are called for credentials alone, such as SSO, are asked
// with secrets that are not known here: of their answers only the code is shown.
func answerText(api smithy.APIError, err error) string {
	if service := serviceOf(err); service != "" && !slices.Contains([]string{ec2.ServiceID, sts.ServiceID, kms.ServiceID}, service) {
		return api.ErrorCode()
	}
	message, _, _ := strings.Cut(api.ErrorMessage(), "The Canonical String")
	return fmt.Sprintf("%s: %s", api.ErrorCode(), oneLine(message))
}

// serviceOf is the service that answered: a call may have failed because the one
// for its credentials did.
func serviceOf(err error) string {
	service := ""
	for {
		operation, ok := errors.AsType[*smithy.OperationError](err)
		if !ok {
			return service
		}
		service, err = operation.Service(), operation.Err
	}
}

// plainCause strips the SDK's chain of operation names from a failure without
// an answer: the transport's error, or why the answer could not be read.
func plainCause(err error) string {
	if bad, ok := errors.AsType[badAnswer](err); ok {
		return "the answer cannot be used: " + bad.Error()
	}
	if decode, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return "the answer could not be read: " + oneLine(decode.Err.Error())
	}
	if send, ok := errors.AsType[*url.Error](err); ok {
		host := send.URL
		if parsed, err := url.Parse(send.URL); err == nil {
			host = parsed.Host
		}
		return oneLine("no answer from " + host + ": " + send.Err.Error())
	}
	return oneLine(err.Error())
}

// userInfo is what a URL, also a wrong one, may hold in front of its host: a
// name and a password, with any character in it.
var userInfo = lazy.Regexp(`//.*@`)

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
