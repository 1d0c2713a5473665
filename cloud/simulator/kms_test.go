package simulator_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

func describeKey(client *kms.Client, id string) (*types.KeyMetadata, error) {
	out, err := client.DescribeKey(context.Background(), &kms.DescribeKeyInput{KeyId: &id})
	if err != nil {
		return nil, err
	}
	return out.KeyMetadata, nil
}

// managedKey is the ARN of the owner's AWS managed key, as its snapshots tell it.
func (f *fixture) managedKey() string {
	f.t.Helper()
	out, err := f.ec2(owner).DescribeSnapshots(context.Background(), &ec2.DescribeSnapshotsInput{SnapshotIds: []string{managedSnapshot}})
	must(f.t, err)
	return *out.Snapshots[0].KmsKeyId
}

func TestDescribeKeyTellsWhoManagesIt(t *testing.T) {
	f := start(t, encryptedCloud(), simulator.Options{})
	client, managed := f.kms(owner), f.managedKey()
	for name, c := range map[string]struct {
		id, arn string
		manager types.KeyManagerType
	}{
		"by ARN":                {customerKey, customerKey, types.KeyManagerTypeCustomer},
		"by id":                 {strings.TrimPrefix(customerKey, "arn:aws:kms:us-east-1:"+owner+":key/"), customerKey, types.KeyManagerTypeCustomer},
		"of AWS, by ARN":        {managed, managed, types.KeyManagerTypeAws},
		"of AWS, by id":         {managed[strings.LastIndex(managed, "/")+1:], managed, types.KeyManagerTypeAws},
		"of AWS, by alias":      {"alias/aws/ebs", managed, types.KeyManagerTypeAws},
		"of AWS, by alias' ARN": {"arn:aws:kms:us-east-1:" + owner + ":alias/aws/ebs", managed, types.KeyManagerTypeAws},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := describeKey(client, c.id)
			must(t, err)
			if *key.Arn != c.arn || "arn:aws:kms:us-east-1:"+owner+":key/"+*key.KeyId != c.arn || key.KeyManager != c.manager {
				t.Errorf("key %s, %s, managed by %s", *key.Arn, *key.KeyId, key.KeyManager)
			}
		})
	}
	key, err := describeKey(client, customerKey)
	must(t, err)
	if *key.AWSAccountId != owner || key.KeyState != types.KeyStateEnabled || !key.Enabled || key.DeletionDate != nil ||
		key.KeyUsage != types.KeyUsageTypeEncryptDecrypt || key.KeySpec != types.KeySpecSymmetricDefault ||
		key.Origin != types.OriginTypeAwsKms || *key.MultiRegion || key.CreationDate.Before(time.Unix(1, 0)) {
		t.Errorf("key %+v", key)
	}
}

func TestEachAccountAndRegionHasItsOwnManagedKey(t *testing.T) {
	f := start(t, encryptedCloud(), simulator.Options{})
	var arns []string
	for _, client := range []*kms.Client{f.kms(owner), f.kms(consumer), f.kmsWith(f.kms(owner).Options().Credentials, "eu-west-1")} {
		key, err := describeKey(client, "alias/aws/ebs")
		must(t, err)
		arns = append(arns, *key.Arn)
	}
	if slices.Sort(arns); len(slices.Compact(arns)) != 3 {
		t.Errorf("keys %q", arns)
	}
	if again := start(t, encryptedCloud(), simulator.Options{}).managedKey(); again != f.managedKey() {
		t.Error("the key is another one at every start")
	}
}

func TestKeysOfTheCloudFileHaveTheirStates(t *testing.T) {
	file := encryptedCloud()
	const leaving = "arn:aws:kms:us-east-1:" + owner + ":key/mrk-1"
	file.Keys = []simulator.Key{
		{ARN: customerKey, State: simulator.KeyDisabled, Description: "for images"},
		{ARN: leaving, State: simulator.KeyPendingDeletion},
	}
	f := start(t, file, simulator.Options{Clock: simulator.NewManualClock(start2026)})
	key, err := describeKey(f.kms(owner), customerKey)
	must(t, err)
	if key.KeyState != types.KeyStateDisabled || key.Enabled || *key.Description != "for images" {
		t.Errorf("key %+v", key)
	}
	key, err = describeKey(f.kms(owner), leaving)
	must(t, err)
	if key.KeyState != types.KeyStatePendingDeletion || key.Enabled || !key.DeletionDate.After(start2026) || !*key.MultiRegion {
		t.Errorf("key %+v", key)
	}
	must(t, f.SetKeyState(customerKey, simulator.KeyEnabled))
	if key, err := describeKey(f.kms(owner), customerKey); err != nil || !key.Enabled || *key.Description != "for images" {
		t.Errorf("key %+v, %v", key, err)
	}
	if err := f.SetKeyState(f.managedKey(), simulator.KeyDisabled); err == nil {
		t.Error("disabled a key of AWS")
	}
}

func TestAKeyOfAnotherAccountIsKnownToWhoUsesIt(t *testing.T) {
	const central = "arn:aws:kms:us-east-1:" + ci + ":key/central"
	file := encryptedCloud()
	file.Images[1].BlockDevices[0].KMSKeyID = central
	f := start(t, file, simulator.Options{})
	key, err := describeKey(f.kms(owner), central)
	must(t, err)
	if *key.AWSAccountId != ci || key.KeyManager != types.KeyManagerTypeCustomer {
		t.Errorf("key %+v", key)
	}
	_, err = describeKey(f.kms(stranger), central)
	wantCode(t, err, "AccessDeniedException", 400)
	_, err = describeKey(f.kms(stranger), f.managedKey())
	wantCode(t, err, "AccessDeniedException", 400)
}

