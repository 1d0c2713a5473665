package reconcile

import (
	"fmt"

	"github.com/amisync/amisync/principal"
)

// Step is one call to a cloud that carries out one or more changes of one
// image.
type Step struct {
	ID      string   `json:"id"`
	Action  string   `json:"action"`  // the cloud's name for the call
	Changes []string `json:"changes"` // ids
	After   []string `json:"after"`   // ids of the steps that must have ended before
}

// Call is what a Carrier makes of changes: one call to its cloud.
type Call struct {
	Action  string
	Changes []Change
}

// Carrier says how many calls a cloud needs for changes of one image that may
// happen together. It is pure; the calls come in the order to send them in.
type Carrier func(changes []Change) []Call

// Order turns changes (sorted, as Diff returns them) into steps. Different
// images are independent. Within an image grants and revokes travel together,
// so that a principal which moves from one entry to another never loses access
// in between; an image that becomes public gets its grants, then is published,
// and loses what else it has to lose only when that has been read back.
func Order(changes []Change, carriers map[principal.Provider]Carrier) []Step {
	steps := []Step{}
	for _, image := range ByImage(changes) {
		var before []string
		for _, stage := range stages(image) {
			var ids []string
			for _, call := range carriers[image[0].Image.Provider](stage) {
				step := Step{ID: fmt.Sprintf("s%d", len(steps)+1), Action: call.Action, Changes: changeIDs(call.Changes), After: append([]string{}, before...)}
				steps = append(steps, step)
				ids = append(ids, step.ID)
			}
			before = ids
		}
	}
	return steps
}

// stages splits the changes of one image into groups that must follow each
// other.
func stages(changes []Change) [][]Change {
	var grants, publish, takes []Change
	for _, change := range changes {
		switch {
		case change.Verb == VerbPublish:
			publish = append(publish, change)
		case change.Verb.Gives():
			grants = append(grants, change)
		default:
			takes = append(takes, change)
		}
	}
	if len(publish) == 0 {
		return [][]Change{append(grants, takes...)}
	}
	var staged [][]Change
	for _, stage := range [][]Change{grants, publish, takes} {
		if len(stage) > 0 {
			staged = append(staged, stage)
		}
	}
	return staged
}

// ByImage groups sorted changes by image.
func ByImage(changes []Change) [][]Change {
	var groups [][]Change
	for start, i := 0, 0; i < len(changes); i++ {
		if i+1 == len(changes) || changes[i+1].Image.Image != changes[i].Image.Image {
			groups = append(groups, changes[start:i+1])
			start = i + 1
		}
	}
	return groups
}

func changeIDs(changes []Change) []string {
	ids := make([]string, len(changes))
	for i, change := range changes {
		ids[i] = change.ID
	}
	return ids
}
