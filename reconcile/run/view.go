package run

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// View is what was seen of the clouds: inventories, permissions, and what could
// not be read.
type View struct {
	Inventory    reconcile.Inventory
	Observations reconcile.Observations
	Incomplete   []reconcile.Incomplete
	Inspections  map[reconcile.Lane]reconcile.Inspection

	readers map[string]Reader // by owner name
	partial bool              // only the images of a saved plan were asked for
}

// observer fills a View from many goroutines.
type observer struct {
	declarations *reconcile.Declarations
	open         OpenReader
	options      Options

	mutex sync.Mutex
	view  *View
}

func newObserver(declarations *reconcile.Declarations, open OpenReader, options Options) *observer {
	return &observer{declarations: declarations, open: open, options: options.withDefaults(),
		view: &View{Inventory: reconcile.Inventory{}, Observations: reconcile.Observations{}, Inspections: map[reconcile.Lane]reconcile.Inspection{}, readers: map[string]Reader{}}}
}

// work is what to look at in one lane.
type work struct {
	lane   reconcile.Lane
	filter reconcile.Filter // of the listing
	// wanted picks the images whose permissions are to be read.
	wanted func(images []reconcile.Image) []reconcile.Image
}

// observe looks at all the lanes; lanes side by side, one session an owner.
func (o *observer) observe(ctx context.Context, lanes []work) {
	owners := map[string][]work{}
	for _, w := range lanes {
		owner := o.declarations.OwnerOf(w.lane.Provider, w.lane.Account)
		owners[owner.Name] = append(owners[owner.Name], w)
	}
	for _, owner := range o.declarations.Owners {
		for _, w := range owners[owner.Name] {
			o.options.Watch(Event{Phase: Listing, Lane: w.lane, Owner: owner.Name})
		}
	}
	var group sync.WaitGroup
	for _, owner := range o.declarations.Owners {
		if todo := owners[owner.Name]; len(todo) > 0 {
			group.Go(func() { o.owner(ctx, owner, todo) })
		}
	}
	group.Wait()
}

func (o *observer) owner(ctx context.Context, owner reconcile.Owner, lanes []work) {
	reader, err := o.open(ctx, owner)
	if err != nil {
		for _, w := range lanes {
			o.unknownLane(w.lane, owner.Name, err)
		}
		return
	}
	o.mutex.Lock()
	o.view.readers[owner.Name] = reader
	o.mutex.Unlock()
	inParallel(len(lanes), lanes, func(w work) { o.lane(ctx, owner.Name, reader, w) })
}

func (o *observer) lane(ctx context.Context, owner string, reader Reader, w work) {
	images, err := reader.List(ctx, w.lane.Region, w.filter)
	if err != nil {
		o.unknownLane(w.lane, owner, err)
		return
	}
	images = distinct(images)
	o.mutex.Lock()
	o.view.Inventory[w.lane] = reconcile.Known(images)
	o.mutex.Unlock()
	o.options.Watch(Event{Phase: Listing, Lane: w.lane, Owner: owner, Total: len(images), End: true})

	wanted := w.wanted(images)
	progress := Event{Phase: Reading, Lane: w.lane, Owner: owner, Total: len(wanted)}
	o.options.Watch(progress)
	var mutex sync.Mutex
	inParallel(o.options.Parallel, wanted, func(image reconcile.Image) {
		permissions, err := reader.Permissions(ctx, image.Image)
		o.observed(image, permissions, err)
		mutex.Lock()
		defer mutex.Unlock()
		progress.Done++
		if err != nil {
			progress.Failed++
		}
		o.options.Watch(progress)
	})
	progress.End = true
	o.options.Watch(progress)
}

// distinct keeps each image once, as it was listed last: a listing of many
// pages may show an image on two of them.
func distinct(images []reconcile.Image) []reconcile.Image {
	each := make([]reconcile.Image, 0, len(images))
	index := make(map[principal.Image]int, len(images))
	for _, image := range images {
		if i, seen := index[image.Image]; seen {
			each[i] = image
			continue
		}
		index[image.Image] = len(each)
		each = append(each, image)
	}
	return each
}

func (o *observer) observed(image reconcile.Image, permissions []principal.Principal, err error) {
	sorted := principal.Sorted(permissions)
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if err == nil {
		o.view.Observations[image.Image] = reconcile.Known(sorted)
		return
	}
	o.view.Observations[image.Image] = reconcile.Unknown[[]principal.Principal](err)
	incomplete := incompleteLane(reconcile.LaneOf(image.Image), err)
	incomplete.Image, incomplete.Name = image.ID, image.Name
	o.view.Incomplete = append(o.view.Incomplete, incomplete)
}

func (o *observer) unknownLane(lane reconcile.Lane, owner string, err error) {
	o.mutex.Lock()
	o.view.Inventory[lane] = reconcile.Unknown[[]reconcile.Image](err)
	o.view.Incomplete = append(o.view.Incomplete, incompleteLane(lane, err))
	o.mutex.Unlock()
	o.options.Watch(Event{Phase: Listing, Lane: lane, Owner: owner, End: true, Err: err})
}

func incompleteLane(lane reconcile.Lane, err error) reconcile.Incomplete {
	incomplete := reconcile.Incomplete{Provider: lane.Provider, Account: lane.Account, Region: lane.Region,
		Kind: reconcile.KindOf(err), Error: err.Error()}
	if e, ok := errors.AsType[*reconcile.Error](err); ok {
		incomplete.Action, incomplete.Hint, incomplete.Error = e.Action, e.Hint, e.Err.Error()
	}
	return incomplete
}

// created returns when each listed image was made.
func (v *View) created() map[principal.Image]time.Time {
	created := map[principal.Image]time.Time{}
	for _, image := range v.images() {
		created[image.Image] = image.Created
	}
	return created
}

// images returns every listed image.
func (v *View) images() []reconcile.Image {
	var lists [][]reconcile.Image
	for _, observed := range v.Inventory {
		images, _ := observed.Value()
		lists = append(lists, images)
	}
	return slices.Concat(lists...)
}
