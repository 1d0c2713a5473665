package aws

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func publicAccess(state, managedBy string) string {
	return fmt.Sprintf(`<GetImageBlockPublicAccessStateResponse><requestId>r-1</requestId><imageBlockPublicAccessState>%s</imageBlockPublicAccessState><managedBy>%s</managedBy></GetImageBlockPublicAccessStateResponse>`, state, managedBy)
}

func snapshots(items, token string) string {
	return `<DescribeSnapshotsResponse><requestId>r-1</requestId><snapshotSet>` + items + `</snapshotSet>` + token + `</DescribeSnapshotsResponse>`
}

func snapshot(id, key string) string {
	return fmt.Sprintf(`<item><snapshotId>%s</snapshotId><encrypted>true</encrypted><kmsKeyId>%s</kmsKeyId></item>`, id, key)
}

func keyARN(name string) string { return "arn:aws:kms:us-east-1:111122223333:key/" + name }

// keys answers DescribeKey by the last part of the key's ARN.
func keys(s *server, answers map[string]answer) func(int) answer {
	return func(n int) answer {
		id := s.of("DescribeKey")[n].form.Get("KeyId")
		return answers[id[strings.LastIndex(id, "/")+1:]]
	}
}

func keyMetadata(name, manager, state string) answer {
	return answer{http.StatusOK, fmt.Sprintf(`{"KeyMetadata":{"KeyId":%q,"Arn":%q,"KeyManager":%q,"KeyState":%q,"Enabled":true,"AWSAccountId":"111122223333"}}`, name, keyARN(name), manager, state)}
}

func kmsError(code string) answer {
	return answer{http.StatusBadRequest, fmt.Sprintf(`{"__type":%q,"message":"about this key"}`, code)}
}

func inspect(t *testing.T, questions reconcile.Questions) reconcile.Inspection {
	t.Helper()
	return openReader(t, ambientOwner).Inspect(context.Background(), "us-east-1", questions)
}

func TestNoQuestionsCostNoCalls(t *testing.T) {
	s := serve(t, map[string]func(int) answer{})
	got := inspect(t, reconcile.Questions{})
	if len(got.Obstacles)+len(got.Owners)+len(got.Calls) > 0 || len(s.requests) != 1 {
		t.Errorf("%+v after %d calls", got, len(s.requests))
	}
}

func TestBlockPublicAccessStandsInTheWayOfPublishing(t *testing.T) {
	for _, c := range []struct {
		name, body, reason, hint string
		unsure                   bool
	}{
		{"off", publicAccess("unblocked", "account"), "", "", false},
		{"on", publicAccess("block-new-sharing", "account"), "is in account 111122223333 and region us-east-1, where block public access for AMIs is on", "with credentials of account 111122223333: `aws ec2 disable-image-block-public-access --region us-east-1`; it may take 10 minutes", false},
		{"on, and of the organization", publicAccess("block-new-sharing", "declarative-policy"), "by a declarative policy of the organization", "the account itself cannot change it", false},
		{"on, by nobody knows whom", publicAccess("block-new-sharing", ""), "block public access for AMIs is on", "disable-image-block-public-access", false},
		{"a state to come", publicAccess("half-blocked", "account"), `cannot be read: ec2:GetImageBlockPublicAccessState on us-east-1: the answer holds the unknown state "half-blocked"`, "what answers is not EC2", true},
		{"nothing", "", `unknown state ""`, "what answers is not EC2", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string]func(int) answer{"GetImageBlockPublicAccessState": ok(c.body)})
			got := inspect(t, reconcile.Questions{Publish: true})
			if !reflect.DeepEqual(got.Calls, map[string]int{"ec2:GetImageBlockPublicAccessState": 1}) || len(s.of("GetImageBlockPublicAccessState")) != 1 {
				t.Errorf("calls %v", got.Calls)
			}
			if c.reason == "" {
				if len(got.Obstacles) > 0 {
					t.Errorf("%+v", got.Obstacles)
				}
				return
			}
			if len(got.Obstacles) != 1 {
				t.Fatalf("%+v", got.Obstacles)
			}
			if o := got.Obstacles[0]; o.Image != "" || !o.Publishing || o.Unsure != c.unsure || !strings.Contains(o.Reason, c.reason) || !strings.Contains(o.Hint, c.hint) {
				t.Errorf("%+v", o)
			}
			if n := len(s.of("DisableImageBlockPublicAccess")); n > 0 {
				t.Errorf("block public access was turned off %d times", n)
			}
		})
	}
}

