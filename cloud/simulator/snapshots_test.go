package simulator_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const (
	customerKey = "arn:aws:kms:us-east-1:" + owner + ":key/1234abcd-12ab-34cd-56ef-1234567890ab"

	plainSnapshot    = "snap-0a000000000000001" // of first, as every image has it
	customerSnapshot = "snap-0a00000000000000b" // of second
	managedSnapshot  = "snap-0a00000000000000c" // of second too
	foreignSnapshot  = "snap-0c000000000000001"
)

var managedKeyForm = regexp.MustCompile(`^arn:aws:kms:us-east-1:` + owner + `:key/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$`)

// encryptedCloud is smallCloud with a second image of two encrypted volumes, and a third
// that the stranger owns and shares with the owner.
func encryptedCloud() simulator.File {
	file := smallCloud()
	file.Images[1].Description = "two volumes"
	file.Images[1].BlockDevices = []simulator.BlockDevice{
		{SnapshotID: customerSnapshot, VolumeSize: 20, Encrypted: true, KMSKeyID: customerKey},
		{SnapshotID: managedSnapshot, DeviceName: "/dev/xvdb", Encrypted: true},
	}
	file.Images = append(file.Images, newImage("ami-0c000000000000001", "foreign", func(i *simulator.Image) {
		i.Owner = stranger
		i.LaunchPermissions.Accounts = []string{owner}
	}))
	return file
}

// snapshots returns the ids that DescribeSnapshots answers to an account, sorted.
func (f *fixture) snapshots(account string, in ec2.DescribeSnapshotsInput) []string {
	f.t.Helper()
	out, err := f.ec2(account).DescribeSnapshots(context.Background(), &in)
	must(f.t, err)
	var ids []string
	for _, s := range out.Snapshots {
		ids = append(ids, *s.SnapshotId)
	}
	return ids
}

func TestDescribeSnapshotsTellsTheKeyOfEach(t *testing.T) {
	f := start(t, encryptedCloud(), simulator.Options{})
	out, err := f.ec2(owner).DescribeSnapshots(context.Background(), &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	must(t, err)
	if len(out.Snapshots) != 3 || out.NextToken != nil {
		t.Fatalf("%d snapshots, token %v", len(out.Snapshots), out.NextToken)
	}
	plain, customer, managed := out.Snapshots[0], out.Snapshots[1], out.Snapshots[2]
	for name, pair := range map[string][2]any{
		"id":              {*plain.SnapshotId, plainSnapshot},
		"plain":           {*plain.Encrypted, false},
		"no key":          {plain.KmsKeyId, (*string)(nil)},
		"default size":    {*plain.VolumeSize, int32(8)},
		"encrypted":       {*customer.Encrypted && *managed.Encrypted, true},
		"customer's key":  {*customer.KmsKeyId, customerKey},
		"size":            {*customer.VolumeSize, int32(20)},
		"owner":           {*customer.OwnerId, owner},
		"state":           {customer.State, types.SnapshotStateCompleted},
		"progress":        {*customer.Progress, "100%"},
		"tier":            {customer.StorageTier, types.StorageTierStandard},
		"start":           {customer.StartTime.UTC(), time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)},
		"description":     {*customer.Description, "Created by CreateImage for " + second},
		"key of AWS":      {managedKeyForm.MatchString(*managed.KmsKeyId), true},
		"its own, though": {*managed.KmsKeyId == customerKey, false},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %v, want %v", name, pair[0], pair[1])
		}
	}
}

func TestSnapshotsAreNarrowed(t *testing.T) {
	f := start(t, encryptedCloud(), simulator.Options{})
	with := func(filters ...types.Filter) ec2.DescribeSnapshotsInput {
		return ec2.DescribeSnapshotsInput{Filters: filters}
	}
	for name, c := range map[string]struct {
		in   ec2.DescribeSnapshotsInput
		want []string
	}{
		"nothing":            {with(), []string{plainSnapshot, customerSnapshot, managedSnapshot}},
		"ids":                {ec2.DescribeSnapshotsInput{SnapshotIds: []string{managedSnapshot, plainSnapshot}}, []string{plainSnapshot, managedSnapshot}},
		"another's id":       {ec2.DescribeSnapshotsInput{SnapshotIds: []string{foreignSnapshot, plainSnapshot}}, []string{plainSnapshot}},
		"own account":        {ec2.DescribeSnapshotsInput{OwnerIds: []string{owner}}, []string{plainSnapshot, customerSnapshot, managedSnapshot}},
		"other owners":       {ec2.DescribeSnapshotsInput{OwnerIds: []string{stranger, "amazon"}}, nil},
		"snapshot-id filter": {with(where("snapshot-id", managedSnapshot, "snap-0a00000000000000f")), []string{managedSnapshot}},
		"encrypted":          {with(where("encrypted", "true")), []string{customerSnapshot, managedSnapshot}},
		"owner-id":           {with(where("owner-id", stranger)), nil},
		"volume-size":        {with(where("volume-size", "20")), []string{customerSnapshot}},
		"description":        {with(where("description", "*"+first)), []string{plainSnapshot}},
		"start-time":         {with(where("start-time", "2026-10-01T*")), []string{plainSnapshot, customerSnapshot, managedSnapshot}},
		"status":             {with(where("status", "completed"), where("encrypted", "false")), []string{plainSnapshot}},
	} {
		t.Run(name, func(t *testing.T) { wantImages(t, f.snapshots(owner, c.in), c.want...) })
	}
	wantImages(t, f.snapshots(stranger, with()), foreignSnapshot)
	wantImages(t, f.snapshots(consumer, with())) // a shared image does not share its snapshots
}

