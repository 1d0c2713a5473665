package reconcile_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestASavedPlanAgainstTheWorldOfNow(t *testing.T) {
	a, b, c := account("200000000001"), account("200000000002"), account("200000000003")
	saved := one(grants(a, b), c) // grant a, grant b, revoke c
	for _, tc := range []struct {
		name string
		now  estate
		want reconcile.Comparison
	}{
		{"nothing happened", saved, reconcile.Comparison{Due: saved.changes()}},
		{"one grant is there already", one(grants(a, b), a, c), reconcile.Comparison{Due: saved.changes()[1:], Satisfied: saved.changes()[:1]}},
		{"the revoke has been done", one(grants(a, b)), reconcile.Comparison{Due: saved.changes()[:2], Satisfied: saved.changes()[2:]}},
		{"all is done", one(grants(a, b), a, b), reconcile.Comparison{Satisfied: saved.changes()}},
		{"a manifest takes a grant back", one(grants(b), c), reconcile.Comparison{Due: saved.changes()[1:], Dropped: saved.changes()[:1]}},
		{"a manifest declares the revoked one again", one(grants(a, b, c), c), reconcile.Comparison{Due: saved.changes()[:2], Dropped: saved.changes()[2:]}},
		{"a manifest adds a grant", one(grants(a, b, org), c), reconcile.Comparison{Due: saved.changes(), Added: one(grants(org)).changes()}},
		{"somebody shares by hand", one(grants(a, b), c, org), reconcile.Comparison{Due: saved.changes(), Added: one(nil, org).changes()}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := reconcile.Compare(saved.changes(), tc.now.changes(), tc.now.observations)
			for what, lists := range map[string][2][]reconcile.Change{"due": {got.Due, tc.want.Due}, "satisfied": {got.Satisfied, tc.want.Satisfied},
				"unknown": {got.Unknown, tc.want.Unknown}, "dropped": {got.Dropped, tc.want.Dropped}, "added": {got.Added, tc.want.Added}} {
				if !slices.Equal(ids(lists[0]), ids(lists[1])) {
					t.Errorf("%s: %v, want %v", what, short(lists[0]), short(lists[1]))
				}
			}
			if got.Stale() != (len(tc.want.Dropped)+len(tc.want.Added) > 0) {
				t.Errorf("stale is %v", got.Stale())
			}
		})
	}
}

func TestWhatCannotBeReadNowIsUnknownNotDropped(t *testing.T) {
	saved := one(grants(account("200000000001")), org)
	changes := saved.changes()
	for image := range saved.observations {
		saved.observations[image] = reconcile.Unknown[[]principal.Principal](fmt.Errorf("throttled"))
	}
	for _, observations := range []reconcile.Observations{saved.observations, {}} {
		got := reconcile.Compare(changes, reconcile.Diff(saved.desired(), observations), observations)
		if len(got.Unknown) != 2 || got.Stale() || len(got.Due)+len(got.Satisfied) > 0 {
			t.Errorf("got %+v", got)
		}
	}
}

func TestEverySavedChangeIsInExactlyOnePlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		saved := e.changes()
		now := estate{e.declarations, e.inventory, drawObservations(t, e.inventory)}
		recomputed := now.changes()
		c := reconcile.Compare(saved, recomputed, now.observations)
		var all []string
		for _, list := range [][]reconcile.Change{c.Due, c.Satisfied, c.Unknown, c.Dropped} {
			all = append(all, ids(list)...)
		}
		slices.Sort(all)
		if want := slices.Sorted(slices.Values(ids(saved))); !slices.Equal(all, want) {
			t.Fatalf("saved %v, compared %v", want, all)
		}
		if len(c.Due)+len(c.Added) != len(recomputed) {
			t.Fatalf("%d due and %d added of %d", len(c.Due), len(c.Added), len(recomputed))
		}
	})
}

func planned(e estate) []reconcile.PlannedImage {
	var images []reconcile.PlannedImage
	for _, selected := range e.selection().Images {
		images = append(images, reconcile.PlannedImage{Image: reconcile.NamedImage{Image: selected.Image.Image, Name: selected.Image.Name}, Claims: selected.Claims})
	}
	return images
}

func imagesByID(e estate) map[principal.Image]reconcile.Image {
	images := map[principal.Image]reconcile.Image{}
	for _, image := range listed(e.inventory) {
		images[image.Image] = image
	}
	return images
}

func TestReselectingAnUnchangedWorldSelectsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		selection, unranked := reconcile.Reselect(e.declarations, planned(e), imagesByID(e))
		if len(unranked) > 0 {
			t.Fatalf("newly claiming: %v", unranked)
		}
		if got, want := fmt.Sprintf("%+v", selection.Images), fmt.Sprintf("%+v", e.selection().Images); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func TestReselectTellsOfSharesThatClaimAnImageOnlyNow(t *testing.T) {
	a, b := account("200000000001"), account("200000000002")
	then := one(grants(a))
	now := two(reconcile.Exclusive, reconcile.Additive, grants(a), grants(b))
	selection, unranked := reconcile.Reselect(now.declarations, planned(then), imagesByID(now))
	if !slices.Equal(unranked, []string{"extra"}) {
		t.Errorf("unranked %v, selection %+v", unranked, selection)
	}
	// The other way round: a share that has gone claims nothing.
	selection, unranked = reconcile.Reselect(then.declarations, planned(now), imagesByID(then))
	if len(unranked) > 0 || len(selection.Images) != 1 || len(selection.Images[0].Claims) != 1 {
		t.Errorf("unranked %v, selection %+v", unranked, selection)
	}
}

func TestSharesThatClaimAnImageOnlyNowDoNotHideThoseThatDidBefore(t *testing.T) {
	e := one(nil)
	saved := planned(e)
	base := e.declarations.Shares[0]
	e.declarations.Shares = nil
	for _, name := range []string{"zebra", "alpha", "base"} {
		base.Share = name
		e.declarations.Shares = append(e.declarations.Shares, base)
	}
	selection, unranked := reconcile.Reselect(e.declarations, saved, imagesByID(e))
	if !slices.Equal(unranked, []string{"alpha", "zebra"}) {
		t.Errorf("unranked %v", unranked)
	}
	if len(selection.Images) != 1 || len(selection.Images[0].Claims) != 1 || selection.Images[0].Claims[0].Share != "base" {
		t.Errorf("selection %+v", selection)
	}
}

func TestARankHoldsOnlyForTheSelectorThatItWasCountedWith(t *testing.T) {
	for _, c := range []struct {
		name     string
		newest   int
		pattern  string // matches the image, now
		unranked bool
	}{
		{"the same selector", 1, "base-*", false},
		{"another selector", 1, "base-?", true},
		{"another selector without newest, which needs no rank", 0, "base-?", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := one(nil)
			selector := &e.declarations.Shares[0].Selector
			selector.Newest = c.newest
			saved := planned(e)
			selector.Name = c.pattern
			selection, unranked := reconcile.Reselect(e.declarations, saved, imagesByID(e))
			if (len(unranked) > 0) != c.unranked || (len(selection.Images[0].Claims) == 0) != c.unranked {
				t.Errorf("unranked %v, selection %+v", unranked, selection)
			}
		})
	}
}

func TestReselectKeepsTheRankOfThePlan(t *testing.T) {
	e := one(nil)
	lane := e.declarations.Shares[0].Lanes[0]
	images, _ := e.inventory[lane].Value()
	older := images[0]
	older.ID, older.Created = "ami-00000000", older.Created.AddDate(0, 0, -1)
	e.inventory[lane] = reconcile.Known([]reconcile.Image{images[0], older})
	saved := planned(e)

	e.declarations.Shares[0].Selector.Newest = 1 // since the plan
	delete(e.inventory, lane)                    // and the rest of the lane is not listed
	selection, unranked := reconcile.Reselect(e.declarations, saved[:1], map[principal.Image]reconcile.Image{older.Image: older})
	if len(unranked) > 0 || len(selection.Images) != 1 || selection.Images[0].Picked() || selection.Images[0].Claims[0].Rank != 2 {
		t.Errorf("the second newest is picked among one: %+v", selection.Images)
	}
}

func TestReselectSkipsImagesThatAreGone(t *testing.T) {
	e := one(nil)
	selection, unranked := reconcile.Reselect(e.declarations, planned(e), nil)
	if len(selection.Images)+len(unranked) > 0 {
		t.Errorf("got %+v, %v", selection, unranked)
	}
}

func TestReselectFollowsAnImageWhoseTagsChanged(t *testing.T) {
	e := one(nil)
	saved := planned(e)
	images := imagesByID(e)
	for id, image := range images {
		image.Name = "renamed"
		images[id] = image
	}
	selection, unranked := reconcile.Reselect(e.declarations, saved, images)
	if len(unranked) > 0 || len(selection.Images) != 1 || len(selection.Images[0].Claims) > 0 {
		t.Errorf("a share claims an image that it no longer matches: %+v, %v", selection, unranked)
	}
}
