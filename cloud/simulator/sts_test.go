package simulator_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

var start2026 = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// assume is a right AssumeRole of the ci user, with changes.
func (f *fixture) assume(changes ...func(*sts.AssumeRoleInput)) (*sts.AssumeRoleOutput, error) {
	in := &sts.AssumeRoleInput{
		RoleArn: aws.String(amisyncRole), RoleSessionName: aws.String("run-1"), ExternalId: aws.String("acme-images"),
	}
	for _, change := range changes {
		change(in)
	}
	return f.sts(ci).AssumeRole(context.Background(), in)
}

// session returns credentials of a session, and fails the test if there is none.
func (f *fixture) session(changes ...func(*sts.AssumeRoleInput)) aws.CredentialsProvider {
	f.t.Helper()
	out, err := f.assume(changes...)
	must(f.t, err)
	return provider(out.Credentials)
}

func provider(c *ststypes.Credentials) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

func policyOf(document string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) { in.Policy = &document }
}

func TestAssumeRoleGivesASessionOfTheRole(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{Clock: simulator.NewManualClock(start2026)})
	out, err := f.assume(func(in *sts.AssumeRoleInput) {
		in.SourceIdentity = aws.String("pipeline")
		in.Tags = []ststypes.Tag{{Key: aws.String("run"), Value: aws.String("1")}}
	})
	must(t, err)
	want := "arn:aws:sts::" + owner + ":assumed-role/amisync/run-1"
	if got := *out.AssumedRoleUser.Arn; got != want {
		t.Errorf("session %s, want %s", got, want)
	}
	if got := *out.Credentials.Expiration; !got.Equal(start2026.Add(time.Hour)) {
		t.Errorf("expires %s", got)
	}
	identity, err := f.stsWith(provider(out.Credentials)).GetCallerIdentity(context.Background(), nil)
	must(t, err)
	if *identity.Account != owner || *identity.Arn != want {
		t.Errorf("identity %s %s", *identity.Account, *identity.Arn)
	}
	if _, err := f.ec2With(provider(out.Credentials), region).DescribeImages(context.Background(), &ec2.DescribeImagesInput{Owners: []string{"self"}}); err != nil {
		t.Error(err)
	}
}

func TestAssumeRoleRefusesInTheSameWordsWhateverIsWrong(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	for name, change := range map[string]func(*sts.AssumeRoleInput){
		"missing role": func(in *sts.AssumeRoleInput) {
			in.RoleArn = aws.String(strings.Replace(amisyncRole, "amisync", "nobody", 1))
		},
		"wrong external id": func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("other") },
		"no external id":    func(in *sts.AssumeRoleInput) { in.ExternalId = nil },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.assume(change)
			wantCode(t, err, "AccessDenied", 403)
			if err != nil && !strings.Contains(err.Error(), "User: arn:aws:iam::"+ci+":user/admin is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::") {
				t.Error(err)
			}
		})
	}
	_, err := f.sts(stranger).AssumeRole(context.Background(), &sts.AssumeRoleInput{
		RoleArn: aws.String(amisyncRole), RoleSessionName: aws.String("run"), ExternalId: aws.String("acme-images"),
	})
	wantCode(t, err, "AccessDenied", 403)
}

