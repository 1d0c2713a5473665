package reconcile_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func laneNo(n int) reconcile.Lane {
	return reconcile.Lane{Provider: principal.AWS, Account: fmt.Sprintf("1111111111%02d", n/4), Region: fmt.Sprintf("region-%d", n%4)}
}

func drawWeights(t *rapid.T) map[reconcile.Lane]int {
	weights := map[reconcile.Lane]int{}
	for n := range rapid.IntRange(0, 20).Draw(t, "lanes") {
		weights[laneNo(n)] = rapid.IntRange(0, 12).Draw(t, "weight")
	}
	return weights
}

func shards(of int) []reconcile.Part {
	if of == 1 {
		return []reconcile.Part{{}}
	}
	parts := make([]reconcile.Part, of)
	for i := range parts {
		parts[i] = reconcile.Part{Index: i + 1, Of: of}
	}
	return parts
}

func TestShardsDivideTheLanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := drawWeights(t)
		held := map[reconcile.Lane]int{}
		lightest, heaviest, biggest := 1<<30, 0, 0
		for _, part := range shards(rapid.IntRange(1, 6).Draw(t, "shards")) {
			load := 0
			lanes := part.Lanes(weights)
			for _, lane := range lanes {
				held[lane]++
				load += weights[lane]
				biggest = max(biggest, weights[lane])
			}
			if again := part.Lanes(maps.Clone(weights)); !slices.Equal(lanes, again) {
				t.Fatalf("%v, and the next time %v", lanes, again)
			}
			lightest, heaviest = min(lightest, load), max(heaviest, load)
		}
		for lane := range weights {
			if held[lane] != 1 {
				t.Fatalf("%v falls to %d shards", lane, held[lane])
			}
		}
		if len(held) != len(weights) {
			t.Fatalf("%d lanes of %d", len(held), len(weights))
		}
		if heaviest-lightest > biggest {
			t.Fatalf("from %d to %d, where no lane is more than %d", lightest, heaviest, biggest)
		}
	})
}

func TestALaneIsWeighedByWhatItsSharesPick(t *testing.T) {
	lanes := owners[0].Lanes()
	id := func(lane reconcile.Lane, id string) reconcile.ImageID {
		return reconcile.ImageID{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: id}}
	}
	share := func(name string, selector reconcile.Selector, lanes ...reconcile.Lane) reconcile.Declaration {
		return reconcile.Declaration{Share: name, Owner: owners[0].Name, Lanes: lanes, Selector: selector}
	}
	d := &reconcile.Declarations{Owners: owners, Shares: []reconcile.Declaration{
		share("ids", reconcile.Selector{IDs: []reconcile.ImageID{id(lanes[0], "ami-1"), id(lanes[0], "ami-2"), id(lanes[1], "ami-1")}}, lanes...),
		share("newest", reconcile.Selector{Name: "a", Newest: 3}, lanes[1]),
		share("some", reconcile.Selector{Name: "b"}, lanes[0]),
	}}
	lab := owners[1].Lanes()[0]
	for _, c := range []struct {
		scope reconcile.Scope
		want  map[reconcile.Lane]int
	}{
		{reconcile.Scope{}, map[reconcile.Lane]int{lanes[0]: 1 + 2 + 10, lanes[1]: 1 + 1 + 3, lab: 1}},
		{reconcile.Scope{Shares: []string{"ids", "newest"}}, map[reconcile.Lane]int{lanes[0]: 1 + 2, lanes[1]: 1 + 1 + 3}},
		{reconcile.Scope{Regions: []string{"us-east-1"}}, map[reconcile.Lane]int{lanes[1]: 1 + 1 + 3, lab: 1}},
		{reconcile.Scope{None: true}, map[reconcile.Lane]int{}},
	} {
		if got := reconcile.Weigh(c.scope, d); !maps.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.scope, got, c.want)
		}
	}
}

func TestAShardLooksAtItsOwnLanesInTheOrderOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeclarations(t)
		scope := reconcile.Scope{}
		if rapid.Bool().Draw(t, "of shares") {
			scope.Shares = []string{"share-0", "share-2"}
		}
		shuffled := *d
		shuffled.Owners, shuffled.Shares = rapid.Permutation(d.Owners).Draw(t, "owners"), rapid.Permutation(d.Shares).Draw(t, "shares")
		whole := scope.Lanes(d)
		var all []reconcile.Lane
		for _, part := range shards(rapid.IntRange(1, 6).Draw(t, "shards")) {
			scope.Shard = part
			lanes := scope.Lanes(d)
			places := []int{}
			for _, lane := range lanes {
				places = append(places, slices.Index(whole, lane))
			}
			if !slices.IsSorted(places) || slices.Contains(places, -1) {
				t.Fatalf("shard %v looks at %v of %v", part, lanes, whole)
			}
			if told := scope.Lanes(&shuffled); !sameLanes(told, lanes) {
				t.Fatalf("shard %v looks at %v, and at %v where the manifests stand in another order", part, lanes, told)
			}
			all = append(all, lanes...)
		}
		if !sameLanes(all, whole) {
			t.Fatalf("the shards look at %v, the whole is %v", all, whole)
		}
	})
}

func sameLanes(a, b []reconcile.Lane) bool {
	count := map[reconcile.Lane]int{}
	for _, lane := range a {
		count[lane]++
	}
	for _, lane := range b {
		count[lane]--
	}
	return !slices.ContainsFunc(slices.Collect(maps.Values(count)), func(n int) bool { return n != 0 })
}

func TestScopesAreTheSameWhateverTheirShard(t *testing.T) {
	scope := reconcile.Scope{Owners: []string{"lab", "factory"}, Shard: reconcile.Part{Index: 1, Of: 2}}
	other := reconcile.Scope{Owners: []string{"factory", "lab"}, Shard: reconcile.Part{Index: 2, Of: 3}}
	if !scope.SameButShard(other) {
		t.Error("the shard makes a difference, or the order of a filter does")
	}
	for name, alter := range map[string]func(*reconcile.Scope){
		"owners":    func(s *reconcile.Scope) { s.Owners = nil },
		"direction": func(s *reconcile.Scope) { s.Only = reconcile.OnlyGrants },
		"none":      func(s *reconcile.Scope) { s.None = true },
		"since":     func(s *reconcile.Scope) { s.Since = "main" },
		"gone":      func(s *reconcile.Scope) { s.Gone = 1 },
		"sample":    func(s *reconcile.Scope) { s.Sample = reconcile.Part{Index: 1, Of: 7} },
	} {
		altered := other
		if alter(&altered); scope.SameButShard(altered) {
			t.Errorf("%s make no difference", name)
		}
	}
}
