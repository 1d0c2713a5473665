package aws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
)

// TestAnAnswerThatRepeatsTheRequestIsNotShown has a server say back what it was
// sent: the session token, the external id, the web identity.
func TestAnAnswerThatRepeatsTheRequestIsNotShown(t *testing.T) {
	repeat := func(status int, document string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			said := fmt.Sprint(r.Header.Get("X-Amz-Security-Token"), " ", r.PostForm.Get("ExternalId"), " ", r.PostForm.Encode())
			w.WriteHeader(status)
			fmt.Fprintf(w, document, strings.ReplaceAll(said, "&", "&amp;"))
		}
	}
	for _, c := range []struct {
		name  string
		reply http.HandlerFunc
		kind  reconcile.ErrorKind
		says  string
	}{
		{"a code that is known", repeat(400, "<Response><Errors><Error><Code>InvalidParameterValue</Code><Message>it was %s</Message></Error></Errors></Response>"), reconcile.Refused, "InvalidParameterValue: it was … "},
		{"a code that is none", repeat(400, "<Response><Errors><Error><Code>%s</Code><Message>x</Message></Error></Errors></Response>"), reconcile.Refused, "…"},
		{"no document", repeat(200, "<%s>"), reconcile.Uncertain, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			s := serve(t, map[string]func(int) answer{})
			s.raw = map[string]http.HandlerFunc{"DescribeImages": c.reply, "AssumeRole": c.reply}
			cloud := newCloud(t, Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			reader, err := cloud.OpenReader(context.Background(), ambientOwner)
			if err != nil {
				t.Fatal(err)
			}
			_, err = reader.List(context.Background(), "us-east-1", reconcile.Filter{})
			failed(t, err, c.kind, c.says)
			_, err = cloud.OpenReader(context.Background(), roleOwner)
			failed(t, err, reconcile.KindOf(err), "")
			for _, secret := range []string{sessionToken, externalID} {
				if strings.Contains(log.String(), secret) {
					t.Errorf("the log tells %q: %s", secret, log.String())
				}
			}
		})
	}
}

func TestAWebIdentityThatComesBackIsNotShown(t *testing.T) {
	s := serve(t, map[string]func(int) answer{})
	s.raw = map[string]http.HandlerFunc{"AssumeRoleWithWebIdentity": func(w http.ResponseWriter, r *http.Request) {
		a := stsError(400, "InvalidIdentityToken", "cannot verify "+r.PostForm.Get("WebIdentityToken"))(0)
		w.WriteHeader(a.status)
		fmt.Fprint(w, a.body)
	}}
	webIdentity(t)
	_, err := newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
	failed(t, err, reconcile.Credentials, "InvalidIdentityToken: cannot verify …")
}

func TestAPasswordInAnEndpointIsNotShown(t *testing.T) {
	for _, host := range []string{"127.0.0.1:1", "127.0.0.1:port/%zz", "exa mple", "[::1"} {
		serve(t, map[string]func(int) answer{})
		t.Setenv("AWS_ENDPOINT_URL", "http://ci:"+secretKey+"/a b@"+host)
		_, err := newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
		if err == nil {
			t.Fatalf("%s was reached", os.Getenv("AWS_ENDPOINT_URL"))
		}
		failed(t, err, reconcile.KindOf(err), "")
	}
}

