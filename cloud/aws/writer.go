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
type Writer struct {
	session *session
	stop    <-chan struct{} // Options.Stop
}

// modify is the one action that changes images.
const modify = "ec2:ModifyImageAttribute"

// Identity is the ARN of the session.
func (w *Writer) Identity() string { return w.session.identity }

// Do changes the launch permissions of one image in one call. EC2 takes the
// call as a whole or refuses it as a whole; adding what is there and removing
// what is not are no errors. Once Options.Stop is closed nothing is sent any more:
// the error is of kind NotSent, or Uncertain where it was to be sent again.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html
func (w *Writer) Do(ctx context.Context, changes []reconcile.Change) error {
	if len(changes) == 0 {
		return &reconcile.Error{Kind: reconcile.Invalid, Action: modify, Err: fmt.Errorf("there is nothing to change")}
	}
	image := changes[0].Image
	modification := &types.LaunchPermissionModifications{}
	for _, change := range changes {
		entry, err := entryOf(change.Principal.Principal)
		if err != nil {
			return &reconcile.Error{Kind: reconcile.Invalid, Action: modify, Subject: image.ID, Err: err}
		}
		if change.Verb.Gives() {
			modification.Add = append(modification.Add, entry)
		} else {
			modification.Remove = append(modification.Remove, entry)
		}
	}
	sending := &departure{caller: ctx, stop: w.stop}
	ctx, end := sending.context()
	defer end()
	_, err := w.session.in(image.Region).modifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{
		ImageId: aws.String(image.ID), LaunchPermission: modification})
	switch {
	case err == nil:
		return nil
	case !sending.sent && sending.stopped():
		return notSent(modify, image.ID)
	}
	failure := callError(modify, image.ID, err)
	if failure.Kind == reconcile.Uncertain {
		failure.Hint = "run again; amisync finds out by itself what took effect"
	}
	return failure
}

// MayChange asks EC2, by a dry run, whether the caller may change the image's
// launch permissions. What it asks for would change nothing if it were done: the
// owner is not among them.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html
func (w *Writer) MayChange(ctx context.Context, image principal.Image) error {
	_, err := w.session.in(image.Region).modifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{
		ImageId: aws.String(image.ID), DryRun: aws.Bool(true),
		LaunchPermission: &types.LaunchPermissionModifications{Remove: []types.LaunchPermission{{UserId: aws.String(w.session.account)}}}})
	switch {
	case isCode(err, dryRunOperation):
		return nil
	case err != nil:
		return callError(modify, image.ID, err)
	}
	return &reconcile.Error{Kind: reconcile.Invalid, Action: modify, Subject: image.ID,
		Err:  errors.New("a dry run was answered as if it had been carried out"),
		Hint: "what answers is not EC2: check the endpoint and proxies in between"}
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
