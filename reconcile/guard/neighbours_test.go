package guard_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// ofFamily gives shares, images and files names of their own.
func (w world) ofFamily(family string) world {
	w = w.with(func(*world) {})
	prefix := func(s string) string { return family + "-" + s }
	for i := range w.shares {
		s := &w.shares[i]
		s.Share, s.Source.File = prefix(s.Share), prefix(s.Source.File)
		if s.Selector.Name != "" {
			s.Selector.Name = prefix(s.Selector.Name)
		}
		s.Selector.IDs = slices.Clone(s.Selector.IDs)
		for i := range s.Selector.IDs {
			s.Selector.IDs[i].Image.ID = prefix(s.Selector.IDs[i].Image.ID)
		}
		for i := range s.Grants {
			s.Grants[i].Source.File = prefix(s.Grants[i].Source.File)
		}
	}
	has := w.has
	w.has = map[string][]principal.Principal{}
	for id, principals := range has {
		w.has[prefix(id)] = principals
	}
	for i := range w.images {
		w.images[i].ID, w.images[i].Name = prefix(w.images[i].ID), prefix(w.images[i].Name)
	}
	for i := range w.inspection.Obstacles {
		w.inspection.Obstacles[i].Image = prefix(w.inspection.Obstacles[i].Image)
	}
	owners := w.inspection.Owners
	w.inspection.Owners = map[string]string{}
	for id, owner := range owners {
		w.inspection.Owners[prefix(id)] = owner
	}
	return w
}

// beside adds the images and shares of another family.
func (w world) beside(other world) world {
	return w.with(func(w *world) {
		w.shares, w.images = append(w.shares, other.shares...), append(w.images, other.images...)
		maps.Copy(w.has, other.has)
		w.inspection.Obstacles = append(w.inspection.Obstacles, other.inspection.Obstacles...)
		w.inspection.Owners = maps.Clone(w.inspection.Owners)
		maps.Copy(w.inspection.Owners, other.inspection.Owners)
	})
}

// TestWhatIsSaidOfAnImageDoesNotDependOnOthers judges worlds alone and next to
// each other, in both orders: but for what counts the whole run, each keeps its
// findings.
func TestWhatIsSaidOfAnImageDoesNotDependOnOthers(t *testing.T) {
	member, protected := account(1), account(8)
	missing := func(w *world) {
		w.shares[0].Selector = reconcile.Selector{IDs: []reconcile.ImageID{{Image: image("ami-9").Image, Source: reconcile.Source{File: "base.yaml", Line: 5}}}}
	}
	scenes := map[string]world{
		"in order":               one(grants(member), member),
		"granted":                one(grants(member)),
		"published":              one(grants(principal.Everyone), member),
		"published, deprecated":  one(grants(principal.Everyone)).with(func(w *world) { w.images[0].Created = noon.AddDate(-3, 0, 0) }),
		"published, encrypted":   one(grants(principal.Everyone)).with(shown(encrypted)),
		"public, unclaimed":      one(nil).with(public(1)),
		"most are revoked":       one(grants(member), append(accounts(4), protected)...),
		"the last is revoked":    one(until(-1, member), accounts(2)...),
		"soon to expire":         one(until(3, member), member),
		"replaced by a unit":     one(grants(unitOf("o-exampleorg1")), accounts(3)...),
		"over the sharing quota": one(grants(accounts(6)...), member),
		"pending":                one(grants(member)).with(func(w *world) { w.images[0].State = reconcile.Pending }),
		"in conflict":            one(nil, member).with(func(w *world) { w.shares = append(w.shares, share("other", reconcile.Exclusive, nil)) }),
		"additive":               one(grants(member), protected).with(func(w *world) { w.shares[0].Mode = reconcile.Additive }),
		"unmatched":              one(nil).with(func(w *world) { w.shares[0].Selector.Name = "nope-*" }),
		"under a managed key":    one(grants(member)).with(found(managed)),
		"gone":                   one(grants(member)).with(missing),
		"owned elsewhere":        one(grants(member)).with(missing).with(func(w *world) { w.inspection.Owners = map[string]string{"ami-9": "999988887777"} }),
		"nobody knows whose":     one(grants(member)).with(missing).with(found(unsure(reconcile.Obstacle{Image: "ami-9", Reason: "is odd"}))),
	}
	common := func(w *world) {
		limits(1000, 1000, 50)(w)
		rule(nil, noAccounts)(w)
		w.policy.Protect, w.policy.Allow = []principal.Principal{protected}, []principal.Principal{member}
		w.quotas = reconcile.Quotas{PublicImages: 1000, SharingEntities: 4}
	}
	said := map[string]bool{"AMI002": true, "AMI010": true} // not of images
	for _, scope := range []reconcile.Scope{
		{},
		{Principals: accounts(2)},
		{Only: reconcile.OnlyRevokes},
		{Only: reconcile.OnlyRevokes, Principals: accounts(2)},
	} {
		check := func(w world) []reconcile.Finding {
			return w.with(common).with(func(w *world) { w.scope = scope }).check()
		}
		for a := range scenes {
			for b := range scenes {
				first, second := scenes[a].ofFamily("first"), scenes[b].ofFamily("second")
				want := append(check(first), check(second)...)
				slices.SortFunc(want, reconcile.CompareFindings)
				if got := check(first.beside(second)); !slices.Equal(got, want) {
					t.Fatalf("%q beside %q, %+v:\n%+v\nwant\n%+v", a, b, scope, got, want)
				}
				for _, f := range want {
					said[f.Code] = true
				}
			}
		}
	}
	for _, code := range reconcile.Codes() {
		if !said[code.Code] {
			t.Errorf("no scene is one for %s", code.Code)
		}
	}
}
