package aws

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
)

var allowed = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

func TestSessionNamesAreWhatSTSTakes(t *testing.T) {
	for _, c := range []struct{ actor, run, want string }{
		{"", "", "amisync-read"},
		{"octocat", "github-123", "amisync-read-octocat-github-123"},
		{"octocat", "", "amisync-read-octocat"},
		{"dependabot[bot]", "github-7-2", "amisync-read-dependabot-bot-github-7-2"},
		{"jane@acme.example", "github-7", "amisync-read-jane@acme.example-github-7"},
		{strings.Repeat("jane", 50), "github-123", "amisync-read-" + strings.Repeat("jane", 10) + "-github-123"},
		{"jane", strings.Repeat("x", 45), "amisync-read-jane-" + strings.Repeat("x", 45)[:45]},
		{"jane", strings.Repeat("x", 48), "amisync-read-ja-" + strings.Repeat("x", 48)},
		{"jane", strings.Repeat("x", 50), "amisync-read-" + strings.Repeat("x", 50)},
		{"jane", strings.Repeat("x", 200), "amisync-read-" + strings.Repeat("x", 51)},
		{"", "12345-1", "amisync-read-12345-1"},
		{"", "acme/images#42 (retry)", "amisync-read-acme-images-42-retry-"},
		{"", "ünïcode 世界", "amisync-read--n-code-"},
		{"", "a\nb\x00c", "amisync-read-a-b-c"},
		{"", strings.Repeat("世", 2000), "amisync-read--"},
		{"", "user@example.com,a=b+c._", "amisync-read-user@example.com,a=b+c._"},
	} {
		if got := sessionName("read", c.actor, c.run); got != c.want || !allowed.MatchString(got) {
			t.Errorf("%.30q of %.30q: %q, want %q", c.run, c.actor, got, c.want)
		}
	}
}

func TestASessionNameKeepsTheRunWhateverTheActor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		actor, run := rapid.String().Draw(t, "actor"), rapid.StringMatching(`[a-z0-9-]{1,49}`).Draw(t, "run")
		got := sessionName("write", actor, run)
		if !allowed.MatchString(got) || !strings.HasPrefix(got, "amisync-write-") || !strings.HasSuffix(got, "-"+run) {
			t.Fatalf("%q", got)
		}
	})
}

func TestTheActorIsTheSourceIdentityWhereTheOwnerAsksForIt(t *testing.T) {
	named := roleOwner
	named.NameActor = true
	for _, c := range []struct {
		owner       reconcile.Owner
		actor, want string
	}{
		{roleOwner, "octocat", ""},
		{named, "octocat", "octocat"},
		{named, "dependabot[bot]", "dependabot-bot-"},
		{named, "aws:root", "aws-root"},
		{named, strings.Repeat("x", 70), strings.Repeat("x", 64)},
	} {
		s := serve(t, map[string]func(int) answer{"AssumeRole": ok(roleSession(roleOwner.Account, "x"))})
		if _, err := newCloud(t, Options{Actor: c.actor}).OpenReader(context.Background(), c.owner); err != nil {
			t.Fatal(err)
		}
		form := s.of("AssumeRole")[0].form
		if got := form.Get("SourceIdentity"); got != c.want || form.Has("SourceIdentity") != (c.want != "") {
			t.Errorf("the source identity of %.20q is %q", c.actor, got)
		}
	}
}

func TestWithoutAnActorASourceIdentityCannotBeGiven(t *testing.T) {
	named := roleOwner
	named.NameActor = true
	for _, actor := range []string{"", "a", "世界", "- -", "[]"} {
		s := serve(t, map[string]func(int) answer{"AssumeRole": ok(roleSession(roleOwner.Account, "x"))})
		_, err := newCloud(t, Options{Actor: actor}).OpenReader(context.Background(), named)
		failure, ok := errors.AsType[*reconcile.Error](err)
		if !ok || failure.Kind != reconcile.Credentials || failure.Action != "" || !strings.Contains(err.Error(), "who runs amisync is not known") ||
			!strings.Contains(failure.Hint, "AMISYNC_ACTOR") || len(s.of("AssumeRole")) > 0 {
			t.Errorf("%q: %+v", actor, err)
		}
	}
}

func TestARefusedSourceIdentityIsExplained(t *testing.T) {
	named := roleOwner
	named.NameActor = true
	serve(t, map[string]func(int) answer{"AssumeRole": stsError(403, "AccessDenied", "not authorized to perform: sts:SetSourceIdentity")})
	_, err := newCloud(t, Options{Actor: "octocat"}).OpenReader(context.Background(), named)
	if failure := failed(t, err, reconcile.Credentials, "AccessDenied"); !strings.Contains(failure.Hint, "allows sts:SetSourceIdentity, which sourceIdentity: true needs") {
		t.Errorf("the hint is %q", failure.Hint)
	}
	_, err = newCloud(t, Options{Actor: "octocat"}).OpenReader(context.Background(), roleOwner)
	if failure := failed(t, err, reconcile.Credentials, "AccessDenied"); strings.Contains(failure.Hint, "SetSourceIdentity") {
		t.Errorf("the hint is %q", failure.Hint)
	}
}