func TestDescribeSnapshotsRefusesWhatItDoesNotKnow(t *testing.T) {
	f := start(t, encryptedCloud(), simulator.Options{})
	for name, c := range map[string]struct {
		in   ec2.DescribeSnapshotsInput
		code string
	}{
		"unknown id":    {ec2.DescribeSnapshotsInput{SnapshotIds: []string{plainSnapshot, "snap-0a00000000000000f"}}, "InvalidSnapshot.NotFound"},
		"malformed id":  {ec2.DescribeSnapshotsInput{SnapshotIds: []string{"snap-1"}}, "InvalidSnapshotID.Malformed"},
		"owner":         {ec2.DescribeSnapshotsInput{OwnerIds: []string{"me"}}, "InvalidUserID.Malformed"},
		"filter":        {ec2.DescribeSnapshotsInput{Filters: []types.Filter{where("tag:a", "b")}}, "InvalidParameterValue"},
		"ids and pages": {ec2.DescribeSnapshotsInput{SnapshotIds: []string{plainSnapshot}, MaxResults: aws.Int32(5)}, "InvalidParameterCombination"},
		"small pages":   {ec2.DescribeSnapshotsInput{MaxResults: aws.Int32(4)}, "InvalidParameterValue"},
		"large pages":   {ec2.DescribeSnapshotsInput{MaxResults: aws.Int32(1001)}, "InvalidParameterValue"},
		"token":         {ec2.DescribeSnapshotsInput{NextToken: aws.String("what")}, "InvalidNextToken"},
		"restorable by": {ec2.DescribeSnapshotsInput{RestorableByUserIds: []string{"self"}}, "UnknownParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.ec2(owner).DescribeSnapshots(context.Background(), &c.in)
			wantCode(t, err, c.code, 400)
		})
	}
}

func TestPagesHoldEverySnapshotOnce(t *testing.T) {
	file := smallCloud()
	file.Images = nil
	var want []string
	for n := range 12 {
		file.Images = append(file.Images, newImage(fmt.Sprintf("ami-%017x", n), fmt.Sprintf("image-%d", n)))
		want = append(want, fmt.Sprintf("snap-%017x", n))
	}
	f := start(t, file, simulator.Options{})
	f.Inject(simulator.Fault{Kind: simulator.FaultEmptyPageWithToken, Action: "DescribeSnapshots", From: 2, Count: 1})
	var got []string
	pages := ec2.NewDescribeSnapshotsPaginator(f.ec2(owner), &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, MaxResults: aws.Int32(5)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		must(t, err)
		for _, s := range page.Snapshots {
			got = append(got, *s.SnapshotId)
		}
	}
	wantImages(t, got, want...)
	if calls := len(f.Calls()); calls != 4 {
		t.Errorf("%d calls for 12 snapshots in pages of 5, one of them empty", calls)
	}
}

func TestSnapshotsOutliveTheirImage(t *testing.T) {
	f := start(t, encryptedCloud(), simulator.Options{})
	must(t, f.DeregisterImage(first))
	wantImages(t, f.snapshots(owner, ec2.DescribeSnapshotsInput{SnapshotIds: []string{plainSnapshot}}), plainSnapshot)
}

func TestSnapshotsOfANewImageLagBehind(t *testing.T) {
	file := smallCloud()
	file.Behaviour.ConsistencyDelay = 5 * time.Second
	clock := simulator.NewManualClock(start2026)
	f := start(t, file, simulator.Options{Clock: clock})
	must(t, f.AddImage(newImage("ami-0a00000000000000a", "new build")))
	in := ec2.DescribeSnapshotsInput{SnapshotIds: []string{"snap-0a00000000000000a"}}
	_, err := f.ec2(owner).DescribeSnapshots(context.Background(), &in)
	wantCode(t, err, "InvalidSnapshot.NotFound", 400)
	clock.Advance(5 * time.Second)
	wantImages(t, f.snapshots(owner, in), "snap-0a00000000000000a")
}
