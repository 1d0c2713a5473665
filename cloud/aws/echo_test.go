package aws

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

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
		{"a code that is known", repeat(400, "<Response><Errors><Error><Code>InvalidParameterValue</Code><Message>it was %s</Message></Error></Errors></Response>"), reconcile.Refused, "InvalidParameterValue: what the answer says repeats secrets of the request, so it is not shown"},
		{"a code that is none", repeat(400, "<Response><Errors><Error><Code>%s</Code><Message>x</Message></Error></Errors></Response>"), reconcile.Refused, "us-east-1: what the answer says repeats"},
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
			_, err = reader.List(context.Background(), "us-east-1", nil)
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
	failed(t, err, reconcile.Credentials, "InvalidIdentityToken: what the answer says repeats secrets")
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

func TestEnoughOfASecretIsOne(t *testing.T) {
	secret := "acme/EXTERNAL+ID=0123456789"
	for text, want := range map[string]bool{
		"": false, "nothing of the kind": false, "acme/EXTERN": false, "an acme/EXTERNA": true, secret: true, "x" + secret[10:] + "x": true,
		url.QueryEscape(secret): true, url.PathEscape(secret)[:20]: true,
	} {
		if repeats(text, []string{"", secret}) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
	if repeats("a short one", []string{"short"}) != true || repeats("a shor", []string{"short"}) {
		t.Error("a short secret counts as a whole")
	}
}
