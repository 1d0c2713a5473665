package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// Paces are the buckets out of which each image of a phase takes about one call.
// How long a phase takes that has none is not known.
type Paces map[principal.Provider]map[run.Phase][]reconcile.Bucket

// Less time than this is not worth telling: that something is left at all, and, in
// a log, that a phase will take long.
const (
	soonOver = 5 * time.Second
	longRun  = 30 * time.Second
)

// longest returns the lane that takes longest from here on, by the measure, and
// how long; nil where none takes any time, and once the run is stopping. Lanes run
// side by side. It is not known before every lane has told how many images it has.
func (p *Progress) longest(measure func(reconcile.Stretch) time.Duration) (slowest *laneProgress, takes time.Duration, known bool) {
	for _, lane := range p.order {
		l := p.lanes[lane]
		switch {
		case l.stopping:
			return nil, 0, true
		case l.err != nil || l.ended && l.phase != run.Listing:
			continue
		case l.phase == run.Listing:
			return nil, 0, false
		}
		rest := measure(reconcile.Stretch{Buckets: p.paces[lane.Provider][l.phase], Done: l.done, Total: l.total, Elapsed: p.now().Sub(l.began)})
		if rest > takes {
			slowest, takes = l, rest
		}
	}
	return slowest, takes, true
}

// left is the remaining time as a part of the live line; empty where little
// remains, or nobody knows.
func (p *Progress) left() string {
	_, rest, _ := p.longest(reconcile.Stretch.Remaining)
	switch {
	case rest <= soonOver:
		return ""
	case rest < 2*time.Minute:
		return " · about " + Brief(rest.Round(soonOver)) + " left"
	}
	return " · about " + Brief(rest.Round(time.Minute)) + " left"
}

// forewarn says that a phase will take long, once, as soon as that is known.
func (p *Progress) forewarn(e run.Event) {
	phase, doing := run.Reading, "reading"
	if e.Phase == run.Applying {
		phase, doing = run.Applying, "changing"
		if e.Done == 0 && !e.End {
			return // other lanes are still to be told of
		}
	}
	if p.foreseen == phase {
		return
	}
	lane, takes, known := p.longest(func(s reconcile.Stretch) time.Duration {
		s.Done = 0 // what is told is how long it takes as a whole
		return s.Least()
	})
	if known {
		p.foreseen = phase
	}
	if takes < longRun {
		return
	}
	images, lanes := 0, 0
	for _, l := range p.lanes {
		if l.phase == phase && l.total > 0 {
			images, lanes = images+l.total, lanes+1
		}
	}
	line := fmt.Sprintf("%s %s images takes at least %s at %s", doing, thousands(images), Brief(takes.Round(time.Second)), p.rates)
	if lanes > 1 {
		line += "; " + lane.name + " takes longest"
	}
	fmt.Fprintln(p.w, Safe(line))
}

// thousands writes a number with commas between its thousands.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
