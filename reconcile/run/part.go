package run

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/guard"
)

// partOf returns the part of a saved plan that the shard carries out, and the
// changes that others do. The plan's lanes are split by the calls that it takes
// there. What could not be read when the plan was made falls to the shard with that
// lane, or to the first where there is nothing to do in it.
func partOf(saved *reconcile.Plan, shard reconcile.Part) (part *reconcile.Plan, elsewhere []reconcile.Change) {
	if shard.IsZero() {
		return saved, nil
	}
	weights, mine := weigh(saved), map[reconcile.Lane]bool{}
	for _, lane := range shard.Lanes(weights) {
		mine[lane] = true
	}
	part = &reconcile.Plan{}
	*part = *saved
	part.Selection, part.Changes, part.Incomplete = nil, nil, nil
	for _, planned := range saved.Selection {
		if mine[reconcile.LaneOf(planned.Image.Image)] {
			part.Selection = append(part.Selection, planned)
		}
	}
	for _, change := range saved.Changes {
		if mine[reconcile.LaneOf(change.Image.Image)] {
			part.Changes = append(part.Changes, change)
		} else {
			elsewhere = append(elsewhere, change)
		}
	}
	for _, i := range saved.Incomplete {
		if _, changes := weights[laneOf(i)]; mine[laneOf(i)] || !changes && shard.Index == 1 {
			part.Incomplete = append(part.Incomplete, i)
		}
	}
	return part, elsewhere
}

// weigh counts the calls that a plan takes in each lane. Every lane with changes
// has a weight, whatever steps a file names.
func weigh(saved *reconcile.Plan) map[reconcile.Lane]int {
	weights := map[reconcile.Lane]int{}
	for _, change := range saved.Changes {
		weights[reconcile.LaneOf(change.Image.Image)] = 0
	}
	for lane, calls := range saved.Calls(nil) {
		for _, n := range calls {
			weights[lane] += n
		}
	}
	return weights
}

// together returns what stops a shard of a plan because it stops the whole run: one
// machine would not begin, so several do not either. It is about what the other
// shards change; of this one's images, and of how much the run takes away, the
// shard judges anew. The error says why a shard cannot know of the others.
func (r Request) together(whole *reconcile.Plan) ([]reconcile.Finding, error) {
	if r.Shard.IsZero() {
		return nil, nil
	}
	switch whole.Declared {
	case "":
		return nil, errors.New("it does not say which manifests it was made with, so that shards could differ in them")
	case r.Declarations.Fingerprint(r.judgedAt()):
	default:
		return nil, errors.New("the manifests are not the very same that the plan was made with, or a term in the Policy has ended since")
	}
	elsewhere, _ := reconcile.Scope{Only: r.Only}.Changes(r.elsewhere)
	findings, err := r.checkSaved(whole, elsewhere)
	for _, finding := range whole.Findings {
		if guard.NeedsMore(finding.Code) && slices.ContainsFunc(elsewhere, func(c reconcile.Change) bool { return isAbout(finding, c) }) {
			findings = append(findings, finding)
		}
	}
	findings = slices.DeleteFunc(findings, func(f reconcile.Finding) bool { return !f.Refuses() || f.Stops != reconcile.StopsRun })
	for i := range findings {
		findings[i].Hint = strings.TrimPrefix(findings[i].Hint+"; then make a new plan", "; then ")
	}
	return findings, err
}

// checkSaved judges changes of other shards, without those that r.Only leaves out,
// by what the plan holds of their images.
func (r Request) checkSaved(whole *reconcile.Plan, elsewhere []reconcile.Change) ([]reconcile.Finding, error) {
	if !whole.Access.Sound() {
		return nil, errors.New("it does not hold who could launch each of its images")
	}
	in := guard.Input{Declarations: r.Declarations, Scope: whole.Scope, At: r.judgedAt(), Partial: true, Changes: elsewhere, Observations: reconcile.Observations{}}
	for _, image := range whole.Access.Images {
		in.Observations[image.Image.Image] = observation(&whole.Access, image)
	}
	for _, change := range elsewhere {
		if permissions, known := in.Observations[change.Image.Image].Value(); !known || change.SatisfiedBy(permissions) {
			return nil, fmt.Errorf("it does not hold who could launch %s, which another shard changes", change.Image.ID)
		}
	}
	for _, planned := range whole.Selection {
		image := reconcile.Image{Image: planned.Image.Image, Name: planned.Image.Name, State: reconcile.Available}
		in.Claimed.Images = append(in.Claimed.Images, reconcile.Selected{Image: image, Claims: planned.Claims})
	}
	in.Selection, in.Desired = in.Claimed, reconcile.Desire(r.Declarations, in.Claimed, r.At)
	return guard.CheckSaved(in), nil
}

// isAbout reports whether the finding is about the change or, where it names no
// principal, about some change of the image.
func isAbout(f reconcile.Finding, c reconcile.Change) bool {
	return f.Image.Image == c.Image.Image && (f.Principal.Principal == principal.Principal{} || f.Principal.Principal == c.Principal.Principal)
}
