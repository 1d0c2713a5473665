package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

const (
	pageSize = 1000
	// maxPages bounds a listing that never ends. A region holds 50,000 images by
	// default. Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-quotas.html
	maxPages = 10_000
	// maxFilterValues is how many ids one filter takes.
	maxFilterValues = 200
)

// Reader reads the images of one owner account. It is safe for concurrent use.
type Reader struct{ session *session }

// List returns the account's own images of the region, deprecated and disabled
// ones included; with ids, those of them that exist. Ids travel as a filter,
// because a listing by id fails as a whole when one is unknown.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
func (r *Reader) List(ctx context.Context, region string, ids []string) ([]reconcile.Image, error) {
	if ids == nil {
		return r.list(ctx, region, nil)
	}
	var images []reconcile.Image
	for chunk := range slices.Chunk(ids, maxFilterValues) {
		found, err := r.list(ctx, region, []types.Filter{{Name: aws.String("image-id"), Values: chunk}})
		if err != nil {
			return nil, err
		}
		images = append(images, found...)
	}
	return images, nil
}

func (r *Reader) list(ctx context.Context, region string, filters []types.Filter) ([]reconcile.Image, error) {
	const action = "ec2:DescribeImages"
	images := []reconcile.Image{}
	seen := map[string]bool{}
	in := &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: filters, MaxResults: aws.Int32(pageSize),
		IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true)}
	for range maxPages {
		page, err := r.session.in(region).describeImages(ctx, in)
		if err != nil {
			return nil, r.listError(action, region, err)
		}
		if page.Images == nil {
			return nil, unreadable(action, region, errors.New("the answer holds no list of images"))
		}
		for _, item := range page.Images {
			image, err := r.image(region, item)
			if err != nil {
				return nil, unreadable(action, region, err)
			}
			images = append(images, image)
		}
		token := aws.ToString(page.NextToken)
		if token == "" {
			return images, nil
		}
		if seen[token] {
			return nil, unreadable(action, region, errors.New("the answer repeats a page token, so the listing would never end"))
		}
		seen[token] = true
		in.NextToken = page.NextToken
	}
	return nil, unreadable(action, region, fmt.Errorf("the listing does not end after %d pages", maxPages))
}

// listError turns what a listing returned into an error of the engine. A region
// that the account has not opted into refuses the credentials, not the call.
func (r *Reader) listError(action, region string, err error) error {
	failure := callError(action, region, err)
	if api, ok := apiError(err); ok && api.ErrorCode() == "AuthFailure" {
		failure.Kind = reconcile.Credentials
		failure.Hint = fmt.Sprintf("check that region %s is enabled for account %s, or take it out of the manifests", region, r.session.account)
	}
	return failure
}

func (r *Reader) image(region string, item types.Image) (reconcile.Image, error) {
	id := aws.ToString(item.ImageId)
	if id == "" {
		return reconcile.Image{}, errors.New("the answer holds an image without an id")
	}
	if owner := aws.ToString(item.OwnerId); owner != r.session.account {
		return reconcile.Image{}, fmt.Errorf("the answer holds %s of account %q, although only own images were asked for", id, owner)
	}
	created, err := time.Parse(time.RFC3339, aws.ToString(item.CreationDate))
	if err != nil {
		return reconcile.Image{}, fmt.Errorf("the creation date of %s is not a time: %q", id, aws.ToString(item.CreationDate))
	}
	tags := make(map[string]string, len(item.Tags))
	for _, tag := range item.Tags {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return reconcile.Image{
		Image:        principal.Image{Provider: principal.AWS, Account: r.session.account, Region: region, ID: id},
		Name:         aws.ToString(item.Name),
		State:        reconcile.State(item.State),
		Created:      created.UTC(),
		Architecture: string(item.Architecture),
		Tags:         tags,
		Public:       aws.ToBool(item.Public),
	}, nil
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

func unreadable(action, subject string, err error) error {
	return &reconcile.Error{Kind: reconcile.Uncertain, Action: action, Subject: subject, Err: err,
		Hint: "run again; if it stays so, what answers is not EC2: check the endpoint and proxies in between"}
}

// Inspect finds out what would stand in the way of changes.
func (r *Reader) Inspect(ctx context.Context, region string, questions reconcile.Questions) reconcile.Inspection {
	return reconcile.Inspection{}
}
