package run_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// looked is what a drift found and which calls it took.
type looked struct {
	deviations, findings []string
	reads                map[principal.Image]int // of permissions
	lists                int
}

// drawWorldWithStrays is a random estate in which shares overlap, with images that
// none of them claims.
func drawWorldWithStrays(t *rapid.T) *estate {
	e := drawWorld(t)
	for _, lane := range (reconcile.Scope{}).Lanes(e.declarations) {
		for n := range rapid.IntRange(0, 3).Draw(t, "strays") {
			image := picture(*e.declarations.OwnerOf(lane.Provider, lane.Account), lane.Region, fmt.Sprintf("stray-%s-%d", lane.Region, n))
			e.cloud.put(image, rapid.SampledFrom([][]principal.Principal{nil, who(alice), who(world, unit)}).Draw(t, "has")...)
		}
	}
	for _, image := range e.cloud.images {
		image.image.Public = slices.Contains(image.has, world)
	}
	return e
}

// inventory is what all lanes list.
func (e *estate) inventory() reconcile.Inventory {
	images := map[reconcile.Lane][]reconcile.Image{}
	for id, image := range e.cloud.images {
		images[reconcile.LaneOf(id)] = append(images[reconcile.LaneOf(id)], image.image)
	}
	inventory := reconcile.Inventory{}
	for _, owner := range e.declarations.Owners {
		for _, lane := range owner.Lanes() {
			inventory[lane] = reconcile.Known(images[lane])
		}
	}
	return inventory
}

// look is a drift of one part, and its calls.
func (e *estate) look(sample reconcile.Part, unmanaged bool) looked {
	e.scope.Sample, e.cloud.calls = sample, nil
	drift, _ := run.Drift(context.Background(), e.request(), e.cloud.openReader, e.options, 0, unmanaged)
	found := looked{reads: map[principal.Image]int{}, lists: e.cloud.countOp(opList)}
	for _, v := range drift.Deviations {
		found.deviations = append(found.deviations, fmt.Sprintf("%s %s %s", v.Image.Image, v.Kind, v.Principal.Principal))
	}
	for _, f := range drift.Findings {
		if !slices.Contains([]string{"AMI002", "AMI016"}, f.Code) { // they count over the whole run
			found.findings = append(found.findings, fmt.Sprintf("%s %s %s", f.Code, f.Share, f.Image.Image))
		}
	}
	for _, c := range e.cloud.calls {
		if c.op == opRead {
			found.reads[c.image]++
		}
	}
	return found
}

func sortedSet(texts []string) []string { return slices.Compact(slices.Sorted(slices.Values(texts))) }

func TestAllPartsOfASampleTogetherFindWhatADriftOfEverythingFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, unmanaged := drawWorldWithStrays(t), rapid.Bool().Draw(t, "unmanaged")
		parts := rapid.IntRange(2, 4).Draw(t, "parts")
		all := e.look(reconcile.Part{}, unmanaged)
		var deviations, findings []string
		reads := map[principal.Image]int{}
		for k := range parts {
			part := e.look(reconcile.Part{Index: k + 1, Of: parts}, unmanaged)
			if part.lists != all.lists {
				t.Fatalf("part %d lists %d lanes of %d: public images are looked for in all of them", k+1, part.lists, all.lists)
			}
			deviations, findings = append(deviations, part.deviations...), append(findings, part.findings...)
			for image := range part.reads {
				reads[image]++
			}
		}
		if want := sortedSet(all.deviations); !slices.Equal(sortedSet(deviations), want) {
			t.Fatalf("the parts find %q, everything is %q", sortedSet(deviations), want)
		}
		if want := sortedSet(all.findings); !slices.Equal(sortedSet(findings), want) {
			t.Fatalf("the parts find %q, everything is %q", sortedSet(findings), want)
		}
		if len(reads) != len(all.reads) {
			t.Fatalf("the parts read %v, everything is %v", reads, all.reads)
		}
		for image, n := range reads {
			if want := max(1, len(partsPicking(e, image, parts))); n != want {
				t.Fatalf("%s is read in %d parts, want %d: those with a share that picks it, or one", image, n, want)
			}
		}
	})
}

// partsPicking returns the parts with a share that picks the image.
func partsPicking(e *estate, image principal.Image, parts int) map[int]bool {
	in := map[int]bool{}
	for _, selected := range reconcile.Select(e.declarations, e.inventory()).Images {
		for _, claim := range selected.Claims {
			for k := range parts {
				if selected.Image.Image == image && claim.Picked && (reconcile.Part{Index: k + 1, Of: parts}).Holds(claim.Share) {
					in[k+1] = true
				}
			}
		}
	}
	return in
}

func TestAPartReadsWhatItsSharesPickAndItsStraysAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, parts := drawWorldWithStrays(t), rapid.IntRange(2, 4).Draw(t, "parts")
		part := reconcile.Part{Index: rapid.IntRange(1, parts).Draw(t, "part"), Of: parts}
		claimed := map[principal.Image]bool{}
		for _, selected := range reconcile.Select(e.declarations, e.inventory()).Images {
			claimed[selected.Image.Image] = true
		}
		unmanaged := rapid.Bool().Draw(t, "unmanaged")
		for image, n := range e.look(part, unmanaged).reads {
			switch {
			case n != 1:
				t.Fatalf("%s is read %d times", image, n)
			case claimed[image] && !partsPicking(e, image, parts)[part.Index]:
				t.Fatalf("%s is read, and no share of %s picks it", image, part)
			case !claimed[image] && (!unmanaged || !part.Holds(image.ID)):
				t.Fatalf("%s is claimed by no share and not of %s", image, part)
			}
		}
	})
}

func TestEveryPartOfASampleTellsOfPublicStrays(t *testing.T) {
	e := strays()
	for k := range 7 {
		part := e.look(reconcile.Part{Index: k + 1, Of: 7}, false)
		stray := picture(lab, "us-east-1", "stray-3").Image
		if !slices.Contains(part.deviations, stray.String()+" unmanaged public") || !slices.Contains(part.findings, "AMI015  "+stray.String()) {
			t.Errorf("part %d: %q, %q", k+1, part.deviations, part.findings)
		}
	}
}

func TestAnEmergencyInASampleLeavesOtherSharesImagesAlone(t *testing.T) {
	e := newEstate(lab)
	for n := range 9 {
		e.single(fmt.Sprint("image-", n), who(alice), nil)
	}
	e.cloud.put(picture(lab, "us-east-1", "stray"), alice)
	e.scope = reconcile.Scope{Principals: who(alice), Only: reconcile.OnlyRevokes}
	var taken []string
	for k := range 3 {
		e.scope.Sample = reconcile.Part{Index: k + 1, Of: 3}
		plan, _ := e.plan()
		taken = append(taken, short(plan.Changes)...)
	}
	if len(taken) != 9 || len(sortedSet(taken)) != 9 {
		t.Errorf("%q", taken)
	}
}