// TestWhatCannotBeAskedIsUnsure has every question fail in every way.
func TestWhatCannotBeAskedIsUnsure(t *testing.T) {
	image := reconcile.Image{Image: ami, EncryptedSnapshots: []string{"snap-1"}}
	all := reconcile.Questions{Publish: true, Encrypted: []reconcile.Image{image}, Missing: []string{"ami-00000001", "ami-00000002"}}
	for _, c := range []struct {
		name        string
		reply       func(int) answer
		reason, how string
	}{
		{"denied", fails(403, "UnauthorizedOperation", "You are not authorized"), "UnauthorizedOperation: You are not authorized", "allow the role (or, without one, the caller) this action; `amisync iam-policy permissions`"},
		{"throttled", fails(503, "RequestLimitExceeded", "Request limit exceeded."), "RequestLimitExceeded", "run again later"},
		{"not understood", ok("<html><body>Sign in<br></body></html>"), "the answer could not be read", "check the network"},
		{"cut off", func(int) answer { return answer{-1, "<x>"} }, "", "check the network"},
	} {
		t.Run(c.name, func(t *testing.T) {
			serve(t, map[string]func(int) answer{"GetImageBlockPublicAccessState": c.reply, "DescribeSnapshots": c.reply, "DescribeImages": c.reply})
			got := inspect(t, all)
			var about []string
			for _, o := range got.Obstacles {
				about = append(about, o.Image)
				if !o.Unsure || o.Publishing != (o.Image == "") || !strings.Contains(o.Reason, c.reason) || !strings.Contains(o.Reason, ": ec2:") || !strings.Contains(o.Hint, c.how) {
					t.Errorf("%+v", o)
				}
			}
			if !slices.Equal(about, []string{"", ami.ID, "ami-00000001", "ami-00000002"}) {
				t.Errorf("obstacles about %q", about)
			}
			if want := map[string]int{"ec2:GetImageBlockPublicAccessState": 1, "ec2:DescribeSnapshots": 1, "ec2:DescribeImages": 1}; !reflect.DeepEqual(got.Calls, want) || len(got.Owners) > 0 {
				t.Errorf("calls %v, owners %v", got.Calls, got.Owners)
			}
		})
	}
}

