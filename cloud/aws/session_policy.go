package aws

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// maxPolicy is how many characters a session policy may have.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const maxPolicy = 2048

// readPolicies is the session policy of readers: whatever their role may do,
// they can change nothing.
func readPolicies() []string {
	read := slices.Concat(readAlways, readEncrypted, readKeys, readPublic)
	return fitting(policyOf(allow("", read, "*")))
}

// writePolicies are the session policies under which the images can be shared,
// narrowest first: these images and no others, all images of their regions, all
// images. Those that are too long are left out; the others all count, because STS
// packs policies, and may find one too large that is short enough.
func writePolicies(images []principal.Image) ([]string, error) {
	if len(images) == 0 {
		return nil, &reconcile.Error{Kind: reconcile.Invalid, Action: "sts:AssumeRole", Err: fmt.Errorf("there is no image to change")}
	}
	var each, regions, partitions []string
	for _, image := range images {
		// An id with a wildcard would allow more than the image.
		if principal.CheckImageID(principal.AWS, image.ID) != nil || principal.CheckRegion(principal.AWS, image.Region) != nil {
			return nil, &reconcile.Error{Kind: reconcile.Invalid, Action: "sts:AssumeRole", Subject: image.ID,
				Err: fmt.Errorf("%q in %q is not an image that a session could be held to", image.ID, image.Region)}
		}
		one := []string{image.Region}
		each = append(each, inRegions(one, "ec2:", "::image/"+image.ID)...)
		regions = append(regions, image.Region)
		partitions = append(partitions, "arn:"+principal.RegionPartition(principal.AWS, image.Region)+":ec2:*::image/*")
	}
	return fitting(writePolicy(each), writePolicy(inRegions(regions, "ec2:", "::image/*")), writePolicy(partitions)), nil
}

func writePolicy(resources []string) Policy {
	return policyOf(allow("", write, slices.Compact(slices.Sorted(slices.Values(resources)))...))
}

// fitting returns those of the policies that STS takes, as JSON.
func fitting(policies ...Policy) []string {
	var documents []string
	for _, policy := range policies {
		if document, err := json.Marshal(policy); err == nil && len(document) <= maxPolicy {
			documents = append(documents, string(document))
		}
	}
	return documents
}
