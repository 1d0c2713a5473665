package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Rechecked is a saved plan, held against the manifests and the cloud of now.
type Rechecked struct {
	// Due is the plan of what is still to be done, judged anew.
	Due        *reconcile.Plan
	Comparison reconcile.Comparison
	// LeftOut is how many changes that are still needed Request.Only leaves out.
	LeftOut int
	View    *View
}

// Recheck recomputes a saved plan from the declarations and the cloud of now,
// reading nothing but the plan's own images, with the plan's scope, selection
// and time; r.Scope and r.At are taken from there. The error says why no
// comparison is possible. What the policy allows up to a day, such as an
// exception, is held against r.At as the caller gives it: a plan must not outlive
// what allowed it. Of a shard (r.Shard), nothing but its images is read and
// compared; what stops the whole run stops every shard. So that none of them meets
// other manifests than the rest, they must be those that the plan was made with.
func Recheck(ctx context.Context, r Request, saved *reconcile.Plan, open OpenReader, options Options) (*Rechecked, error) {
	if shard := saved.Scope.Shard; !shard.IsZero() {
		return nil, unfit("join all of them with `amisync plan merge`, and apply what that writes",
			"this is shard %s of a plan, and guards have not seen the others", shard)
	}
	for _, planned := range saved.Selection {
		if r.Declarations.OwnerOf(planned.Image.Provider, planned.Image.Account) == nil {
			return nil, fmt.Errorf("no OwnerAccount declares account %s any more", planned.Image.Account)
		}
	}
	whole := saved
	saved, r.elsewhere = partOf(whole, r.Shard)
	r.Scope, r.At, r.now, r.saved = saved.Scope, saved.At, r.At, saved.Changes
	together, err := r.together(whole)
	if err != nil {
		return nil, err
	}
	o := newObserver(r.Declarations, open, options)
	o.view.partial = true
	o.observe(ctx, savedLanes(saved))
	images := map[principal.Image]reconcile.Image{}
	for _, image := range o.view.images() {
		images[image.Image] = image
	}
	selection, unranked := reconcile.Reselect(r.Declarations, saved.Selection, images)
	if len(unranked) > 0 {
		return nil, fmt.Errorf("share %s selects other images than when the plan was made", strings.Join(unranked, ", "))
	}
	for _, planned := range saved.Selection {
		o.unreadable(planned.Image, images)
	}
	r.inspect(ctx, o.view, selection)
	judged := r.judge(o.view, selection)
	due := judged.plan
	due.Digest, due.Expected = saved.Digest, due.Changing(r.Limits)
	due.Incomplete = append(due.Incomplete, uncovered(saved)...)
	due.Summary.Unknown = len(due.Incomplete)
	due.Scope.Shard = r.Shard
	due.Findings = append(due.Findings, slices.DeleteFunc(together, func(f reconcile.Finding) bool { return told(due.Findings, f) })...)
	slices.SortFunc(due.Findings, reconcile.CompareFindings)
	return &Rechecked{Due: due, Comparison: reconcile.Compare(saved.Changes, judged.all, o.view.Observations), LeftOut: len(judged.all) - len(due.Changes), View: o.view}, nil
}

// told reports whether a finding is among others, whatever its hint.
func told(findings []reconcile.Finding, finding reconcile.Finding) bool {
	return slices.ContainsFunc(findings, func(f reconcile.Finding) bool {
		return f.Code == finding.Code && f.Image == finding.Image && f.Share == finding.Share && f.Principal.Principal == finding.Principal.Principal && f.Message == finding.Message
	})
}

// uncovered returns what could not be read when the plan was made, so that
// nobody takes it for done. None of it is in the plan's selection, so nothing of
// it is read again.
func uncovered(saved *reconcile.Plan) []reconcile.Incomplete {
	var rest []reconcile.Incomplete
	for _, i := range saved.Incomplete {
		i.Error = "when the plan was made: " + i.Error
		i.Hint = "the plan does not cover it; make a new one"
		i.Uncovered = true
		rest = append(rest, i)
	}
	return rest
}

// savedLanes asks for the plan's images alone, lane by lane.
func savedLanes(saved *reconcile.Plan) []work {
	var lanes []work
	index := map[reconcile.Lane]int{}
	for _, planned := range saved.Selection {
		lane := reconcile.LaneOf(planned.Image.Image)
		i, has := index[lane]
		if !has {
			i = len(lanes)
			index[lane] = i
			lanes = append(lanes, work{lane: lane, wanted: available})
		}
		lanes[i].filter.IDs = append(lanes[i].filter.IDs, planned.Image.ID)
	}
	return lanes
}

func available(images []reconcile.Image) []reconcile.Image {
	var wanted []reconcile.Image
	for _, image := range images {
		if image.State == reconcile.Available {
			wanted = append(wanted, image)
		}
	}
	return wanted
}

// unreadable records why a planned image of a known lane was not read: it is
// gone, or no longer in a state that can be shared.
func (o *observer) unreadable(planned reconcile.NamedImage, images map[principal.Image]reconcile.Image) {
	if _, known := o.view.Inventory[reconcile.LaneOf(planned.Image)].Value(); !known {
		return
	}
	image, listed := images[planned.Image]
	switch {
	case !listed:
		o.observed(reconcile.Image{Image: planned.Image, Name: planned.Name}, nil, &reconcile.Error{Kind: reconcile.NotFound,
			Err: errors.New("the image is gone"), Hint: "make a new plan"})
	case image.State != reconcile.Available:
		o.observed(image, nil, &reconcile.Error{Kind: reconcile.WrongState,
			Err: fmt.Errorf("the image is %s now and cannot be shared", image.State), Hint: "make a new plan"})
	}
}
