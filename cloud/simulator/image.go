package simulator

import (
	"slices"
	"strings"
	"time"
)

// image is an AMI: what stays as the cloud file gave it, and its versions.
type image struct {
	Image
	versions []version // oldest first, never empty; the last one is current
}

// version is what an image was from a moment on. It never changes.
type version struct {
	at          time.Time // the zero time for what the cloud started with
	call        Call      // the call that made it; the zero Call if none did
	state       string
	description string
	permissions permissions
}

// newImage resolves an image of a checked cloud file, with its defaults.
func newImage(i Image, c *cloud, at time.Time) *image {
	if i.State == "" {
		i.State = StateAvailable
	}
	if i.Architecture == "" {
		i.Architecture = c.defaults.Architecture
	}
	if i.Architecture == "" {
		i.Architecture = "x86_64"
	}
	i.BlockDevices = i.devices()
	return &image{Image: i, versions: []version{{
		at:          at,
		state:       i.State,
		description: i.Description,
		permissions: c.permissions(i.LaunchPermissions),
	}}}
}

// devices returns an image's volumes: one unless the cloud file says otherwise.
func (i Image) devices() []BlockDevice {
	if len(i.BlockDevices) > 0 {
		return i.BlockDevices
	}
	return []BlockDevice{{SnapshotID: "snap-" + strings.TrimPrefix(i.ID, "ami-")}}
}

// permissions makes entries of what a cloud file says of sharing.
func (c *cloud) permissions(s Sharing) permissions {
	var entries []LaunchPermission
	if s.Public {
		entries = append(entries, LaunchPermission{Group: groupAll})
	}
	for _, account := range s.Accounts {
		entries = append(entries, LaunchPermission{UserID: account})
	}
	for _, o := range s.Organizations {
		entries = append(entries, LaunchPermission{OrganizationArn: c.arn(o)})
	}
	for _, u := range s.OrganizationalUnits {
		entries = append(entries, LaunchPermission{OrganizationalUnitArn: c.arn(u)})
	}
	return newPermissions(entries)
}

func (c *cloud) arn(idOrARN string) string {
	if arn, ok := c.orgARNs[idOrARN]; ok {
		return arn
	}
	return idOrARN
}

func (i *image) current() version { return i.versions[len(i.versions)-1] }

// asOf returns the version that stood at t; false if the image did not exist yet.
func (i *image) asOf(t time.Time) (version, bool) {
	for _, v := range slices.Backward(i.versions) {
		if !v.at.After(t) {
			return v, true
		}
	}
	return version{}, false
}

// previous returns the version before the current one, or the only one.
func (i *image) previous() version { return i.versions[max(0, len(i.versions)-2)] }

// visible reports whether account may see the image in version v. Only the owner sees
// a disabled one, nobody a deregistered one. (EC2 API Reference, DescribeImages)
func (c *cloud) visible(i *image, v version, account string) bool {
	switch {
	case v.state == StateDeregistered:
		return false
	case i.Owner == account:
		return true
	case v.state == StateDisabled:
		return false
	}
	return v.permissions.covers(account, c.memberOf[account])
}

func (i *image) deprecated(now time.Time) bool {
	return !i.DeprecationTime.IsZero() && !now.Before(i.DeprecationTime.Time)
}

// encrypted reports whether a volume is encrypted, and whether one is so under the AWS
// managed key, which cannot be shared. (EC2 User Guide, Share an AMI with accounts)
func (i *image) encrypted() (any, byAWSKey bool) {
	for _, d := range i.BlockDevices {
		any = any || d.Encrypted
		byAWSKey = byAWSKey || d.Encrypted && d.KMSKeyID == ""
	}
	return any, byAWSKey
}
