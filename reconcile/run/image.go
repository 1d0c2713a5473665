package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// imageRun carries out the changes of one image, call by call. It is used by
// one goroutine.
type imageRun struct {
	*applier
	reader Reader
	writer Writer
	aside  func(wait func()) // lets another image go on meanwhile

	calls       int                   // sent so far
	pending     []reconcile.Change    // accepted by the cloud, not read back yet
	failed      []reconcile.Change    // not in effect
	unattempted int                   // of failed, because the run was interrupted
	after       []principal.Principal // what was read last; nil while unknown
}

// maxCalls bounds the search for the entries that a cloud refuses, in case it
// refuses them all.
const maxCalls = 100

func (r *imageRun) run(ctx context.Context, changes []reconcile.Change) {
	image := changes[0].Image
	r.after, _ = r.view.Observations[image.Image].Value()
	byID := map[string]reconcile.Change{}
	for _, change := range changes {
		byID[change.ID] = change
	}
	for _, step := range reconcile.Order(changes, r.carriers) {
		var due []reconcile.Change
		for _, id := range step.Changes {
			due = append(due, byID[id])
		}
		r.do(ctx, due)
	}
	r.settle(ctx)
	r.recordImage(image, r.after)
}

// do sends the changes that nothing speaks against, as one call.
func (r *imageRun) do(ctx context.Context, changes []reconcile.Change) {
	if r.options.stopped() || ctx.Err() != nil {
		r.leave(changes)
		return
	}
	if _, takes := split(changes); len(takes) > 0 {
		r.settle(ctx) // what replaces an access must be there before it is taken
	}
	changes = r.holdRevokes(changes)
	if len(changes) == 0 {
		return
	}
	r.calls++
	err := r.writer.Do(ctx, changes)
	gives, takes := split(changes)
	kind := reconcile.KindOf(err)
	if err == nil || mayHaveHappened(kind) {
		r.after = nil // all other answers say that everything is as it was
	}
	switch {
	case err == nil:
		r.pending = append(r.pending, changes...)
	case kind == reconcile.NotSent:
		r.leave(changes)
	case kind == reconcile.Throttled:
		r.confirm(ctx, changes, err, 0)
	case mayHaveHappened(kind):
		r.confirm(ctx, changes, err, r.options.Wait)
	case refusesPart(kind) && len(gives) > 0 && len(takes) > 0:
		r.apart(ctx, gives, takes, kind)
	case kind == reconcile.Refused && len(changes) > 1 && r.calls < maxCalls:
		r.do(ctx, changes[:len(changes)/2])
		r.do(ctx, changes[len(changes)/2:])
	default:
		r.fail(changes, reconcile.StatusFailed, "", err)
	}
}

// apart sends what was refused as one call in parts: what gives, then what takes.
// Where a quota is the reason, the revokes that none of the grants may replace go
// first: they make room, and nobody who is to keep access loses it.
func (r *imageRun) apart(ctx context.Context, gives, takes []reconcile.Change, kind reconcile.ErrorKind) {
	if kind == reconcile.Quota {
		var free, rest []reconcile.Change
		for _, take := range takes {
			if slices.ContainsFunc(gives, func(g reconcile.Change) bool { return g.Principal.Overlaps(take.Principal.Principal) }) {
				rest = append(rest, take)
			} else {
				free = append(free, take)
			}
		}
		r.do(ctx, free)
		takes = rest
	}
	r.do(ctx, gives)
	r.do(ctx, takes)
}

// mayHaveHappened reports whether a call that ended in an error may have taken
// effect all the same: nobody knows, or the last of several tries was throttled
// and nobody knows of those before.
func mayHaveHappened(kind reconcile.ErrorKind) bool {
	return kind == reconcile.Uncertain || kind == reconcile.Throttled
}

// refusesPart reports whether the cloud, having refused a call as a whole, may
// accept a part of it.
func refusesPart(kind reconcile.ErrorKind) bool {
	return kind == reconcile.Refused || kind == reconcile.Quota || kind == reconcile.Invalid
}

