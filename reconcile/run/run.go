// Package run is where the engine meets clouds: it lists lanes, reads
// permissions, builds plans, applies them and reads back what came of it. All
// concurrency of amisync is here: owner accounts and lanes run side by side,
// and within a lane a bounded number of images.
package run

import (
	"context"
	"sync"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Reader reads one owner account. Its methods are safe for concurrent use, may
// be repeated freely, retry what is worth it by themselves, and return
// *reconcile.Error.
type Reader interface {
	// List returns the images that the account owns in the region, deprecated
	// and disabled ones included, as far as the filter lets them through; more is
	// allowed. It is all or nothing: one failed page is an error.
	List(ctx context.Context, region string, filter reconcile.Filter) ([]reconcile.Image, error)
	// Permissions returns who may launch the image, apart from its owner. An
	// entry of unknown form is an error. While it waits for its turn it pauses the
	// context's patience (reconcile.PausePatience).
	Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error)
	// Inspect finds out what would stand in the way of changes. What it cannot find
	// out is an unsure obstacle, not an error: the cloud itself refuses in the end.
	Inspect(ctx context.Context, region string, questions reconcile.Questions) reconcile.Inspection
}

// Writer changes one owner account. Its methods are safe for concurrent use and
// return *reconcile.Error.
type Writer interface {
	// Do carries out one call for changes of one image. The call is atomic and
	// idempotent: it takes effect as a whole or not at all, and sending it again
	// changes nothing. An error of kind Uncertain leaves open which. One of kind
	// NotSent means that Stop came first.
	Do(ctx context.Context, changes []reconcile.Change) error
	// MayChange reports whether the caller is allowed to change who may launch the
	// image, and changes nothing: nil if so, an error of kind Denied if not, and any
	// other error where that could not be found out.
	MayChange(ctx context.Context, image principal.Image) error
	// Identity names who makes the calls, for the record.
	Identity() string
}

// OpenReader enters an owner account for reading; it fails unless the account
// is the one that the owner declares.
type OpenReader func(ctx context.Context, owner reconcile.Owner) (Reader, error)

// OpenWriter enters an owner account in order to change the images; it fails
// unless the account is the one that the owner declares.
type OpenWriter func(ctx context.Context, owner reconcile.Owner, images []principal.Image) (Writer, error)

// Options steer a run. The zero value works.
type Options struct {
	// Parallel is how many images of one lane are worked on at a time, those that
	// wait for the cloud to show a change not counted; zero means 8.
	Parallel int
	// Wait is how long to wait for the cloud to show a change that it accepted;
	// zero means a minute.
	Wait time.Duration
	// Watch is told of progress; may be nil.
	Watch Watch
	// Stop, once closed, lets calls in flight finish and starts no others; may be
	// nil.
	Stop <-chan struct{}
	// Sleep waits for the duration or until the context or Stop ends; nil means
	// real time.
	Sleep func(ctx context.Context, d time.Duration)
	// Now is the clock of the record; nil means real time.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.Parallel <= 0 {
		o.Parallel = 8
	}
	if o.Wait <= 0 {
		o.Wait = time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = func(ctx context.Context, d time.Duration) {
			timer := time.NewTimer(d)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
			case <-o.Stop:
			}
		}
	}
	var mutex sync.Mutex
	watch := o.Watch
	o.Watch = func(e Event) {
		if watch != nil {
			mutex.Lock()
			defer mutex.Unlock()
			watch(e)
		}
	}
	return o
}

func (o Options) stopped() bool {
	select {
	case <-o.Stop:
		return true
	default:
		return false
	}
}

// inParallel calls do for every item, at most n at a time, and waits for all.
func inParallel[T any](n int, items []T, do func(T)) {
	inPlaces(n, items, func(item T, _ func(func())) { do(item) })
}

// inPlaces does the same where an item may have to wait long. It waits aside:
// another one takes its place meanwhile, unless n is 1, which means one after
// another.
func inPlaces[T any](n int, items []T, do func(item T, aside func(wait func()))) {
	var group sync.WaitGroup
	places := make(chan struct{}, max(n, 1))
	aside := func(wait func()) {
		if n > 1 {
			<-places
			defer func() { places <- struct{}{} }()
		}
		wait()
	}
	for _, item := range items {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			do(item, aside)
		})
	}
	group.Wait()
}
