package simulator_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func wantEntries(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
}

func TestModifyChangesEntriesOfEveryKindInOneCall(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	f.SetBlockPublicAccess(owner, region, "unblocked")
	all := []types.LaunchPermission{everybody, user(stranger), unit(workloads), org(organization)}
	must(t, f.modify(second, all, []types.LaunchPermission{user(consumer)}))
	wantEntries(t, f.read(second), "all", workloads, organization, stranger)
	must(t, f.modify(second, nil, all))
	wantEntries(t, f.read(second))
}

func TestModifyIsIdempotent(t *testing.T) {
	writes := 0
	f := start(t, smallCloud(), simulator.Options{OnWrite: func(simulator.Write) { writes++ }})
	must(t, f.modify(second, []types.LaunchPermission{user(consumer)}, []types.LaunchPermission{user(stranger)}))
	wantEntries(t, f.read(second), consumer)
	if writes != 0 {
		t.Errorf("%d effective writes, want none", writes)
	}
}

func TestModifyRefusesTheWholeCallForOneBadEntry(t *testing.T) {
	file := smallCloud()
	file.InvalidAccounts = []string{"999999999999"}
	f := start(t, file, simulator.Options{})
	for name, c := range map[string]struct {
		bad  types.LaunchPermission
		kind string
	}{
		"short account":        {user("1234"), "userId"},
		"nonexistent account":  {user("999999999999"), "userId"},
		"unknown group":        {types.LaunchPermission{Group: "some"}, "UserGroup"},
		"bare organization id": {org("o-exampleorg1"), "OrganizationArn"},
		"account ARN":          {org("arn:aws:organizations::123456789012:account/o-exampleorg1/111122223333"), "OrganizationArn"},
		"root ARN":             {unit("arn:aws:organizations::123456789012:root/o-exampleorg1/r-ab12"), "OrganizationalUnitArn"},
		"other partition":      {unit(strings.Replace(workloads, "aws", "aws-cn", 1)), "OrganizationalUnitArn"},
	} {
		t.Run(name, func(t *testing.T) {
			err := f.modify(first, []types.LaunchPermission{user(consumer), c.bad}, nil)
			wantCode(t, err, "InvalidAMIAttributeItemValue", 400)
			if err != nil && !strings.Contains(err.Error(), "for "+c.kind+" item type.") {
				t.Errorf("%v does not name %s", err, c.kind)
			}
			wantEntries(t, f.read(first))
		})
	}
}

func TestModifyRefusesWhatSaysNothingOrTooMuch(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	two := types.LaunchPermission{UserId: aws.String(consumer), Group: "all"}
	wantCode(t, f.modify(first, nil, nil), "InvalidParameterCombination", 400)
	wantCode(t, f.modify(first, []types.LaunchPermission{two}, nil), "InvalidParameterCombination", 400)
	wantCode(t, f.modify(first, []types.LaunchPermission{user(consumer)}, []types.LaunchPermission{user(consumer)}), "InvalidParameterCombination", 400)
	wantEntries(t, f.read(first))
}

func TestModifyOfTheOwnerItselfShowsNowhere(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	must(t, f.modify(first, []types.LaunchPermission{user(owner)}, nil))
	wantEntries(t, f.read(first))
}

func TestModifyInTheOlderForm(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	f.SetBlockPublicAccess(owner, region, "unblocked")
	older := func(operation types.OperationType) error {
		_, err := f.ec2(owner).ModifyImageAttribute(context.Background(), &ec2.ModifyImageAttributeInput{
			ImageId:                aws.String(first),
			Attribute:              aws.String("launchPermission"),
			OperationType:          operation,
			UserIds:                []string{consumer, stranger},
			UserGroups:             []string{"all"},
			OrganizationArns:       []string{organization},
			OrganizationalUnitArns: []string{workloads},
		})
		return err
	}
	must(t, older("add"))
	wantEntries(t, f.read(first), "all", workloads, organization, consumer, stranger)
	must(t, older("remove"))
	wantEntries(t, f.read(first))
	wantCode(t, older("replace"), "InvalidParameterValue", 400)
	wantCode(t, older(""), "MissingParameter", 400)
}

