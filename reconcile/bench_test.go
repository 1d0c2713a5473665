package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// BenchmarkPlan goes from an inventory to a finished plan: 10,000 images of 20
// shares with 40 principals each, where one image in a hundred lacks one.
func BenchmarkPlan(b *testing.B) {
	const shares, perShare, principals = 20, 500, 40
	lane := reconcile.Lane{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1"}
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	declarations := &reconcile.Declarations{Owners: []reconcile.Owner{{Name: "factory", Provider: lane.Provider, Account: lane.Account, Regions: []string{lane.Region}}},
		Policy: reconcile.DefaultPolicy()}
	var granted []principal.Principal
	var grants []reconcile.Grant
	for i := range principals {
		p := principal.Principal{Kind: principal.Account, ID: fmt.Sprintf("%012d", i)}
		granted = append(granted, p)
		grants = append(grants, reconcile.Grant{Principal: p})
	}
	var images []reconcile.Image
	observations := reconcile.Observations{}
	for s := range shares {
		declarations.Shares = append(declarations.Shares, reconcile.Declaration{Share: fmt.Sprintf("share-%02d", s), Owner: "factory", Lanes: []reconcile.Lane{lane},
			Selector: reconcile.Selector{Name: fmt.Sprintf("family-%02d-*", s)}, Mode: reconcile.Exclusive, Grants: grants})
		for i := range perShare {
			image := reconcile.Image{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: fmt.Sprintf("ami-%08x%09x", s, i)},
				Name: fmt.Sprintf("family-%02d-%04d", s, i), State: reconcile.Available, Created: at.Add(-time.Duration(i) * time.Hour)}
			images = append(images, image)
			permissions := granted
			if i%100 == 0 {
				permissions = granted[1:]
			}
			observations[image.Image] = reconcile.Known(permissions)
		}
	}
	inventory := reconcile.Inventory{lane: reconcile.Known(images)}
	carriers := map[principal.Provider]reconcile.Carrier{principal.AWS: func(changes []reconcile.Change) []reconcile.Call {
		return []reconcile.Call{{Action: "ModifyImageAttribute", Changes: changes}}
	}}
	b.ReportAllocs()
	for b.Loop() {
		selection := reconcile.Select(declarations, inventory)
		plan := &reconcile.Plan{At: at, Changes: reconcile.Diff(reconcile.Desire(declarations, selection, at), observations)}
		plan.Finish(nil, carriers)
		if plan.Summary.Grants != shares*perShare/100 {
			b.Fatalf("%d grants", plan.Summary.Grants)
		}
	}
}
