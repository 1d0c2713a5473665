package simulator_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"pgregory.net/rapid"
)

// TestPermissionsAreASet compares sequences of calls with a plain set.
func TestPermissionsAreASet(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	f.SetBlockPublicAccess(owner, region, "unblocked")
	universe := []types.LaunchPermission{everybody, org(organization), unit(workloads)}
	for n := range 4 {
		universe = append(universe, user(fmt.Sprintf("30000000000%d", n)))
	}
	name := func(p types.LaunchPermission) string {
		for _, field := range []*string{p.UserId, p.OrganizationArn, p.OrganizationalUnitArn} {
			if field != nil {
				return *field
			}
		}
		return string(p.Group)
	}
	some := rapid.SliceOfN(rapid.SampledFrom(universe), 0, 5)
	rapid.Check(t, func(t *rapid.T) {
		if err := f.Share(first, nil, f.LaunchPermissions(first)); err != nil {
			t.Fatal(err)
		}
		model := map[string]bool{}
		for range rapid.IntRange(1, 6).Draw(t, "calls") {
			add, remove := some.Draw(t, "add"), some.Draw(t, "remove")
			remove = slices.DeleteFunc(remove, func(p types.LaunchPermission) bool {
				return slices.ContainsFunc(add, func(q types.LaunchPermission) bool { return name(p) == name(q) })
			})
			if len(add)+len(remove) == 0 {
				continue
			}
			if err := f.modify(first, add, remove); err != nil {
				t.Fatal(err)
			}
			for _, p := range add {
				model[name(p)] = true
			}
			for _, p := range remove {
				delete(model, name(p))
			}
			got := f.read(first)
			slices.Sort(got)
			if want := slices.Sorted(maps.Keys(model)); !slices.Equal(got, want) {
				t.Fatalf("entries %q, want %q", got, want)
			}
		}
	})
}
