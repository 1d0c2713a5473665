package aws

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/amisync/amisync/reconcile"
)

func TestWhatAnErrorCodeMeans(t *testing.T) {
	for _, c := range []struct {
		status  int
		code    string
		message string
		kind    reconcile.ErrorKind
		calls   int // attempts: two where trying again is worth it
	}{
		{403, "UnauthorizedOperation", "You are not authorized to perform this operation.", reconcile.Denied, 1},
		{403, "AuthFailure", "Not authorized for image:ami-12345678", reconcile.Denied, 1},
		{400, "InvalidAMIID.NotFound", "The image id '[ami-12345678]' does not exist", reconcile.NotFound, 1},
		{400, "InvalidAMIID.Unavailable", "The image ID 'ami-12345678' is no longer available", reconcile.WrongState, 1},
		{400, "IncorrectState", "x", reconcile.WrongState, 1},
		{400, "InvalidAMIAttributeItemValue", "Invalid attribute item value \"999\" for userId item type.", reconcile.Refused, 1},
		{400, "InvalidParameterValue", "x", reconcile.Refused, 1},
		{400, "InvalidParameterCombination", "No attributes specified.", reconcile.Invalid, 1},
		{400, "OperationNotPermitted", "You can\u2019t publicly share this image because block public access for AMIs is enabled for this account.", reconcile.Invalid, 1},
		{400, "ResourceLimitExceeded", "You have reached your quota of 5", reconcile.Quota, 1},
		{503, "RequestLimitExceeded", "Request limit exceeded.", reconcile.Throttled, 2},
		{400, "RequestLimitExceeded", "Request limit exceeded.", reconcile.Throttled, 2},
		{400, "Throttling", "Rate exceeded", reconcile.Throttled, 2},
		{500, "InternalError", "An internal error has occurred", reconcile.Uncertain, 2},
		{503, "Unavailable", "The server is overloaded", reconcile.Uncertain, 2},
		{502, "BadGateway", "x", reconcile.Uncertain, 2},
		{500, "SomethingNew", "x", reconcile.Uncertain, 2},
		{400, "SomethingNew", "x", reconcile.Refused, 1},
		{400, "InvalidAMIID.Malformed", "Invalid id", reconcile.Invalid, 1},
		{403, "InvalidSignatureException", "Signature expired", reconcile.Credentials, 1},
		{403, "RegionDisabledException", "STS is not activated in this region for account:1", reconcile.Credentials, 1},
		{403, "Blocked", "This account is blocked", reconcile.Credentials, 1},
		{403, "OptInRequired", "You are not subscribed to this service", reconcile.Credentials, 1},
		{400, "RequestExpired", "Request has expired.", reconcile.Credentials, 1},
		{401, "InvalidClientTokenId", "The security token included in the request is invalid.", reconcile.Credentials, 1},
	} {
		t.Run(c.code, func(t *testing.T) {
			s := serve(t, map[string]func(int) answer{
				"DescribeImages": fails(c.status, c.code, c.message), "DescribeImageAttribute": fails(c.status, c.code, c.message), "ModifyImageAttribute": fails(c.status, c.code, c.message),
			})
			reader, writer := openReader(t, ambientOwner), openWriter(t, ambientOwner)
			_, listing := reader.List(context.Background(), "us-east-1", reconcile.Filter{})
			_, reading := reader.Permissions(context.Background(), ami)
			for action, err := range map[string]error{"ec2:DescribeImages": listing, "ec2:DescribeImageAttribute": reading, "ec2:ModifyImageAttribute": writer.Do(context.Background(), oneGrant())} {
				kind := c.kind
				if action == "ec2:DescribeImages" && c.code == "AuthFailure" {
					kind = reconcile.Credentials // a region that the account has not opted into
				}
				failure := failed(t, err, kind, c.code+": "+c.message)
				if failure.Action != action || (failure.Hint == "") != (c.kind == reconcile.Refused || c.kind == reconcile.Invalid && c.code != "OperationNotPermitted") {
					t.Errorf("%+v", failure)
				}
				if got := len(s.of(strings.TrimPrefix(action, "ec2:"))); got != c.calls {
					t.Errorf("%s was tried %d times, want %d", action, got, c.calls)
				}
			}
		})
	}
}

