package aws

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

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

func TestAPolicyThatSTSCannotPackGivesWayToTheNextWider(t *testing.T) {
	for tries, c := range []struct{ refused, resource string }{
		{"nothing", "arn:aws:ec2:us-east-1::image/" + ami.ID},
		{ami.ID, "arn:aws:ec2:us-east-1::image/*"},
		{"us-east-1", "arn:aws:ec2:*::image/*"},
	} {
		s := serve(t, map[string]func(int) answer{})
		s.answers["AssumeRole"] = tooLarge(s, func(policy string) bool { return strings.Contains(policy, c.refused) })
		writer := openWriter(t, roleOwner)
		if assumed := s.of("AssumeRole"); len(assumed) != tries+1 || !slices.Equal(resourcesOf(t, assumed[tries].form.Get("Policy")), []string{c.resource}) || writer.Identity() == "" {
			t.Errorf("%+v", assumed)
		}
	}
}

func TestARefusalForAnotherReasonIsNotTriedWithAWiderPolicy(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"AssumeRole": stsError(http.StatusForbidden, "AccessDenied", "no")})
	_, err := newCloud(t, Options{}).OpenWriter(context.Background(), roleOwner, []principal.Image{ami})
	if failed(t, err, reconcile.Credentials, "AccessDenied"); len(s.of("AssumeRole")) != 1 {
		t.Errorf("%d tries", len(s.of("AssumeRole")))
	}
}

func TestAPolicyThatSTSCannotPackAtAllIsAnError(t *testing.T) {
	s := serve(t, map[string]func(int) answer{})
	s.answers["AssumeRole"] = tooLarge(s, func(string) bool { return true })
	_, err := newCloud(t, Options{}).OpenWriter(context.Background(), roleOwner, []principal.Image{ami})
	if failure := failed(t, err, reconcile.Invalid, "PackedPolicyTooLarge"); !strings.Contains(failure.Hint, "session tags") || len(s.of("AssumeRole")) != 3 {
		t.Errorf("%+v after %d tries", failure, len(s.of("AssumeRole")))
	}
	_, err = newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
	failed(t, err, reconcile.Invalid, "PackedPolicyTooLarge")
}

// TestARenewedSessionIsTheSame lets a session's credentials run out: the next call
// gets new ones with all that the first ones were asked for with.
func TestARenewedSessionIsTheSame(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"DescribeImageAttribute": ok(permissionsOf(ami.ID, "")), "ModifyImageAttribute": ok("<ModifyImageAttributeResponse><return>true</return></ModifyImageAttributeResponse>")})
	s.answers["AssumeRole"] = tooLarge(s, func(policy string) bool { return strings.Contains(policy, ami.ID) })
	owner := roleOwner
	owner.NameActor = true
	cloud := newCloud(t, Options{Actor: "jane", Run: "test"})
	reader, err := cloud.OpenReader(context.Background(), owner)
	if err != nil {
		t.Fatal(err)
	}
	writer, err := cloud.OpenWriter(context.Background(), owner, []principal.Image{ami})
	if err != nil {
		t.Fatal(err)
	}
	renewed := func(session *session, call func() error) {
		t.Helper()
		first := s.of("AssumeRole")
		session.config.Credentials.(*sdk.CredentialsCache).Invalidate()
		if err := call(); err != nil {
			t.Fatal(err)
		}
		all := s.of("AssumeRole")
		if len(all) != len(first)+1 {
			t.Fatalf("%d sessions after %d", len(all), len(first))
		}
		again := all[len(first)].form
		if !slices.ContainsFunc(first, func(made request) bool { return made.form.Encode() == again.Encode() }) || again.Get("Policy") == "" || again.Get("SourceIdentity") != "jane" {
			t.Errorf("the renewed session is %v, the ones before %v", again, first)
		}
	}
	renewed(writer.session, func() error { return writer.Do(context.Background(), oneGrant()) })
	if last := s.of("AssumeRole")[3].form; !strings.HasPrefix(last.Get("RoleSessionName"), "amisync-write-") || strings.Contains(last.Get("Policy"), ami.ID) {
		t.Errorf("the writer's is renewed as %v", last)
	}
	renewed(reader.session, func() error { _, err := reader.Permissions(context.Background(), ami); return err })
	if last := s.of("AssumeRole")[4].form; !strings.HasPrefix(last.Get("RoleSessionName"), "amisync-read-") || last.Get("Policy") != readPolicies()[0] {
		t.Errorf("the reader's is renewed as %v", last)
	}
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
