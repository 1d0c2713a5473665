package simulator_test

import (
	"context"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func TestDocumentedTokenBuckets(t *testing.T) {
	file := smallCloud()
	file.Behaviour.RateLimits = "documented"
	clock := simulator.NewManualClock(start2026)
	f := start(t, file, simulator.Options{Clock: clock})
	ctx := context.Background()
	client, id := f.ec2(owner), first
	for name, c := range map[string]struct {
		call      func() error
		burst     int
		perSecond int
	}{
		"DescribeRegions": {func() error { _, err := client.DescribeRegions(ctx, nil); return err }, 100, 20},
		"DescribeImages":  {func() error { _, err := client.DescribeImages(ctx, nil); return err }, 100, 20},
		"DescribeSnapshots of everything": {func() error {
			_, err := client.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
			return err
		}, 50, 10},
		"DescribeSnapshots of ids": {func() error {
			_, err := client.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{SnapshotIds: []string{plainSnapshot}})
			return err
		}, 100, 20},
		"ModifyImageAttribute": {func() error { return f.modify(id, nil, nil) }, 100, 5},
		"ResetImageAttribute": {func() error {
			_, err := client.ResetImageAttribute(ctx, &ec2.ResetImageAttributeInput{ImageId: &id, Attribute: "launchPermission"})
			return err
		}, 50, 5},
	} {
		t.Run(name, func(t *testing.T) {
			if n := passing(c.call); n != c.burst {
				t.Errorf("%d calls passed, want %d", n, c.burst)
			}
			clock.Advance(time.Second)
			if n := passing(c.call); n != c.perSecond {
				t.Errorf("%d calls passed after a second, want %d", n, c.perSecond)
			}
		})
	}
	passing(func() error { _, err := client.DescribeRegions(ctx, nil); return err })
	_, err := client.DescribeRegions(ctx, nil)
	wantCode(t, err, "RequestLimitExceeded", 503)
	_, err = f.ec2(consumer).DescribeRegions(ctx, nil) // each account has its own bucket
	must(t, err)
	_, err = f.ec2With(client.Options().Credentials, "eu-west-1").DescribeRegions(ctx, nil) // and each region
	must(t, err)
}

// passing calls until a call is throttled, and counts those that were not.
func passing(call func() error) int {
	for n := 0; ; n++ {
		if err := call(); isThrottle(err) {
			return n
		}
	}
}

func TestBlockPublicAccessHasOneTokenInTenSeconds(t *testing.T) {
	file := smallCloud()
	file.Behaviour.RateLimits = "documented"
	clock := simulator.NewManualClock(start2026)
	f := start(t, file, simulator.Options{Clock: clock})
	call := func() error {
		_, err := f.ec2(owner).DisableImageBlockPublicAccess(context.Background(), nil)
		return err
	}
	must(t, call())
	clock.Advance(9 * time.Second)
	wantCode(t, call(), "RequestLimitExceeded", 503)
	clock.Advance(time.Second)
	must(t, call())
}

func TestNarrowedListsOfSnapshotsHaveOneLargerBucket(t *testing.T) {
	file := smallCloud()
	file.Behaviour.RateLimits = "documented"
	f := start(t, file, simulator.Options{Clock: simulator.NewManualClock(start2026)})
	list := func(in ec2.DescribeSnapshotsInput) func() error {
		return func() error {
			_, err := f.ec2(owner).DescribeSnapshots(context.Background(), &in)
			return err
		}
	}
	must(t, list(ec2.DescribeSnapshotsInput{MaxResults: aws.Int32(100)})())
	must(t, list(ec2.DescribeSnapshotsInput{SnapshotIds: []string{plainSnapshot}})())
	if n := passing(list(ec2.DescribeSnapshotsInput{Filters: []types.Filter{where("encrypted", "true")}})); n != 98 {
		t.Errorf("%d calls passed, want 98", n)
	}
	must(t, list(ec2.DescribeSnapshotsInput{})())
}

func TestDescribeKeyHasTwoThousandTokens(t *testing.T) {
	file := smallCloud()
	file.Behaviour.RateLimits = "documented"
	f := start(t, file, simulator.Options{Clock: simulator.NewManualClock(start2026)})
	client := f.kms(owner)
	if n := passing(func() error { _, err := describeKey(client, "alias/aws/ebs"); return err }); n != 2000 {
		t.Errorf("%d calls passed, want 2000", n)
	}
	_, err := describeKey(client, "alias/aws/ebs")
	wantCode(t, err, "ThrottlingException", 400)
}

func TestActionsOfSTSShareOneBucket(t *testing.T) {
	file := smallCloud()
	file.Behaviour.RateLimits = "documented"
	f := start(t, file, simulator.Options{Clock: simulator.NewManualClock(start2026)})
	_, err := f.assume()
	must(t, err)
	client := f.sts(ci)
	if n := passing(func() error {
		_, err := client.GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
		return err
	}); n != 599 {
		t.Errorf("%d calls passed, want 599", n)
	}
	_, err = f.assume()
	wantCode(t, err, "Throttling", 400)
}
