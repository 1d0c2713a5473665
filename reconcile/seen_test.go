package reconcile_test

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
)

func TestWhatAShardSawComesBackFromItsFile(t *testing.T) {
	obstacle := reconcile.Obstacle{Image: "ami-00000001", Publishing: true, Unsure: true, Kind: reconcile.Denied, Reason: "has a <lock>", Hint: "open it"}
	rapid.Check(t, func(t *rapid.T) {
		inventory := drawInventory(t)
		var seen reconcile.Seen
		want := map[reconcile.Lane][]reconcile.Image{}
		for lane, observed := range inventory {
			images, _ := observed.Value()
			for i := range images {
				images[i].Deprecated = day(rapid.IntRange(-1, 1).Draw(t, "deprecated"))
				images[i].Tags = nil
				if tags := rapid.MapOf(rapid.SampledFrom([]string{"name", "Name", "NAME", ""}), rapid.String()).Draw(t, "tags"); len(tags) > 0 {
					images[i].Tags = tags
				}
				if rapid.Bool().Draw(t, "obstacle") {
					images[i].Obstacles = []reconcile.Obstacle{obstacle}
				}
			}
			seen.See(lane, images, reconcile.Inspection{Obstacles: []reconcile.Obstacle{obstacle},
				Owners: map[string]string{"ami-1": "333333333333"}, Calls: map[string]int{"kms:DescribeKey": 2}})
			want[lane] = slices.SortedFunc(slices.Values(images), func(a, b reconcile.Image) int { return cmp.Compare(a.ID, b.ID) })
		}
		text, err := json.Marshal(seen)
		if err != nil {
			t.Fatal(err)
		}
		var read reconcile.Seen
		if err := json.Unmarshal(text, &read); err != nil || !reflect.DeepEqual(read, seen) {
			t.Fatalf("%v:\n got %+v\nwant %+v", err, read, seen)
		}
		for i := range read.Lanes {
			if got := read.Lanes[i].Listing(); len(got)+len(want[read.Lanes[i].Lane]) > 0 && !reflect.DeepEqual(got, want[read.Lanes[i].Lane]) {
				t.Fatalf("\n got %+v\nwant %+v", got, want[read.Lanes[i].Lane])
			}
		}
	})
}
