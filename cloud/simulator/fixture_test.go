package simulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

const (
	owner    = "111122223333"
	ci       = "999900001111"
	consumer = "210987654321"
	stranger = "555566667777"

	organization = "arn:aws:organizations::123456789012:organization/o-exampleorg1"
	workloads    = "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"

	amisyncRole = "arn:aws:iam::" + owner + ":role/amisync"

	first  = "ami-0a000000000000001" // private
	second = "ami-0a000000000000002" // shared with consumer
	region = "us-east-1"
)

// smallCloud has two images, and a user with all rights in each account.
func smallCloud() simulator.File {
	account := func(id, name, key string) simulator.Account {
		return simulator.Account{ID: id, Name: name, Users: []simulator.User{{Name: "admin", AccessKeyID: key, SecretAccessKey: "x"}}}
	}
	factory := account(owner, "factory", "AKIAOWNER0000000")
	factory.Roles = []simulator.Role{{
		Name:  "amisync",
		Trust: simulator.Trust{Principals: []string{ci}, ExternalID: "acme-images", SourceIdentity: true},
	}}
	return simulator.File{
		Regions: []string{region, "eu-west-1"},
		Accounts: []simulator.Account{
			factory,
			account(ci, "ci", "AKIACI0000000000"),
			account(consumer, "payments", "AKIACONSUMER0000"),
			account(stranger, "stranger", "AKIASTRANGER0000"),
		},
		Organizations: []simulator.Organization{{
			ID:                "o-exampleorg1",
			ManagementAccount: "123456789012",
			OrganizationalUnits: []simulator.OrganizationalUnit{{
				ID: "ou-ab12-11111111", Name: "workloads",
				OrganizationalUnits: []simulator.OrganizationalUnit{{
					ID: "ou-ab12-12111111", Name: "prod", Accounts: []string{consumer},
				}},
			}},
		}},
		Images: []simulator.Image{
			newImage(first, "base-1"),
			newImage(second, "base-2", func(i *simulator.Image) {
				i.LaunchPermissions.Accounts = []string{consumer}
			}),
		},
		Behaviour: &simulator.Behaviour{RateLimits: "off"},
	}
}

func newImage(id, name string, changes ...func(*simulator.Image)) simulator.Image {
	i := simulator.Image{
		ID: id, Name: name, Owner: owner, Region: region,
		CreationDate: simulator.Time{Time: time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)},
	}
	for _, change := range changes {
		change(&i)
	}
	return i
}

// keys of the users of smallCloud.
var keys = map[string]string{
	owner: "AKIAOWNER0000000", ci: "AKIACI0000000000", consumer: "AKIACONSUMER0000", stranger: "AKIASTRANGER0000",
}

// fixture is a running cloud.
type fixture struct {
	*simulator.Server
	t   testing.TB
	url string

	client plainClient
}

func start(t *testing.T, file simulator.File, options simulator.Options) *fixture {
	t.Helper()
	s, err := simulator.New(file, options)
	must(t, err)
	return startServer(t, s)
}

func startServer(t testing.TB, s *simulator.Server) *fixture {
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &fixture{s, t, server.URL, plainClient{server.Client()}}
}

// plainClient sends bodies without WriteTo, which the SDK's fails when an answer comes
// fast, and with it the connection: these clients do not try again.
// (https://github.com/aws/aws-sdk-go-v2/issues/2737)
type plainClient struct{ *http.Client }

func (c plainClient) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.Client.Do(r)
}

// ec2 returns a client that does not retry, for an account's user.
func (f *fixture) ec2(account string) *ec2.Client {
	return f.ec2With(credentials.NewStaticCredentialsProvider(keys[account], "x", ""), region)
}

func (f *fixture) ec2With(provider aws.CredentialsProvider, region string) *ec2.Client {
	return ec2.New(ec2.Options{Region: region, BaseEndpoint: &f.url, Credentials: provider, HTTPClient: f.client, RetryMaxAttempts: 1})
}

func (f *fixture) sts(account string) *sts.Client {
	return f.stsWith(credentials.NewStaticCredentialsProvider(keys[account], "x", ""))
}

func (f *fixture) stsWith(provider aws.CredentialsProvider) *sts.Client {
	return sts.New(sts.Options{Region: region, BaseEndpoint: &f.url, Credentials: provider, HTTPClient: f.client, RetryMaxAttempts: 1})
}

func (f *fixture) kms(account string) *kms.Client {
	return f.kmsWith(credentials.NewStaticCredentialsProvider(keys[account], "x", ""), region)
}

func (f *fixture) kmsWith(provider aws.CredentialsProvider, region string) *kms.Client {
	return kms.New(kms.Options{Region: region, BaseEndpoint: &f.url, Credentials: provider, HTTPClient: f.client, RetryMaxAttempts: 1})
}

// wantCode checks the code and HTTP status of an API error; "" and 200 want success.
func wantCode(t *testing.T, err error, code string, status int) {
	t.Helper()
	var api smithy.APIError
	var http interface{ HTTPStatusCode() int }
	switch {
	case code == "" && err == nil:
	case code == "" || err == nil:
		t.Errorf("error %v, want %q", err, code)
	case !errors.As(err, &api) || api.ErrorCode() != code:
		t.Errorf("error %v, want code %s", err, code)
	case !errors.As(err, &http) || http.HTTPStatusCode() != status:
		t.Errorf("error %v, want HTTP status %d", err, status)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func user(id string) types.LaunchPermission { return types.LaunchPermission{UserId: &id} }
func org(arn string) types.LaunchPermission { return types.LaunchPermission{OrganizationArn: &arn} }
func unit(arn string) types.LaunchPermission {
	return types.LaunchPermission{OrganizationalUnitArn: &arn}
}

var everybody = types.LaunchPermission{Group: types.PermissionGroupAll}

// modify adds and removes in one call of the owner.
func (f *fixture) modify(image string, add, remove []types.LaunchPermission) error {
	_, err := f.ec2(owner).ModifyImageAttribute(context.Background(), &ec2.ModifyImageAttributeInput{
		ImageId:          &image,
		LaunchPermission: &types.LaunchPermissionModifications{Add: add, Remove: remove},
	})
	return err
}

// read returns an image's entries as a client of the owner sees them.
func (f *fixture) read(image string) []string {
	f.t.Helper()
	out, err := f.ec2(owner).DescribeImageAttribute(context.Background(), &ec2.DescribeImageAttributeInput{
		ImageId: &image, Attribute: types.ImageAttributeNameLaunchPermission,
	})
	must(f.t, err)
	var entries []string
	for _, p := range out.LaunchPermissions {
		entries = append(entries, string(p.Group)+aws.ToString(p.UserId)+aws.ToString(p.OrganizationArn)+aws.ToString(p.OrganizationalUnitArn))
	}
	return entries
}

// list returns the ids that DescribeImages answers to an account, sorted.
func (f *fixture) list(account string, in ec2.DescribeImagesInput) []string {
	f.t.Helper()
	out, err := f.ec2(account).DescribeImages(context.Background(), &in)
	must(f.t, err)
	return ids(out.Images)
}

func ids(images []types.Image) []string {
	var ids []string
	for _, i := range images {
		ids = append(ids, *i.ImageId)
	}
	return ids
}

func isThrottle(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains([]string{"RequestLimitExceeded", "Throttling", "ThrottlingException"}, api.ErrorCode())
}

func idsOf(ids ...string) *ec2.DescribeImagesInput { return &ec2.DescribeImagesInput{ImageIds: ids} }
