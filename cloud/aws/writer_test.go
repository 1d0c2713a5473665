package aws

import (
	"context"
	"net/url"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func change(verb reconcile.Verb, p principal.Principal) reconcile.Change {
	return reconcile.Change{Verb: verb, Image: reconcile.NamedImage{Image: ami}, Principal: reconcile.NamedPrincipal{Principal: p}}
}

func oneGrant() []reconcile.Change {
	return []reconcile.Change{change(reconcile.VerbGrant, principal.Principal{Kind: principal.Account, ID: "210987654321"})}
}

func TestDoSendsGrantsAndRevokesInOneCall(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"ModifyImageAttribute": ok(`<ModifyImageAttributeResponse><return>true</return></ModifyImageAttributeResponse>`)})
	org := principal.Principal{Kind: principal.Organization, ID: "arn:aws:organizations::123456789012:organization/o-exampleorg1"}
	unit := principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"}
	account := principal.Principal{Kind: principal.Account, ID: "210987654321"}
	err := openWriter(t, ambientOwner).Do(context.Background(), []reconcile.Change{
		change(reconcile.VerbGrant, account), change(reconcile.VerbPublish, principal.Everyone), change(reconcile.VerbGrant, org),
		change(reconcile.VerbRevoke, unit), change(reconcile.VerbUnpublish, principal.Everyone),
	})
	if err != nil {
		t.Fatal(err)
	}
	made := s.of("ModifyImageAttribute")
	want := url.Values{"Action": {"ModifyImageAttribute"}, "Version": {"2016-11-15"}, "ImageId": {ami.ID},
		"LaunchPermission.Add.1.UserId": {account.ID}, "LaunchPermission.Add.2.Group": {"all"}, "LaunchPermission.Add.3.OrganizationArn": {org.ID},
		"LaunchPermission.Remove.1.OrganizationalUnitArn": {unit.ID}, "LaunchPermission.Remove.2.Group": {"all"}}
	if len(made) != 1 || made[0].form.Encode() != want.Encode() || made[0].region != "us-east-1" {
		t.Errorf("got  %v\nwant %v", made, want)
	}
}

func TestDoGoesToTheRegionOfTheImage(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"ModifyImageAttribute": ok("")})
	there := oneGrant()
	there[0].Image.Region = "eu-west-1"
	writer := openWriter(t, ambientOwner)
	for _, changes := range [][]reconcile.Change{there, oneGrant()} {
		if err := writer.Do(context.Background(), changes); err != nil {
			t.Fatal(err)
		}
	}
	if made := s.of("ModifyImageAttribute"); len(made) != 2 || made[0].region != "eu-west-1" || made[1].region != "us-east-1" {
		t.Errorf("%+v", made)
	}
}

func TestDoNeverSendsAnEmptyOrAnUnknownModification(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"ModifyImageAttribute": ok("")})
	writer := openWriter(t, ambientOwner)
	failed(t, writer.Do(context.Background(), nil), reconcile.Invalid, "nothing to change")
	failed(t, writer.Do(context.Background(), []reconcile.Change{oneGrant()[0], change(reconcile.VerbGrant, principal.Principal{Kind: "team", ID: "x"})}), reconcile.Invalid, `"team"`)
	if got := len(s.of("ModifyImageAttribute")); got > 0 {
		t.Errorf("%d calls", got)
	}
}

func TestACarrierTakesEverythingOfAnImage(t *testing.T) {
	changes := []reconcile.Change{oneGrant()[0], change(reconcile.VerbRevoke, principal.Principal{Kind: principal.Account, ID: "1"})}
	calls := Carrier(changes)
	if len(calls) != 1 || calls[0].Action != "ModifyImageAttribute" || len(calls[0].Changes) != 2 {
		t.Errorf("%+v", calls)
	}
}

func TestMayChangeAsksByADryRunThatWouldChangeNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		reply func(int) answer
		kind  reconcile.ErrorKind
		says  string
	}{
		{"allowed", fails(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."), "", ""},
		{"denied", fails(403, "UnauthorizedOperation", "You are not authorized"), reconcile.Denied, "UnauthorizedOperation"},
		{"gone", fails(400, "InvalidAMIID.NotFound", "The image id does not exist"), reconcile.NotFound, "InvalidAMIID.NotFound"},
		{"lost", func(int) answer { return answer{-1, ""} }, reconcile.Uncertain, ""},
		{"done", ok(`<ModifyImageAttributeResponse><return>true</return></ModifyImageAttributeResponse>`), reconcile.Invalid, "a dry run was answered as if it had been carried out"},
		{"a proxy", ok(`<html/>`), reconcile.Invalid, "a dry run was answered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string]func(int) answer{"ModifyImageAttribute": c.reply})
			err := openWriter(t, ambientOwner).MayChange(context.Background(), ami)
			if c.kind == "" && err != nil {
				t.Error(err)
			} else if c.kind != "" {
				failed(t, err, c.kind, c.says)
			}
			want := url.Values{"Action": {"ModifyImageAttribute"}, "Version": {"2016-11-15"}, "ImageId": {ami.ID}, "DryRun": {"true"},
				"LaunchPermission.Remove.1.UserId": {ambientOwner.Account}}
			if made := s.of("ModifyImageAttribute"); len(made) == 0 || made[0].form.Encode() != want.Encode() || made[0].region != ami.Region {
				t.Errorf("%v", made)
			}
		})
	}
}
