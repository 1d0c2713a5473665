package soak

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// process is one process of the product: what it was told and shown, what it set
// out to do, and what others did meanwhile. What the scheduler writes here, the
// product's goroutines never read.
type process struct {
	*world
	name         string
	declarations *reconcile.Declarations
	weather      weather
	ctx          context.Context
	cancel       func()
	stop         chan struct{}

	at          time.Time       // for which it plans
	judged      time.Time       // at which it judges what the policy allows for a time
	since       int             // the world's version when it began
	calls       int             // so far
	once        map[string]bool // what it asked that nobody has to ask twice
	dead        bool
	interrupted bool
	applying    bool
	beyond      bool            // it may read images that nobody picks
	evicts      set             // whom it takes out everywhere; ignored images are no exception
	file        *reconcile.Plan // that it carries out, and of that no more than only; nil without
	only        reconcile.Direction

	// What it was shown. A failed reading is in unread, a lane that could not be
	// listed in dark. With a saved plan, listed is what was shown to its maker, and
	// fresh what has become of the plan's images.
	listed map[reconcile.Lane][]reconcile.Image
	fresh  map[principal.Image]reconcile.State
	dark   map[reconcile.Lane]bool
	seen   map[principal.Image]set // to plan with
	unread map[principal.Image]bool
	last   map[principal.Image]set // the latest of all readings
	found  map[reconcile.Lane]reconcile.Inspection

	// What it set out to do: changes by key, and what each image was to have.
	plan   *reconcile.Plan
	named  map[string]bool
	wishes map[principal.Image]*wish // at the plan's time
	late   map[principal.Image]*wish // at the time of the first write

	// What became of it, by image. Lost is what others took since it looked, and
	// what it was shown although it was not there any more.
	doings map[principal.Image]*doing

	assumed sync.Map // for variants that are broken on purpose
}

// doing is what happened to one image in the course of a process.
type doing struct {
	reads, checks, writes int  // readings to plan with, readings back, calls that change
	changed               set  // entries that its own writes changed
	touched, lost         set  // entries that others changed, and took
	refused               int  // size of the last call that was refused; 0 after any other
	quota                 bool // it was, because of a quota
	unsure                bool // a call left open what it did
	published, confirmed  bool
	doubted               bool // the cloud refused an entry that it knows

	// Readings back since the last call that may have changed something.
	sentAt time.Time     // when that was answered
	looked bool          // one succeeded; before any such call, the plan's own
	waited time.Duration // how long the latest reading came after a call, at most
	blind  bool          // one failed, ever
}

func (w *world) process(name string, weather weather) *process {
	now := time.Now().UTC().Truncate(time.Second)
	p := &process{world: w, since: w.version, name: name, declarations: w.declarations, weather: weather, stop: make(chan struct{}),
		at: now, judged: now, listed: map[reconcile.Lane][]reconcile.Image{}, fresh: map[principal.Image]reconcile.State{}, dark: map[reconcile.Lane]bool{},
		seen: map[principal.Image]set{}, unread: map[principal.Image]bool{}, last: map[principal.Image]set{},
		once: map[string]bool{}, found: map[reconcile.Lane]reconcile.Inspection{}, doings: map[principal.Image]*doing{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	w.running = append(w.running, p)
	return p
}

func (p *process) doing(image principal.Image) *doing {
	d := p.doings[image]
	if d == nil {
		d = &doing{}
		p.doings[image] = d
	}
	return d
}

func (p *process) options() run.Options { return run.Options{Parallel: p.parallel, Stop: p.stop} }

// split is what changes give and take.
func split(changes []reconcile.Change) (gives, takes set) {
	for _, c := range changes {
		if c.Verb.Gives() {
			gives |= only(c.Principal.Principal)
		} else {
			takes |= only(c.Principal.Principal)
		}
	}
	return gives, takes
}

// key is what a change does, as this package tells changes apart.
func key(c reconcile.Change) string {
	return fmt.Sprint(c.Image.ID, " ", c.Verb, " ", only(c.Principal.Principal))
}
