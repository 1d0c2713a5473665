package soak

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// wish is what the manifests want of one image, by this package's own reading
// of them.
type wish struct {
	image     reconcile.Image
	claims    []string // shares whose selector fits
	picks     []string // those of them that speak of it now
	valid     set      // declared, and not over
	over      set      // declared, over, and nowhere declared otherwise
	exclusive bool
	empty     bool // an exclusive share says `[]`
	conflict  bool // two exclusive shares claim it
	ignored   bool
}

// binding reports whether anything is to be done about the image at all.
func (w *wish) binding() bool {
	return len(w.picks) > 0 && !w.conflict && !w.ignored && w.image.State == reconcile.Available
}

// from is what the image is to have, given what it has.
func (w *wish) from(has set) set {
	switch {
	case !w.binding():
		return has
	case w.exclusive:
		return w.valid
	}
	return has&^w.over | w.valid
}

// wishes reads the manifests for all listed images, claimed or not.
func wishes(d *reconcile.Declarations, listed map[reconcile.Lane][]reconcile.Image, at time.Time) map[principal.Image]*wish {
	all := map[principal.Image]*wish{}
	for _, images := range listed {
		for _, image := range images {
			all[image.Image] = &wish{image: image, ignored: ignored(d, image, at)}
		}
	}
	for i := range d.Shares {
		share := &d.Shares[i]
		for _, lane := range share.Lanes {
			for rank, image := range claimed(share.Selector, listed[lane]) {
				all[image.Image].claim(share, rank, at)
			}
		}
	}
	for _, w := range all {
		w.over &^= w.valid
		exclusive := 0
		for _, name := range w.claims {
			if d.Share(name).Mode == reconcile.Exclusive {
				exclusive++
			}
		}
		w.conflict = exclusive > 1
	}
	return all
}

// claimed are the images that fit, available ones first, newest first.
func claimed(s reconcile.Selector, images []reconcile.Image) []reconcile.Image {
	var fit []reconcile.Image
	for _, image := range images {
		if fits(s, image) {
			fit = append(fit, image)
		}
	}
	slices.SortFunc(fit, func(a, b reconcile.Image) int {
		if available := a.State == reconcile.Available; available != (b.State == reconcile.Available) {
			return map[bool]int{true: -1, false: 1}[available]
		}
		return cmp.Or(b.Created.Compare(a.Created), strings.Compare(b.ID, a.ID))
	})
	return fit
}

func fits(s reconcile.Selector, image reconcile.Image) bool {
	if len(s.IDs) > 0 {
		return slices.ContainsFunc(s.IDs, func(id reconcile.ImageID) bool { return id.Image == image.Image })
	}
	channel, tagged := s.Tags["channel"]
	return (s.Name == "" || named(s.Name, image)) && (!tagged || image.Tags["channel"] == channel) &&
		(s.Architecture == "" || s.Architecture == image.Architecture)
}

// named reports whether a pattern fits the image's name; the names here hold
// nothing that path.Match takes for special.
func named(pattern string, image reconcile.Image) bool {
	fit, _ := path.Match(pattern, image.Name)
	return fit || pattern == image.ID
}

func (w *wish) claim(share *reconcile.Declaration, rank int, at time.Time) {
	w.claims = append(w.claims, share.Share)
	newest := share.Selector.Newest
	if newest > 0 && (w.image.State != reconcile.Available || rank >= newest) {
		return
	}
	w.picks = append(w.picks, share.Share)
	if share.Mode == reconcile.Exclusive {
		w.exclusive, w.empty = true, len(share.Grants) == 0
	}
	for _, grant := range share.Grants {
		if past(grant.Until, at) {
			w.over |= only(grant.Principal)
		} else {
			w.valid |= only(grant.Principal)
		}
	}
}

// past reports whether a last day is over.
func past(until, at time.Time) bool {
	return !until.IsZero() && at.Sub(until) >= 24*time.Hour
}

func ignored(d *reconcile.Declarations, image reconcile.Image, at time.Time) bool {
	owner := ""
	for _, o := range d.Owners {
		if o.Account == image.Account {
			owner = o.Name
		}
	}
	return slices.ContainsFunc(d.Policy.Ignore, func(i reconcile.Ignore) bool {
		return !past(i.Until, at) && named(i.Image, image) && (i.Owner == "" || i.Owner == owner) && (i.Region == "" || i.Region == image.Region)
	})
}