func TestAKeyThatAWSManagesKeepsItsImagesFromBeingShared(t *testing.T) {
	s := serve(t, map[string]func(int) answer{})
	s.answers["DescribeSnapshots"] = ok(snapshots(snapshot("snap-1", keyARN("managed"))+snapshot("snap-2", keyARN("own"))+snapshot("snap-3", keyARN("managed"))+snapshot("snap-4", keyARN("gone")), ""))
	s.answers["DescribeKey"] = keys(s, map[string]answer{"managed": keyMetadata("managed", "AWS", "Enabled"), "own": keyMetadata("own", "CUSTOMER", "Enabled"), "gone": kmsError("NotFoundException")})
	image := func(id string, snapshots ...string) reconcile.Image {
		return reconcile.Image{Image: principal.Image{Provider: principal.AWS, Account: ami.Account, Region: ami.Region, ID: id}, EncryptedSnapshots: snapshots}
	}
	got := inspect(t, reconcile.Questions{Encrypted: []reconcile.Image{
		image("ami-00000001", "snap-2"), image("ami-00000002", "snap-1", "snap-2"), image("ami-00000003", "snap-4", "snap-3"), image("ami-00000004", "snap-2", "snap-4")}})
	if len(got.Obstacles) != 3 {
		t.Fatalf("%+v", got.Obstacles)
	}
	for n, want := range []struct {
		image, reason string
		unsure        bool
	}{
		{"ami-00000002", "has the snapshot snap-1 under the key " + keyARN("managed") + ", which AWS manages", false},
		{"ami-00000003", "has the snapshot snap-3 under the key " + keyARN("managed"), false},
		{"ami-00000004", "kms:DescribeKey on " + keyARN("gone") + ": NotFoundException: about this key", true},
	} {
		if o := got.Obstacles[n]; o.Image != want.image || o.Unsure != want.unsure || o.Publishing || !strings.Contains(o.Reason, want.reason) || o.Hint == "" {
			t.Errorf("%+v, want %+v", o, want)
		}
	}
	if want := map[string]int{"ec2:DescribeSnapshots": 1, "kms:DescribeKey": 3}; !reflect.DeepEqual(got.Calls, want) || len(s.of("DescribeKey")) != 3 {
		t.Errorf("calls %v: each key is asked for once", got.Calls)
	}
	form := s.of("DescribeSnapshots")[0].form
	if form.Get("Owner.1") != "self" || form.Get("Filter.1.Name") != "snapshot-id" || form.Get("Filter.1.Value.4") != "snap-4" || form.Get("SnapshotId.1") != "" {
		t.Errorf("%v", form)
	}
	if made := s.of("DescribeKey")[0]; made.region != "us-east-1" || made.key != "AKIAAMBIENT" {
		t.Errorf("%+v", made)
	}
}

func TestAKeyOfWhichLittleIsKnownIsUnsure(t *testing.T) {
	for _, c := range []struct {
		name, snapshots string
		key             answer
		reason, hint    string
	}{
		{"denied", snapshot("snap-1", keyARN("k")), kmsError("AccessDeniedException"), "AccessDeniedException: about this key", "`amisync iam-policy permissions`"},
		{"disabled", snapshot("snap-1", keyARN("k")), keyMetadata("k", "CUSTOMER", "Disabled"), "the key is in state Disabled", "enable the key (`aws kms enable-key`): until then"},
		{"to be deleted", snapshot("snap-1", keyARN("k")), keyMetadata("k", "CUSTOMER", "PendingDeletion"), "PendingDeletion", "cancel its deletion first (`aws kms cancel-key-deletion`), then enable the key"},
		{"to be imported", snapshot("snap-1", keyARN("k")), keyMetadata("k", "CUSTOMER", "PendingImport"), "PendingImport", "bring the key into state Enabled"},
		{"throttled", snapshot("snap-1", keyARN("k")), kmsError("ThrottlingException"), "ThrottlingException", "run again later"},
		{"another key", snapshot("snap-1", keyARN("k")), keyMetadata("x", "AWS", "Enabled"), "not about this key", "check the endpoint"},
		{"no key", snapshot("snap-1", keyARN("k")), answer{200, `{}`}, "not about this key", "check the endpoint"},
		{"no manager", snapshot("snap-1", keyARN("k")), keyMetadata("k", "", "Enabled"), `managed by ""`, "check the endpoint"},
		{"no JSON", snapshot("snap-1", keyARN("k")), answer{200, `<html>`}, "the answer could not be read", "check the network"},
		{"a snapshot without a key", snapshot("snap-1", ""), answer{}, "ec2:DescribeSnapshots on snap-1: the answer does not say its key", "still there"},
		{"a snapshot that is not listed", "", answer{}, "does not say its key", "still there"},
		{"another snapshot", snapshot("snap-9", keyARN("k")), answer{}, "does not say its key", "still there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			serve(t, map[string]func(int) answer{"DescribeSnapshots": ok(snapshots(c.snapshots, "")), "DescribeKey": func(int) answer { return c.key }})
			got := inspect(t, reconcile.Questions{Encrypted: []reconcile.Image{{Image: ami, EncryptedSnapshots: []string{"snap-1"}}}})
			if len(got.Obstacles) != 1 {
				t.Fatalf("%+v", got.Obstacles)
			}
			if o := got.Obstacles[0]; !o.Unsure || o.Publishing || o.Image != ami.ID || !strings.Contains(o.Reason, c.reason) || !strings.Contains(o.Hint, c.hint) {
				t.Errorf("%+v", o)
			}
		})
	}
}

