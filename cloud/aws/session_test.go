package aws

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestARoleIsAssumedOnceForASession(t *testing.T) {
	s := serve(t, map[string]func(int) answer{
		"AssumeRole": ok(roleSession(roleOwner.Account, "amisync-read-run-7")), "DescribeImages": ok(describe("", "")), "DescribeImageAttribute": ok(permissionsOf(ami.ID, "")),
	})
	reader, err := newCloud(t, Options{Run: "run/7"}).OpenReader(context.Background(), roleOwner)
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range roleOwner.Regions {
		if _, err := reader.List(context.Background(), region, reconcile.Filter{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := reader.Permissions(context.Background(), ami); err != nil {
		t.Fatal(err)
	}
	assumed := s.of("AssumeRole")
	if len(assumed) != 1 || len(s.of("GetCallerIdentity")) > 0 {
		t.Fatalf("%d roles assumed, identity asked %d times", len(assumed), len(s.of("GetCallerIdentity")))
	}
	for parameter, value := range map[string]string{"RoleArn": roleOwner.Role, "RoleSessionName": "amisync-read-run-7", "ExternalId": externalID, "DurationSeconds": "3600"} {
		if got := assumed[0].form.Get(parameter); got != value {
			t.Errorf("%s is %q, want %q", parameter, got, value)
		}
	}
	if assumed[0].key != "AKIAAMBIENT" || assumed[0].token != sessionToken {
		t.Errorf("assumed by %q", assumed[0].key)
	}
	for _, made := range append(s.of("DescribeImages"), s.of("DescribeImageAttribute")...) {
		if made.key != "ASIAROLE" || made.token != roleToken {
			t.Errorf("%s was called by %q", made.action, made.key)
		}
	}
}

func TestARoleWithoutAnExternalIDSendsNone(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"AssumeRole": ok(roleSession(roleOwner.Account, "x"))})
	owner := roleOwner
	owner.ExternalID = ""
	openReader(t, owner)
	if _, sent := s.of("AssumeRole")[0].form["ExternalId"]; sent {
		t.Error("an empty external id was sent")
	}
}

func TestReadingAndWritingAreSessionsOfTheirOwn(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"AssumeRole": func(n int) answer {
		return answer{200, roleSession(roleOwner.Account, fmt.Sprintf("session-%d", n))}
	}})
	cloud := newCloud(t, Options{})
	if _, err := cloud.OpenReader(context.Background(), roleOwner); err != nil {
		t.Fatal(err)
	}
	writer, err := cloud.OpenWriter(context.Background(), roleOwner, []principal.Image{ami})
	if err != nil {
		t.Fatal(err)
	}
	assumed := s.of("AssumeRole")
	if len(assumed) != 2 || assumed[0].form.Get("RoleSessionName") != "amisync-read" || assumed[1].form.Get("RoleSessionName") != "amisync-write" {
		t.Errorf("%+v", assumed)
	}
	if got := writer.Identity(); got != "arn:aws:sts::111122223333:assumed-role/amisync/session-1" {
		t.Errorf("the identity is %q", got)
	}
}

func TestTheIdentityOfAmbientCredentials(t *testing.T) {
	s := serve(t, map[string]func(int) answer{})
	if got := openWriter(t, ambientOwner).Identity(); got != "arn:aws:iam::111122223333:user/ci" || len(s.of("GetCallerIdentity")) != 1 {
		t.Errorf("the identity is %q", got)
	}
}

func TestAnotherAccountThanDeclaredIsNotEntered(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"GetCallerIdentity": ok(identity("999999999999")), "AssumeRole": ok(roleSession("888888888888", "x"))})
	_, err := newCloud(t, Options{}).OpenReader(context.Background(), ambientOwner)
	failure := failed(t, err, reconcile.WrongAccount, `the ambient credentials lead to account 999999999999, the manifest says 111122223333`)
	if !strings.Contains(failure.Hint, "give OwnerAccount image-factory a role") {
		t.Errorf("the hint is %q", failure.Hint)
	}
	_, err = newCloud(t, Options{}).OpenWriter(context.Background(), roleOwner, []principal.Image{ami})
	failure = failed(t, err, reconcile.WrongAccount, roleOwner.Role+` leads to account 888888888888`)
	if !strings.Contains(failure.Hint, "correct id or role of OwnerAccount image-factory") {
		t.Errorf("the hint is %q", failure.Hint)
	}
	if len(s.of("DescribeImages"))+len(s.of("ModifyImageAttribute")) > 0 {
		t.Error("something was called in the wrong account")
	}
}

func TestAnIdentityThatIsNotTold(t *testing.T) {
	for _, body := range []string{"", "<html><body>Sign in<br></body></html>", "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>"} {
		serve(t, map[string]func(int) answer{"GetCallerIdentity": ok(body)})
		if _, err := newCloud(t, Options{}).OpenReader(context.Background(), ambientOwner); err == nil {
			t.Errorf("entered on %q", body)
		} else if kind := reconcile.KindOf(err); kind != reconcile.WrongAccount && kind != reconcile.Uncertain {
			t.Errorf("%q: %v of kind %s", body, err, kind)
		}
	}
}

func TestARoleThatMayNotBeAssumed(t *testing.T) {
	denial := "User: arn:aws:iam::999999999999:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/amisync"
	s := serve(t, map[string]func(int) answer{"AssumeRole": stsError(403, "AccessDenied", denial)})
	_, err := newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
	failure := failed(t, err, reconcile.Credentials, "AccessDenied: "+denial)
	if failure.Action != "sts:AssumeRole" || failure.Subject != roleOwner.Role || !strings.Contains(failure.Hint, "trust policy names you") || !strings.Contains(failure.Hint, "externalId of OwnerAccount image-factory") {
		t.Errorf("%+v", failure)
	}
	if got := len(s.of("AssumeRole")); got != 1 {
		t.Errorf("tried %d times", got)
	}
}

