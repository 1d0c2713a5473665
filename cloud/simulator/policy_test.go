package simulator_test

import (
	"context"
	"strings"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestPoliciesNameImagesByTheirARNs shows for policies with one resource what a writer can
// do, in earnest and in a dry run. The ARN of an image has no account.
func TestPoliciesNameImagesByTheirARNs(t *testing.T) {
	for name, c := range map[string]struct {
		resource string
		may      bool
	}{
		"this image":        {"arn:aws:ec2:us-east-1::image/" + first, true},
		"wildcard id":       {"arn:aws:ec2:us-east-1::image/ami-0a0000*0001", true},
		"one character":     {"arn:aws:ec2:us-east-1::image/ami-0a00000000000000?", true},
		"all images":        {"arn:aws:ec2:us-east-1::image/*", true},
		"any region":        {"arn:aws:ec2:*::image/" + first, true},
		"the rest":          {"arn:aws:ec2:us-east-1:*", true},
		"everything":        {"*", true},
		"another image":     {"arn:aws:ec2:us-east-1::image/" + second, false},
		"another region":    {"arn:aws:ec2:eu-west-1::image/" + first, false},
		"with an account":   {"arn:aws:ec2:us-east-1:" + owner + ":image/" + first, false},
		"a star is no part": {"arn:aws:ec2:*:image/" + first, false},
		"a snapshot":        {"arn:aws:ec2:us-east-1::snapshot/*", false},
	} {
		t.Run(name, func(t *testing.T) {
			writes := 0
			f := start(t, smallCloud(), simulator.Options{OnWrite: func(simulator.Write) { writes++ }})
			client := f.ec2With(f.session(policyOf(`{"Statement":{"Effect":"Allow","Action":"ec2:ModifyImageAttribute","Resource":"`+c.resource+`"}}`)), region)
			share := func(dryRun bool) error {
				_, err := client.ModifyImageAttribute(context.Background(), &ec2.ModifyImageAttributeInput{
					ImageId: aws.String(first), DryRun: &dryRun,
					LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{user(stranger)}},
				})
				return err
			}
			dry, status, earnest := "UnauthorizedOperation", 403, "UnauthorizedOperation"
			if c.may {
				dry, status, earnest = "DryRunOperation", 412, ""
			}
			wantCode(t, share(true), dry, status)
			if writes != 0 || len(f.LaunchPermissions(first)) != 0 {
				t.Error("a dry run changed something")
			}
			err := share(false)
			wantCode(t, err, earnest, 403)
			if err != nil && !strings.Contains(err.Error(), "ec2:ModifyImageAttribute on resource: arn:aws:ec2:us-east-1::image/"+first+" because no session policy") {
				t.Error(err)
			}
			_, err = client.DescribeImages(context.Background(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
			wantCode(t, err, "UnauthorizedOperation", 403)
		})
	}
}

func TestDryRunOfAnUnknownImageAsksPoliciesOnly(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	_, err := f.ec2(owner).ModifyImageAttribute(context.Background(), &ec2.ModifyImageAttributeInput{
		ImageId: aws.String("ami-0a00000000000000f"), DryRun: aws.Bool(true),
		LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{user(stranger)}},
	})
	wantCode(t, err, "DryRunOperation", 412)
}

// TestAPolicyOfARoleNamesResources lets a role change one image, and deny what its
// session's policy allows.
func TestAPolicyOfARoleNamesResources(t *testing.T) {
	file := smallCloud()
	role := &file.Accounts[0].Roles[0]
	role.Actions = nil
	role.Policy = `{"Statement": [
		{"Effect": "Allow", "Action": ["ec2:ModifyImageAttribute"], "Resource": ["arn:aws:ec2:us-east-1::image/*"]},
		{"Effect": "Deny", "Action": "ec2:*", "Resource": "arn:aws:ec2:us-east-1::image/` + second + `"}]}`
	f := start(t, file, simulator.Options{})
	for _, session := range []string{"", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`} {
		var policy *string
		if session != "" {
			policy = &session
		}
		client := f.ec2With(f.session(func(in *sts.AssumeRoleInput) { in.Policy = policy }), region)
		for id, code := range map[string]string{first: "", second: "UnauthorizedOperation"} {
			_, err := client.ModifyImageAttribute(context.Background(), &ec2.ModifyImageAttributeInput{
				ImageId: aws.String(id), LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{user(stranger)}},
			})
			wantCode(t, err, code, 403)
			if err != nil && !strings.Contains(err.Error(), "because no identity-based policy allows") {
				t.Error(err)
			}
		}
		_, err := client.DescribeImages(context.Background(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
		wantCode(t, err, "UnauthorizedOperation", 403)
	}
}
