package simulator

import (
	"slices"
	"strconv"
	"strings"
)

// filter is one Filter.N: an image must have one of the values under the name.
type filter struct {
	name   string
	values []string // with * and ? as wildcards, and backslash as escape
	of     func(l *listing, s seen) []string
}

// maxFilterValues in one request. (EC2 User Guide, Filtering resources)
const maxFilterValues = 200

// filters reads Filter.N and refuses names that known does not hold. known's key
// "tag:" stands for every name that begins so.
func (q query) filters(known map[string]func(l *listing, s seen) []string) ([]filter, error) {
	var filters []filter
	count := 0
	for _, item := range q.items("Filter") {
		f := filter{name: q.get(item + ".Name"), values: q.list(item + ".Value")}
		if f.name == "" {
			return nil, missingParameter(item + ".Name")
		}
		f.of = known[f.name]
		if key, ok := strings.CutPrefix(f.name, "tag:"); ok {
			f.of = func(l *listing, s seen) []string { return tagValues(l, s, key) }
		}
		if f.of == nil {
			return nil, refuse("InvalidParameterValue", "The filter '%s' is invalid", f.name)
		}
		count += len(f.values)
		filters = append(filters, f)
	}
	if count > maxFilterValues {
		return nil, refuse("FilterLimitExceeded", "The maximum number of filter values specified on a single call is %d", maxFilterValues)
	}
	return filters, nil
}

func (f filter) fits(l *listing, s seen) bool {
	return slices.ContainsFunc(f.of(l, s), func(value string) bool {
		return slices.ContainsFunc(f.values, func(pattern string) bool { return matchWildcards(pattern, value, true) })
	})
}

// imageFilters are the filters of DescribeImages that the simulator knows, with the
// values that an image has under each.
// (EC2 API Reference, DescribeImages)
var imageFilters = map[string]func(l *listing, s seen) []string{
	"architecture":        func(_ *listing, s seen) []string { return []string{s.Architecture} },
	"creation-date":       func(_ *listing, s seen) []string { return []string{timestamp(s.CreationDate.Time)} },
	"description":         func(_ *listing, s seen) []string { return []string{s.description} },
	"hypervisor":          func(*listing, seen) []string { return []string{"xen"} },
	"image-id":            func(_ *listing, s seen) []string { return []string{s.ID} },
	"image-type":          func(*listing, seen) []string { return []string{"machine"} },
	"is-public":           func(_ *listing, s seen) []string { return []string{strconv.FormatBool(s.permissions.public())} },
	"name":                func(_ *listing, s seen) []string { return []string{s.Name} },
	"owner-alias":         func(*listing, seen) []string { return nil },
	"owner-id":            func(_ *listing, s seen) []string { return []string{s.Owner} },
	"platform":            func(*listing, seen) []string { return nil }, // only "windows" exists
	"product-code":        func(_ *listing, s seen) []string { return s.ProductCodes },
	"root-device-name":    func(_ *listing, s seen) []string { return []string{s.rootDevice()} },
	"root-device-type":    func(*listing, seen) []string { return []string{"ebs"} },
	"source-image-id":     func(_ *listing, s seen) []string { return []string{s.SourceImageID} },
	"source-image-region": func(_ *listing, s seen) []string { return []string{s.SourceImageRegion} },
	"state":               func(_ *listing, s seen) []string { return []string{s.version.state} },
	"tag-key":             tagKeys,
	"virtualization-type": func(*listing, seen) []string { return []string{"hvm"} },
	"block-device-mapping.snapshot-id": func(_ *listing, s seen) []string {
		return ofDevices(s, func(d BlockDevice) string { return d.SnapshotID })
	},
	"block-device-mapping.encrypted": func(_ *listing, s seen) []string {
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

func (l *listing) seesTag(s seen, key string) bool {
	return s.Owner == l.caller.account || strings.HasPrefix(key, sharedTag)
}

func tagValues(l *listing, s seen, key string) []string {
	if value, ok := s.Tags[key]; ok && l.seesTag(s, key) {
		return []string{value}
	}
	return nil
}

func tagKeys(l *listing, s seen) []string {
	var keys []string
	for key := range s.Tags {
		if l.seesTag(s, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
