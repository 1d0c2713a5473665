package simulator_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func where(name string, values ...string) types.Filter {
	return types.Filter{Name: &name, Values: values}
}

func wantImages(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("images %q, want %q", got, want)
	}
}

func TestEachAccountSeesWhatItMay(t *testing.T) {
	const (
		viaOU, viaOrg, public = "ami-0a000000000000003", "ami-0a000000000000004", "ami-0a000000000000005"
		deprecated, disabled  = "ami-0a000000000000006", "ami-0a000000000000007"
	)
	file := smallCloud()
	file.Images = append(file.Images,
		newImage(viaOU, "via-ou", func(i *simulator.Image) {
			i.LaunchPermissions.OrganizationalUnits = []string{"ou-ab12-11111111"} // above the consumer's own
		}),
		newImage(viaOrg, "via-org", func(i *simulator.Image) { i.LaunchPermissions.Organizations = []string{organization} }),
		newImage(public, "public", func(i *simulator.Image) { i.LaunchPermissions.Public = true }),
		newImage(deprecated, "deprecated", func(i *simulator.Image) {
			i.LaunchPermissions.Accounts = []string{consumer}
			i.DeprecationTime = simulator.Time{Time: time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC)}
		}),
		newImage(disabled, "disabled", func(i *simulator.Image) { i.State = "disabled" }),
	)
	f := start(t, file, simulator.Options{Clock: simulator.NewManualClock(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))})
	with := func(change func(*ec2.DescribeImagesInput)) (in ec2.DescribeImagesInput) {
		change(&in)
		return in
	}
	executable := func(users ...string) ec2.DescribeImagesInput {
		return ec2.DescribeImagesInput{ExecutableUsers: users}
	}
	yes := aws.Bool(true)
	for name, c := range map[string]struct {
		account string
		in      ec2.DescribeImagesInput
		want    []string
	}{
		"a stranger sees the public ones": {stranger, ec2.DescribeImagesInput{}, []string{public}},
		"a consumer sees what is shared":  {consumer, ec2.DescribeImagesInput{}, []string{second, viaOU, viaOrg, public}},
		"deprecated ones on request": {consumer, with(func(in *ec2.DescribeImagesInput) { in.IncludeDeprecated = yes }),
			[]string{second, viaOU, viaOrg, public, deprecated}},
		"the owner sees its deprecated ones": {owner, ec2.DescribeImagesInput{Owners: []string{"self"}},
			[]string{first, second, viaOU, viaOrg, public, deprecated}},
		"and disabled ones on request": {owner, with(func(in *ec2.DescribeImagesInput) { in.IncludeDisabled, in.Owners = yes, []string{owner} }),
			[]string{first, second, viaOU, viaOrg, public, deprecated, disabled}},
		"a consumer never sees disabled ones": {consumer, with(func(in *ec2.DescribeImagesInput) { in.IncludeDisabled = yes }),
			[]string{second, viaOU, viaOrg, public}},
		"owners narrow":                      {consumer, ec2.DescribeImagesInput{Owners: []string{"self", "amazon"}}, nil},
		"executable by self":                 {consumer, executable("self"), []string{second, viaOU, viaOrg}},
		"executable by the own id":           {consumer, executable(consumer), []string{second, viaOU, viaOrg}},
		"executable by all":                  {consumer, executable("all"), []string{public}},
		"executable by another, direct only": {owner, executable(consumer), []string{second, deprecated}},
		"nobody else learns of sharing":      {stranger, executable(consumer), nil},
	} {
		t.Run(name, func(t *testing.T) { wantImages(t, f.list(c.account, c.in), c.want...) })
	}
}

// TestImagesOfOthersAreFoundByAFilter asks for ids without naming an owner: what the caller
// may not see is left out, and is no error.
func TestImagesOfOthersAreFoundByAFilter(t *testing.T) {
	const (
		viaUnit, viaOrg, public = "ami-0a000000000000003", "ami-0a000000000000004", "ami-0a000000000000005"
		own, unknown            = "ami-0c000000000000001", "ami-0a00000000000000f"
	)
	file := smallCloud()
	file.Images = append(file.Images,
		newImage(viaUnit, "via-unit", func(i *simulator.Image) { i.LaunchPermissions.OrganizationalUnits = []string{workloads} }),
		newImage(viaOrg, "via-org", func(i *simulator.Image) { i.LaunchPermissions.Organizations = []string{"o-exampleorg1"} }),
		newImage(public, "public", func(i *simulator.Image) { i.LaunchPermissions.Public = true }),
		newImage(own, "own", func(i *simulator.Image) { i.Owner = consumer }),
	)
	f := start(t, file, simulator.Options{})
	in := ec2.DescribeImagesInput{Filters: []types.Filter{where("image-id", first, second, viaUnit, viaOrg, public, own, unknown)}}
	wantImages(t, f.list(consumer, in), second, viaUnit, viaOrg, public, own)
	wantImages(t, f.list(stranger, in), public)
	wantImages(t, f.list(owner, in), first, second, viaUnit, viaOrg, public)

	out, err := f.ec2(consumer).DescribeImages(context.Background(), &in)
	must(t, err)
	for _, i := range out.Images {
		want := owner
		if *i.ImageId == own {
			want = consumer
		}
		if aws.ToString(i.OwnerId) != want {
			t.Errorf("%s belongs to %s, want %s", *i.ImageId, aws.ToString(i.OwnerId), want)
		}
	}
	must(t, f.DeregisterImage(public))
	must(t, f.DisableImage(viaOrg))
	wantImages(t, f.list(consumer, in), second, viaUnit, own)
}

