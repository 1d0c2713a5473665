package run

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Apply carries out a plan that was made, or rechecked, against the view. It
// goes on past images that fail, reads back what it changed, and reports every
// change. Findings that stop an image hold its changes back; whether a finding
// stops the whole run is for the caller to decide first.
func Apply(ctx context.Context, declarations *reconcile.Declarations, plan *reconcile.Plan, view *View, carriers map[principal.Provider]reconcile.Carrier, open OpenWriter, options Options) *reconcile.Result {
	options = options.withDefaults()
	a := &applier{declarations: declarations, view: view, open: open, options: options, carriers: carriers,
		access: plan.Access.Images,
		result: &reconcile.Result{Digest: plan.Digest, Scope: plan.Scope, StartedAt: options.Now().UTC(), Incomplete: plan.Incomplete, Findings: plan.Findings,
			Owners: declarations.OwnerNames()}}
	due := a.holdBack(plan)
	a.announce(due)
	var group sync.WaitGroup
	for owner, changes := range a.byOwner(due) {
		group.Go(func() { a.owner(ctx, *owner, changes) })
	}
	group.Wait()
	a.result.EndedAt = options.Now().UTC()
	a.result.Interrupted = options.stopped() || ctx.Err() != nil
	a.result.Finish()
	return a.result
}

type applier struct {
	declarations *reconcile.Declarations
	view         *View
	open         OpenWriter
	options      Options
	carriers     map[principal.Provider]reconcile.Carrier
	access       []reconcile.ImageAccess // of the plan

	mutex  sync.Mutex
	result *reconcile.Result
}

// announce tells of all the work before the first call.
func (a *applier) announce(due []reconcile.Change) {
	images := map[reconcile.Lane]int{}
	for _, image := range reconcile.ByImage(due) {
		images[reconcile.LaneOf(image[0].Image.Image)]++
	}
	for lane, n := range images {
		if owner := a.declarations.OwnerOf(lane.Provider, lane.Account); owner != nil {
			a.options.Watch(Event{Phase: Applying, Lane: lane, Owner: owner.Name, Total: n})
		}
	}
}

// holdBack records the changes that must not be made and returns the others:
// those of images that a finding stops, grants that have expired since the plan
// was made, and revokes that such a grant was perhaps to replace.
func (a *applier) holdBack(plan *reconcile.Plan) []reconcile.Change {
	stopped := map[principal.Image]string{}
	for _, finding := range plan.Findings {
		if finding.Refuses() && finding.Stops == reconcile.StopsImage {
			stopped[finding.Image.Image] = finding.Code + ": " + finding.Message
		}
	}
	expired := a.expired(plan.Changes)
	var due []reconcile.Change
	for _, change := range plan.Changes {
		replaces := func(grant reconcile.Change) bool { return grant.Principal.Overlaps(change.Principal.Principal) }
		switch {
		case stopped[change.Image.Image] != "":
			a.record(change, reconcile.StatusSkipped, stopped[change.Image.Image], nil)
		case slices.Contains(expired[change.Image.Image], change):
			a.record(change, reconcile.StatusSkipped, fmt.Sprintf("its last day, %s, has passed since the plan was made", change.Until), nil)
		case change.Verb.Takes() && slices.ContainsFunc(expired[change.Image.Image], replaces):
			a.record(change, reconcile.StatusSkipped, "the grant that may replace it has expired since the plan was made", nil)
		default:
			due = append(due, change)
		}
	}
	return due
}

// expired returns the grants whose last day has passed, by image.
func (a *applier) expired(changes []reconcile.Change) map[principal.Image][]reconcile.Change {
	now := a.options.Now()
	expired := map[principal.Image][]reconcile.Change{}
	for _, change := range changes {
		until, _ := time.Parse(time.DateOnly, change.Until)
		if change.Verb.Gives() && (reconcile.Grant{Until: until}).Expired(now) {
			expired[change.Image.Image] = append(expired[change.Image.Image], change)
		}
	}
	return expired
}

// byOwner groups the changes by who declares their account, and records those
// of accounts that nobody declares.
func (a *applier) byOwner(changes []reconcile.Change) map[*reconcile.Owner][]reconcile.Change {
	owners := map[*reconcile.Owner][]reconcile.Change{}
	for _, change := range changes {
		owner := a.declarations.OwnerOf(change.Image.Provider, change.Image.Account)
		if owner == nil {
			a.record(change, reconcile.StatusSkipped, fmt.Sprintf("no OwnerAccount declares account %s", change.Image.Account), nil)
			continue
		}
		owners[owner] = append(owners[owner], change)
	}
	return owners
}