func TestModifyDescription(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	_, err := f.ec2(owner).ModifyImageAttribute(context.Background(), &ec2.ModifyImageAttributeInput{
		ImageId: aws.String(first), Description: &types.AttributeValue{Value: aws.String("for <everybody> & all")},
	})
	must(t, err)
	out, err := f.ec2(owner).DescribeImageAttribute(context.Background(), &ec2.DescribeImageAttributeInput{
		ImageId: aws.String(first), Attribute: types.ImageAttributeNameDescription,
	})
	must(t, err)
	if got := aws.ToString(out.Description.Value); got != "for <everybody> & all" {
		t.Errorf("description %q", got)
	}
}

func TestOnlyTheOwnerReadsAndChangesPermissions(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	for image, code := range map[string]string{first: "InvalidAMIID.NotFound", second: "AuthFailure"} {
		_, err := f.ec2(consumer).DescribeImageAttribute(context.Background(), &ec2.DescribeImageAttributeInput{
			ImageId: &image, Attribute: types.ImageAttributeNameLaunchPermission,
		})
		wantCode(t, err, code, 400)
		_, err = f.ec2(consumer).ModifyImageAttribute(context.Background(), &ec2.ModifyImageAttributeInput{
			ImageId: &image, LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{user(stranger)}},
		})
		wantCode(t, err, code, 400)
	}
	_, err := f.ec2(owner).DescribeImageAttribute(context.Background(), &ec2.DescribeImageAttributeInput{
		ImageId: aws.String(first), Attribute: types.ImageAttributeNameBlockDeviceMapping,
	})
	wantCode(t, err, "AuthFailure", 400)
}

func TestResetRemovesEverything(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	must(t, f.Share(second, []simulator.LaunchPermission{{Group: "all"}}, nil))
	_, err := f.ec2(owner).ResetImageAttribute(context.Background(), &ec2.ResetImageAttributeInput{
		ImageId: aws.String(second), Attribute: types.ResetImageAttributeNameLaunchPermission,
	})
	must(t, err)
	wantEntries(t, f.read(second))
}

func TestConsumerCancelsWhatIsSharedWithItself(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	cancel := func(image string) error {
		_, err := f.ec2(consumer).CancelImageLaunchPermission(context.Background(), &ec2.CancelImageLaunchPermissionInput{ImageId: &image})
		return err
	}
	must(t, cancel(second))
	wantEntries(t, f.read(second))
	must(t, f.Share(second, []simulator.LaunchPermission{{OrganizationArn: organization}}, nil))
	wantCode(t, cancel(second), "OperationNotPermitted", 400)
	wantCode(t, cancel(first), "InvalidAMIID.NotFound", 400)
}

func TestQuotaOfEntities(t *testing.T) {
	file := smallCloud()
	two := 2
	file.Quotas = []simulator.Quota{{SharingEntities: &two}}
	f := start(t, file, simulator.Options{})
	must(t, f.modify(second, []types.LaunchPermission{org(organization)}, nil))
	wantCode(t, f.modify(second, []types.LaunchPermission{user(stranger)}, nil), "ResourceLimitExceeded", 400)
	must(t, f.modify(second, []types.LaunchPermission{user(stranger)}, []types.LaunchPermission{user(consumer)}))
	wantEntries(t, f.read(second), organization, stranger)
}

func TestImageUnderTheKeyOfAWSCannotBeShared(t *testing.T) {
	file := smallCloud()
	file.Images[1].BlockDevices = []simulator.BlockDevice{{SnapshotID: "snap-0a000000000000002", Encrypted: true}}
	f := start(t, file, simulator.Options{})
	wantCode(t, f.modify(second, []types.LaunchPermission{user(stranger)}, nil), "InvalidParameter", 400)
	must(t, f.modify(second, nil, []types.LaunchPermission{user(consumer)}))
}

func TestStatesThatCannotBeShared(t *testing.T) {
	for _, state := range []string{"pending", "failed", "disabled", "deregistered"} {
		f := start(t, smallCloud(), simulator.Options{})
		must(t, f.SetImageState(first, state))
		wantCode(t, f.modify(first, []types.LaunchPermission{user(stranger)}, nil), "InvalidAMIID.Unavailable", 400)
	}
}
