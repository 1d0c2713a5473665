package simulator

import (
	"slices"
)

// modifyImageAttribute changes launch permissions, all of a call or nothing, or the
// description. (EC2 API Reference, ModifyImageAttribute)
func modifyImageAttribute() action {
	return action{
		parameters: []string{
			"ImageId", "DryRun",
			"LaunchPermission.Add.N.UserId", "LaunchPermission.Add.N.Group",
			"LaunchPermission.Add.N.OrganizationArn", "LaunchPermission.Add.N.OrganizationalUnitArn",
			"LaunchPermission.Remove.N.UserId", "LaunchPermission.Remove.N.Group",
			"LaunchPermission.Remove.N.OrganizationArn", "LaunchPermission.Remove.N.OrganizationalUnitArn",
			"Description.Value",
			// The older form of the same:
			"Attribute", "OperationType", "Value",
			"UserId.N", "UserGroup.N", "OrganizationArn.N", "OrganizationalUnitArn.N",
		},
		resource: imageARN,
		run: func(r *request, out *xmlWriter) error {
			m, err := r.modification()
			if err != nil {
				return err
			}
			r.cloud.mu.Lock()
			defer r.cloud.mu.Unlock()
			i, err := r.shareableImage()
			if err != nil {
				return err
			}
			next := i.current()
			if m.description != nil {
				next.description = *m.description
			} else if next.permissions, err = r.changePermissions(i, m); err != nil {
				return err
			}
			r.commit(i, next)
			out.bool("return", true)
			return nil
		},
	}
}

// changePermissions checks everything before it changes anything.
func (r *request) changePermissions(i *image, m modification) (permissions, error) {
	for _, p := range slices.Concat(m.add, m.remove) {
		if err := r.cloud.checkEntry(p); err != nil {
			return nil, err
		}
	}
	// What happens to an entry in both lists is not documented; refusing it keeps
	// clients from relying on either.
	if both := newPermissions(m.remove); slices.ContainsFunc(m.add, both.has) {
		return nil, refuse("InvalidParameterCombination", "An item is both added and removed")
	}
	// The owner may launch without being listed. That adding it succeeds and shows
	// nowhere is not documented for images; it is what snapshots do.
	isOwner := func(p LaunchPermission) bool { return p.UserID == i.Owner }
	add := slices.DeleteFunc(slices.Clone(m.add), isOwner)
	before := i.current().permissions
	after := before.change(add, m.remove)
	if added := before.missing(add); len(added) > 0 {
		return after, r.mayShare(i, added, after)
	}
	return after, nil
}

// mayShare checks what keeps an image from being shared or published. Entries that
// were there before never come here: repeating them always succeeds.
func (r *request) mayShare(i *image, added, after permissions) error {
	encrypted, byAWSKey := i.encrypted()
	publicQuota, entityQuota := r.cloud.quota(lane{i.Owner, i.Region})
	switch {
	case byAWSKey:
		return refuse("InvalidParameter", "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot")
	case after.entities() > entityQuota:
		// Neither code nor words are documented.
		return refuse("ResourceLimitExceeded", "You have reached your quota of %d for the number of entities that an image can be shared with.", entityQuota)
	case !added.public():
		return nil
	case r.cloud.publicBlock(lane{i.Owner, i.Region}).state(r.now) == blockNewSharing:
		return refuse("OperationNotPermitted", "You can’t publicly share this image because block public access for AMIs is enabled for this account. To publicly share the image, you must call the DisableImageBlockPublicAccess API.")
	case encrypted:
		return refuse("UnsupportedOperation", "Encrypted snapshots can't be shared publicly. Specify another snapshot.")
	case len(i.ProductCodes) > 0:
		return refuse("OperationNotPermitted", "Images with product codes can't be shared publicly.")
	case len(i.Watermarks) > 0:
		return refuse("OperationNotPermitted", "Images with watermarks can't be shared publicly.")
	case r.cloud.publicImages(lane{i.Owner, i.Region}) >= publicQuota:
		return refuse("ResourceLimitExceeded", "You have reached your quota of %d for the number of public images allowed in this Region. Deregister unused public images or make them private, or request an increase in your public AMIs quota.", publicQuota)
	}
	return nil
}

// publicImages counts what the quota for public images counts.
func (c *cloud) publicImages(l lane) int {
	count := 0
	for _, i := range c.laneImages[l] {
		if v := i.current(); v.state != StateDeregistered && v.permissions.public() {
			count++
		}
	}
	return count
}
