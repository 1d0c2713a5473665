package simulator_test

import (
	"context"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func TestDisabledImagesLoseTheirPermissions(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	ctx, client := context.Background(), f.ec2(owner)
	_, err := client.DisableImage(ctx, &ec2.DisableImageInput{ImageId: aws.String(second)})
	must(t, err)
	wantEntries(t, f.read(second))
	wantImages(t, f.list(owner, ec2.DescribeImagesInput{Owners: []string{"self"}}), first)
	wantCode(t, f.modify(second, []types.LaunchPermission{user(consumer)}, nil), "InvalidAMIID.Unavailable", 400)
	_, err = client.EnableImage(ctx, &ec2.EnableImageInput{ImageId: aws.String(second)})
	must(t, err)
	wantEntries(t, f.read(second))
	wantImages(t, f.list(owner, ec2.DescribeImagesInput{Owners: []string{"self"}}), first, second)
	_, err = f.ec2(consumer).DisableImage(ctx, &ec2.DisableImageInput{ImageId: aws.String(first)})
	wantCode(t, err, "InvalidAMIID.NotFound", 400)
}

func TestDeregisteredImagesAreGone(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	_, err := f.ec2(owner).DeregisterImage(context.Background(), &ec2.DeregisterImageInput{ImageId: aws.String(second)})
	must(t, err)
	wantImages(t, f.list(owner, ec2.DescribeImagesInput{Owners: []string{"self"}, IncludeDisabled: aws.Bool(true)}), first)
	_, err = f.ec2(owner).DescribeImages(context.Background(), &ec2.DescribeImagesInput{ImageIds: []string{second}})
	wantCode(t, err, "InvalidAMIID.NotFound", 400)
	wantCode(t, f.modify(second, []types.LaunchPermission{user(consumer)}, nil), "InvalidAMIID.Unavailable", 400)
}

func TestPublishing(t *testing.T) {
	one := 1
	for name, c := range map[string]struct {
		change func(*simulator.File)
		code   string
	}{
		"unblocked":    {func(*simulator.File) {}, ""},
		"blocked":      {func(f *simulator.File) { f.BlockPublicAccess[0].State = "block-new-sharing" }, "OperationNotPermitted"},
		"default":      {func(f *simulator.File) { f.BlockPublicAccess = nil }, "OperationNotPermitted"},
		"encrypted":    {func(f *simulator.File) { f.Images[0].BlockDevices = encrypted }, "UnsupportedOperation"},
		"product code": {func(f *simulator.File) { f.Images[0].ProductCodes = []string{"abc"} }, "OperationNotPermitted"},
		"watermark":    {func(f *simulator.File) { f.Images[0].Watermarks = []string{owner + ":golden"} }, "OperationNotPermitted"},
		"quota": {func(f *simulator.File) {
			f.Images[1].LaunchPermissions.Public = true
			f.Quotas = []simulator.Quota{{Account: owner, Region: region, PublicImages: &one}}
		}, "ResourceLimitExceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			file := smallCloud()
			file.BlockPublicAccess = []simulator.BlockPublicAccess{{Account: owner, Region: region, State: "unblocked"}}
			c.change(&file)
			f := start(t, file, simulator.Options{})
			wantCode(t, f.modify(first, []types.LaunchPermission{everybody, user(consumer)}, nil), c.code, 400)
			if c.code != "" {
				wantEntries(t, f.read(first))
			}
		})
	}
}

var encrypted = []simulator.BlockDevice{{
	SnapshotID: "snap-0a000000000000001", Encrypted: true, KMSKeyID: "arn:aws:kms:us-east-1:111122223333:key/1",
}}

func TestPublicImageStaysPublicUnderBlockPublicAccess(t *testing.T) {
	file := smallCloud()
	file.Images[0].LaunchPermissions.Public = true
	f := start(t, file, simulator.Options{})
	f.SetBlockPublicAccess(owner, region, "block-new-sharing")
	must(t, f.modify(first, []types.LaunchPermission{everybody, user(consumer)}, nil))
	wantEntries(t, f.read(first), "all", consumer)
}

func TestBlockPublicAccessTakesItsTime(t *testing.T) {
	file := smallCloud()
	file.Behaviour.BlockPublicAccessDelay = 10 * time.Minute
	clock := simulator.NewManualClock(start2026)
	f := start(t, file, simulator.Options{Clock: clock})
	ctx, client := context.Background(), f.ec2(owner)
	state := func() types.ImageBlockPublicAccessDisabledState {
		out, err := client.GetImageBlockPublicAccessState(ctx, nil)
		must(t, err)
		return types.ImageBlockPublicAccessDisabledState(*out.ImageBlockPublicAccessState)
	}
	out, err := client.DisableImageBlockPublicAccess(ctx, nil)
	must(t, err)
	if out.ImageBlockPublicAccessState != "unblocked" || state() != "block-new-sharing" {
		t.Errorf("answered %s, reads %s", out.ImageBlockPublicAccessState, state())
	}
	wantCode(t, f.modify(first, []types.LaunchPermission{everybody}, nil), "OperationNotPermitted", 400)
	clock.Advance(10 * time.Minute)
	must(t, f.modify(first, []types.LaunchPermission{everybody}, nil))
	_, err = client.EnableImageBlockPublicAccess(ctx, &ec2.EnableImageBlockPublicAccessInput{ImageBlockPublicAccessState: "block-new-sharing"})
	must(t, err)
	if state() != "unblocked" {
		t.Errorf("reads %s", state())
	}
}

func TestDeclarativePolicyKeepsItsHand(t *testing.T) {
	file := smallCloud()
	file.BlockPublicAccess = []simulator.BlockPublicAccess{{Account: owner, Region: region, State: "block-new-sharing", ManagedBy: "declarative-policy"}}
	f := start(t, file, simulator.Options{})
	out, err := f.ec2(owner).GetImageBlockPublicAccessState(context.Background(), nil)
	must(t, err)
	if out.ManagedBy != types.ManagedByDeclarativePolicy {
		t.Errorf("managed by %s", out.ManagedBy)
	}
	_, err = f.ec2(owner).DisableImageBlockPublicAccess(context.Background(), nil)
	wantCode(t, err, "OperationNotPermitted", 400)
}