// holdRevokes leaves out each revoke of somebody who may be meant to keep the
// access through a grant that failed, and returns the rest.
func (r *imageRun) holdRevokes(changes []reconcile.Change) []reconcile.Change {
	var due []reconcile.Change
	for _, change := range changes {
		cover := slices.IndexFunc(r.failed, func(f reconcile.Change) bool {
			return f.Verb.Gives() && f.Principal.Overlaps(change.Principal.Principal)
		})
		if change.Verb.Takes() && cover >= 0 {
			because := fmt.Sprintf("the %s of %s, which may replace it, did not succeed", r.failed[cover].Verb, r.failed[cover].Principal.Title())
			r.fail([]reconcile.Change{change}, reconcile.StatusSkipped, because, nil)
			continue
		}
		due = append(due, change)
	}
	return due
}

// fail records changes as not in effect.
func (r *imageRun) fail(changes []reconcile.Change, status reconcile.Status, because string, err error) {
	r.failed = append(r.failed, changes...)
	r.recordAll(changes, status, because, err)
}

// leave records changes as not attempted: the run was interrupted before.
func (r *imageRun) leave(changes []reconcile.Change) {
	r.unattempted += len(changes)
	r.fail(changes, reconcile.StatusNotAttempted, "interrupted", nil)
}

// settle reads back what the cloud has accepted.
func (r *imageRun) settle(ctx context.Context) {
	if len(r.pending) > 0 {
		r.confirm(ctx, r.pending, nil, r.options.Wait)
		r.pending = nil
	}
}

// confirm reads the image until it shows the changes or the patience is over,
// but at least once. sendErr is the error of a call that may have taken effect
// all the same; nil after success.
func (r *imageRun) confirm(ctx context.Context, changes []reconcile.Change, sendErr error, patience time.Duration) {
	image := changes[0].Image.Image
	delay, waited := 200*time.Millisecond, time.Duration(0)
	ctx, cancel := reconcile.WithPatience(ctx, patience+readTimeout) // retries inside a read must not outlast it by much
	defer cancel()
	for {
		began := r.options.Now()
		permissions, err := r.reader.Permissions(ctx, image)
		waited += r.options.Now().Sub(began)
		if err != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			err = errors.New("there was no answer in time")
		}
		if err == nil {
			r.after = principal.Sorted(permissions)
			changes = r.confirmed(changes)
			if len(changes) == 0 {
				return
			}
		}
		if waited >= patience || r.options.stopped() || ctx.Err() != nil || err != nil && !mayHaveHappened(reconcile.KindOf(err)) {
			r.unconfirmed(changes, sendErr, err, min(waited, patience))
			return
		}
		pause := min(delay, patience-waited)
		r.aside(func() { r.options.Sleep(ctx, pause) })
		waited += pause
		delay = min(2*delay, 5*time.Second)
	}
}

// readTimeout is how long a read-back may take beyond its patience, without the
// time in which its calls wait for their turn.
const readTimeout = 30 * time.Second

// confirmed records the changes that the last reading shows and returns the
// others.
func (r *imageRun) confirmed(changes []reconcile.Change) []reconcile.Change {
	var missing []reconcile.Change
	for _, change := range changes {
		if change.SatisfiedBy(r.after) {
			r.record(change, reconcile.StatusApplied, "", nil)
		} else {
			missing = append(missing, change)
		}
	}
	return missing
}

func (r *imageRun) unconfirmed(changes []reconcile.Change, sendErr, readErr error, waited time.Duration) {
	err := &reconcile.Error{Kind: reconcile.Unconfirmed, Hint: "run plan again: it shows whether the change is in effect by now"}
	switch {
	case sendErr != nil:
		r.fail(changes, reconcile.StatusFailed, "", sendErr)
		return
	case readErr != nil:
		err.Err = fmt.Errorf("the cloud accepted the change, but reading it back failed: %w", readErr)
	default:
		err.Err = fmt.Errorf("the cloud accepted the change, but does not show it after %s", waited.Round(time.Millisecond))
	}
	r.fail(changes, reconcile.StatusFailed, "", err)
}

func split(changes []reconcile.Change) (gives, takes []reconcile.Change) {
	for _, change := range changes {
		if change.Verb.Gives() {
			gives = append(gives, change)
		} else {
			takes = append(takes, change)
		}
	}
	return gives, takes
}
