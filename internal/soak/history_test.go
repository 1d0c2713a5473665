package soak

import (
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// simulate lives through the history of one seed.
func (w *world) simulate() {
	time.Sleep(time.Until(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))) // manifests speak of these years
	w.estate = drawEstate(w.draw, time.Now().UTC())
	w.declarations = w.estate.declarations
	w.throughYAML()
	w.members = drawMembers(w.draw)
	w.cloud = drawCloud(w.estate)
	w.parallel = pick(w.draw, 1, 2, 16)
	w.alone = w.oneIn(3)
	w.noteBeginning()

	began, first := time.Now(), w.cloud
	w.cloud = first.clone()
	reached, free := w.converge("undisturbed")
	w.cloud = first

	for range 1 + w.IntN(3) {
		w.between()
		w.episode()
		if w.failed() {
			return
		}
	}

	w.cloud.calm()
	same := !w.meddled && !w.edited && time.Since(began) < 24*time.Hour && free
	now, free := w.converge("calm")
	if same && free && !w.failed() {
		w.hit("the same end as undisturbed")
		for image, has := range now {
			if has != reached[image] {
				w.violate("%s has %v in the end; an undisturbed run makes it %v", image.ID, has, reached[image])
			}
		}
	}
}

// between is what happens while no process runs.
func (w *world) between() {
	pause := pick(w.draw, time.Minute, 3*time.Hour, 3*time.Hour, 26*time.Hour)
	if w.alone {
		pause = time.Minute
	}
	time.Sleep(pause)
	w.note("it is %s", time.Now().UTC().Format(time.DateTime))
	w.cloud.refuses = 0
	if w.oneIn(4) {
		w.cloud.refuses = w.some(accounts|groups, 6)
		w.note("the cloud does not know %v", w.cloud.refuses)
	}
	if w.alone {
		return
	}
	for w.oneIn(4) {
		w.meddle(principal.Image{})
	}
	if w.oneIn(8) {
		w.newImage()
	}
	if w.oneIn(8) {
		w.editManifests()
	}
}

// episode runs a process of one kind or another, or several.
func (w *world) episode() {
	kind := w.IntN(10)
	if w.alone && kind == 8 {
		kind = 0 // nobody would give back what is taken out by name
	}
	switch kind {
	case 0, 1, 2, 3:
		p := w.process("apply", w.weather())
		w.drive(func() { p.apply(w.scope()) })
	case 4, 5, 6:
		w.planThenApply()
	case 7:
		p := w.process("drift", w.weather())
		p.beyond = w.oneIn(2)
		w.drive(func() { p.drift(w.scope()) })
	case 8:
		p := w.process("evict", w.weather())
		scope := reconcile.Scope{Principals: []principal.Principal{pick(w.draw, everybody...)}, Only: reconcile.OnlyRevokes}
		w.edited = true // nobody reverts it
		w.drive(func() { p.apply(scope) })
	default:
		one, other := w.process("one", w.weather()), w.process("other", w.weather())
		w.hit("two at once")
		w.drive(func() { one.apply(reconcile.Scope{}) }, func() { other.apply(reconcile.Scope{}) })
	}
}

// planThenApply saves a plan, and carries the file out, some time later and once
// or twice.
func (w *world) planThenApply() {
	expires := !w.alone && w.oneIn(4)
	if expires {
		w.editForToday()
	}
	p := w.process("plan", w.weather())
	var file *saved
	w.drive(func() { file = p.save(w.scope()) })
	for n := w.IntN(3); file != nil && n >= 0 && !w.failed(); n-- {
		switch {
		case expires:
			time.Sleep(24 * time.Hour)
		case w.oneIn(3):
			w.between()
		case w.alone:
		case w.oneIn(4):
			w.editManifests()
		case w.oneIn(4):
			w.editSelector()
		}
		p := w.process("apply FILE", w.weather())
		direction := pick(w.draw, "", "", "", reconcile.OnlyGrants, reconcile.OnlyRevokes)
		w.drive(func() { p.applyFile(file, direction) })
	}
}

// scope is everything, mostly.
func (w *world) scope() reconcile.Scope {
	var s reconcile.Scope
	if w.oneIn(2) {
		return s
	}
	w.hit("filtered")
	switch w.IntN(6) {
	case 0:
		s.Owners = []string{pick(w.draw, w.declarations.Owners...).Name}
	case 1:
		s.Regions = []string{"us-east-1"}
	case 2:
		s.Shares = []string{pick(w.draw, w.declarations.Shares...).Share}
	case 3:
		s.Images = []string{pick(w.draw, "base-*", "web-*", "*-1")}
	case 4:
		s.Principals = w.some(accounts|groups, 3).list()
	}
	s.Only = pick(w.draw, "", reconcile.OnlyGrants, reconcile.OnlyRevokes)
	if s.Evicts() {
		s.Only = "" // that is an episode of its own
	}
	return s
}
