package reconcile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// share compares what a share says besides who may launch.
func (d *differ) share(pair sharePair) {
	before, after := pair.before, pair.after
	subject := "ImageShare " + pair.share().Share
	switch {
	case before == nil:
		consequence := ""
		if after.Mode == Exclusive {
			consequence = "permissions on its images that it does not declare will be revoked"
		}
		d.set(subject, "", "", document(shareFields(after)), verdict{consequence: consequence}, after.Source)
		return
	case after == nil:
		d.set(subject, "", document(shareFields(before)), "", verdict{"nothing is revoked, nobody manages its images any more", true}, before.Source)
		return
	}
	d.set(subject, "metadata.name", scalar(before.Share), scalar(after.Share), verdict{}, after.Source)
	if d.owners[before.Owner] != after.Owner {
		d.set(subject, "spec.owner", scalar(before.Owner), scalar(after.Owner), verdict{imagesChange, true}, after.Source)
	}
	d.set(subject, "spec.mode", string(before.Mode), string(after.Mode), modeVerdict(after.Mode), after.Source)
	d.set(subject, "spec.regions", flow(before.Regions), flow(after.Regions), regionsVerdict(before.Lanes, after.Lanes), after.Source)
	d.fields(subject, labelFields(before), labelFields(after), after.Source, func(string) verdict { return verdict{} })
	d.fields(subject, selectorFields(before), selectorFields(after), after.Source, func(key string) verdict {
		return selectorVerdict(key, before.Selector, after.Selector)
	})
	d.reasons(subject, pair)
}

// reasons tells of other words for the same permissions, once for all that an
// entry grants: rules may go by them.
func (d *differ) reasons(subject string, pair sharePair) {
	type words struct {
		before, after string
		source        Source
	}
	told := map[words]bool{}
	before := grantsOf(pair.before)
	for _, grant := range pair.after.Grants {
		was, had := before[grant.Principal]
		w := words{was.Reason, grant.Reason, grant.Source}
		if had && was.Reason != grant.Reason && !told[w] {
			told[w] = true
			d.set(subject, "spec.launchPermissions.reason", optional(was.Reason), optional(grant.Reason), verdict{}, grant.Source)
		}
	}
}

const imagesChange = "which images are meant changes; a plan against the cloud tells"

func modeVerdict(after Mode) verdict {
	if after == Additive {
		return verdict{"nothing will be revoked any more", true}
	}
	return verdict{"permissions that the share does not declare will be revoked", false}
}

// regionsVerdict knows the lanes that come of the regions.
func regionsVerdict(before, after []Lane) verdict {
	for _, lane := range after {
		if !slices.ContainsFunc(before, func(l Lane) bool { return l.Region == lane.Region }) {
			return verdict{"images are shared in more regions", true}
		}
	}
	if len(after) < len(before) {
		return verdict{"its images in the other regions keep what they have, and nobody manages them", false}
	}
	return verdict{}
}

// selectorVerdict says what a field of the selector does to the number of
// images. What is not provably narrower counts as wider.
func selectorVerdict(key string, before, after Selector) verdict {
	const tags = "spec.images.tags."
	tag, isTag := strings.CutPrefix(key, tags)
	_, had := before.Tags[tag]
	switch {
	case key == "spec.images.newest" && after.Newest > 0 && (before.Newest == 0 || after.Newest < before.Newest):
		return verdict{"fewer images are shared; the others keep what they have", false}
	case key == "spec.images.newest":
		return verdict{"more images are shared", true}
	case isTag && !had, key == "spec.images.architecture" && before.Architecture == "", key == "spec.images.name" && before.Name == "":
		return verdict{imagesChange, len(before.IDs) > 0} // one condition more
	case key == "spec.images.ids":
		fewer := len(before.IDs) > 0 && len(after.IDs) > 0 && !slices.ContainsFunc(after.IDs, func(id ImageID) bool {
			return !slices.ContainsFunc(before.IDs, func(other ImageID) bool { return id.Image == other.Image })
		})
		return verdict{imagesChange, !fewer}
	}
	return verdict{imagesChange, true}
}

func shareFields(share *Declaration) []field {
	return slices.Concat([]field{{"spec.owner", scalar(share.Owner)}, {"spec.regions", flow(share.Regions)}, {"spec.mode", string(share.Mode)}},
		selectorFields(share), labelFields(share))
}

func selectorFields(share *Declaration) []field {
	s := share.Selector
	fields := []field{{"spec.images.name", optional(s.Name)}, {"spec.images.architecture", optional(s.Architecture)}, {"spec.images.newest", count(s.Newest)}}
	var ids []string
	for _, id := range s.IDs {
		ids = append(ids, fmt.Sprintf("{region: %s, id: %s}", id.Image.Region, id.Image.ID))
	}
	fields = append(fields, field{"spec.images.ids", sequence(ids)})
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		fields = append(fields, field{"spec.images.tags." + key, scalar(s.Tags[key])})
	}
	return fields
}

func labelFields(share *Declaration) []field {
	var fields []field
	for _, key := range slices.Sorted(maps.Keys(share.Labels)) {
		fields = append(fields, field{"metadata.labels." + key, scalar(share.Labels[key])})
	}
	return fields
}
