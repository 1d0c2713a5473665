package soak

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"
)

// ticket is a call that waits for its answer.
type ticket struct {
	*process
	call
	context context.Context // of whoever waits
	answer  chan answer
	until   time.Time // when the answer arrives
}

// missed reports whether the answer comes when nobody waits for it any more.
func (t *ticket) missed() bool {
	deadline, has := t.context.Deadline()
	return has && t.until.After(deadline)
}

// order is where a ticket stands among those that wait with it. No process asks
// the same thing twice at once.
func (t *ticket) order() string {
	return fmt.Sprint(t.name, t.op, t.account, t.region, t.image.ID)
}

// drive lets the processes work, and answers their calls one at a time: whenever
// everything else has come to rest, the seed draws whose turn it is. It returns
// when all processes have ended and nothing waits any more.
func (w *world) drive(processes ...func()) {
	ended := make(chan struct{})
	var group sync.WaitGroup
	for _, work := range processes {
		group.Go(work)
	}
	go func() {
		group.Wait()
		close(ended)
	}()
	var waiting []*ticket
	for {
		synctest.Wait()
		waiting = w.arrived(waiting)
		if len(waiting) == 0 {
			select { // time passes while processes sleep
			case t := <-w.arrivals:
				waiting = append(waiting, t)
				continue
			case <-ended:
				w.running = nil
				return
			}
		}
		slices.SortFunc(waiting, func(a, b *ticket) int { return strings.Compare(a.order(), b.order()) })
		turn := w.IntN(len(waiting))
		t := waiting[turn]
		waiting = slices.Delete(waiting, turn, turn+1)
		w.serve(t)
	}
}

// arrived adds the calls that have come in.
func (w *world) arrived(waiting []*ticket) []*ticket {
	for {
		select {
		case t := <-w.arrivals:
			waiting = append(waiting, t)
		default:
			return waiting
		}
	}
}

// reply sends the answer when it is due.
func (t *ticket) reply(a answer) {
	delay := time.Until(t.until)
	if delay <= 0 {
		t.answer <- a
		return
	}
	time.AfterFunc(delay, func() { t.answer <- a })
}
