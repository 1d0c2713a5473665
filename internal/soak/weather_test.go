package soak

import (
	"slices"
	"time"

	"github.com/amisync/amisync/reconcile"
)

// trouble is what goes wrong with one call.
type trouble string

const (
	none           trouble = ""
	throttled      trouble = "throttled"
	throttledAfter trouble = "throttled after an attempt that took effect"
	serverError    trouble = "server error"
	cutBefore      trouble = "cut off before the effect"
	cutAfter       trouble = "cut off after the effect"
	timeout        trouble = "no answer, no effect"
	timeoutAfter   trouble = "no answer after the effect"
	denied         trouble = "denied"
	quotaReached   trouble = "quota refusal"
	entryRefused   trouble = "entry refused"
	invalid        trouble = "call refused"
	noEffect       trouble = "success without effect"
	showsLate      trouble = "success that shows late"
	neverShows     trouble = "success that does not show"
	slow           trouble = "slow answer"
	twice          trouble = "listing with an image on two pages"
	noneOfThem     trouble = "account cannot be entered"
	unsure         trouble = "inspection finds nothing out"
)

// troubles are those that each op can have.
var troubles = map[op][]trouble{
	enterToRead:  {noneOfThem, throttled, slow},
	enterToWrite: {noneOfThem, throttled, slow},
	list:         {throttled, serverError, cutBefore, timeout, denied, slow, twice},
	read:         {throttled, serverError, cutBefore, timeout, denied, slow},
	inspect:      {unsure, slow},
	write: {throttled, throttledAfter, serverError, cutBefore, cutAfter, timeout, timeoutAfter, denied, quotaReached, entryRefused, invalid,
		noEffect, showsLate, neverShows, slow},
}

// refusals are the troubles that end in an error without any effect.
var refusals = map[trouble]reconcile.ErrorKind{
	throttled: reconcile.Throttled, serverError: reconcile.Uncertain, cutBefore: reconcile.Uncertain, timeout: reconcile.Uncertain, denied: reconcile.Denied,
	quotaReached: reconcile.Quota, entryRefused: reconcile.Refused, invalid: reconcile.Invalid, noneOfThem: reconcile.Credentials,
}

// afterEffects are the troubles that end in an error after the effect.
var afterEffects = map[trouble]reconcile.ErrorKind{throttledAfter: reconcile.Throttled, cutAfter: reconcile.Uncertain, timeoutAfter: reconcile.Uncertain}

// weather is what a process has to reckon with. The zero value is calm.
type weather struct {
	trouble  int // one call in so many goes wrong; zero is none
	writing  int // the same of calls that change something: there are few, and more hangs on each
	meddling int // before one call in so many another actor does something; zero is none
	// kinds, unless empty, are the only troubles; lasting ones stay with what they
	// have once befallen.
	kinds   map[trouble]bool
	lasting map[string]trouble
	// dies is the call at which the process ends, counted from 1; interrupted is
	// the one at which it is told to stop. Zero is never.
	dies, interrupted int
	diesAfterEffect   bool
}

func (w *world) weather() weather {
	weather := w.draw.weather()
	if w.alone {
		weather.meddling = 0
	}
	return weather
}

func (d draw) weather() weather {
	var w weather
	w.trouble = pick(d, 0, 4, 12, 30, 100)
	w.writing = pick(d, 0, 1, 2, 2, 4, 8)
	if d.oneIn(3) {
		w.meddling = pick(d, 4, 12, 30)
	}
	if d.oneIn(3) {
		w.kinds = map[trouble]bool{}
		for range 1 + d.IntN(2) {
			w.kinds[pick(d, troubles[write]...)] = true
			w.kinds[pick(d, troubles[pick(d, enterToRead, enterToWrite, list, read, inspect)]...)] = true
		}
	}
	if d.oneIn(4) {
		w.lasting = map[string]trouble{}
	}
	switch d.IntN(8) {
	case 0, 1:
		w.dies, w.diesAfterEffect = 1+d.IntN(30), d.oneIn(2)
	case 2, 3:
		w.interrupted = 1 + d.IntN(30)
	}
	return w
}

// befalls draws what goes wrong with a call.
func (w *world) befalls(t *ticket) trouble {
	weather, where := &t.weather, t.order()
	if again := weather.lasting[where]; again != none {
		return again
	}
	often := weather.trouble
	if t.op == write {
		often = weather.writing
	}
	if often == 0 || !w.oneIn(often) {
		return none
	}
	kinds := troubles[t.op]
	if weather.kinds != nil {
		kinds = slices.DeleteFunc(slices.Clone(kinds), func(k trouble) bool { return !weather.kinds[k] })
	}
	if len(kinds) == 0 {
		return none
	}
	kind := pick(w.draw, kinds...)
	if weather.lasting != nil {
		weather.lasting[where] = kind
	}
	return kind
}

// delay is how long the answer takes.
func (w *world) delay(kind trouble) time.Duration {
	odd := time.Duration(w.IntN(int(time.Second))) // no two things happen at the same time
	switch kind {
	case timeout, timeoutAfter:
		return time.Duration(30+w.IntN(60))*time.Second + odd
	case slow:
		return time.Duration(1+w.IntN(40))*time.Second + odd
	}
	return 0
}
