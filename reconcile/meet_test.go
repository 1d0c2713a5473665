package reconcile_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
)

func TestSharesThatClaimOneImageAreKnownToMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		for _, selected := range e.selection().Images {
			for _, a := range selected.Claims {
				for _, b := range selected.Claims {
					if !reconcile.MayMeet(e.declarations.Share(a.Share), e.declarations.Share(b.Share)) {
						t.Fatalf("%s and %s meet in %v", a.Share, b.Share, selected.Image)
					}
				}
			}
		}
	})
}

func TestPatternsOfOneNameAreKnownToMeet(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab?*é")), 0, 6, -1)
	lane := owners[1].Lanes()
	rapid.Check(t, func(t *rapid.T) {
		a, b, name := text.Draw(t, "a"), text.Draw(t, "b"), rapid.StringOfN(rapid.SampledFrom([]rune("abé")), 1, 6, -1).Draw(t, "name")
		x := &reconcile.Declaration{Lanes: lane, Selector: reconcile.Selector{Name: a}}
		y := &reconcile.Declaration{Lanes: lane, Selector: reconcile.Selector{Name: b}}
		image := reconcile.Image{Name: name}
		if x.Selector.Matches(image) && y.Selector.Matches(image) && !reconcile.MayMeet(x, y) {
			t.Fatalf("%q is both %q and %q", name, a, b)
		}
	})
}

func TestNoNeighbourIsMissedAmongMany(t *testing.T) {
	pattern := rapid.StringOfN(rapid.SampledFrom([]rune("ab*")), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		var shares []reconcile.Declaration
		for i, name := range rapid.SliceOfN(pattern, 1, 12).Draw(t, "patterns") {
			owner := rapid.SampledFrom(owners).Draw(t, "owner")
			shares = append(shares, reconcile.Declaration{Share: fmt.Sprint(i), Lanes: owner.Lanes(), Selector: reconcile.Selector{Name: name}})
		}
		for i := range shares {
			var want []string
			for j := range shares {
				if reconcile.MayMeet(&shares[i], &shares[j]) {
					want = append(want, shares[j].Share)
				}
			}
			got := reconcile.Meeting(shares, &shares[i])
			if slices.Sort(got); !slices.Equal(got, sortedNames(want)) {
				t.Fatalf("%q meets %v, want %v", shares[i].Selector.Name, got, want)
			}
		}
	})
}

func sortedNames(names []string) []string {
	return slices.Sorted(slices.Values(names))
}