func TestSnapshotsAreAskedForInPortionsAndPages(t *testing.T) {
	s := serve(t, map[string]func(int) answer{})
	var images []reconcile.Image
	for i := range 250 {
		images = append(images, reconcile.Image{Image: ami, EncryptedSnapshots: []string{fmt.Sprintf("snap-%03d", i), "snap-shared"}})
	}
	s.answers["DescribeSnapshots"] = func(n int) answer {
		var items strings.Builder
		for name, values := range s.of("DescribeSnapshots")[n].form {
			if strings.HasPrefix(name, "Filter.1.Value.") && (n > 0 || values[0] < "snap-100") {
				items.WriteString(snapshot(values[0], keyARN("own")))
			}
		}
		return answer{200, snapshots(items.String(), map[int]string{0: "<nextToken>more</nextToken>"}[n])}
	}
	s.answers["DescribeKey"] = ok(keyMetadata("own", "CUSTOMER", "Enabled").body)
	got := inspect(t, reconcile.Questions{Encrypted: images})
	if len(got.Obstacles) > 0 || !reflect.DeepEqual(got.Calls, map[string]int{"ec2:DescribeSnapshots": 3, "kms:DescribeKey": 1}) {
		t.Errorf("%d obstacles, calls %v", len(got.Obstacles), got.Calls)
	}
	if second := s.of("DescribeSnapshots")[1].form; second.Get("NextToken") != "more" || second.Get("Filter.1.Value.201") != "" {
		t.Errorf("%v", second)
	}
}

func TestMissingImagesAreLookedForInAllAccounts(t *testing.T) {
	items := item("ami-00000001", "999999999999", aDate) + item("ami-00000002", ambientOwner.Account, aDate) + item("ami-99999999", "888888888888", aDate) + item("ami-00000003", "amazon", aDate)
	s := serve(t, map[string]func(int) answer{"DescribeImages": ok(describe(items, ""))})
	got := inspect(t, reconcile.Questions{Missing: []string{"ami-00000001", "ami-00000002", "ami-00000003", "ami-00000004"}})
	if want := map[string]string{"ami-00000001": "999999999999"}; !reflect.DeepEqual(got.Owners, want) || len(got.Obstacles) > 0 || got.Calls["ec2:DescribeImages"] != 1 {
		t.Errorf("%+v", got)
	}
	form := s.of("DescribeImages")[0].form
	if form.Has("Owner.1") || form.Get("Filter.1.Name") != "image-id" || form.Get("Filter.1.Value.4") != "ami-00000004" || form.Has("Filter.1.Value.5") {
		t.Errorf("%v", form)
	}
}

func TestNoMissingIDsNeverListTheWorld(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"DescribeImages": ok(describe("", ""))})
	for _, ids := range [][]string{nil, {}, {""}, {"*"}, {"ami-*", "ami-????????"}} {
		if got := inspect(t, reconcile.Questions{Missing: ids, Publish: false}); len(got.Calls)+len(s.of("DescribeImages")) > 0 {
			t.Errorf("%q: %v", ids, got.Calls)
		}
	}
	inspect(t, reconcile.Questions{Missing: []string{"*", "ami-00000001"}})
	if made := s.of("DescribeImages"); len(made) != 1 || made[0].form.Get("Filter.1.Value.1") != "ami-00000001" || made[0].form.Has("Filter.1.Value.2") {
		t.Errorf("%+v", made)
	}
}