func TestErrorsThatAreNotTheCloudsOwn(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		kind   reconcile.ErrorKind
	}{
		{"a gateway's page", 502, "<html><body>Bad Gateway</body></html>", reconcile.Uncertain},
		{"a gateway's empty page", 504, "", reconcile.Uncertain},
		{"a page that is no XML", 502, "<html><head><meta charset=utf-8><br></head>Bad & Gateway", reconcile.Uncertain},
		{"plain text", 407, "Proxy Authentication Required", reconcile.Uncertain},
		{"a proxy's page", 403, "<html><body>Forbidden by proxy</body></html>", reconcile.Uncertain},
		{"an error without a code", 400, "<Response><Errors/></Response>", reconcile.Uncertain},
	} {
		t.Run(c.name, func(t *testing.T) {
			serve(t, map[string]func(int) answer{"ModifyImageAttribute": func(int) answer { return answer{c.status, c.body} }})
			failure := failed(t, openWriter(t, ambientOwner).Do(context.Background(), oneGrant()), c.kind, fmt.Sprintf("the answer is HTTP %d without an error code of the cloud", c.status))
			if failure.Kind == reconcile.Uncertain && !strings.Contains(failure.Hint, "finds out by itself") {
				t.Errorf("the hint is %q", failure.Hint)
			}
		})
	}
}

func TestARegionThatIsNotEnabledIsNamed(t *testing.T) {
	serve(t, map[string]func(int) answer{"DescribeImages": fails(401, "AuthFailure", "AWS was not able to validate the provided access credentials")})
	_, err := openReader(t, ambientOwner).List(context.Background(), "eu-west-1", reconcile.Filter{})
	if failure := failed(t, err, reconcile.Credentials, "AuthFailure"); !strings.Contains(failure.Hint, "region eu-west-1 is enabled for account 111122223333") {
		t.Errorf("the hint is %q", failure.Hint)
	}
}

func TestServerErrorsAreRetriedAndForgotten(t *testing.T) {
	fineAfter := func(n int, good string) func(int) answer {
		return func(call int) answer {
			if call < n {
				return ec2Error(500, "InternalError", "x")
			}
			return answer{http.StatusOK, good}
		}
	}
	s := serve(t, map[string]func(int) answer{"DescribeImageAttribute": fineAfter(1, permissionsOf(ami.ID, ""))})
	if _, err := openReader(t, ambientOwner).Permissions(context.Background(), ami); err != nil || len(s.of("DescribeImageAttribute")) != 2 {
		t.Errorf("%v after %d calls", err, len(s.of("DescribeImageAttribute")))
	}
	s = serve(t, map[string]func(int) answer{"DescribeImageAttribute": fineAfter(4, permissionsOf(ami.ID, ""))})
	reader, err := newCloud(t, Options{MaxAttempts: 5}).OpenReader(context.Background(), ambientOwner)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Permissions(context.Background(), ami); err != nil || len(s.of("DescribeImageAttribute")) != 5 {
		t.Errorf("%v after %d calls: the option goes before AWS_MAX_ATTEMPTS", err, len(s.of("DescribeImageAttribute")))
	}
}

func TestWithoutASettingACallIsTriedEightTimes(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"DescribeImageAttribute": fails(503, "RequestLimitExceeded", "Request limit exceeded.")})
	t.Setenv("AWS_MAX_ATTEMPTS", "")
	_, err := openReader(t, ambientOwner).Permissions(context.Background(), ami)
	failed(t, err, reconcile.Throttled, "RequestLimitExceeded")
	if got := len(s.of("DescribeImageAttribute")); got != 8 {
		t.Errorf("%d calls", got)
	}
}

