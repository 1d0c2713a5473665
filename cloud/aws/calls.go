package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// calls are the actions in use in one region. They are kept as functions, not as
// the clients that have them: the linker then leaves the other seven hundred out.
type calls struct {
	describeImages                 func(context.Context, *ec2.DescribeImagesInput, ...func(*ec2.Options)) (*ec2.DescribeImagesOutput, error)
	describeImageAttribute         func(context.Context, *ec2.DescribeImageAttributeInput, ...func(*ec2.Options)) (*ec2.DescribeImageAttributeOutput, error)
	describeSnapshots              func(context.Context, *ec2.DescribeSnapshotsInput, ...func(*ec2.Options)) (*ec2.DescribeSnapshotsOutput, error)
	getImageBlockPublicAccessState func(context.Context, *ec2.GetImageBlockPublicAccessStateInput, ...func(*ec2.Options)) (*ec2.GetImageBlockPublicAccessStateOutput, error)
	modifyImageAttribute           func(context.Context, *ec2.ModifyImageAttributeInput, ...func(*ec2.Options)) (*ec2.ModifyImageAttributeOutput, error)
	describeKey                    func(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error)
}

// in returns the calls to a region.
func (s *session) in(region string) calls {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	regional, made := s.regions[region]
	if !made {
		images := ec2.NewFromConfig(s.config, func(o *ec2.Options) {
			o.Region = region
			o.Retryer = s.limits.retryer(o.Retryer)
			o.APIOptions = append(o.APIOptions, logCalls(s.log, s.account, region), s.limits.middleware(s.account, region), // each goes in front of the one before
				depart)
		})
		keys := kms.NewFromConfig(s.config, func(o *kms.Options) {
			o.Region = region
			o.APIOptions = append(o.APIOptions, logCalls(s.log, s.account, region))
		})
		regional = calls{images.DescribeImages, images.DescribeImageAttribute, images.DescribeSnapshots, images.GetImageBlockPublicAccessState,
			images.ModifyImageAttribute, keys.DescribeKey}
		s.regions[region] = regional
	}
	return regional
}
