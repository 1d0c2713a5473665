package report

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// ProgressMode says how progress is shown.
type ProgressMode int

const (
	// Quiet shows nothing.
	Quiet ProgressMode = iota
	// Lines writes one line for each lane that has finished, and before that one
	// where a phase will take long: for logs.
	Lines
	// Live keeps one line up to date in place: for terminals.
	Live
)

// redrawEvery is how often the live line is drawn at most. It is also how long
// it waits at first, until every lane has been told of.
const redrawEvery = 100 * time.Millisecond

// eraseLine returns to the first column and clears the line.
const eraseLine = "\r\x1b[K"

// Progress shows how far a run is. Its Watch method is a run.Watch. It may be
// used by several goroutines at once.
type Progress struct {
	w     io.Writer
	mode  ProgressMode
	width int
	now   func() time.Time
	paces Paces
	rates string // what the paces are

	mu       sync.Mutex
	order    []reconcile.Lane // as first seen
	lanes    map[reconcile.Lane]*laneProgress
	foreseen run.Phase // the last one of which is known how long it takes at least
	drawn    time.Time // when the live line was last drawn
	shown    bool      // the live line is on the screen
	due      bool      // a timer will draw the live line
	closed   bool
}

// NewProgress shows progress on w, which is standard error as a rule. Width is
// the number of columns of the terminal, zero where it is not known; now tells
// the time. Paces say how long phases take at least; nil where nobody knows. They
// are the documented ones, unless OwnRates is called.
func NewProgress(w io.Writer, mode ProgressMode, width int, now func() time.Time, paces Paces) *Progress {
	if width <= 0 {
		width = 80
	}
	return &Progress{w: w, mode: mode, width: width, now: now, paces: paces, rates: rates(false), drawn: now(), lanes: map[reconcile.Lane]*laneProgress{}}
}

// OwnRates says that the paces are what was asked for, not the documented ones. It
// is called before the first event.
func (p *Progress) OwnRates() { p.rates = rates(true) }

// Watch takes note of an event and shows it. Failures to write are ignored:
// they must not end a run.
func (p *Progress) Watch(e run.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.mode == Quiet {
		return
	}
	l := p.lanes[e.Lane]
	if l == nil {
		l = &laneProgress{}
		p.lanes[e.Lane] = l
		p.order = append(p.order, e.Lane)
	}
	l.note(e, p.now())
	if p.mode == Live {
		p.draw()
		return
	}
	p.forewarn(e)
	if l.ended && e.Phase != run.Listing || e.Err != nil {
		p.finish(l)
	}
}

// Write writes what else goes to the same stream, such as a log, without
// mixing it into the live line.
func (p *Progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	return p.w.Write(text)
}

// Close ends the display: it clears the live line, or writes the lines of the
// lanes that were only listed. Later events are ignored.
func (p *Progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.erase()
	if p.mode == Lines {
		for _, lane := range p.order {
			p.finish(p.lanes[lane])
		}
	}
}

// finish writes a lane's line, once for what there is to tell.
func (p *Progress) finish(l *laneProgress) {
	if line := l.line(); l.ended && line != l.told {
		l.told = line
		fmt.Fprintln(p.w, Safe(line)) // the parts are safe; together they might be more
	}
}

// draw draws the live line, now or when it is time to. What was told last is
// always drawn in the end, however long nothing follows.
func (p *Progress) draw() {
	wait := redrawEvery - p.now().Sub(p.drawn)
	switch {
	case wait <= 0:
		// The last column stays free: some terminals wrap when it is filled.
		fmt.Fprint(p.w, eraseLine+clip(p.status(), p.width-1))
		p.drawn, p.shown = p.now(), true
	case !p.due:
		p.due = true
		time.AfterFunc(wait, p.drawDue)
	}
}

func (p *Progress) drawDue() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.due = false
	if !p.closed {
		p.draw()
	}
}

func (p *Progress) erase() {
	if p.shown {
		fmt.Fprint(p.w, eraseLine)
		p.shown = false
	}
}