func TestFilters(t *testing.T) {
	file := smallCloud()
	file.Images = []simulator.Image{
		newImage("ami-0a000000000000001", "base/al2023 [x]", func(i *simulator.Image) {
			i.Architecture, i.Tags, i.Description = "arm64", map[string]string{"channel": "stable", "team": "a"}, "one"
			i.SourceImageID, i.SourceImageRegion = "ami-0b000000000000001", "eu-west-1"
		}),
		newImage("ami-0a000000000000002", "base*star", func(i *simulator.Image) {
			i.Tags = map[string]string{"channel": "beta", "ec2:SharedTag/os": "linux"}
			i.ProductCodes = []string{"abc"}
			i.LaunchPermissions.Public = true
		}),
		newImage("ami-0a000000000000003", "other", func(i *simulator.Image) { i.State = "pending" }),
	}
	f := start(t, file, simulator.Options{})
	for name, c := range map[string]struct {
		account string
		filters []types.Filter
		want    string // last digits
	}{
		"architecture":         {owner, []types.Filter{where("architecture", "arm64")}, "1"},
		"several values":       {owner, []types.Filter{where("architecture", "arm64", "x86_64")}, "123"},
		"several filters":      {owner, []types.Filter{where("architecture", "x86_64"), where("state", "available")}, "2"},
		"star":                 {owner, []types.Filter{where("name", "base*")}, "12"},
		"star crosses slashes": {owner, []types.Filter{where("name", "b*x]")}, "1"},
		"question mark":        {owner, []types.Filter{where("name", "othe?")}, "3"},
		"escaped star":         {owner, []types.Filter{where("name", `base\*star`)}, "2"},
		"case matters":         {owner, []types.Filter{where("name", "BASE*")}, ""},
		"image-id":             {owner, []types.Filter{where("image-id", "ami-0a000000000000002", "ami-0a00000000000000f")}, "2"},
		"state":                {owner, []types.Filter{where("state", "pending")}, "3"},
		"is-public":            {owner, []types.Filter{where("is-public", "true")}, "2"},
		"owner-id":             {owner, []types.Filter{where("owner-id", owner)}, "123"},
		"tag":                  {owner, []types.Filter{where("tag:channel", "st*")}, "1"},
		"tag-key":              {owner, []types.Filter{where("tag-key", "channel")}, "12"},
		"tags are the owner's": {stranger, []types.Filter{where("tag:channel", "*")}, ""},
		"but shared ones":      {stranger, []types.Filter{where("tag:ec2:SharedTag/os", "linux")}, "2"},
		"creation-date":        {owner, []types.Filter{where("creation-date", "2026-10-01T*")}, "123"},
		"description":          {owner, []types.Filter{where("description", "o?e")}, "1"},
		"product-code":         {owner, []types.Filter{where("product-code", "abc")}, "2"},
		"source-image-id":      {owner, []types.Filter{where("source-image-id", "ami-0b*")}, "1"},
		"source-image-region":  {owner, []types.Filter{where("source-image-region", "eu-west-1")}, "1"},
		"root-device-type":     {owner, []types.Filter{where("root-device-type", "instance-store")}, ""},
		"virtualization-type":  {owner, []types.Filter{where("virtualization-type", "hvm")}, "123"},
		"platform":             {owner, []types.Filter{where("platform", "windows")}, ""},
		"snapshot":             {owner, []types.Filter{where("block-device-mapping.snapshot-id", "snap-0a000000000000003")}, "3"},
		"encrypted":            {owner, []types.Filter{where("block-device-mapping.encrypted", "false")}, "123"},
	} {
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, digit := range c.want {
				want = append(want, "ami-0a00000000000000"+string(digit))
			}
			wantImages(t, f.list(c.account, ec2.DescribeImagesInput{Filters: c.filters}), want...)
		})
	}
}

