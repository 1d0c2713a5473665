package simulator

import (
	"iter"
	"slices"
	"strings"
)

// describeImages lists the images that the caller may see.
// (EC2 API Reference, DescribeImages)
func describeImages() action {
	return action{
		parameters: []string{
			"Owner.N", "ExecutableBy.N", "ImageId.N", "Filter.N.Name", "Filter.N.Value.N",
			"IncludeDeprecated", "IncludeDisabled", "MaxResults", "NextToken", "DryRun",
		},
		run: func(r *request, out *xmlWriter) error {
			l, err := r.listing()
			if err != nil {
				return err
			}
			r.cloud.mu.RLock()
			defer r.cloud.mu.RUnlock()
			if err := l.checkIDs(); err != nil {
				return err
			}
			page, token := pageOf(l.paging, l.images())
			out.element("imagesSet", func() {
				for _, s := range page {
					out.element("item", func() { l.writeImage(out, s) })
				}
			})
			out.optional("nextToken", token)
			return nil
		},
	}
}

// checkIDs refuses the whole call for one id that the caller cannot see. A disabled
// image of its own is there, though it is listed on request only.
func (l *listing) checkIDs() error {
	for _, id := range l.ids {
		if !imageIDForm().MatchString(id) {
			return malformedImageID(id)
		}
	}
	var unknown []string
	for _, id := range l.ids {
		i := l.cloud.image(l.call.Region, id)
		if i == nil {
			unknown = append(unknown, id)
		} else if v, ok := l.read(i); !ok || !l.cloud.visible(i, v, l.caller.account) {
			unknown = append(unknown, id)
		}
	}
	switch len(unknown) {
	case 0:
		return nil
	case 1:
		return imageNotFound(unknown[0])
	}
	return refuse("InvalidAMIID.NotFound", "The image ids '[%s]' do not exist", strings.Join(unknown, ", "))
}

// images yields the wanted images by their ids, sorted.
func (l *listing) images() iter.Seq2[string, seen] {
	return func(yield func(string, seen) bool) {
		for _, i := range l.candidates() {
			v, ok := l.read(i)
			s := seen{i, v, i.Owner == l.caller.account}
			if ok && l.wanted(s) && !yield(i.ID, s) {
				return
			}
		}
	}
}

// candidates returns the fewest images, sorted by id, that hold all wanted ones.
func (l *listing) candidates() []*image {
	if len(l.ids) > 0 {
		ids := slices.Compact(slices.Sorted(slices.Values(l.ids)))
		images := make([]*image, len(ids))
		for n, id := range ids {
			images[n] = l.cloud.images[id]
		}
		return images
	}
	if len(l.owners) == 1 && l.owners[0] == "self" {
		return l.cloud.laneImages[lane{l.caller.account, l.call.Region}]
	}
	return l.cloud.regionImages[l.call.Region]
}

func (l *listing) wanted(s seen) bool {
	switch {
	case !l.cloud.visible(s.image, s.version, l.caller.account),
		s.version.state == StateDisabled && !l.withDisabled,
		// Whether an id brings up a deprecated image of another owner without
		// IncludeDeprecated is not documented; here it does.
		!s.own && len(l.ids) == 0 && !l.withDeprecated && s.deprecated(l.now),
		len(l.owners) > 0 && !l.ownedBy(s),
		len(l.executableBy) > 0 && !slices.ContainsFunc(l.executableBy, func(user string) bool { return l.executable(s, user) }):
		return false
	}
	for _, f := range l.filters {
		if !f.fits(s) {
			return false
		}
	}
	return true
}

func (l *listing) ownedBy(s seen) bool {
	return slices.Contains(l.owners, s.Owner) || s.own && slices.Contains(l.owners, "self")
}

// executable decides about one ExecutableBy: the caller sees what is shared with it in
// any way but "all"; of another account only what is shared with that account itself,
// and only on its own images, since nobody else may know whom an image is shared with.
func (l *listing) executable(s seen, user string) bool {
	switch user {
	case groupAll:
		return s.permissions.public()
	case "self", l.caller.account:
		return s.permissions.shared(l.caller.account, l.memberOf)
	}
	return s.own && s.permissions.has(LaunchPermission{UserID: user})
}