func TestCredentialsThatAreNoLongerGood(t *testing.T) {
	for _, code := range []string{"ExpiredToken", "InvalidClientTokenId"} {
		serve(t, map[string]func(int) answer{"GetCallerIdentity": stsError(403, code, "The security token included in the request is expired"), "AssumeRole": stsError(403, code, "expired")})
		_, err := newCloud(t, Options{}).OpenReader(context.Background(), ambientOwner)
		if failure := failed(t, err, reconcile.Credentials, code); failure.Action != "sts:GetCallerIdentity" || failure.Hint != hints[reconcile.Credentials] {
			t.Errorf("%+v", failure)
		}
		_, err = newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
		failed(t, err, reconcile.Credentials, code)
	}
}

func TestAThrottledSTSIsThrottling(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"AssumeRole": stsError(400, "Throttling", "Rate exceeded")})
	_, err := newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
	failed(t, err, reconcile.Throttled, "Rate exceeded")
	if got := len(s.of("AssumeRole")); got != 2 {
		t.Errorf("tried %d times", got)
	}
}

func TestNoCredentialsAreNamedAsSuchAndCallNobody(t *testing.T) {
	s := serve(t, map[string]func(int) answer{})
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_SESSION_TOKEN", "")
	for _, owner := range []reconcile.Owner{ambientOwner, roleOwner} {
		_, err := newCloud(t, Options{}).OpenReader(context.Background(), owner)
		if failure := failed(t, err, reconcile.Credentials, "no AWS credentials were found"); !strings.Contains(failure.Hint, "AWS_PROFILE") {
			t.Errorf("the hint is %q", failure.Hint)
		}
	}
	if len(s.requests) > 0 {
		t.Errorf("%d calls", len(s.requests))
	}
}

func TestABrokenConfigurationIsAnErrorOfCredentials(t *testing.T) {
	serve(t, map[string]func(int) answer{})
	t.Setenv("AWS_PROFILE", "nobody")
	_, err := New(Options{}).OpenReader(context.Background(), ambientOwner)
	failed(t, err, reconcile.Credentials, "nobody")
}

// webIdentity puts a web identity in the place of the ambient keys, as a CI
// system does.
func webIdentity(t *testing.T) {
	t.Helper()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("eyJ"+secretKey), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", token)
	t.Setenv("AWS_ROLE_ARN", "arn:aws:iam::999999999999:role/ci")
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ENDPOINT_URL_STS", os.Getenv("AWS_ENDPOINT_URL"))
}

func TestAWebIdentityThatIsRefused(t *testing.T) {
	serve(t, map[string]func(int) answer{"AssumeRoleWithWebIdentity": stsError(400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account")})
	webIdentity(t)
	_, err := newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
	if failure := failed(t, err, reconcile.Credentials, "InvalidIdentityToken"); failure.Action != "sts:AssumeRoleWithWebIdentity" {
		t.Errorf("%+v", failure)
	}
}

func TestAWebIdentityThatReachesNobodyIsNotMissing(t *testing.T) {
	serve(t, map[string]func(int) answer{})
	webIdentity(t)
	t.Setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
	_, err := newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
	if failure := failed(t, err, reconcile.Credentials, "127.0.0.1:1"); failure.Action != "sts:AssumeRoleWithWebIdentity" || strings.Contains(err.Error(), "no AWS credentials") {
		t.Errorf("%+v", failure)
	}
}

// TestACredentialProcessThatFailsKeepsItsOutputToItself has a process that
// prints a secret in a form that nobody can read.
func TestACredentialProcessThatFailsKeepsItsOutputToItself(t *testing.T) {
	serve(t, map[string]func(int) answer{})
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, []byte("[default]\ncredential_process = echo "+secretKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", config)
	_, err := newCloud(t, Options{}).OpenReader(context.Background(), ambientOwner)
	if failure := failed(t, err, reconcile.Credentials, "the configured AWS credentials cannot be used"); failure.Hint == "" {
		t.Errorf("%+v", failure)
	}
}

func TestSTSIsCalledInARegionThatTheCallerHas(t *testing.T) {
	for _, c := range []struct {
		ambient string
		regions []string
		want    string
	}{
		{"", []string{"ap-northeast-1", "us-east-1"}, "us-east-1"},
		{"eu-central-1", []string{"ap-northeast-1"}, "eu-central-1"},
		{"", []string{"cn-northwest-1"}, "cn-north-1"},
		{"us-east-1", []string{"cn-northwest-1"}, "cn-north-1"},
		{"cn-northwest-1", []string{"cn-north-1"}, "cn-northwest-1"},
		{"", []string{"us-gov-east-1"}, "us-gov-west-1"},
		{"us-west-2", []string{"us-gov-east-1"}, "us-gov-west-1"},
		{"", []string{"us-iso-east-1"}, "us-iso-east-1"},
		{"us-gov-west-1", []string{"us-east-2"}, "us-east-1"},
	} {
		s := serve(t, map[string]func(int) answer{})
		t.Setenv("AWS_REGION", c.ambient)
		owner := ambientOwner
		owner.Regions = c.regions
		openReader(t, owner)
		if got := s.of("GetCallerIdentity")[0].region; got != c.want {
			t.Errorf("from %q into %v: STS in %q, want %q", c.ambient, c.regions, got, c.want)
		}
	}
}
