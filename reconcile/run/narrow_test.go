package run_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// wide lists all images, whatever is asked for.
type wide struct{ run.Reader }

func (w wide) List(ctx context.Context, region string, _ reconcile.Filter) ([]reconcile.Image, error) {
	return w.Reader.List(ctx, region, reconcile.Filter{})
}

func (f *fakeCloud) openWide(ctx context.Context, owner reconcile.Owner) (run.Reader, error) {
	reader, err := f.openReader(ctx, owner)
	return wide{reader}, err
}

// drawNarrow is a random estate in which some shares name their images by id, by
// tag or by architecture, seen through a scope that names shares.
func drawNarrow(t *rapid.T) *estate {
	e := drawWorldWithStrays(t)
	var ids []principal.Image
	for _, image := range e.cloud.images {
		image.image.Architecture = rapid.SampledFrom([]string{"arm64", "x86_64"}).Draw(t, "architecture")
		ids = append(ids, image.image.Image)
	}
	slices.SortFunc(ids, principal.CompareImages)
	private := rapid.IntRange(0, 3).Draw(t, "private") > 0
	for len(e.declarations.Shares) < 4 {
		e.share(factory, "").Selector.Newest = 1
	}
	var names []string
	for i := range e.declarations.Shares {
		share := &e.declarations.Shares[i]
		names = append(names, share.Share)
		share.Selector.Name = rapid.SampledFrom([]string{"base-*", "base-*", "base-?", "base-1", "*-1", "web-*", "stray-*", "*"}).Draw(t, "pattern")
		if private {
			share.Grants = slices.DeleteFunc(share.Grants, func(g reconcile.Grant) bool { return g.Principal == world })
		}
		switch rapid.IntRange(0, 9).Draw(t, "selector") {
		case 0:
			share.Selector.Architecture = "arm64"
		case 1:
			share.Selector = reconcile.Selector{Architecture: "arm64", Newest: share.Selector.Newest}
		case 2:
			share.Selector = reconcile.Selector{}
			for _, id := range ids {
				if slices.Contains(share.Lanes, reconcile.LaneOf(id)) && rapid.Bool().Draw(t, "by id") {
					share.Selector.IDs = append(share.Selector.IDs, reconcile.ImageID{Image: id})
				}
			}
			lane := share.Lanes[0]
			share.Selector.IDs = append(share.Selector.IDs, reconcile.ImageID{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: "ami-gone"}})
		}
	}
	e.declarations.Owners[0].Quotas.PublicImages = 1
	e.scope.Shares = rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 2, rapid.ID[string]).Draw(t, "scope")
	if rapid.IntRange(0, 3).Draw(t, "other filters") == 0 {
		e.scope.Only = rapid.SampledFrom([]reconcile.Direction{"", reconcile.OnlyGrants, reconcile.OnlyRevokes}).Draw(t, "only")
		e.scope.Principals = rapid.SampledFrom([][]principal.Principal{nil, who(alice), who(world, unit)}).Draw(t, "principals")
		e.scope.Images = rapid.SampledFrom([][]string{nil, {"web-*"}, {"stray-*"}}).Draw(t, "images")
	}
	return e
}

// encoded is the plan as it is saved, without how many images were listed.
func encoded(t *rapid.T, plan *reconcile.Plan) []byte {
	plan.Inventory.Listed = 0
	data, err := reconcile.EncodePlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestANarrowListingLeadsToTheSamePlan(t *testing.T) {
	narrowed, families := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		e := drawNarrow(t)
		plan, _ := e.plan()
		listed := plan.Inventory.Listed
		for _, c := range e.cloud.calls {
			if c.op == opList && len(c.ids)+len(c.names) > 0 {
				narrowed++
			}
			if c.op == opList && len(c.names) > len(e.scope.Shares) {
				families++
			}
		}
		reads := e.cloud.countOp(opRead)
		e.cloud.calls = nil
		full, _ := run.Plan(context.Background(), e.request(), e.cloud.openWide, e.options)
		if listed > full.Inventory.Listed || reads != e.cloud.countOp(opRead) {
			t.Fatalf("%d images listed and %d read, of %d and %d", listed, reads, full.Inventory.Listed, e.cloud.countOp(opRead))
		}
		if got, want := encoded(t, plan), encoded(t, full); !bytes.Equal(got, want) {
			t.Fatalf("scope %+v\n%s\nwith everything listed:\n%s", e.scope, got, want)
		}
	})
	if narrowed < 20 || families < 5 {
		t.Errorf("%d listings were narrow, %d with families of other shares: too few to tell", narrowed, families)
	}
}

func TestADriftOfSomeSharesNeedsNoMoreThanTheirImages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawNarrow(t)
		unmanaged := rapid.Bool().Draw(t, "unmanaged")
		drift := func(open run.OpenReader) string {
			d, _ := run.Drift(context.Background(), e.request(), open, e.options, 0, unmanaged)
			text, err := reconcile.EncodeDrift(d)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		if got, want := drift(e.cloud.openReader), drift(e.cloud.openWide); got != want {
			t.Fatalf("scope %+v\n%s\nwith everything listed:\n%s", e.scope, got, want)
		}
	})
}

func TestARankThatANarrowListingDoesNotCountIsNotSaved(t *testing.T) {
	e := newEstate(lab)
	for i, name := range []string{"base-1", "base-2", "base-3"} {
		image := picture(lab, "us-east-1", name)
		image.Created = day(-i)
		e.cloud.put(image)
	}
	e.share(lab, "base-3", alice).Mode = reconcile.Additive
	family := e.share(lab, "base-*", bob)
	e.scope.Shares = []string{e.declarations.Shares[0].Share}
	plan, _ := e.plan()
	if want := []string{"ami-base-3 grant 200000000001", "ami-base-3 grant 200000000002"}; !slices.Equal(short(plan.Changes), want) || plan.Inventory.Listed != 1 {
		t.Fatalf("%v of %d images", short(plan.Changes), plan.Inventory.Listed)
	}
	if _, standing, _, err := e.recheck(plan); err != nil || len(standing.Due) != 2 {
		t.Errorf("the plan does not hold: %v, %v", standing, err)
	}
	family.Selector.Newest = 2 // base-3 is the third
	if _, standing, _, err := e.recheck(plan); err == nil {
		t.Errorf("a share that picks the newest now is believed to pick the image: %+v", standing)
	}
}
