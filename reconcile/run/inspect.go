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

// questions returns what is to be asked, by lane.
func (r Request) questions(view *View, claimed reconcile.Selection) map[reconcile.Lane]reconcile.Questions {
	questions := map[reconcile.Lane]reconcile.Questions{}
	changes, _ := r.changes(view, claimed)
	images := map[principal.Image]reconcile.Image{}
	for _, image := range view.images() {
		images[image.Image] = image
	}
	for _, group := range reconcile.ByImage(changes) {
		image := images[group[0].Image.Image]
		lane := reconcile.LaneOf(image.Image)
		q := questions[lane]
		gives := slices.ContainsFunc(group, func(c reconcile.Change) bool { return c.Verb.Gives() })
		publishes := slices.ContainsFunc(group, func(c reconcile.Change) bool { return c.Verb == reconcile.VerbPublish })
		if gives && len(image.EncryptedSnapshots) > 0 {
			q.Encrypted = append(q.Encrypted, image)
		}
		if q.Publish = q.Publish || publishes; q.Publish || len(q.Encrypted) > 0 {
			questions[lane] = q
		}
	}
	for _, gone := range r.Scope.Selection(claimed).Gone {
		lane := reconcile.LaneOf(gone.Image)
		q := questions[lane]
		if !slices.Contains(q.Missing, gone.Image.ID) {
			q.Missing = append(q.Missing, gone.Image.ID)
		}
		questions[lane] = q
	}
	return questions
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
