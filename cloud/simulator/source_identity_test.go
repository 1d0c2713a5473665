package simulator_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

func actor(name string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) { in.SourceIdentity = &name }
}

func TestSourceIdentityNeedsTheRightToSetIt(t *testing.T) {
	only := func(actions ...string) func(*simulator.File) {
		return func(f *simulator.File) { f.Accounts[1].Users[0].Actions = actions }
	}
	for name, c := range map[string]struct {
		change func(*simulator.File)
		code   string
	}{
		"trusted":                 {func(*simulator.File) {}, ""},
		"not in the trust policy": {func(f *simulator.File) { f.Accounts[0].Roles[0].Trust.SourceIdentity = false }, "AccessDenied"},
		"not the caller's right":  {only("sts:AssumeRole"), "AccessDenied"},
		"the caller's right":      {only("sts:AssumeRole", "sts:SetSourceIdentity"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := smallCloud()
			c.change(&file)
			f := start(t, file, simulator.Options{})
			_, err := f.assume()
			must(t, err)
			out, err := f.assume(actor("jane"))
			wantCode(t, err, c.code, 403)
			if err == nil && *out.SourceIdentity != "jane" {
				t.Errorf("source identity %s", *out.SourceIdentity)
			}
			if err != nil && !strings.Contains(err.Error(), "sts:SetSourceIdentity on resource: "+amisyncRole) {
				t.Error(err)
			}
		})
	}
}

func TestSourceIdentityGoesOnThroughChainedRoles(t *testing.T) {
	role := func(name string, sets bool) simulator.Role {
		return simulator.Role{Name: name, Trust: simulator.Trust{Principals: []string{amisyncRole}, SourceIdentity: sets}}
	}
	file := smallCloud()
	file.Accounts[2].Roles = []simulator.Role{role("next", true), role("closed", false)}
	f := start(t, file, simulator.Options{})
	chain := func(caller aws.CredentialsProvider, role string, changes ...func(*sts.AssumeRoleInput)) (*sts.AssumeRoleOutput, error) {
		in := &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + consumer + ":role/" + role), RoleSessionName: aws.String("run-2")}
		for _, change := range changes {
			change(in)
		}
		return f.stsWith(caller).AssumeRole(context.Background(), in)
	}
	named, nameless := f.session(actor("jane")), f.session()
	for _, changes := range [][]func(*sts.AssumeRoleInput){nil, {actor("jane")}} {
		out, err := chain(named, "next", changes...)
		must(t, err)
		if *out.SourceIdentity != "jane" {
			t.Errorf("source identity %s", *out.SourceIdentity)
		}
	}
	_, err := chain(named, "next", actor("john"))
	wantCode(t, err, "AccessDenied", 403)
	_, err = chain(named, "closed")
	wantCode(t, err, "AccessDenied", 403)
	_, err = chain(nameless, "closed")
	must(t, err)
}

func TestCallsShowTheSourceIdentity(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	session := f.session(actor("jane"))
	_, err := f.ec2With(session, region).DescribeRegions(context.Background(), nil)
	must(t, err)
	_, err = f.ec2With(f.session(), region).DescribeRegions(context.Background(), nil)
	must(t, err)
	calls := f.Calls()
	if calls[0].SourceIdentity != "jane" || calls[1].SourceIdentity != "jane" || calls[2].SourceIdentity != "" || calls[3].SourceIdentity != "" {
		t.Errorf("calls %+v", calls)
	}
	if want := "arn:aws:sts::" + owner + ":assumed-role/amisync/run-1"; calls[1].Caller != want {
		t.Errorf("caller %s, want %s", calls[1].Caller, want)
	}
}

func TestFaultsCanRefuseASessionPolicyThatIsTooLarge(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	f.Inject(simulator.Fault{Action: "AssumeRole", Account: owner, Kind: simulator.FaultError, Code: "PackedPolicyTooLarge", Message: "Packed policy consumes 107% of allotted space, please use smaller policy."})
	_, err := f.assume(policyOf(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`))
	var tooLarge *ststypes.PackedPolicyTooLargeException
	if !errors.As(err, &tooLarge) || !strings.Contains(tooLarge.ErrorMessage(), "107%") {
		t.Errorf("error %v", err)
	}
}
