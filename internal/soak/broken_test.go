package soak

import (
	"context"
	"fmt"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// variant is a product that is broken on purpose, where it meets its ports and
// its caller. The zero value is the product as it is.
type variant struct {
	name    string
	found   []string // complaints that must come of it
	reads   func(*account, reconcile.Owner) run.Reader
	writes  func(*account) run.Writer
	carries reconcile.Carrier
	forgets func(*reconcile.Declarations)
	// careless goes on where a guard stops the run or an image, trusting where a
	// saved plan is stale.
	careless, trusting bool
}

func (v *variant) reader(a *account, owner reconcile.Owner) run.Reader {
	if v.reads == nil {
		return a
	}
	return v.reads(a, owner)
}

func (v *variant) writer(a *account) run.Writer {
	if v.writes == nil {
		return a
	}
	return v.writes(a)
}

func (v *variant) carriers() map[principal.Provider]reconcile.Carrier {
	carrier := v.carries
	if carrier == nil {
		carrier = func(changes []reconcile.Change) []reconcile.Call {
			return []reconcile.Call{{Action: "Modify", Changes: changes}}
		}
	}
	return map[principal.Provider]reconcile.Carrier{principal.AWS: carrier}
}

// manifests are what the product takes the manifests for.
func (v *variant) manifests(d *reconcile.Declarations) *reconcile.Declarations {
	if v.forgets == nil {
		return d
	}
	copied := *d
	copied.Shares = slices.Clone(d.Shares)
	v.forgets(&copied)
	return &copied
}

type emptyOnError struct{ *account }

func (r emptyOnError) Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error) {
	permissions, _ := r.account.Permissions(ctx, image)
	return permissions, nil
}

type noImagesOnError struct{ *account }

func (r noImagesOnError) List(ctx context.Context, region string, filter reconcile.Filter) ([]reconcile.Image, error) {
	images, _ := r.account.List(ctx, region, filter)
	return images, nil
}

type shortListing struct{ *account }

func (r shortListing) List(ctx context.Context, region string, filter reconcile.Filter) ([]reconcile.Image, error) {
	images, err := r.account.List(ctx, region, filter)
	return images[:len(images)/2], err
}

type talkative struct {
	*account
	owner reconcile.Owner
}

func (r talkative) Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error) {
	permissions, err := r.account.Permissions(ctx, image)
	if err != nil {
		err = fmt.Errorf("as %s: %w", r.owner.ExternalID, err)
	}
	return permissions, err
}

type readsTwice struct{ *account }

func (r readsTwice) List(ctx context.Context, region string, filter reconcile.Filter) ([]reconcile.Image, error) {
	_, _ = r.account.List(ctx, region, filter)
	return r.account.List(ctx, region, filter)
}

func (r readsTwice) Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error) {
	_, _ = r.account.Permissions(ctx, image)
	return r.account.Permissions(ctx, image)
}

// remembering and assuming are a pair: what was sent without an error is there.
type remembering struct{ *account }

func (w remembering) Do(ctx context.Context, changes []reconcile.Change) error {
	err := w.account.Do(ctx, changes)
	if err == nil {
		w.assume(changes)
	}
	return err
}

func (a *account) assume(changes []reconcile.Change) {
	image := changes[0].Image.Image
	before, _ := a.assumed.Load(image)
	known, _ := before.([]principal.Principal)
	a.assumed.Store(image, reconcile.Patch(known, changes))
}

type idle struct{ *account }

func (w idle) Do(_ context.Context, changes []reconcile.Change) error {
	w.assume(changes)
	return nil
}

type assuming struct{ *account }

func (r assuming) Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error) {
	if known, has := r.assumed.Load(image); has && r.applying {
		return known.([]principal.Principal), nil
	}
	permissions, err := r.account.Permissions(ctx, image)
	if err == nil {
		r.assumed.Store(image, permissions)
	}
	return permissions, err
}

type cached struct{ *account }

func (r cached) Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error) {
	known, has := r.assumed.Load(image)
	permissions, err := r.account.Permissions(ctx, image)
	if has && err == nil {
		return known.([]principal.Principal), nil
	}
	if err == nil {
		r.assumed.Store(image, permissions)
	}
	return permissions, err
}

// resigned and choosy are a pair: what could not be written once is not listed
// any more.
type resigned struct{ *account }

func (w resigned) Do(ctx context.Context, changes []reconcile.Change) error {
	err := w.account.Do(ctx, changes)
	if err != nil {
		w.left.Store(changes[0].Image.ID, true)
	}
	return err
}

type choosy struct{ *account }

func (r choosy) List(ctx context.Context, region string, filter reconcile.Filter) ([]reconcile.Image, error) {
	images, err := r.account.List(ctx, region, filter)
	return slices.DeleteFunc(images, func(image reconcile.Image) bool {
		_, gone := r.left.Load(image.ID)
		return gone
	}), err
}

// apart makes two calls of changes that could go in one.
func apart(changes []reconcile.Change, givesFirst bool) []reconcile.Call {
	parts := map[bool][]reconcile.Change{}
	for _, change := range changes {
		parts[change.Verb.Gives() == givesFirst] = append(parts[change.Verb.Gives() == givesFirst], change)
	}
	var calls []reconcile.Call
	for _, first := range []bool{true, false} {
		if part := parts[first]; len(part) > 0 {
			calls = append(calls, reconcile.Call{Action: "Modify", Changes: part})
		}
	}
	return calls
}

type takesFirst struct{ *account }

func (w takesFirst) Do(ctx context.Context, changes []reconcile.Change) error {
	for _, call := range apart(changes, false) {
		if err := w.account.Do(ctx, call.Changes); err != nil {
			return err
		}
	}
	return nil
}

type greedy struct{ *account }

func (w greedy) Do(ctx context.Context, changes []reconcile.Change) error {
	for _, change := range changes {
		if change.Verb == reconcile.VerbRevoke {
			change.Principal.Principal = everybody[firstAccount]
			changes = append(changes[:len(changes):len(changes)], change)
		}
	}
	return w.account.Do(ctx, changes)
}