// TestThrottlingOfThousandsOfReadsUsesUpNoBudget has more failures than the
// SDK's own budget of retries would stand.
func TestThrottlingOfThousandsOfReadsUsesUpNoBudget(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"DescribeImageAttribute": func(n int) answer {
		if n%2 == 0 {
			return ec2Error(503, "RequestLimitExceeded", "Request limit exceeded.")
		}
		return answer{http.StatusOK, permissionsOf(ami.ID, "")}
	}})
	reader, err := newCloud(t, Options{Unlimited: true}).OpenReader(context.Background(), ambientOwner)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 150 {
		if _, err := reader.Permissions(context.Background(), ami); err != nil {
			t.Fatalf("read %d: %v", i, err)
		}
	}
	if got := len(s.of("DescribeImageAttribute")); got != 300 {
		t.Errorf("%d calls", got)
	}
}

func TestALostAnswerIsUncertain(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"ModifyImageAttribute": func(int) answer { return answer{-1, ""} }})
	failed(t, openWriter(t, ambientOwner).Do(context.Background(), oneGrant()), reconcile.Uncertain, "")
	if len(s.of("ModifyImageAttribute")) == 0 {
		t.Error("the call was never made")
	}
}

func TestAnInterruptedCallSaysSo(t *testing.T) {
	serve(t, map[string]func(int) answer{"DescribeImages": ok(describe("", ""))})
	reader := openReader(t, ambientOwner)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := reader.List(ctx, "us-east-1", reconcile.Filter{})
	failed(t, err, reconcile.Uncertain, "interrupted")
	_, err = newCloud(t, Options{}).OpenReader(ctx, ambientOwner)
	failed(t, err, reconcile.Uncertain, "interrupted")
}

// TestARefusedSignatureDoesNotTellTheRequest answers as AWS does: with the
// request that it took, session token included.
func TestARefusedSignatureDoesNotTellTheRequest(t *testing.T) {
	message := "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'POST\n/\n\nhost:ec2\nx-amz-security-token:" + sessionToken + "\n'"
	var log bytes.Buffer
	serve(t, map[string]func(int) answer{"DescribeImages": fails(403, "SignatureDoesNotMatch", message), "AssumeRole": stsError(403, "SignatureDoesNotMatch", message)})
	cloud := newCloud(t, Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	reader, err := cloud.OpenReader(context.Background(), ambientOwner)
	if err != nil {
		t.Fatal(err)
	}
	_, err = reader.List(context.Background(), "us-east-1", reconcile.Filter{})
	failed(t, err, reconcile.Credentials, "SignatureDoesNotMatch: The request signature we calculated does not match")
	_, err = cloud.OpenReader(context.Background(), roleOwner)
	failed(t, err, reconcile.Credentials, "SignatureDoesNotMatch")
	if text := log.String(); !strings.Contains(text, "DescribeImages") || strings.Contains(text, sessionToken) || strings.Contains(text, secretKey) {
		t.Errorf("the log: %s", text)
	}
}

func TestTheLogTellsEveryAttemptAndNoSecret(t *testing.T) {
	var log bytes.Buffer
	serve(t, map[string]func(int) answer{
		"AssumeRole": ok(roleSession(roleOwner.Account, "x")),
		"DescribeImages": func(n int) answer {
			if n == 0 {
				return ec2Error(503, "RequestLimitExceeded", "Request limit exceeded.")
			}
			return answer{http.StatusOK, describe("", "")}
		},
	})
	reader, err := newCloud(t, Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}).OpenReader(context.Background(), roleOwner)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.List(context.Background(), "us-east-1", reconcile.Filter{}); err != nil {
		t.Fatal(err)
	}
	text := log.String()
	if strings.Count(text, "action=DescribeImages") != 2 || strings.Count(text, "action=AssumeRole") != 1 || strings.Count(text, "RequestLimitExceeded") != 1 || !strings.Contains(text, "account=111122223333 region=us-east-1") {
		t.Errorf("the log: %s", text)
	}
	for _, secret := range []string{secretKey, sessionToken, roleSecretKey, roleToken, externalID} {
		if strings.Contains(text, secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}