func TestAssumeRoleChecksItsParameters(t *testing.T) {
	file := smallCloud()
	file.Accounts[0].Roles[0].MaxSessionDuration = 7200
	f := start(t, file, simulator.Options{})
	for name, c := range map[string]struct {
		change func(*sts.AssumeRoleInput)
		code   string
	}{
		"session name":      {func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("a b") }, "ValidationError"},
		"external id":       {func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("a b") }, "ValidationError"},
		"too short":         {func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(899) }, "ValidationError"},
		"as long as it may": {func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(7200) }, ""},
		"over the role's":   {func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(7201) }, "ValidationError"},
		"long policy":       {policyOf(strings.Repeat(" ", 2049)), "ValidationError"},
		"no policy":         {policyOf("{}"), "MalformedPolicyDocument"},
		"not JSON":          {policyOf("allow me"), "MalformedPolicyDocument"},
		"condition":         {policyOf(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}}`), "MalformedPolicyDocument"},
		"managed policies": {func(in *sts.AssumeRoleInput) {
			in.PolicyArns = []ststypes.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}}
		}, "UnknownParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.assume(c.change)
			wantCode(t, err, c.code, 400)
			if name == "condition" && !strings.Contains(err.Error(), "does not support Condition") {
				t.Error(err)
			}
		})
	}
}

func TestChainedSessionsAreAtMostAnHour(t *testing.T) {
	file := smallCloud()
	file.Accounts[2].Roles = []simulator.Role{{
		Name: "next", MaxSessionDuration: 43200, Trust: simulator.Trust{Principals: []string{amisyncRole}},
	}}
	f := start(t, file, simulator.Options{})
	next := "arn:aws:iam::" + consumer + ":role/next"
	chain := func(seconds int32) error {
		_, err := f.stsWith(f.session()).AssumeRole(context.Background(), &sts.AssumeRoleInput{
			RoleArn: &next, RoleSessionName: aws.String("run"), DurationSeconds: &seconds,
		})
		return err
	}
	wantCode(t, chain(3600), "", 200)
	wantCode(t, chain(3601), "ValidationError", 400)
	_, err := f.sts(owner).AssumeRole(context.Background(), &sts.AssumeRoleInput{RoleArn: &next, RoleSessionName: aws.String("run")})
	wantCode(t, err, "AccessDenied", 403) // the role is trusted, its account is not
}

func TestCredentials(t *testing.T) {
	clock := simulator.NewManualClock(start2026)
	f := start(t, smallCloud(), simulator.Options{Clock: clock})
	out, err := f.assume()
	must(t, err)
	wrongToken := *out.Credentials
	wrongToken.SessionToken = aws.String("made-up")
	check := func(p aws.CredentialsProvider, ec2Code string, ec2Status int, stsCode string) {
		t.Helper()
		_, err := f.ec2With(p, region).DescribeRegions(context.Background(), nil)
		wantCode(t, err, ec2Code, ec2Status)
		_, err = f.stsWith(p).GetCallerIdentity(context.Background(), nil)
		wantCode(t, err, stsCode, 403)
	}
	check(aws.AnonymousCredentials{}, "AuthFailure", 401, "MissingAuthenticationToken")
	check(credentials.NewStaticCredentialsProvider("AKIANOBODY", "x", ""), "AuthFailure", 401, "InvalidClientTokenId")
	check(provider(&wrongToken), "AuthFailure", 401, "InvalidClientTokenId")
	check(provider(out.Credentials), "", 200, "")
	clock.Advance(time.Hour)
	check(provider(out.Credentials), "RequestExpired", 400, "ExpiredToken")
}

func TestPoliciesAreEnforced(t *testing.T) {
	readOnly := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:Describe*"],"Resource":"*"}]}`
	oneImage := `{"Statement":[
		{"Effect":"Allow","Action":"ec2:*","Resource":"arn:aws:ec2:us-east-1::image/` + first + `"},
		{"Effect":"Deny","Action":"ec2:ResetImage*","Resource":"*"}]}`
	file := smallCloud()
	file.Accounts[0].Roles = append(file.Accounts[0].Roles, simulator.Role{
		Name: "reader", Trust: simulator.Trust{Principals: []string{ci}}, Actions: []string{"ec2:Describe*"},
	})
	f := start(t, file, simulator.Options{})
	reader := func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::" + owner + ":role/reader") }
	for name, c := range map[string]struct {
		session             aws.CredentialsProvider
		list, reset, dryRun string // codes
		because             string
	}{
		"all rights":     {f.session(), "", "", "DryRunOperation", ""},
		"role":           {f.session(reader), "", "UnauthorizedOperation", "UnauthorizedOperation", "no identity-based policy allows the ec2:ResetImageAttribute action"},
		"session policy": {f.session(policyOf(readOnly)), "", "UnauthorizedOperation", "UnauthorizedOperation", "no session policy allows the ec2:ResetImageAttribute action"},
		"deny wins":      {f.session(policyOf(oneImage)), "UnauthorizedOperation", "UnauthorizedOperation", "UnauthorizedOperation", "arn:aws:ec2:us-east-1::image/" + first},
		"both count":     {f.session(reader, policyOf(oneImage)), "UnauthorizedOperation", "UnauthorizedOperation", "UnauthorizedOperation", ""},
	} {
		t.Run(name, func(t *testing.T) {
			client := f.ec2With(c.session, region)
			_, err := client.DescribeImages(context.Background(), &ec2.DescribeImagesInput{})
			wantCode(t, err, c.list, 403)
			_, err = client.ResetImageAttribute(context.Background(), &ec2.ResetImageAttributeInput{ImageId: aws.String(first), Attribute: "launchPermission"})
			wantCode(t, err, c.reset, 403)
			if c.because != "" && !strings.Contains(err.Error(), c.because) {
				t.Errorf("%v does not say %q", err, c.because)
			}
			_, err = client.ResetImageAttribute(context.Background(), &ec2.ResetImageAttributeInput{ImageId: aws.String(first), Attribute: "launchPermission", DryRun: aws.Bool(true)})
			status := 403
			if c.dryRun == "DryRunOperation" {
				status = 412
			}
			wantCode(t, err, c.dryRun, status)
		})
	}
}
