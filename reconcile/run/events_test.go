package run_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// narrator collects events and tells them.
type narrator struct {
	mutex  sync.Mutex
	events map[reconcile.Lane][]run.Event
}

// narrate has a narrator watch what the estate does from now on.
func (e *estate) narrate(t *testing.T) *narrator {
	n := &narrator{events: map[reconcile.Lane][]run.Event{}}
	e.options.Watch = func(event run.Event) {
		if !n.mutex.TryLock() {
			t.Error("two events at once")
			return
		}
		defer n.mutex.Unlock()
		n.events[event.Lane] = append(n.events[event.Lane], event)
	}
	return n
}

// told is what happened in a lane of the owner.
func (n *narrator) told(owner reconcile.Owner, lane int) string {
	var list []string
	for _, event := range n.events[owner.Lanes()[lane]] {
		entry := fmt.Sprintf("%s %d/%d", event.Phase, event.Done, event.Total)
		if event.Failed > 0 {
			entry += fmt.Sprintf(" failed %d", event.Failed)
		}
		if event.Stopping {
			entry += " stopping"
		}
		if event.End {
			entry += " end"
		}
		if event.Err != nil {
			entry += " error"
		}
		if event.Owner != owner.Name {
			entry += fmt.Sprintf(" of owner %q", event.Owner)
		}
		list = append(list, entry)
	}
	return strings.Join(list, ", ")
}

func TestEventsOfALaneComeInOrderAndOneAtATime(t *testing.T) {
	e := newEstate(factory, lab)
	for i := range 8 {
		e.single(fmt.Sprintf("image-%d", i), nil, who(alice))
	}
	e.cloud.put(picture(factory, "us-east-1", "b"))
	e.share(factory, "b", alice)
	e.cloud.refuses[alice] = true
	e.options.Parallel = 8
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opList && c.region == "eu-west-1" || c.op == opRead && c.image.ID == "ami-image-3" {
			return denied
		}
		return fine
	}
	n := e.narrate(t)
	e.run()
	if got, want := n.told(factory, 0), "listing 0/0, listing 0/0 end error"; got != want {
		t.Errorf("the unlisted lane: %s", got)
	}
	if got, want := n.told(factory, 1), "listing 0/0, listing 0/1 end, reading 0/1, reading 1/1, reading 1/1 end, applying 0/1, applying 1/1 failed 1, applying 1/1 failed 1 end"; got != want {
		t.Errorf("the lane of one image:\n%s\n%s", got, want)
	}
	lane := n.events[lab.Lanes()[0]]
	for i := 1; i < len(lane); i++ {
		if lane[i].Phase == lane[i-1].Phase && (lane[i].Done < lane[i-1].Done || lane[i].Failed < lane[i-1].Failed || lane[i-1].End) {
			t.Errorf("%+v after %+v", lane[i], lane[i-1])
		}
	}
	if last := lane[len(lane)-1]; !last.End || last.Phase != run.Applying || last.Done != 7 || last.Failed != 7 || last.Owner != "lab" {
		t.Errorf("the last event is %+v", last)
	}
}

func TestEventsCountTheImagesThatCouldNotBeReadOrChanged(t *testing.T) {
	e := newEstate(lab)
	for _, name := range []string{"a-unread", "b-refused", "c-changed"} {
		e.single(name, nil, who(alice))
	}
	e.options.Parallel = 1
	e.cloud.fault = func(_ int, c call) fault {
		switch {
		case c.op == opRead && c.image.ID == "ami-a-unread":
			return denied
		case c.op == opWrite && c.image.ID == "ami-b-refused":
			return refused
		}
		return fine
	}
	n := e.narrate(t)
	e.run()
	got, ended := n.told(lab, 0), "reading 3/3 failed 1, reading 3/3 failed 1 end, "
	if !strings.Contains(got, ended) || !strings.HasSuffix(got, "applying 0/2, applying 1/2 failed 1, applying 2/2 failed 1, applying 2/2 failed 1 end") {
		t.Error(got)
	}
}

func TestTheLanesOfAnOwnerThatCannotBeEnteredForWritingEndAsFailed(t *testing.T) {
	e := newEstate(factory, lab)
	for _, image := range []reconcile.Image{picture(factory, "eu-west-1", "a"), picture(factory, "us-east-1", "a"), picture(factory, "us-east-1", "b")} {
		e.cloud.put(image, bob)
	}
	e.share(factory, "a", alice)
	e.share(factory, "b", alice)
	e.single("c", nil, who(alice))
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opEnterWrite && c.account == factory.Account {
			return denied
		}
		return fine
	}
	plan, view := e.plan()
	n := e.narrate(t)
	e.apply(plan, view)
	for lane, want := range []string{"applying 0/1, applying 1/1 failed 1 end", "applying 0/2, applying 2/2 failed 2 end"} {
		if got := n.told(factory, lane); got != want {
			t.Errorf("lane %d: %s", lane, got)
		}
	}
	if got, want := n.told(lab, 0), "applying 0/1, applying 1/1, applying 1/1 end"; got != want {
		t.Errorf("the other owner: %s", got)
	}
}

func TestWhatAnInterruptedRunLeavesIsNotDoneAndHasNotFailed(t *testing.T) {
	e := newEstate(lab)
	for i := range 5 {
		e.single(fmt.Sprintf("image-%d", i), who(alice), who(world, bob))
	}
	e.options.Parallel = 1
	stop := make(chan struct{})
	e.options.Stop = stop
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opWrite && c.image.ID == "ami-image-1" {
			return refused
		}
		return fine
	}
	plan, view := e.plan()
	e.cloud.watch = func(c call) {
		if c.image.ID == "ami-image-3" { // its first call: the others of it are not sent
			e.cloud.watch = nil
			close(stop)
		}
	}
	n := e.narrate(t)
	e.apply(plan, view)
	want := "applying 0/5, applying 1/5, applying 2/5 failed 1, applying 3/5 failed 1, applying 3/5 failed 1 stopping, " +
		"applying 3/5 failed 1 stopping, applying 3/5 failed 1 stopping end"
	if got := n.told(lab, 0); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnImageThatFailedBeforeTheInterruptHasFailed(t *testing.T) {
	e := newEstate(lab)
	e.single("a", who(alice), who(world, bob))
	stop := make(chan struct{})
	e.options.Stop = stop
	plan, view := e.plan()
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opWrite {
			close(stop)
			return denied
		}
		return fine
	}
	n := e.narrate(t)
	e.apply(plan, view)
	if got, want := n.told(lab, 0), "applying 0/1, applying 1/1 failed 1 stopping, applying 1/1 failed 1 stopping end"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
