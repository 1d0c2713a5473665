package reconcile_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// narrowCase is an estate of one lane in which share-0 is in scope.
func narrowCase(selectors ...reconcile.Selector) (*reconcile.Declarations, reconcile.Lane) {
	lane := owners[1].Lanes()[0]
	d := &reconcile.Declarations{Owners: owners, Policy: reconcile.DefaultPolicy()}
	for i, selector := range selectors {
		d.Shares = append(d.Shares, reconcile.Declaration{Share: fmt.Sprintf("share-%d", i), Owner: "lab", Lanes: []reconcile.Lane{lane}, Selector: selector, Mode: reconcile.Additive})
	}
	return d, lane
}

func idsIn(lane reconcile.Lane, list ...string) reconcile.Selector {
	var s reconcile.Selector
	for _, id := range list {
		s.IDs = append(s.IDs, reconcile.ImageID{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: id}})
	}
	return s
}

func TestAListingIsNarrowedToWhatASharesPlanNeeds(t *testing.T) {
	lane := owners[1].Lanes()[0]
	named := func(name string, newest int) reconcile.Selector {
		return reconcile.Selector{Name: name, Newest: newest}
	}
	for _, c := range []struct {
		name      string
		selectors []reconcile.Selector
		want      reconcile.Filter
	}{
		{"its own family", []reconcile.Selector{named("base-*", 2), named("web-*", 2)}, reconcile.Filter{Names: []string{"base-*"}}},
		{"its own ids", []reconcile.Selector{idsIn(lane, "ami-1", "ami-2"), named("web-*", 0)}, reconcile.Filter{IDs: []string{"ami-1", "ami-2"}}},
		{"a share that picks all decides by the image alone", []reconcile.Selector{named("base-1*", 0), named("base-*", 0)}, reconcile.Filter{Names: []string{"base-1*"}}},
		{"so does one with ids", []reconcile.Selector{named("base-1*", 0), idsIn(lane, "ami-1")}, reconcile.Filter{Names: []string{"base-1*"}}},
		{"one with newest decides by its family", []reconcile.Selector{named("base-1*", 0), named("base-*", 1)}, reconcile.Filter{Names: []string{"base-1*", "base-*"}}},
		{"the same family once", []reconcile.Selector{named("base-*", 0), named("base-*", 1)}, reconcile.Filter{Names: []string{"base-*"}}},
		{"whoever may claim an id", []reconcile.Selector{idsIn(lane, "ami-1"), named("web-*", 1)}, reconcile.Filter{IDs: []string{"ami-1"}, Names: []string{"web-*"}}},
		{"not one of another architecture", []reconcile.Selector{{Name: "base-*", Architecture: "arm64"}, {Name: "base-*-x86", Architecture: "x86_64", Newest: 1}}, reconcile.Filter{Names: []string{"base-*"}}},
		{"tags have no filter", []reconcile.Selector{{Tags: map[string]string{"channel": "stable"}}}, reconcile.Filter{}},
		{"nor has a family without a name", []reconcile.Selector{named("base-*", 0), {Architecture: "arm64", Newest: 1}}, reconcile.Filter{}},
		{"a name may be missing", []reconcile.Selector{named("**", 0)}, reconcile.Filter{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, lane := narrowCase(c.selectors...)
			if got := (reconcile.Scope{Shares: []string{"share-0"}}).Filter(d)(lane); fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestWhatIsMoreThanSharesClaimIsListedInFull(t *testing.T) {
	base := reconcile.Selector{Name: "base-*"}
	for _, c := range []struct {
		name  string
		scope reconcile.Scope
		edit  func(*reconcile.Declarations)
		all   bool
	}{
		{"a share", reconcile.Scope{Shares: []string{"share-0"}}, func(*reconcile.Declarations) {}, false},
		{"everything", reconcile.Scope{}, func(*reconcile.Declarations) {}, true},
		{"a sample, which looks at images of nobody", reconcile.Scope{Sample: reconcile.Part{Index: 1, Of: 2}}, func(*reconcile.Declarations) {}, true},
		{"a filter on images", reconcile.Scope{Shares: []string{"share-0"}, Images: []string{"web-*"}}, func(*reconcile.Declarations) {}, true},
		{"a share that publishes", reconcile.Scope{Shares: []string{"share-0"}}, func(d *reconcile.Declarations) { d.Shares[0].Grants = grants(principal.Everyone) }, true},
		{"another that publishes its images", reconcile.Scope{Shares: []string{"share-0"}}, func(d *reconcile.Declarations) { d.Shares[1].Grants = grants(principal.Everyone) }, true},
		{"one that publishes others", reconcile.Scope{Shares: []string{"share-0"}}, func(d *reconcile.Declarations) { d.Shares[2].Grants = grants(principal.Everyone) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, lane := narrowCase(base, base, reconcile.Selector{Name: "web-*"})
			c.edit(d)
			if got := c.scope.Filter(d)(lane); got.IsAll() != c.all {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestMoreThanOneQuestionsWorthIsListedInFull(t *testing.T) {
	for _, n := range []int{200, 201} {
		var selectors []reconcile.Selector
		var names, ids []string
		for i := range n {
			names = append(names, fmt.Sprintf("share-%d", i))
			ids = append(ids, fmt.Sprintf("ami-%d", i))
			selectors = append(selectors, reconcile.Selector{Name: fmt.Sprintf("image-%d-*", i)})
		}
		d, lane := narrowCase(selectors...)
		if got := (reconcile.Scope{Shares: names}).Filter(d)(lane); got.IsAll() != (n > 200) || n <= 200 && len(got.Names) != n {
			t.Errorf("%d names: %d", n, len(got.Names))
		}
		d, lane = narrowCase(idsIn(lane, ids...))
		if got := (reconcile.Scope{Shares: names}).Filter(d)(lane); got.IsAll() != (n > 200) || n <= 200 && len(got.IDs) != n {
			t.Errorf("%d ids: %d", n, len(got.IDs))
		}
	}
}

func TestANarrowListingSelectsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		if len(e.declarations.Shares) == 0 {
			t.Skip("no share")
		}
		scope := reconcile.Scope{Shares: []string{rapid.SampledFrom(e.declarations.Shares).Draw(t, "scope").Share}}
		narrow := reconcile.Inventory{}
		for lane, observed := range e.inventory {
			if images, known := observed.Value(); known && slices.Contains(scope.Lanes(e.declarations), lane) {
				filter := scope.Filter(e.declarations)(lane)
				images = slices.DeleteFunc(slices.Clone(images), func(i reconcile.Image) bool { return !filter.Holds(i) })
				observed = reconcile.Known(images)
			}
			narrow[lane] = observed
		}
		kept := func(inventory reconcile.Inventory) string {
			selection := scope.Selection(reconcile.Select(e.declarations, inventory))
			var images []reconcile.PlannedImage
			for _, selected := range selection.Images {
				images = append(images, reconcile.PlannedImage{Image: reconcile.NamedImage{Image: selected.Image.Image}, Claims: selected.Claims})
			}
			return fmt.Sprint(scope.Ranked(images, e.declarations), selection.Unmatched, selection.Gone, reconcile.Diff(reconcile.Desire(e.declarations, selection, noon), e.observations))
		}
		if got, want := kept(narrow), kept(e.inventory); got != want {
			t.Fatalf("%v\n%s\nwith everything listed:\n%s", scope.Shares, got, want)
		}
	})
}
