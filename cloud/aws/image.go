package aws

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

const (
	// maxImages and maxText, the bytes of names and tags, bound what one listing
	// keeps: many times what a region may hold by default.
	maxImages = 500_000
	maxText   = 1 << 30
)

// listing gathers the images of one listing.
type listing struct {
	images []reconcile.Image
	text   int
}

func newListing() *listing { return &listing{images: []reconcile.Image{}} }

// add takes an image in. Pages may overlap while images come and go, so one image
// may be added twice; it counts twice.
func (l *listing) add(image reconcile.Image) error {
	l.text += len(image.Name)
	for key, value := range image.Tags {
		l.text += len(key) + len(value)
	}
	if len(l.images) == maxImages || l.text > maxText {
		return fmt.Errorf("the listing goes beyond %d images or %d MiB of names and tags", maxImages, maxText>>20)
	}
	l.images = append(l.images, image)
	return nil
}

// imageOf reads an image that the account is to own.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html
func imageOf(item types.Image, account, region string) (reconcile.Image, error) {
	id := aws.ToString(item.ImageId)
	if id == "" {
		return reconcile.Image{}, errors.New("the answer holds an image without an id")
	}
	if principal.CheckImageID(principal.AWS, id) != nil {
		return reconcile.Image{}, fmt.Errorf("the answer holds an image whose id is not one: %q", id)
	}
	if owner := aws.ToString(item.OwnerId); owner != account {
		return reconcile.Image{}, fmt.Errorf("the answer holds %s of account %q, although only own images were asked for", id, owner)
	}
	created, err := time.Parse(time.RFC3339, aws.ToString(item.CreationDate))
	if err != nil {
		return reconcile.Image{}, fmt.Errorf("the creation date of %s is not a time: %q", id, aws.ToString(item.CreationDate))
	}
	deprecated, err := deprecationOf(item)
	if err != nil {
		return reconcile.Image{}, err
	}
	tags := make(map[string]string, len(item.Tags))
	for _, tag := range item.Tags {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return reconcile.Image{
		Image:              principal.Image{Provider: principal.AWS, Account: account, Region: region, ID: id},
		Name:               aws.ToString(item.Name),
		State:              reconcile.State(item.State),
		Created:            created.UTC(),
		Architecture:       string(item.Architecture),
		Tags:               tags,
		Public:             aws.ToBool(item.Public),
		Deprecated:         deprecated,
		EncryptedSnapshots: encryptedSnapshots(item),
		Obstacles:          unpublishable(item),
	}, nil
}

// deprecationOf is when the image is deprecated; zero means never.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
func deprecationOf(item types.Image) (time.Time, error) {
	text := aws.ToString(item.DeprecationTime)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("the deprecation time of %s is not a time: %q", aws.ToString(item.ImageId), text)
	}
	return at.UTC(), nil
}

// encryptedSnapshots are the ids of the image's encrypted snapshots, sorted.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
func encryptedSnapshots(item types.Image) []string {
	var ids []string
	for _, device := range item.BlockDeviceMappings {
		if device.Ebs != nil && aws.ToBool(device.Ebs.Encrypted) && aws.ToString(device.Ebs.SnapshotId) != "" {
			ids = append(ids, *device.Ebs.SnapshotId)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

// unpublishable returns why EC2 would not make the image public.
// Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html,
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImageWatermark.html
func unpublishable(item types.Image) []reconcile.Obstacle {
	var obstacles []reconcile.Obstacle
	because := func(reason, hint string) {
		obstacles = append(obstacles, reconcile.Obstacle{Image: aws.ToString(item.ImageId), Publishing: true, Reason: reason, Hint: hint})
	}
	if slices.ContainsFunc(item.BlockDeviceMappings, func(d types.BlockDeviceMapping) bool { return d.Ebs != nil && aws.ToBool(d.Ebs.Encrypted) }) {
		because("has encrypted snapshots", "publish an image that was built without encryption: a copy of this one stays encrypted")
	}
	if len(item.ProductCodes) > 0 {
		because("carries product codes, as images of AWS Marketplace do", "publish an image that was not built from one of AWS Marketplace")
	}
	if len(item.ImageWatermarks) > 0 {
		because("carries a watermark", "detach it (aws ec2 detach-image-watermark), or publish an image without one")
	}
	return obstacles
}
