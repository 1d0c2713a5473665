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
		d.set(subject, "", document(shareFields(before)), "", verdict{d.unlessRevoked("nothing is revoked: its images keep what they have", pair, before), true}, before.Source)
		return
	}
	d.set(subject, "metadata.name", scalar(before.Share), scalar(after.Share), verdict{}, after.Source)
	if d.owners[before.Owner] != after.Owner {
		d.set(subject, "spec.owner", scalar(before.Owner), scalar(after.Owner), verdict{imagesChange, true}, after.Source)
	}
	d.set(subject, "spec.mode", string(before.Mode), string(after.Mode), d.modeVerdict(pair), after.Source)
	d.set(subject, "spec.regions", flow(before.Regions), flow(after.Regions), d.regionsVerdict(pair), after.Source)
	d.fields(subject, labelFields(before), labelFields(after), after.Source, func(string) verdict { return verdict{} })
	d.fields(subject, selectorFields(before), selectorFields(after), after.Source, func(key string) verdict {
		return d.selectorVerdict(key, pair)
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
	before := d.declared(pair.before)
	for _, grant := range pair.after.Grants {
		was := before[grant.Principal].grant
		if was == nil || was.Reason == grant.Reason {
			continue
		}
		if w := (words{was.Reason, grant.Reason, grant.Source}); !told[w] {
			told[w] = true
			d.set(subject, "spec.launchPermissions.reason", optional(was.Reason), optional(grant.Reason), verdict{}, grant.Source)
		}
	}
}

const imagesChange = "which images are meant changes; a plan against the cloud tells"

func (d *differ) modeVerdict(pair sharePair) verdict {
	if pair.after.Mode == Additive {
		return verdict{d.unlessRevoked("what the share does not declare is no longer revoked", pair, pair.before), true}
	}
	return verdict{"permissions that the share does not declare will be revoked", false}
}

// regionsVerdict knows the lanes that come of the regions.
func (d *differ) regionsVerdict(pair sharePair) verdict {
	left := *pair.before // where the share was, and is no more
	left.Lanes = lanesWithout(pair.before.Lanes, pair.after.Lanes)
	switch {
	case len(lanesWithout(pair.after.Lanes, pair.before.Lanes)) > 0:
		return verdict{"images are shared in more regions", true}
	case len(left.Lanes) > 0:
		return verdict{d.unlessRevoked("its images in the other regions keep what they have", pair, &left), false}
	}
	return verdict{}
}

// lanesWithout returns the lanes whose regions the others are not in.
func lanesWithout(lanes, others []Lane) []Lane {
	return keep(lanes, func(lane Lane) bool {
		return !slices.ContainsFunc(others, func(other Lane) bool { return other.Region == lane.Region })
	})
}

// selectorVerdict says what a field of the selector does to the number of
// images. What is not provably narrower counts as wider.
func (d *differ) selectorVerdict(key string, pair sharePair) verdict {
	const tags = "spec.images.tags."
	before, after := pair.before.Selector, pair.after.Selector
	tag, isTag := strings.CutPrefix(key, tags)
	_, had := before.Tags[tag]
	switch {
	case key == "spec.images.newest" && after.Newest > 0 && (before.Newest == 0 || after.Newest < before.Newest):
		return verdict{"fewer images are shared; " + d.unlessRevoked("the others keep what they have", pair, pair.before), false}
	case key == "spec.images.newest":
		return verdict{"more images are shared", true}
	case isTag && !had, key == "spec.images.architecture" && before.Architecture == "", key == "spec.images.name" && before.Name == "":
		// One condition more: the newest of fewer images may be older ones.
		return verdict{imagesChange, len(before.IDs) > 0 || before.Newest > 0}
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
