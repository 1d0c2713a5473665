package aws

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Here a role may do everything, and a program that runs in amisync's place uses
// the credentials of its sessions for all that it can think of.

var (
	almighty = reconcile.Owner{Name: "factory", Provider: principal.AWS, Account: "111122223333", Regions: []string{"eu-west-1", "us-east-1"},
		Role: "arn:aws:iam::111122223333:role/amisync", ExternalID: "acme-images"}
	planned   = principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: "ami-0a000000000000001"}
	neighbour = principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: "ami-0a000000000000002"}
	abroad    = principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "eu-west-1", ID: "ami-0b000000000000001"}
)

// simulate starts a cloud, and points the environment at it.
func simulate(t *testing.T) *simulator.Server {
	t.Helper()
	serve(t, map[string]func(int) answer{}) // clears the environment
	file, err := simulator.Load("testdata/cloud.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cloud, err := simulator.New(file, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(cloud)
	t.Cleanup(listener.Close)
	t.Setenv("AWS_SESSION_TOKEN", "")
	for _, variable := range cloud.Environment(nil, listener.URL) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	return cloud
}

func permissionsNow(cloud *simulator.Server) [][]simulator.LaunchPermission {
	var all [][]simulator.LaunchPermission
	for _, image := range []principal.Image{planned, neighbour, abroad} {
		all = append(all, cloud.LaunchPermissions(image.ID))
	}
	return all
}

// mischief is what a thief of credentials would try on an image.
func mischief(cfg sdk.Config, image principal.Image) map[string]error {
	ctx, id := context.Background(), sdk.String(image.ID)
	client := ec2.NewFromConfig(cfg, func(o *ec2.Options) { o.Region = image.Region })
	tried := map[string]error{}
	_, tried["grant"] = client.ModifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{ImageId: id,
		LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{{UserId: sdk.String("210987654321")}}}})
	_, tried["publish"] = client.ModifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{ImageId: id,
		LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{{Group: types.PermissionGroupAll}}}})
	_, tried["revoke"] = client.ModifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{ImageId: id,
		LaunchPermission: &types.LaunchPermissionModifications{Remove: []types.LaunchPermission{{UserId: sdk.String("444455556666")}}}})
	_, tried["describe"] = client.ModifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{ImageId: id, Description: &types.AttributeValue{Value: sdk.String("mine")}})
	_, tried["reset"] = client.ResetImageAttribute(ctx, &ec2.ResetImageAttributeInput{ImageId: id, Attribute: types.ResetImageAttributeNameLaunchPermission})
	_, tried["disable"] = client.DisableImage(ctx, &ec2.DisableImageInput{ImageId: id})
	_, tried["deregister"] = client.DeregisterImage(ctx, &ec2.DeregisterImageInput{ImageId: id})
	_, tried["unblock"] = client.DisableImageBlockPublicAccess(ctx, &ec2.DisableImageBlockPublicAccessInput{})
	return tried
}

func TestASessionForReadingCanChangeNothing(t *testing.T) {
	cloud := simulate(t)
	before := permissionsNow(cloud)
	reader, err := newCloud(t, Options{}).OpenReader(context.Background(), almighty)
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range []principal.Image{planned, neighbour, abroad} {
		if _, err := reader.Permissions(context.Background(), image); err != nil {
			t.Errorf("it cannot even read: %v", err)
		}
		for what, err := range mischief(reader.session.config, image) {
			if !isCode(err, "UnauthorizedOperation") || !strings.Contains(err.Error(), "no session policy allows") {
				t.Errorf("%s of %s: %v", what, image.ID, err)
			}
		}
	}
	if after := permissionsNow(cloud); !slices.EqualFunc(before, after, slices.Equal) {
		t.Errorf("before %v, after %v", before, after)
	}
}

func TestASessionForWritingCanChangeNothingButItsImages(t *testing.T) {
	cloud := simulate(t)
	before := permissionsNow(cloud)
	writer, err := newCloud(t, Options{}).OpenWriter(context.Background(), almighty, []principal.Image{planned})
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range []principal.Image{neighbour, abroad} {
		failed(t, writer.MayChange(context.Background(), image), reconcile.Denied, "no session policy allows")
		for what, err := range mischief(writer.session.config, image) {
			if !isCode(err, "UnauthorizedOperation") {
				t.Errorf("%s of %s: %v", what, image.ID, err)
			}
		}
		reader := &Reader{writer.session}
		_, err := reader.List(context.Background(), image.Region, reconcile.Filter{})
		failed(t, err, reconcile.Denied, "no session policy allows the ec2:DescribeImages action")
	}
	if after := permissionsNow(cloud); !slices.EqualFunc(before, after, slices.Equal) {
		t.Errorf("before %v, after %v", before, after)
	}

	if err := writer.MayChange(context.Background(), planned); err != nil {
		t.Error(err)
	}
	tried := mischief(writer.session.config, planned)
	for _, what := range []string{"reset", "disable", "deregister", "unblock"} {
		if !isCode(tried[what], "UnauthorizedOperation") {
			t.Errorf("%s: %v", what, tried[what])
		}
	}
	if tried["grant"] != nil || !slices.Equal(cloud.LaunchPermissions(planned.ID), []simulator.LaunchPermission{{UserID: "210987654321"}}) {
		t.Errorf("%v, %v", tried["grant"], cloud.LaunchPermissions(planned.ID))
	}
}

// TestWithoutASessionPolicyTheRoleCanDoAll is what the two above would see if
// sessions had none.
func TestWithoutASessionPolicyTheRoleCanDoAll(t *testing.T) {
	cloud := simulate(t)
	cfg, err := loadConfig(Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Region = "us-east-1"
	cfg.Credentials = stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), almighty.Role, func(o *stscreds.AssumeRoleOptions) { o.ExternalID = sdk.String(almighty.ExternalID) })
	for what, err := range mischief(cfg, neighbour) {
		if isCode(err, "UnauthorizedOperation") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if left, there := cloud.Image(neighbour.ID); there && left.State == "available" {
		t.Errorf("%+v", left)
	}
}
