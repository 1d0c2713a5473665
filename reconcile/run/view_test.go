package run_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// listingReader lists what it holds, in that order.
type listingReader struct {
	run.Reader
	images []reconcile.Image
}

func (r listingReader) List(context.Context, string, reconcile.Filter) ([]reconcile.Image, error) {
	return r.images, nil
}

func TestAnImageThatIsListedTwiceIsAsItWasListedLast(t *testing.T) {
	e := newEstate(lab)
	a, b := picture(lab, "us-east-1", "a"), picture(lab, "us-east-1", "b")
	for _, image := range []reconcile.Image{a, b} {
		e.cloud.put(image)
		e.share(lab, image.Name, alice)
	}
	before := a
	before.State = reconcile.Pending
	plan, _ := planThrough(e, func(ctx context.Context, owner reconcile.Owner) (run.Reader, error) {
		reader, err := e.cloud.openReader(ctx, owner)
		return listingReader{reader, []reconcile.Image{before, a, b}}, err
	})
	if got := short(plan.Changes); !slices.Equal(got, []string{"ami-a grant " + alice.ID, "ami-b grant " + alice.ID}) || plan.Inventory.Listed != 2 {
		t.Errorf("%v, %+v", got, plan.Inventory)
	}
}

func TestALaneThatCouldNotBeReadSaysWhereAndWhy(t *testing.T) {
	place := reconcile.Incomplete{Provider: principal.AWS, Account: lab.Account, Region: "us-east-1"}
	called, plain := place, place
	called.Kind, called.Action, called.Error, called.Hint = reconcile.Denied, "enter", "denied, says the fake", "mend it"
	plain.Kind, plain.Error = reconcile.Uncertain, "the line is dead"
	for _, c := range []struct {
		err  error
		want reconcile.Incomplete
	}{
		{failure(reconcile.Denied, "enter", lab.Account), called},
		{errors.New("the line is dead"), plain},
	} {
		e := newEstate(lab)
		plan, view := planThrough(e, func(context.Context, reconcile.Owner) (run.Reader, error) { return nil, c.err })
		if !slices.Equal(plan.Incomplete, []reconcile.Incomplete{c.want}) || !slices.Equal(view.Incomplete, plan.Incomplete) {
			t.Errorf("%+v, want %+v", plan.Incomplete, c.want)
		}
	}
}
