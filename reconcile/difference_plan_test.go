package reconcile_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// crowd is a universe in which shares meet often: few patterns, two principals
// that every image has, and one lane or the other.
type crowd struct{ lanes []reconcile.Lane }

func (c crowd) draw(t *rapid.T, name string) reconcile.Declaration {
	var grants []reconcile.Grant
	for _, who := range everybody[3:5] {
		switch rapid.IntRange(0, 4).Draw(t, "declared") {
		case 0, 1:
			grants = append(grants, reconcile.Grant{Principal: who})
		case 2:
			grants = append(grants, reconcile.Grant{Principal: who, Until: day(rapid.IntRange(-1, 0).Draw(t, "until"))})
		}
	}
	lanes := rapid.SampledFrom([][]reconcile.Lane{c.lanes, c.lanes, c.lanes, c.lanes[1:]}).Draw(t, "lanes")
	var regions []string
	for _, lane := range lanes {
		regions = append(regions, lane.Region)
	}
	return reconcile.Declaration{Share: name, Owner: "factory", Lanes: lanes, Regions: regions, Grants: grants,
		Selector: reconcile.Selector{Name: rapid.SampledFrom([]string{"base-*", "web-*", "web-*", "*-1", "web-1"}).Draw(t, "pattern"), Newest: rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "newest")},
		Mode:     rapid.SampledFrom([]reconcile.Mode{reconcile.Exclusive, reconcile.Additive, reconcile.Additive}).Draw(t, "mode")}
}

// estate draws three shares, each of which may be missing, and about half of
// whose properties are as they were before.
func (c crowd) estate(t *rapid.T, before *reconcile.Declarations) *reconcile.Declarations {
	d := &reconcile.Declarations{Owners: owners, Policy: reconcile.DefaultPolicy()}
	for _, name := range []string{"a", "b", "c"} {
		share := c.draw(t, name)
		if before != nil {
			if was := before.Share(name); was != nil {
				kept := func(what string) bool { return rapid.Bool().Draw(t, what+" is kept") }
				if kept("who") {
					share.Grants = was.Grants
				}
				if kept("mode") {
					share.Mode = was.Mode
				}
				if kept("where") {
					share.Lanes, share.Regions, share.Selector = was.Lanes, was.Regions, was.Selector
				}
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "there") > 0 {
			d.Shares = append(d.Shares, share)
		}
	}
	return d
}

// cloud is one image of each name in each lane, which all may launch.
func (c crowd) cloud() (reconcile.Inventory, reconcile.Observations) {
	inventory, observations := reconcile.Inventory{}, reconcile.Observations{}
	for _, lane := range c.lanes {
		var images []reconcile.Image
		for i, name := range []string{"base-1", "base-2", "web-1"} {
			image := reconcile.Image{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: "ami-" + name}, Name: name, State: reconcile.Available, Created: day(i)}
			images = append(images, image)
			observations[image.Image] = reconcile.Known(everybody[3:5])
		}
		inventory[lane] = reconcile.Known(images)
	}
	return inventory, observations
}

// about reports whether the share means the image in either revision.
func about(share string, image principal.Image, selections ...reconcile.Selection) bool {
	return slices.ContainsFunc(selections, func(s reconcile.Selection) bool {
		return slices.ContainsFunc(s.Images, func(i reconcile.Selected) bool { return i.Image.Image == image && i.ClaimedBy(share) })
	})
}

// A difference is told of the manifests alone, and holds whatever the cloud has:
// what is said to stay is not revoked, and nobody gains or loses in silence.
func TestDifferencesForetellThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := crowd{owners[0].Lanes()}
		inventory, observations := c.cloud()
		if rapid.Bool().Draw(t, "nobody may launch") {
			for image := range observations {
				observations[image] = reconcile.Known[[]principal.Principal](nil)
			}
		}
		was := estate{c.estate(t, nil), inventory, observations}
		is := estate{c.estate(t, was.declarations), inventory, observations}
		d := reconcile.DifferenceOf(was.declarations, is.declarations, noon)
		before, after := was.selection(), is.selection()
		known := ids(was.changes())
		for _, change := range is.changes() {
			image, who := change.Image.Image, change.Principal.Principal
			foretold := false
			for _, a := range d.Access {
				if a.Principal.Principal != who || !about(a.Share, image, before, after) {
					continue
				}
				if a.Kind == reconcile.DifferenceLoses && a.Stays != "" && change.Verb.Takes() {
					t.Fatalf("%+v: yet %s %s (%s)", a, change.Verb, image.ID, change.Reason)
				}
				foretold = foretold || (a.Kind == reconcile.DifferenceGains) == change.Verb.Gives() && a.Kind != reconcile.DifferenceTerm
			}
			setting := slices.ContainsFunc(d.Settings, func(s reconcile.SettingDifference) bool {
				share, _ := strings.CutPrefix(s.Subject, "ImageShare ")
				return s.Key != "spec.launchPermissions.reason" && about(share, image, before, after)
			})
			if !slices.Contains(known, change.ID) && !foretold && !setting {
				t.Fatalf("%s of %s, %s (%s), is not told of:\n%s", change.Verb, image.ID, who, change.Reason, told(d))
			}
		}
	})
}
