package aws

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Inspect finds out what would stand in the way of changes in the region. No
// questions cost no calls.
func (r *Reader) Inspect(ctx context.Context, region string, questions reconcile.Questions) reconcile.Inspection {
	i := &inspection{Inspection: reconcile.Inspection{Owners: map[string]string{}, Calls: map[string]int{}}, calls: r.session.in(region), account: r.session.account, region: region}
	if questions.Publish {
		i.publishing(ctx)
	}
	i.encrypted(ctx, questions.Encrypted)
	i.missing(ctx, questions.Missing)
	return i.Inspection
}

// inspection is an answer while it comes together.
type inspection struct {
	reconcile.Inspection
	calls           calls
	account, region string
}

// called counts a call, and turns what it returned into an error of the engine.
func (i *inspection) called(action, subject string, err error) *reconcile.Error {
	i.Calls[action]++
	if err == nil {
		return nil
	}
	return callError(action, subject, err)
}

// unsure takes down that something about an image could not be found out.
func (i *inspection) unsure(image, clause string, publishing bool, err error) {
	i.Obstacles = append(i.Obstacles, reconcile.Obstacle{Image: image, Publishing: publishing, Unsure: true, Kind: reconcile.KindOf(err), Reason: clause + ": " + err.Error(), Hint: reconcile.HintOf(err)})
}

// publishing asks whether the account may publish images in the region at all.
// Amisync never turns block public access off: that is for somebody to decide who
// knows all of the account.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html
func (i *inspection) publishing(ctx context.Context) {
	const action = "ec2:GetImageBlockPublicAccessState"
	answer, err := i.calls.getImageBlockPublicAccessState(ctx, &ec2.GetImageBlockPublicAccessStateInput{})
	failure := i.called(action, i.region, err)
	if failure == nil {
		switch state := aws.ToString(answer.ImageBlockPublicAccessState); state {
		case string(types.ImageBlockPublicAccessDisabledStateUnblocked):
			return
		case string(types.ImageBlockPublicAccessEnabledStateBlockNewSharing):
			i.Obstacles = append(i.Obstacles, i.blocked(answer.ManagedBy))
			return
		default:
			failure = unreadable(action, i.region, fmt.Errorf("the answer holds the unknown state %q", state))
		}
	}
	i.unsure("", "is in an account and region whose block public access for AMIs cannot be read", true, failure)
}

func (i *inspection) blocked(by types.ManagedBy) reconcile.Obstacle {
	o := reconcile.Obstacle{Publishing: true, Reason: fmt.Sprintf("is in account %s and region %s, where block public access for AMIs is on", i.account, i.region)}
	if by == types.ManagedByDeclarativePolicy {
		o.Reason += " by a declarative policy of the organization"
		o.Hint = "the account itself cannot change it: ask whoever keeps the organization's declarative policies for EC2"
		return o
	}
	o.Hint = fmt.Sprintf("if images of this account are meant to be public, with credentials of account %s: `aws ec2 disable-image-block-public-access --region %s`; it may take 10 minutes to have effect", i.account, i.region)
	return o
}

// missing asks whose the images are that the account does not list. Without an
// owner in the request, any image that the account may see is found; without an
// id, that would be all of them.
func (i *inspection) missing(ctx context.Context, ids []string) {
	const action = "ec2:DescribeImages"
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return principal.CheckImageID(principal.AWS, id) != nil }) // * is one
	for chunk := range slices.Chunk(ids, maxFilterValues) {
		err := walk(action, i.region, func(token *string) (*string, error) {
			page, err := i.calls.describeImages(ctx, &ec2.DescribeImagesInput{Filters: filter("image-id", chunk), MaxResults: aws.Int32(pageSize), NextToken: token,
				IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true)})
			if err := i.called(action, i.region, err); err != nil {
				return nil, err
			}
			for _, item := range page.Images {
				id, owner := aws.ToString(item.ImageId), aws.ToString(item.OwnerId)
				if slices.Contains(chunk, id) && owner != i.account && principal.CheckAccount(principal.AWS, owner) == nil {
					i.Owners[id] = owner
				}
			}
			return page.NextToken, nil
		})
		if err != nil {
			for _, id := range chunk {
				i.unsure(id, "is not listed, and whose it is cannot be found out", false, err)
			}
		}
	}
}
