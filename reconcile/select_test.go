package reconcile_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestNewestPicksExactlyTheNewestAvailableImages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		for _, share := range e.declarations.Shares {
			for _, lane := range share.Lanes {
				images, known := e.inventory[lane].Value()
				var matched, available int
				for _, image := range images {
					if share.Selector.Matches(image) {
						matched++
						if image.State == reconcile.Available {
							available++
						}
					}
				}
				var claimed, picked []string
				ranks := map[int]bool{}
				for _, selected := range e.selection().Images {
					for _, claim := range selected.Claims {
						if claim.Share != share.Share || reconcile.LaneOf(selected.Image.Image) != lane {
							continue
						}
						claimed = append(claimed, selected.Image.ID)
						if claim.Picked {
							picked = append(picked, selected.Image.ID)
						}
						if (claim.Rank > 0) != (selected.Image.State == reconcile.Available) || claim.Rank > 0 && ranks[claim.Rank] || claim.Rank > available {
							t.Fatalf("rank %d of %v", claim.Rank, selected.Image)
						}
						ranks[claim.Rank] = true
					}
				}
				if !known && len(claimed) > 0 {
					t.Fatalf("claims in the unknown lane %v", lane)
				}
				if known && len(claimed) != matched {
					t.Fatalf("%d claims, %d matches", len(claimed), matched)
				}
				if !known || share.Selector.Newest == 0 {
					if known && !slices.Equal(picked, claimed) {
						t.Fatalf("without newest, %v of %v are picked", picked, claimed)
					}
					continue
				}
				want := newestOf(e, share, reconcile.Image{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region}})
				slices.Sort(want)
				slices.Sort(picked)
				if !slices.Equal(picked, want) || len(picked) != min(share.Selector.Newest, available) {
					t.Fatalf("picked %v, want %v", picked, want)
				}
			}
		}
	})
}

func TestASelectionIsSortedAndEachImageIsInItOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		selection := drawEstate(t).selection()
		for i, selected := range selection.Images {
			if i > 0 && principal.CompareImages(selection.Images[i-1].Image.Image, selected.Image.Image) >= 0 {
				t.Fatalf("%v after %v", selected.Image.Image, selection.Images[i-1].Image.Image)
			}
			shares := []string{}
			for _, claim := range selected.Claims {
				shares = append(shares, claim.Share)
				if !selected.ClaimedBy(claim.Share) {
					t.Fatalf("%s claims the image, ClaimedBy says no", claim.Share)
				}
			}
			if !slices.IsSorted(shares) || len(slices.Compact(shares)) != len(selected.Claims) || selected.ClaimedBy("nobody") {
				t.Fatalf("claims %v", selected.Claims)
			}
		}
	})
}

func TestUnmatchedAndGoneNeedAKnownLane(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		selection := e.selection()
		for _, u := range selection.Unmatched {
			images, known := e.inventory[u.Lane].Value()
			share := e.declarations.Share(u.Share)
			if !known || len(share.Selector.IDs) > 0 || slices.ContainsFunc(images, share.Selector.Matches) {
				t.Fatalf("%+v does match something, or cannot be known", u)
			}
		}
		for _, g := range selection.Gone {
			images, known := e.inventory[reconcile.LaneOf(g.Image)].Value()
			if !known || slices.ContainsFunc(images, func(i reconcile.Image) bool { return i.Image == g.Image }) || g.Source.Line < 100 {
				t.Fatalf("%+v is listed, or cannot be known", g)
			}
		}
	})
}

func TestASelectorsCriteriaMustAllHold(t *testing.T) {
	image := reconcile.Image{Image: principal.Image{Provider: principal.AWS, Account: "111111111111", Region: "us-east-1", ID: "ami-00000001"},
		Name: "base-1", Architecture: "arm64", Tags: map[string]string{"channel": "stable", "empty": ""}}
	elsewhere := image.Image
	elsewhere.Region = "eu-west-1"
	for i, c := range []struct {
		selector reconcile.Selector
		want     bool
	}{
		{reconcile.Selector{}, true},
		{reconcile.Selector{Name: "base-*"}, true},
		{reconcile.Selector{Name: "base"}, false},
		{reconcile.Selector{Name: "BASE-*"}, false},
		{reconcile.Selector{Architecture: "arm64"}, true},
		{reconcile.Selector{Architecture: "x86_64"}, false},
		{reconcile.Selector{Tags: map[string]string{"channel": "stable"}}, true},
		{reconcile.Selector{Tags: map[string]string{"channel": "stab*"}}, false},
		{reconcile.Selector{Tags: map[string]string{"channel": "stable", "missing": ""}}, false},
		{reconcile.Selector{Tags: map[string]string{"empty": ""}}, true},
		{reconcile.Selector{Name: "base-*", Architecture: "x86_64"}, false},
		{reconcile.Selector{IDs: []reconcile.ImageID{{Image: image.Image}}}, true},
		{reconcile.Selector{IDs: []reconcile.ImageID{{Image: elsewhere}}}, false},
	} {
		if got := c.selector.Matches(image); got != c.want {
			t.Errorf("%d: %+v: %v", i, c.selector, got)
		}
	}
}

func TestAnImageWithoutANameIsMatchedOnlyByPatternsThatMatchNothing(t *testing.T) {
	for pattern, want := range map[string]bool{"": true, "*": true, "?": false, "base-*": false} {
		if got := (reconcile.Selector{Name: pattern}).Matches(reconcile.Image{}); got != want {
			t.Errorf("%q: %v", pattern, got)
		}
	}
}

func TestAWholeLaneOfTiesIsRankedByID(t *testing.T) {
	e := one(nil)
	lane := e.declarations.Shares[0].Lanes[0]
	var images []reconcile.Image
	for i := range 5 {
		images = append(images, reconcile.Image{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: fmt.Sprintf("ami-%08d", i)},
			Name: "base-1", State: reconcile.Available, Created: noon})
	}
	images[4].State = reconcile.Pending
	e.inventory[lane] = reconcile.Known(images)
	e.declarations.Shares[0].Selector.Newest = 2
	var picked []string
	for _, selected := range e.selection().Images {
		if selected.Picked() {
			picked = append(picked, selected.Image.ID)
		}
	}
	if want := []string{"ami-00000002", "ami-00000003"}; !slices.Equal(picked, want) {
		t.Errorf("picked %v, want %v", picked, want)
	}
}
