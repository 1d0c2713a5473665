package run

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Diagnose tries in each lane in scope what a plan and an apply would need,
// with as few calls as can be, and writes nothing. What cannot be tried becomes
// part of the diagnosis, not an error.
func Diagnose(ctx context.Context, request Request, openReader OpenReader, openWriter OpenWriter, options Options) *reconcile.Diagnosis {
	view := request.look(ctx, openReader, options, request.sample)
	diagnosis := &reconcile.Diagnosis{At: request.At.UTC().Truncate(time.Second)}
	owners := map[string][]*ward{}
	var wards []*ward
	for _, lane := range request.Scope.Lanes(request.Declarations) {
		owner := request.Declarations.OwnerOf(lane.Provider, lane.Account)
		w := &ward{request: request, view: view, picked: request.picked(view, lane),
			LaneDiagnosis: reconcile.LaneDiagnosis{Owner: owner.Name, Lane: lane, Ambient: owner.Role == ""}}
		owners[owner.Name] = append(owners[owner.Name], w)
		wards = append(wards, w)
	}
	var group sync.WaitGroup
	for _, owner := range request.Declarations.Owners {
		group.Go(func() { diagnoseOwner(ctx, owner, owners[owner.Name], openWriter) })
	}
	group.Wait()
	for _, w := range wards {
		diagnosis.Lanes = append(diagnosis.Lanes, w.LaneDiagnosis)
	}
	diagnosis.Finish()
	return diagnosis
}

// ward is a lane while it is examined.
type ward struct {
	reconcile.LaneDiagnosis
	request Request
	view    *View
	picked  []reconcile.Image // available, newest first
}

// diagnoseOwner examines an owner's lanes side by side, with one session for
// reading and one for writing.
func diagnoseOwner(ctx context.Context, owner reconcile.Owner, wards []*ward, open OpenWriter) {
	var images []principal.Image
	for _, w := range wards {
		if len(w.picked) > 0 {
			images = append(images, w.picked[0].Image)
		}
	}
	var writer Writer
	var refused error
	if len(images) > 0 {
		writer, refused = open(ctx, owner, images)
	}
	inParallel(len(wards), wards, func(w *ward) {
		w.Enter, w.List, w.Read = w.looked()
		w.Public, w.Keys = w.inspected(ctx)
		w.Change = w.mayChange(ctx, writer, refused)
	})
}

// looked reads from the view how far a plan comes.
func (w *ward) looked() (enter, list, read reconcile.Check) {
	images, known := w.view.Inventory[w.Lane].Value()
	switch err := w.view.Inventory[w.Lane].Err(); {
	case w.view.readers[w.Owner] == nil:
		return reconcile.CheckError(err), notEntered, notEntered
	case !known:
		return reconcile.CheckError(nil), reconcile.CheckError(err), notListed
	}
	read = reconcile.SkippedCheck("there is no available image")
	for _, image := range w.request.sample(w.Lane, images) {
		read = reconcile.CheckError(w.view.Observations[image.Image].Err())
	}
	return reconcile.CheckError(nil), reconcile.CheckError(nil), read
}

var (
	notEntered = reconcile.SkippedCheck("the account cannot be entered")
	notListed  = reconcile.SkippedCheck("the images cannot be listed")
)

// inspected asks what a run that publishes, and one that shares encrypted
// images, would ask.
func (w *ward) inspected(ctx context.Context) (public, keys reconcile.Check) {
	reader := w.view.readers[w.Owner]
	if reader == nil {
		return notEntered, notEntered
	}
	public = reconcile.SkippedCheck("no share makes images public there")
	keys = reconcile.SkippedCheck("no image to be shared there is encrypted")
	if w.publishes() {
		public = publishing(reader.Inspect(ctx, w.Region, reconcile.Questions{Publish: true}))
	}
	for _, image := range w.picked {
		if len(image.EncryptedSnapshots) > 0 {
			keys = unsure(cmp.Or(image.Name, image.ID), reader.Inspect(ctx, w.Region, reconcile.Questions{Encrypted: []reconcile.Image{image}}))
			break
		}
	}
	if _, known := w.view.Inventory[w.Lane].Value(); !known {
		keys = notListed
	}
	return public, keys
}

// publishing is the check whether images of the lane may become public at all.
func publishing(inspection reconcile.Inspection) reconcile.Check {
	const subject = "an image there"
	check := unsure(subject, inspection)
	if len(inspection.Obstacles) > 0 && !check.Problem() {
		lock := inspection.Obstacles[0]
		check = reconcile.Check{Status: reconcile.CheckBlocked, Error: cause(subject, lock, ", where "), Hint: lock.Hint}
	}
	return check
}

// unsure is the check that an inspection of the subject stands for: it fails
// where the answer could not be had. What the answer says is for a plan to tell.
func unsure(subject string, inspection reconcile.Inspection) reconcile.Check {
	for _, obstacle := range inspection.Obstacles {
		if obstacle.Unsure {
			return reconcile.CheckError(&reconcile.Error{Kind: obstacle.Kind, Err: errors.New(cause(subject, obstacle, ": ")), Hint: obstacle.Hint})
		}
	}
	return reconcile.CheckError(nil)
}

// cause is the obstacle as its row needs it: what stands behind the mark, since the
// row says before what. Without the mark it is a sentence about the subject.
func cause(subject string, obstacle reconcile.Obstacle, mark string) string {
	if _, text, found := strings.Cut(obstacle.Reason, mark); found {
		return text
	}
	return subject + " " + obstacle.Reason
}

// publishes reports whether a share declares images of the lane public.
func (w *ward) publishes() bool {
	return slices.ContainsFunc(w.request.Declarations.Shares, func(share reconcile.Declaration) bool {
		return slices.Contains(share.Lanes, w.Lane) && share.Publishes()
	})
}

func (w *ward) mayChange(ctx context.Context, writer Writer, refused error) reconcile.Check {
	switch {
	case w.Enter.Problem():
		return notEntered
	case w.List.Problem():
		return notListed
	case len(w.picked) == 0:
		return reconcile.SkippedCheck("no share picks an available image there")
	case refused != nil:
		return reconcile.CheckError(refused)
	}
	return reconcile.CheckError(writer.MayChange(ctx, w.picked[0].Image))
}

// sample returns the one image whose permissions are read to see whether that
// is possible: the newest that a share picks, or else the newest of all.
func (r Request) sample(lane reconcile.Lane, images []reconcile.Image) []reconcile.Image {
	candidates := newestFirst(r.matters(lane, images))
	if len(candidates) == 0 {
		candidates = newestFirst(slices.DeleteFunc(available(images), func(i reconcile.Image) bool { return r.Declarations.Ignores(i, r.At) }))
	}
	return candidates[:min(len(candidates), 1)]
}

// picked returns the available images of a lane that shares pick, newest first.
func (r Request) picked(view *View, lane reconcile.Lane) []reconcile.Image {
	images, _ := view.Inventory[lane].Value()
	return newestFirst(r.matters(lane, images))
}

func newestFirst(images []reconcile.Image) []reconcile.Image {
	return slices.SortedFunc(slices.Values(images), func(a, b reconcile.Image) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
}
