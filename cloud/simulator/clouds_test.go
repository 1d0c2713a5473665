package simulator_test

import (
	"context"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// enter assumes the role amisync of an account of the demo clouds, as their ci user.
func (f *fixture) enter(account, externalID string) (aws.CredentialsProvider, error) {
	ci := f.stsWith(credentials.NewStaticCredentialsProvider("AKIASIMULATOR0000001", "not-a-secret", ""))
	in := &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + account + ":role/amisync"), RoleSessionName: aws.String("test")}
	if externalID != "" {
		in.ExternalId = &externalID
	}
	for { // the bad day throttles now and then
		out, err := ci.AssumeRole(context.Background(), in)
		if isThrottle(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return provider(out.Credentials), nil
	}
}

func startCloud(t *testing.T, path string) *fixture {
	file, err := simulator.Load(path)
	must(t, err)
	return start(t, file, simulator.Options{})
}

func TestDemoCloud(t *testing.T) {
	f := startCloud(t, "../../testdata/clouds/demo.yaml")
	images := 0
	for account, externalID := range map[string]string{"111122223333": "acme-images", "222233334444": "", "333344445555": ""} {
		session, err := f.enter(account, externalID)
		must(t, err)
		for _, region := range []string{"us-east-1", "eu-west-1", "ap-northeast-1"} {
			out, err := f.ec2With(session, region).DescribeImages(context.Background(), &ec2.DescribeImagesInput{
				Owners: []string{"self"}, IncludeDisabled: aws.Bool(true), IncludeDeprecated: aws.Bool(true),
			})
			must(t, err)
			images += len(out.Images)
		}
	}
	if images != 43 {
		t.Errorf("%d images, want 43", images)
	}
}

func TestBadDay(t *testing.T) {
	f := startCloud(t, "../../testdata/clouds/bad-day.yaml")
	_, err := f.enter("333344445555", "")
	wantCode(t, err, "AccessDenied", 403)
	session, err := f.enter("111122223333", "acme-images")
	must(t, err)
	const unreadable = "ami-036b01e248a314408"
	if i, _ := f.Image(unreadable); i.Name != "base-al2023-x86-64-20261001" {
		t.Errorf("%s is %q", unreadable, i.Name)
	}
	_, err = f.ec2With(session, "us-east-1").DescribeImageAttribute(context.Background(), &ec2.DescribeImageAttributeInput{
		ImageId: aws.String(unreadable), Attribute: types.ImageAttributeNameLaunchPermission,
	})
	wantCode(t, err, "UnauthorizedOperation", 403)
}