func TestDescribeKeyRefusals(t *testing.T) {
	f := start(t, encryptedCloud(), simulator.Options{})
	for name, c := range map[string]struct{ id, code string }{
		"unknown id":    {"1234abcd", "NotFoundException"},
		"unknown ARN":   {customerKey + "c", "NotFoundException"},
		"unknown alias": {"alias/images", "NotFoundException"},
		"other region":  {strings.Replace(customerKey, "us-east-1", "eu-west-1", 1), "NotFoundException"},
		"no key's ARN":  {"arn:aws:iam::" + owner + ":role/amisync", "InvalidArnException"},
		"partition":     {strings.Replace(customerKey, "aws", "aws-cn", 1), "InvalidArnException"},
		"nothing":       {"", "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := describeKey(f.kms(owner), c.id)
			wantCode(t, err, c.code, 400)
		})
	}
	var notFound *types.NotFoundException
	if _, err := describeKey(f.kms(owner), "1234abcd"); !errors.As(err, &notFound) || !strings.Contains(notFound.ErrorMessage(), "key/1234abcd' does not exist") {
		t.Errorf("error %v", err)
	}
	_, err := f.kms(owner).ListKeys(context.Background(), nil)
	wantCode(t, err, "UnknownOperationException", 400)
	_, err = describeKey(f.kmsWith(credentials.NewStaticCredentialsProvider("AKIANOBODY", "x", ""), region), customerKey)
	wantCode(t, err, "UnrecognizedClientException", 400)
	_, err = describeKey(f.kmsWith(f.kms(owner).Options().Credentials, "mars-north-1"), customerKey)
	wantCode(t, err, "UnrecognizedClientException", 400)
}

func TestPoliciesAreAskedAboutTheKey(t *testing.T) {
	file := encryptedCloud()
	file.Accounts[0].Roles = append(file.Accounts[0].Roles, simulator.Role{
		Name: "reader", Trust: simulator.Trust{Principals: []string{ci}}, Actions: []string{"ec2:Describe*"},
	})
	f := start(t, file, simulator.Options{})
	reader := func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::" + owner + ":role/reader") }
	allow := func(resource string) func(*sts.AssumeRoleInput) {
		return policyOf(`{"Statement":{"Effect":"Allow","Action":"kms:DescribeKey","Resource":"` + resource + `"}}`)
	}
	for name, c := range map[string]struct {
		session aws.CredentialsProvider
		id      string
		code    string
	}{
		"all rights":          {f.session(), customerKey, ""},
		"role without":        {f.session(reader), customerKey, "AccessDeniedException"},
		"any key":             {f.session(allow("*")), customerKey, ""},
		"this key":            {f.session(allow(customerKey)), customerKey, ""},
		"keys of the account": {f.session(allow("arn:aws:kms:*:" + owner + ":key/*")), "alias/aws/ebs", ""},
		"another key":         {f.session(allow(customerKey)), "alias/aws/ebs", "AccessDeniedException"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := describeKey(f.kmsWith(c.session, region), c.id)
			wantCode(t, err, c.code, 400)
		})
	}
}

func TestKMSCallsAreLogged(t *testing.T) {
	f := start(t, encryptedCloud(), simulator.Options{Clock: simulator.NewManualClock(start2026)})
	_, err := describeKey(f.kms(owner), customerKey)
	must(t, err)
	_, err = describeKey(f.kms(owner), "nowhere")
	wantCode(t, err, "NotFoundException", 400)
	want := simulator.Call{Number: 1, Time: start2026, Service: "kms", Action: "DescribeKey", Account: owner, Region: region, Caller: "arn:aws:iam::" + owner + ":user/admin", Status: 200}
	calls := f.Calls()
	if calls[0] != want || calls[1].Status != 400 || calls[1].Code != "NotFoundException" {
		t.Errorf("calls %+v", calls)
	}
}

func TestFaultsOfKMS(t *testing.T) {
	for kind, c := range map[simulator.FaultKind]struct {
		code   string // "-" for an error without one
		status int
	}{
		simulator.FaultThrottle:         {"ThrottlingException", 400},
		simulator.FaultInternalError:    {"KMSInternalException", 500},
		simulator.FaultUnavailable:      {"DependencyTimeoutException", 503},
		simulator.FaultAccessDenied:     {"AccessDeniedException", 400},
		simulator.FaultError:            {"KMSInvalidStateException", 400},
		simulator.FaultDropBeforeEffect: {"-", 0},
		simulator.FaultCutConnection:    {"-", 0},
		simulator.FaultMalformedXML:     {"-", 0},
		simulator.FaultWrongContent:     {"-", 0},
	} {
		t.Run(string(kind), func(t *testing.T) {
			f := start(t, encryptedCloud(), simulator.Options{})
			f.Inject(simulator.Fault{Action: "DescribeKey", Kind: kind, Code: "KMSInvalidStateException"})
			_, err := describeKey(f.kms(owner), customerKey)
			var api smithy.APIError
			if c.code != "-" {
				wantCode(t, err, c.code, c.status)
			} else if err == nil || errors.As(err, &api) {
				t.Errorf("error %v, want one without a code", err)
			}
		})
	}
}