func TestEnoughOfASecretIsMasked(t *testing.T) {
	secret := "acme/EXTERNAL+ID=0123456789"
	for text, want := range map[string]string{
		"": "", "nothing of the kind": "nothing of the kind", "acme/EXTERN": "acme/EXTERN", "an acme/EXTERNA": "an …", secret: "…",
		"x" + secret[10:] + "x": "x…x", secret + secret: "…", secret + " and " + secret[:15]: "… and …",
		url.QueryEscape(secret): "…", "it is " + url.PathEscape(secret)[:20] + ".": "it is ….",
	} {
		if got := withoutEcho(text, failedRequest{errors.New("x"), []string{"", secret}}); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	for _, c := range []struct{ secret, text, want string }{
		{"medium", "a mediumwell one", "a …well one"},
		{"medium", "a mediu one", "a mediu one"},
		{"ci", "user/ci is not accepted by policies", "user/… is not accepted by policies"},
		{"ci", "ci", "…"},
		{"ci", "cicici éci", "cicici éci"},
		{"short", "a shor one", "a shor one"},
	} {
		if got := withoutEcho(c.text, failedRequest{errors.New("x"), []string{c.secret}}); got != c.want {
			t.Errorf("%q without %q is %q, want %q", c.text, c.secret, got, c.want)
		}
	}
}

// Whatever comes back: no run of a secret is left that is long enough to tell
// something of it, and nothing else is lost.
func TestNothingTellingIsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[ab/+]{1,30}`).Draw(t, "secret")
		text := rapid.StringMatching(`([abc/+ ]|é){0,60}`).Draw(t, "text")
		if rapid.Bool().Draw(t, "repeated") {
			text += secret + rapid.StringMatching(`[abc ]{0,10}`).Draw(t, "rest")
		}
		masked := withoutEcho(text, failedRequest{errors.New("x"), []string{secret}})
		size := min(len(secret), telling)
		for i := 0; len(secret) >= shortSecret && i+size <= len(secret); i++ {
			if strings.Contains(masked, secret[i:i+size]) {
				t.Fatalf("%q tells %q", masked, secret[i:i+size])
			}
		}
		rest := text
		for _, shown := range strings.Split(masked, "…") {
			_, after, found := strings.Cut(rest, shown)
			if !found {
				t.Fatalf("%q of %q is not in %q", shown, masked, rest)
			}
			rest = after
		}
	})
}

// TestAnOrdinaryRefusalIsShown has STS say what it says of roles, where the external
// id is something that everybody knows.
func TestAnOrdinaryRefusalIsShown(t *testing.T) {
	const message = "User: arn:aws:iam::999900001111:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/amisync"
	for id, want := range map[string]string{
		"111122223333": message, "amisync": message, "role/amisync": message,
		"ci":             strings.Replace(message, "user/ci", "user/…", 1),
		"acme-amisync-x": message,
		"999900001111":   strings.Replace(message, "999900001111", "…", 1),
	} {
		serve(t, map[string]func(int) answer{"AssumeRole": stsError(403, "AccessDenied", message)})
		owner := roleOwner
		owner.ExternalID = id
		_, err := newCloud(t, Options{}).OpenReader(context.Background(), owner)
		failed(t, err, reconcile.Credentials, "AccessDenied: "+want)
	}
}

func TestALongMessageIsCut(t *testing.T) {
	long := strings.Repeat("é", 1<<19)
	for _, err := range []error{errors.New("x"), failedRequest{errors.New("x"), []string{strings.Repeat("ab", 5000)}}} {
		if got := withoutEcho("x"+long, err); len(got) > longestMessage+len("…") || !strings.HasSuffix(got, "é…") || !utf8.ValidString(got) {
			t.Errorf("%d bytes: …%q", len(got), got[len(got)-10:])
		}
	}
}

// TestOfOtherServicesOnlyTheCodeIsShown has the credentials for a call come from a
// service that is asked with secrets of its own.
func TestOfOtherServicesOnlyTheCodeIsShown(t *testing.T) {
	answered := &smithy.GenericAPIError{Code: "UnauthorizedException", Message: "the client secret abcdef is wrong"}
	for service, want := range map[string]string{
		"SSO": "UnauthorizedException", "SSO OIDC": "UnauthorizedException",
		"STS": "UnauthorizedException: the client secret abcdef is wrong", "KMS": "UnauthorizedException: the client secret abcdef is wrong",
	} {
		inner := &smithy.OperationError{ServiceID: service, OperationName: "X", Err: answered}
		outer := &smithy.OperationError{ServiceID: "EC2", OperationName: "DescribeImages", Err: fmt.Errorf("get credentials: %w", inner)}
		for _, err := range []error{inner, outer} {
			if got := callError("x", "", err).Err.Error(); got != want {
				t.Errorf("%v: %q", err, got)
			}
		}
	}
}

func TestTheTokenOfSSOIsASecret(t *testing.T) {
	request := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	request.Header.Set("x-amz-sso_bearer_token", "a-bearer-token")
	if !slices.Contains(secretsOf(request), "a-bearer-token") {
		t.Errorf("%q", secretsOf(request))
	}
}
