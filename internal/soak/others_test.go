package soak

import (
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// meddle lets another actor do something: mostly to the image that a call is
// about, if it is about one.
func (w *world) meddle(with principal.Image) {
	ids := w.cloud.ids()
	if len(ids) == 0 {
		return
	}
	i := w.cloud.images[with]
	if i == nil || w.oneIn(4) {
		i = w.cloud.images[pick(w.draw, ids...)]
	}
	before := i.has
	deed := ""
	switch n := w.IntN(12); {
	case n == 0:
		deed, i.State, i.has = "disables", reconcile.Disabled, 0 // which takes all permissions
	case n == 1 && w.oneIn(2):
		deed, i.has = "deregisters", 0
		delete(w.cloud.images, i.Image.Image)
	case n < 5 && i.State != reconcile.Available:
		deed, i.State = "makes available", reconcile.Available
	case i.State != reconcile.Available:
		return
	case n == 3:
		deed, i.has = "publishes", i.has|public
	case n == 4:
		deed, i.has = "unpublishes", i.has&^public
	case n < 8:
		more := i.has | w.some(accounts|groups, 6)
		if (more &^ public).size() > w.cloud.entities(i.Image.Image) {
			return
		}
		deed, i.has = "shares", more
	default:
		deed, i.has = "unshares", i.has&^w.some(i.has&^public, 2)
	}
	w.meddled = true
	w.hit("another actor " + deed)
	w.note("another actor %s %s: %v becomes %v", deed, i.ID, before, i.has)
	w.changedBy(nil, i.Image.Image, before, i.has)
}

// changedBy tells all other processes, for the checks of what they may still be
// held to.
func (w *world) changedBy(by *process, image principal.Image, before, after set) {
	w.version++
	for _, p := range w.running {
		if p != by {
			d := p.doing(image)
			d.touched |= before ^ after
			d.lost = d.lost&^after | before&^after
		}
	}
}

// newImage lets somebody build one.
func (w *world) newImage() {
	owner := pick(w.draw, w.declarations.Owners...)
	w.estate.images = append(w.estate.images, w.estate.image(owner, pick(w.draw, owner.Regions...), time.Now()))
	i := w.estate.images[len(w.estate.images)-1]
	w.cloud.images[i.Image] = &image{Image: i}
	w.meddled = true
	w.version++
	w.hit("another actor builds an image")
	w.note("another actor builds %s (%s), %s", i.ID, i.Name, i.State)
}
