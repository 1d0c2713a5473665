package run

import (
	"context"
	"slices"
	"sync"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// inspect asks each lane what would stand in the way of the changes, so that
// nothing fails late. A lane where nothing is to be asked costs no call.
func (r Request) inspect(ctx context.Context, view *View, claimed reconcile.Selection) {
	var group sync.WaitGroup
	var mutex sync.Mutex
	for lane, questions := range r.questions(view, claimed) {
		reader := view.readers[r.Declarations.OwnerOf(lane.Provider, lane.Account).Name]
		group.Go(func() {
			answer := reader.Inspect(ctx, lane.Region, questions)
			mutex.Lock()
			defer mutex.Unlock()
			view.Inspections[lane] = answer
		})
	}
	group.Wait()
}

// questions returns what is to be asked, by lane: of images that somebody is to
// gain, as far as the plan takes that up, and of ids that are not where a manifest
// looks for them.
func (r Request) questions(view *View, claimed reconcile.Selection) map[reconcile.Lane]reconcile.Questions {
	questions := map[reconcile.Lane]reconcile.Questions{}
	changes, _ := r.changes(view, claimed)
	changes, _ = reconcile.Scope{Only: r.Only}.Changes(changes)
	groups := reconcile.ByImage(changes)
	images := view.changed(groups)
	for _, group := range groups {
		image := images[group[0].Image.Image]
		q := questions[reconcile.LaneOf(image.Image)]
		if gives, _ := split(group); len(gives) > 0 && len(image.EncryptedSnapshots) > 0 {
			q.Encrypted = append(q.Encrypted, image)
		}
		q.Publish = q.Publish || slices.ContainsFunc(group, func(c reconcile.Change) bool { return c.Verb == reconcile.VerbPublish })
		if q.Publish || len(q.Encrypted) > 0 {
			questions[reconcile.LaneOf(image.Image)] = q
		}
	}
	for _, gone := range r.Scope.Selection(claimed).Gone {
		q := questions[reconcile.LaneOf(gone.Image)]
		if !slices.Contains(q.Missing, gone.Image.ID) && !r.Declarations.Ignores(reconcile.Image{Image: gone.Image}, r.At) {
			q.Missing = append(q.Missing, gone.Image.ID)
			questions[reconcile.LaneOf(gone.Image)] = q
		}
	}
	return questions
}

// changed returns the images that groups of changes are about, as they were listed.
func (v *View) changed(groups [][]reconcile.Change) map[principal.Image]reconcile.Image {
	images := make(map[principal.Image]reconcile.Image, len(groups))
	for _, group := range groups {
		images[group[0].Image.Image] = reconcile.Image{}
	}
	for _, image := range v.images() {
		if _, changes := images[image.Image]; changes {
			images[image.Image] = image
		}
	}
	return images
}

// checks counts the calls that the inspections took.
func (v *View) checks() map[string]int {
	var calls map[string]int
	for _, inspection := range v.Inspections {
		for action, n := range inspection.Calls {
			if calls == nil {
				calls = map[string]int{}
			}
			calls[action] += n
		}
	}
	return calls
}
