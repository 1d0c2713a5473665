package simulator

import (
	"slices"
	"strconv"
	"strings"
)

// imageFilter finds a filter of DescribeImages that the simulator knows: the values that
// an image has under the name.
// (EC2 API Reference, DescribeImages)
func imageFilter(name string) func(seen) []string {
	if key, ok := strings.CutPrefix(name, "tag:"); ok {
		return func(s seen) []string { return s.tagValues(key) }
	}
	return imageFilters[name]
}

var imageFilters = map[string]func(seen) []string{
	"architecture":        func(s seen) []string { return []string{s.Architecture} },
	"creation-date":       func(s seen) []string { return []string{timestamp(s.CreationDate.Time)} },
	"description":         func(s seen) []string { return []string{s.description} },
	"hypervisor":          func(seen) []string { return []string{"xen"} },
	"image-id":            func(s seen) []string { return []string{s.ID} },
	"image-type":          func(seen) []string { return []string{"machine"} },
	"is-public":           func(s seen) []string { return []string{strconv.FormatBool(s.permissions.public())} },
	"name":                func(s seen) []string { return []string{s.Name} },
	"owner-alias":         func(seen) []string { return nil },
	"owner-id":            func(s seen) []string { return []string{s.Owner} },
	"platform":            func(seen) []string { return nil }, // only "windows" exists
	"product-code":        func(s seen) []string { return s.ProductCodes },
	"root-device-name":    func(s seen) []string { return []string{s.rootDevice()} },
	"root-device-type":    func(seen) []string { return []string{"ebs"} },
	"source-image-id":     func(s seen) []string { return []string{s.SourceImageID} },
	"source-image-region": func(s seen) []string { return []string{s.SourceImageRegion} },
	"state":               func(s seen) []string { return []string{s.version.state} },
	"tag-key":             seen.tagKeys,
	"virtualization-type": func(seen) []string { return []string{"hvm"} },
	"block-device-mapping.snapshot-id": func(s seen) []string {
		return ofDevices(s, func(d BlockDevice) string { return d.SnapshotID })
	},
	"block-device-mapping.encrypted": func(s seen) []string {
		return ofDevices(s, func(d BlockDevice) string { return strconv.FormatBool(d.Encrypted) })
	},
}

func ofDevices(s seen, of func(BlockDevice) string) []string {
	var values []string
	for _, d := range s.BlockDevices {
		values = append(values, of(d))
	}
	return values
}

// sharedTag begins the keys of tags that accounts see on images shared with them; all
// other tags are the owner's alone. (EC2 User Guide, Tag your Amazon EC2 resources)
const sharedTag = "ec2:SharedTag/"

func (s seen) seesTag(key string) bool { return s.own || strings.HasPrefix(key, sharedTag) }

func (s seen) tagValues(key string) []string {
	if value, ok := s.Tags[key]; ok && s.seesTag(key) {
		return []string{value}
	}
	return nil
}

func (s seen) tagKeys() []string {
	var keys []string
	for key := range s.Tags {
		if s.seesTag(key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
