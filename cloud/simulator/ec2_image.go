package simulator

import (
	"slices"

	"github.com/amisync/amisync/internal/lazy"
)

// imageARN is the resource of actions that change one image. It has no account.
// (Service Authorization Reference, Amazon EC2)
func imageARN(r *request) string {
	return "arn:" + r.cloud.partition + ":ec2:" + r.call.Region + "::image/" + r.query.get("ImageId")
}

var imageIDForm = lazy.Regexp(`^ami-([0-9a-f]{8}|[0-9a-f]{17})$`)

// read returns what a read sees of an image: with a consistency delay, or a fault of
// that kind, not the latest. False means that it does not exist for the read.
func (r *request) read(i *image) (version, bool) {
	if r.fault.Kind == FaultStaleRead {
		return i.previous(), true
	}
	return i.asOf(r.now.Add(-r.behaviour.ConsistencyDelay))
}

// namedImage finds the image that ImageId names, as far as the caller may see it.
// The caller holds the cloud's mu.
func (r *request) namedImage() (*image, error) {
	id := r.query.get("ImageId")
	if id == "" {
		return nil, missingParameter("ImageId")
	}
	if !imageIDForm().MatchString(id) {
		return nil, malformedImageID(id)
	}
	i := r.cloud.image(r.call.Region, id)
	if i == nil || i.Owner != r.caller.account && !r.cloud.visible(i, i.current(), r.caller.account) {
		return nil, imageNotFound(id)
	}
	return i, nil
}

// ownImage is namedImage for what only the owner may do with an image that still is.
func (r *request) ownImage() (*image, error) {
	i, err := r.namedImage()
	switch {
	case err != nil:
		return nil, err
	case i.Owner != r.caller.account:
		return nil, notAuthorizedForImage(i.ID)
	case i.current().state == StateDeregistered:
		return nil, imageUnavailable(i.ID)
	}
	return i, nil
}

// shareableImage is ownImage for what an image's state may forbid: a pending, failed or
// disabled image cannot be shared. (EC2 API Reference, InvalidAMIID.Unavailable)
func (r *request) shareableImage() (*image, error) {
	i, err := r.ownImage()
	if err == nil && i.current().state != StateAvailable {
		return nil, imageUnavailable(i.ID)
	}
	return i, err
}

func malformedImageID(id string) *apiError {
	return refuse("InvalidAMIID.Malformed", `Invalid id: "%s" (expecting "ami-...")`, id)
}

// knownRegion refuses regions that the cloud file does not have, as AWS refuses
// credentials in a region that the account has not enabled.
func (r *request) knownRegion() error {
	if slices.Contains(r.cloud.regions, r.call.Region) {
		return nil
	}
	return &apiError{401, "AuthFailure",
		"AWS was not able to validate the provided access credentials (the cloud file has no region " + r.call.Region + ")"}
}
