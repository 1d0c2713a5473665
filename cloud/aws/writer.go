package aws

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Writer changes the images of one owner account. It is safe for concurrent
// use.
type Writer struct{ session *session }

// Identity is the ARN of the session.
func (w *Writer) Identity() string { return w.session.identity }

// Do changes the launch permissions of one image in one call. EC2 takes the
// call as a whole or refuses it as a whole; adding what is there and removing
// what is not are no errors.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html
func (w *Writer) Do(ctx context.Context, changes []reconcile.Change) error {
	const action = "ec2:ModifyImageAttribute"
	if len(changes) == 0 {
		return &reconcile.Error{Kind: reconcile.Invalid, Action: action, Err: fmt.Errorf("there is nothing to change")}
	}
	image := changes[0].Image
	modification := &types.LaunchPermissionModifications{}
	for _, change := range changes {
		entry, err := entryOf(change.Principal.Principal)
		if err != nil {
			return &reconcile.Error{Kind: reconcile.Invalid, Action: action, Subject: image.ID, Err: err}
		}
		if change.Verb.Gives() {
			modification.Add = append(modification.Add, entry)
		} else {
			modification.Remove = append(modification.Remove, entry)
		}
	}
	_, err := w.session.in(image.Region).modifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{
		ImageId: aws.String(image.ID), LaunchPermission: modification})
	if err == nil {
		return nil
	}
	failure := callError(action, image.ID, err)
	if failure.Kind == reconcile.Uncertain {
		failure.Hint = "run again; amisync finds out by itself what took effect"
	}
	return failure
}

// MayChange asks EC2, by a dry run, whether the caller may change the image's
// launch permissions.
func (w *Writer) MayChange(ctx context.Context, image principal.Image) error {
	return &reconcile.Error{Kind: reconcile.Uncertain, Action: "ec2:ModifyImageAttribute", Subject: image.ID, Err: errors.New("not asked yet")}
}

func entryOf(p principal.Principal) (types.LaunchPermission, error) {
	switch p.Kind {
	case principal.Account:
		return types.LaunchPermission{UserId: aws.String(p.ID)}, nil
	case principal.Organization:
		return types.LaunchPermission{OrganizationArn: aws.String(p.ID)}, nil
	case principal.OrganizationalUnit:
		return types.LaunchPermission{OrganizationalUnitArn: aws.String(p.ID)}, nil
	case principal.Public:
		return types.LaunchPermission{Group: types.PermissionGroupAll}, nil
	}
	return types.LaunchPermission{}, fmt.Errorf("EC2 has no launch permission for a principal of kind %q", p.Kind)
}
