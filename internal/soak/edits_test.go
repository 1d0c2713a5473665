package soak

import (
	"slices"
	"time"

	"github.com/amisync/amisync/reconcile"
)

// editManifests changes one thing that they say.
func (w *world) editManifests() {
	switch w.IntN(8) {
	case 0, 1:
		w.editSelector()
	case 2:
		w.editShare("mode", func(s *reconcile.Declaration) { s.Mode = pick(w.draw, reconcile.Exclusive, reconcile.Additive) })
	case 3:
		w.edit("another policy", func(d *reconcile.Declarations) { d.Policy = w.estate.policy() })
	case 4:
		if len(w.declarations.Shares) > 1 {
			w.edit("one share less", func(d *reconcile.Declarations) {
				n := w.IntN(len(d.Shares))
				d.Shares = slices.Delete(d.Shares, n, n+1)
			})
		}
	default:
		w.editShare("grants", func(s *reconcile.Declaration) { s.Grants = w.estate.grants() })
	}
}

// editSelector may let a share claim other images than a saved plan knows of.
func (w *world) editSelector() {
	w.editShare("selector", func(s *reconcile.Declaration) {
		if len(s.Selector.IDs) == 0 {
			s.Selector = reconcile.Selector{Name: pick(w.draw, "*", "base-*", "web-*"), Newest: w.IntN(3)}
		}
	})
}

// editForToday lets what shares declare end with the day.
func (w *world) editForToday() {
	w.edit("all is for today only", func(d *reconcile.Declarations) {
		for i := range d.Shares {
			grants := slices.Clone(d.Shares[i].Grants)
			for n := range grants {
				grants[n].Until = time.Now().UTC().Truncate(24 * time.Hour)
			}
			d.Shares[i].Grants = grants
		}
	})
}

func (w *world) editShare(what string, change func(*reconcile.Declaration)) {
	w.edit("another "+what, func(d *reconcile.Declarations) {
		share := &d.Shares[w.IntN(len(d.Shares))]
		change(share)
		w.note("%s: %+v, %s, %v", share.Share, share.Selector, share.Mode, withoutWay(share.Grants))
	})
}

func (w *world) edit(deed string, change func(*reconcile.Declarations)) {
	d := *w.declarations
	d.Shares = slices.Clone(d.Shares)
	w.note("the manifests change: %s", deed)
	change(&d)
	w.declarations, w.edited = &d, true
	w.version++
	w.hit("manifests change")
}