func (a *applier) owner(ctx context.Context, owner reconcile.Owner, changes []reconcile.Change) {
	if a.options.stopped() {
		a.recordAll(changes, reconcile.StatusNotAttempted, "interrupted", nil)
		return
	}
	images := reconcile.ByImage(changes)
	ids := make([]principal.Image, len(images))
	for i, image := range images {
		ids[i] = image[0].Image.Image
	}
	writer, err := a.open(ctx, owner, ids)
	if reconcile.KindOf(err) == reconcile.NotSent {
		a.recordAll(changes, reconcile.StatusNotAttempted, "interrupted", nil)
		return
	}
	if err != nil {
		a.recordAll(changes, reconcile.StatusFailed, "", err)
		a.abandon(owner.Name, images)
		return
	}
	a.mutex.Lock()
	a.result.Actors = append(a.result.Actors, reconcile.Actor{Account: owner.Account, Identity: writer.Identity()})
	reader := a.view.readers[owner.Name]
	a.mutex.Unlock()

	lanes := map[reconcile.Lane][][]reconcile.Change{}
	for _, image := range images {
		lane := reconcile.LaneOf(image[0].Image.Image)
		lanes[lane] = append(lanes[lane], image)
	}
	var group sync.WaitGroup
	for lane, todo := range lanes {
		group.Go(func() { a.lane(ctx, owner.Name, lane, reader, writer, todo) })
	}
	group.Wait()
}

// abandon tells that nothing came of the images of an owner.
func (a *applier) abandon(owner string, images [][]reconcile.Change) {
	failed := map[reconcile.Lane]int{}
	for _, image := range images {
		failed[reconcile.LaneOf(image[0].Image.Image)]++
	}
	for lane, n := range failed {
		a.options.Watch(Event{Phase: Applying, Lane: lane, Owner: owner, Done: n, Total: n, Failed: n, End: true})
	}
}

func (a *applier) lane(ctx context.Context, owner string, lane reconcile.Lane, reader Reader, writer Writer, images [][]reconcile.Change) {
	progress := Event{Phase: Applying, Lane: lane, Owner: owner, Total: len(images)}
	var mutex sync.Mutex
	inPlaces(a.options.Parallel, images, func(changes []reconcile.Change, aside func(func())) {
		image := &imageRun{applier: a, reader: reader, writer: writer, aside: aside}
		image.run(ctx, changes)
		mutex.Lock()
		defer mutex.Unlock()
		if failed := len(image.failed); failed == 0 || failed > image.unattempted {
			progress.Done++
			progress.Failed += min(failed, 1)
		}
		progress.Stopping = progress.Stopping || image.unattempted > 0 || a.options.stopped()
		a.options.Watch(progress)
	})
	progress.End = true
	a.options.Watch(progress)
}

func (a *applier) recordAll(changes []reconcile.Change, status reconcile.Status, because string, err error) {
	for _, change := range changes {
		a.record(change, status, because, err)
	}
}

func (a *applier) record(change reconcile.Change, status reconcile.Status, because string, err error) {
	outcome := reconcile.Outcome{Change: change, Status: status, Because: because}
	if err != nil {
		outcome.Because, outcome.Kind, outcome.Hint = err.Error(), reconcile.KindOf(err), reconcile.HintOf(err)
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.result.Outcomes = append(a.result.Outcomes, outcome)
}

func (a *applier) recordImage(image reconcile.NamedImage, after []principal.Principal) {
	before, _ := a.view.Observations[image.Image].Value()
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.result.Images = append(a.result.Images, reconcile.ImageRecord{Image: image, Before: slices.Clone(before), After: after, Shares: a.sharesOf(image.Image)})
}

// sharesOf returns the shares that pick the image.
func (a *applier) sharesOf(image principal.Image) []string {
	at, found := slices.BinarySearchFunc(a.access, image, func(i reconcile.ImageAccess, wanted principal.Image) int {
		return principal.CompareImages(i.Image.Image, wanted)
	})
	if !found {
		return nil
	}
	return a.access[at].Shares
}
