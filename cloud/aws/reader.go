package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Reader reads the images of one owner account. It is safe for concurrent use.
type Reader struct{ session *session }

// List returns the account's own images of the region, deprecated and disabled
// ones included. Ids travel as a filter, because a listing by id fails as a whole
// when one is unknown. So do names: in EC2's filters `*` stands for any run of
// characters and `?` for one or none, and case matters, so that all that the
// engine's patterns match is returned, and at times more. An image that stands on
// two pages, or is asked for by id and by name, is returned twice.
// Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html,
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
func (r *Reader) List(ctx context.Context, region string, wanted reconcile.Filter) ([]reconcile.Image, error) {
	if wanted.IsAll() {
		return r.list(ctx, region, nil)
	}
	patterns := make([]string, len(wanted.Names))
	for i, name := range wanted.Names {
		patterns[i] = strings.ReplaceAll(name, `\`, `\\`) // it would take a wildcard's meaning
	}
	var images []reconcile.Image
	for _, by := range []struct {
		name   string
		values []string
	}{{"image-id", wanted.IDs}, {"name", patterns}} {
		for chunk := range slices.Chunk(by.values, maxFilterValues) {
			found, err := r.list(ctx, region, filter(by.name, chunk))
			if err != nil {
				return nil, err
			}
			images = append(images, found...)
		}
	}
	return images, nil
}

func (r *Reader) list(ctx context.Context, region string, filters []types.Filter) ([]reconcile.Image, error) {
	const action = "ec2:DescribeImages"
	found := newListing()
	in := &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: filters, MaxResults: aws.Int32(pageSize),
		IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true)}
	err := walk(action, region, func(token *string) (*string, error) {
		in.NextToken = token
		page, err := r.session.in(region).describeImages(ctx, in)
		if err != nil {
			return nil, r.listError(action, region, err)
		}
		if page.Images == nil {
			return nil, unreadable(action, region, errors.New("the answer holds no list of images"))
		}
		for _, item := range page.Images {
			image, err := imageOf(item, r.session.account, region)
			if err == nil {
				err = found.add(image)
			}
			if err != nil {
				return nil, unreadable(action, region, err)
			}
		}
		return page.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	return found.images, nil
}

// listError turns what a listing returned into an error of the engine. A region
// that the account has not opted into refuses the credentials, not the call.
func (r *Reader) listError(action, region string, err error) error {
	failure := callError(action, region, err)
	if isCode(err, "AuthFailure") {
		failure.Kind = reconcile.Credentials
		failure.Hint = fmt.Sprintf("check that region %s is enabled for account %s, or take it out of the manifests", region, r.session.account)
	}
	return failure
}

// Permissions returns who may launch the image. Only its owner may ask.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageAttribute.html
func (r *Reader) Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error) {
	const action = "ec2:DescribeImageAttribute"
	answer, err := r.session.in(image.Region).describeImageAttribute(ctx, &ec2.DescribeImageAttributeInput{
		ImageId: aws.String(image.ID), Attribute: types.ImageAttributeNameLaunchPermission})
	if err != nil {
		return nil, callError(action, image.ID, err)
	}
	if aws.ToString(answer.ImageId) != image.ID || answer.LaunchPermissions == nil {
		return nil, unreadable(action, image.ID, errors.New("the answer holds no launch permissions of this image"))
	}
	permissions := make([]principal.Principal, 0, len(answer.LaunchPermissions))
	for _, entry := range answer.LaunchPermissions {
		p, err := principalOf(entry)
		if err != nil {
			return nil, unreadable(action, image.ID, err)
		}
		permissions = append(permissions, p)
	}
	return permissions, nil
}

// principalOf reads one entry, which must have exactly one field.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchPermission.html
func principalOf(entry types.LaunchPermission) (principal.Principal, error) {
	var found []principal.Principal
	if entry.Group == types.PermissionGroupAll {
		found = append(found, principal.Everyone)
	}
	for kind, id := range map[principal.Kind]*string{
		principal.Account: entry.UserId, principal.Organization: entry.OrganizationArn, principal.OrganizationalUnit: entry.OrganizationalUnitArn,
	} {
		if aws.ToString(id) != "" {
			found = append(found, principal.Principal{Kind: kind, ID: *id})
		}
	}
	if len(found) != 1 || entry.Group != "" && entry.Group != types.PermissionGroupAll {
		return principal.Principal{}, errors.New("the answer holds a launch permission of unknown form")
	}
	return found[0], nil
}
