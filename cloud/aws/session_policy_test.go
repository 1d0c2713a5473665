package aws

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestEveryRoleSessionHasAPolicy(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"AssumeRole": ok(roleSession(roleOwner.Account, "x"))})
	openReader(t, roleOwner)
	openWriter(t, roleOwner)
	assumed := s.of("AssumeRole")
	if got := assumed[0].form.Get("Policy"); got != readPolicies()[0] || strings.Contains(got, "Modify") {
		t.Errorf("a reader's policy is %s", got)
	}
	if got := resourcesOf(t, assumed[1].form.Get("Policy")); !slices.Equal(got, []string{"arn:aws:ec2:us-east-1::image/ami-12345678"}) {
		t.Errorf("a writer may change %q", got)
	}
}

// tooLarge refuses policies as STS does when it cannot pack them.
func tooLarge(s *server, refuses func(policy string) bool) func(int) answer {
	return func(n int) answer {
		if refuses(s.of("AssumeRole")[n].form.Get("Policy")) {
			return stsError(http.StatusBadRequest, "PackedPolicyTooLarge", "Packed policy consumes 123% of allotted space, please use smaller policy.")(n)
		}
		return answer{http.StatusOK, roleSession(roleOwner.Account, "x")}
	}
}

func TestAPolicyThatSTSCannotPackGivesWayToOneOfRegionsOnce(t *testing.T) {
	s := serve(t, map[string]func(int) answer{})
	s.answers["AssumeRole"] = tooLarge(s, func(policy string) bool { return strings.Contains(policy, ami.ID) })
	writer := openWriter(t, roleOwner)
	if assumed := s.of("AssumeRole"); len(assumed) != 2 || !slices.Equal(resourcesOf(t, assumed[1].form.Get("Policy")), []string{"arn:aws:ec2:us-east-1::image/*"}) || writer.Identity() == "" {
		t.Errorf("%+v", assumed)
	}
	s = serve(t, map[string]func(int) answer{})
	s.answers["AssumeRole"] = tooLarge(s, func(string) bool { return true })
	_, err := newCloud(t, Options{}).OpenWriter(context.Background(), roleOwner, []principal.Image{ami})
	if failure := failed(t, err, reconcile.Invalid, "PackedPolicyTooLarge"); !strings.Contains(failure.Hint, "session tags") || len(s.of("AssumeRole")) != 2 {
		t.Errorf("%+v after %d tries", failure, len(s.of("AssumeRole")))
	}
	_, err = newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
	failed(t, err, reconcile.Invalid, "PackedPolicyTooLarge")
}

func TestAWriterForNoImageIsNotOpened(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"AssumeRole": ok(roleSession(roleOwner.Account, "x"))})
	for _, owner := range []reconcile.Owner{roleOwner, ambientOwner} {
		_, err := newCloud(t, Options{}).OpenWriter(context.Background(), owner, nil)
		failed(t, err, reconcile.Invalid, "there is no image to change")
	}
	if len(s.requests) > 0 {
		t.Errorf("%d calls", len(s.requests))
	}
}

// TestASessionThatCannotBeWorkedWithIsNotTaken has STS answer with less than a
// session, or with one whose end is absurd.
func TestASessionThatCannotBeWorkedWithIsNotTaken(t *testing.T) {
	session := func(from, to string) string {
		return strings.Replace(roleSession(roleOwner.Account, "x"), from, to, 1)
	}
	until := func(d time.Duration) string {
		whole := roleSession(roleOwner.Account, "x")
		begin, end := strings.Index(whole, "<Expiration>"), strings.Index(whole, "</Expiration>")
		return whole[:begin] + "<Expiration>" + time.Now().Add(d).UTC().Format(time.RFC3339) + whole[end:]
	}
	const incomplete = "it holds no credentials, or not all parts of them"
	for _, c := range []struct{ name, body, says string }{
		{"nothing", "", incomplete},
		{"no credentials", `<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/amisync/x</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>`, incomplete},
		{"no access key", session("<AccessKeyId>ASIAROLE</AccessKeyId>", ""), incomplete},
		{"an empty access key", session("ASIAROLE", ""), incomplete},
		{"no secret", session("<SecretAccessKey>"+roleSecretKey+"</SecretAccessKey>", ""), incomplete},
		{"no token", session("<SessionToken>"+roleToken+"</SessionToken>", ""), incomplete},
		{"no end", session("Expiration>", "Expires>"), ""},
		{"an end that is none", session("<Expiration>", "<Expiration>soon "), "the answer could not be read"},
		{"over already", until(-time.Hour), "check the clock here"},
		{"over at once", until(time.Minute), "check the clock here"},
		{"for good", until(50 * 365 * 24 * time.Hour), "check the clock here"},
		{"nobody's", session("<Arn>arn:aws:sts::111122223333:assumed-role/amisync/x</Arn>", ""), "which account the credentials lead to"},
		{"of a role that is none", session("arn:aws:sts::111122223333:assumed-role/amisync/x", "amisync"), "which account the credentials lead to"},
		{"HTML", "<!DOCTYPE html><html><body>Sign in</body></html>", ""},
		{"JSON", `{"Credentials":{}}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string]func(int) answer{"AssumeRole": ok(c.body), "DescribeImages": ok(describe("", ""))})
			_, err := newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
			if failure := failed(t, err, reconcile.Uncertain, c.says); failure.Action != "sts:AssumeRole" || failure.Hint == "" {
				t.Errorf("%+v", failure)
			}
			if calls := len(s.of("AssumeRole")); calls != 1 || len(s.of("DescribeImages")) > 0 {
				t.Errorf("%d sessions", calls)
			}
		})
	}
}

func TestSTSIsBoundedToo(t *testing.T) {
	s := serve(t, map[string]func(int) answer{})
	s.raw = map[string]http.HandlerFunc{"AssumeRole": func(w http.ResponseWriter, _ *http.Request) {
		endless(w, "<AssumeRoleResponse><AssumeRoleResult>", "<a/>")
	}}
	_, err := newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
	failed(t, err, reconcile.Uncertain, fmt.Sprintf("more than %d tags", maxTags))
}
