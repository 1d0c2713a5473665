package soak

import (
	"fmt"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// serve carries out one call, with whatever befalls it, and answers it.
func (w *world) serve(t *ticket) {
	if t.op == look {
		t.look()
		t.answer <- answer{}
		return
	}
	if t.dead {
		t.answer <- answer{err: failure(reconcile.Denied, t.call, "nobody is there any more")}
		return
	}
	t.calls++
	if t.op != read && t.op != write {
		if t.once[t.order()] {
			w.violate("%s asks twice: %s", t.name, t.order())
		}
		t.once[t.order()] = true
	}
	if t.calls == t.weather.interrupted {
		w.note("%s is told to stop", t.name)
		w.hit("interrupted")
		t.interrupted = true
		close(t.stop)
		t.cancel()
	}
	if t.weather.meddling > 0 && w.oneIn(t.weather.meddling) {
		w.meddle(t.image)
	}
	if t.calls == t.weather.dies {
		w.die(t)
		return
	}
	kind := w.befalls(t)
	if kind != none {
		w.hit(string(kind))
	}
	t.until = time.Now().Add(w.delay(kind))
	t.reply(w.carryOut(t, kind))
}

// die ends the process before the call, or while its answer is on the way.
func (w *world) die(t *ticket) {
	t.dead = true
	if t.weather.diesAfterEffect {
		w.hit("process dies after a call")
		w.carryOut(t, none)
	} else {
		w.hit("process dies before a call")
	}
	w.note("%s dies", t.name)
	t.cancel()
	t.answer <- answer{err: failure(reconcile.Denied, t.call, "nobody is there any more")}
}

// carryOut is the cloud's part.
func (w *world) carryOut(t *ticket, kind trouble) answer {
	if t.op == write {
		a := w.modify(t, kind)
		w.answered(t, kind, a.err)
		return a
	}
	if refusal := refusals[kind]; refusal != "" {
		w.tracef(t, "%s", kind)
		t.readFailed()
		return answer{err: failure(refusal, t.call, string(kind))}
	}
	switch t.op {
	case list:
		return w.listLane(t, kind)
	case read:
		return w.readImage(t)
	case inspect:
		return w.inspectLane(t, kind)
	}
	w.tracef(t, "in")
	return answer{}
}

func (w *world) listLane(t *ticket, kind trouble) answer {
	lane := reconcile.Lane{Provider: principal.AWS, Account: t.account, Region: t.region}
	all, images := w.cloud.listing()[lane], []reconcile.Image{}
	for _, image := range all {
		if t.filter.Holds(image) {
			images = append(images, image)
		}
	}
	w.tracef(t, "%d images of %d", len(images), len(all))
	if len(t.filter.Names) > 0 {
		w.hit("narrow listing")
	}
	w.listing(t, lane, all, images)
	w.Shuffle(len(images), func(i, j int) { images[i], images[j] = images[j], images[i] })
	if kind == twice && len(images) > 0 {
		images = append(images, images[w.IntN(len(images))])
	}
	return answer{images: images}
}

func (w *world) readImage(t *ticket) answer {
	i := w.cloud.images[t.image]
	if i == nil || t.image.Account != t.account {
		w.tracef(t, "it is gone")
		t.readFailed()
		return answer{err: failure(reconcile.NotFound, t.call, "there is no such image")}
	}
	shows := i.has
	if i.oldLeft > 0 {
		i.oldLeft--
		shows = i.old
		w.version++
		w.hit("reading that lags")
	}
	if t.missed() {
		w.tracef(t, "%v, too late", shows)
		t.readFailed()
		return answer{}
	}
	w.tracef(t, "%v", shows)
	w.reading(t, i, shows)
	if shows == 0 {
		return answer{} // nil, as a careless adapter says it
	}
	return answer{permissions: shows.list()}
}

// inspectLane answers truly, or says that nothing could be found out.
func (w *world) inspectLane(t *ticket, kind trouble) answer {
	lane := reconcile.Lane{Provider: principal.AWS, Account: t.account, Region: t.region}
	a := reconcile.Inspection{Calls: map[string]int{}}
	doubt := kind == unsure
	if t.asked.Publish && (w.cloud.blocked[lane] || doubt) {
		a.Obstacles = append(a.Obstacles, reconcile.Obstacle{Publishing: true, Unsure: doubt, Reason: "is where block public access is on"})
	}
	for _, image := range t.asked.Encrypted {
		if w.cloud.locked[image.Image] || doubt {
			a.Obstacles = append(a.Obstacles, reconcile.Obstacle{Image: image.ID, Unsure: doubt, Reason: "has a snapshot under a key of AWS"})
		}
	}
	w.tracef(t, "%d obstacles, in doubt: %v", len(a.Obstacles), doubt)
	w.inspection(t, lane, a)
	return answer{inspection: a}
}

// modify carries out a call that changes an image: as a whole or not at all.
func (w *world) modify(t *ticket, kind trouble) answer {
	gives, takes := split(t.changes)
	w.sent(t, gives, takes)
	i := w.cloud.images[t.image]
	refusal := reconcile.NotFound
	if i != nil && t.image.Account == t.account {
		refusal = w.cloud.refusal(i, gives, takes)
	}
	if before := refusals[kind]; before != "" {
		refusal = before
	}
	if refusal != "" {
		w.tracef(t, "+%v -%v: %s %s", gives, takes, refusal, kind)
		return answer{err: failure(refusal, t.call, fmt.Sprint("refused: ", refusal))}
	}
	before := i.has
	switch kind {
	case noEffect:
	case showsLate:
		i.old, i.oldLeft = i.has, 1+w.IntN(4)
		i.has = i.has&^takes | gives
	case neverShows:
		i.old, i.oldLeft = i.has, 1<<30
		i.has = i.has&^takes | gives
	default:
		i.has = i.has&^takes | gives
	}
	w.tracef(t, "+%v -%v: %v becomes %v %s", gives, takes, before, i.has, kind)
	if kind != noEffect {
		w.written(t, i, before, takes)
	}
	if uncertain := afterEffects[kind]; uncertain != "" {
		return answer{err: failure(uncertain, t.call, string(kind))}
	}
	return answer{}
}