func TestDescribeImagesRefusesWhatItDoesNotKnow(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	many := make([]string, 201)
	for n := range many {
		many[n] = fmt.Sprint(n)
	}
	for name, c := range map[string]struct {
		in   ec2.DescribeImagesInput
		code string
		says string
	}{
		"filter":        {ec2.DescribeImagesInput{Filters: []types.Filter{where("colour", "red")}}, "InvalidParameterValue", "colour"},
		"many values":   {ec2.DescribeImagesInput{Filters: []types.Filter{where("name", many...)}}, "FilterLimitExceeded", "200"},
		"owner":         {ec2.DescribeImagesInput{Owners: []string{"me"}}, "InvalidUserID.Malformed", "me"},
		"user":          {ec2.DescribeImagesInput{ExecutableUsers: []string{"1234"}}, "InvalidUserID.Malformed", "1234"},
		"malformed id":  {ec2.DescribeImagesInput{ImageIds: []string{"ami-xyz"}}, "InvalidAMIID.Malformed", "ami-xyz"},
		"unknown id":    {ec2.DescribeImagesInput{ImageIds: []string{first, "ami-0a00000000000000f"}}, "InvalidAMIID.NotFound", "The image id '[ami-0a00000000000000f]' does not exist"},
		"unknown ids":   {ec2.DescribeImagesInput{ImageIds: []string{"ami-0a00000000000000e", "ami-0a00000000000000f"}}, "InvalidAMIID.NotFound", "ami-0a00000000000000e, ami-0a00000000000000f"},
		"ids and pages": {ec2.DescribeImagesInput{ImageIds: []string{first}, MaxResults: aws.Int32(10)}, "InvalidParameterCombination", "maxResults"},
		"page size":     {ec2.DescribeImagesInput{MaxResults: aws.Int32(1001)}, "InvalidParameterValue", "1001"},
		"token":         {ec2.DescribeImagesInput{NextToken: aws.String("what")}, "InvalidNextToken", "what"},
		"dry run":       {ec2.DescribeImagesInput{DryRun: aws.Bool(true)}, "DryRunOperation", "would have succeeded"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.ec2(owner).DescribeImages(context.Background(), &c.in)
			status := 400
			if c.code == "DryRunOperation" {
				status = 412
			}
			wantCode(t, err, c.code, status)
			if err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v does not say %q", err, c.says)
			}
		})
	}
}

func TestPagesHoldEveryImageOnce(t *testing.T) {
	file := smallCloud()
	file.Images = nil
	var want []string
	for n := range 23 {
		i := newImage(fmt.Sprintf("ami-%017x", n), fmt.Sprintf("image-%d", n))
		file.Images, want = append(file.Images, i), append(want, i.ID)
	}
	f := start(t, file, simulator.Options{})
	var got []string
	pages := ec2.NewDescribeImagesPaginator(f.ec2(owner), &ec2.DescribeImagesInput{Owners: []string{"self"}, MaxResults: aws.Int32(5)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		must(t, err)
		if len(page.Images) > 5 {
			t.Errorf("a page of %d images", len(page.Images))
		}
		got = append(got, ids(page.Images)...)
	}
	wantImages(t, got, want...)
	if calls := len(f.Calls()); calls != 5 {
		t.Errorf("%d calls for 23 images in pages of 5", calls)
	}
}

func TestDescribeImagesTellsEverythingAboutAnImage(t *testing.T) {
	file, err := simulator.Load("testdata/good/everything.yaml")
	must(t, err)
	f := start(t, file, simulator.Options{})
	f.ClearFaults()
	out, err := f.ec2(owner).DescribeImages(context.Background(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
	must(t, err)
	i, failed := out.Images[0], out.Images[1]
	for name, pair := range map[string][2]any{
		"state":       {i.State, types.ImageStateAvailable},
		"public":      {*i.Public, false},
		"created":     {*i.CreationDate, "2026-10-01T06:00:00.000Z"},
		"deprecation": {*i.DeprecationTime, "2028-10-01T06:00:00.000Z"},
		"location":    {*i.ImageLocation, owner + "/base"},
		"tag":         {*i.Tags[0].Key + "=" + *i.Tags[0].Value, "channel=stable"},
		"code":        {*i.ProductCodes[0].ProductCodeId, "abc123"},
		"code's type": {i.ProductCodes[0].ProductCodeType, types.ProductCodeValuesMarketplace},
		"watermark":   {*i.ImageWatermarks[0].WatermarkKey, owner + ":golden"},
		"watermarks":  {len(i.ImageWatermarks) + len(failed.ImageWatermarks), 1},
		"no code":     {len(failed.ProductCodes), 0},
		"no date":     {failed.DeprecationTime, (*string)(nil)},
		"plain":       {*failed.BlockDeviceMappings[0].Ebs.Encrypted, false},
		"snapshot":    {*i.BlockDeviceMappings[0].Ebs.SnapshotId, "snap-0a000000000000001"},
		"size":        {*i.BlockDeviceMappings[0].Ebs.VolumeSize, int32(20)},
		"encrypted":   {*i.BlockDeviceMappings[0].Ebs.Encrypted, true},
		"key":         {i.BlockDeviceMappings[0].Ebs.KmsKeyId, (*string)(nil)},
		"source":      {*i.SourceImageId + " " + *i.SourceImageRegion, "ami-0a000000000000009 eu-west-1"},
		"reason":      {*failed.StateReason.Code, "Server.InternalError"},
		"failed":      {failed.State, types.ImageStateFailed},
		"default":     {failed.Architecture, types.ArchitectureValuesArm64},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %v, want %v", name, pair[0], pair[1])
		}
	}
}
