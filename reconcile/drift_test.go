package reconcile_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestDriftNamesDirections(t *testing.T) {
	a, b := account("200000000001"), account("200000000002")
	past := []reconcile.Grant{{Principal: a, Until: day(-2)}, {Principal: b}}
	publicPast := []reconcile.Grant{{Principal: principal.Everyone, Until: day(-2)}, {Principal: b}}
	for _, c := range []struct {
		name  string
		e     estate
		grace time.Duration
		want  map[reconcile.DriftKind]int
		found bool
	}{
		{"in sync", one(grants(a), a), 0, map[reconcile.DriftKind]int{}, false},
		{"a grant is missing", one(grants(a, b), b), 0, map[reconcile.DriftKind]int{"missing": 1}, true},
		{"a grant is missing on a young image", one(grants(a, b), b), 100 * time.Hour, map[reconcile.DriftKind]int{"pending": 1}, false},
		{"a stranger on a young image", one(grants(a), b), 100 * time.Hour, map[reconcile.DriftKind]int{"pending": 1, "extra": 1}, true},
		{"a publication is missing", one(grants(principal.Everyone)), 0, map[reconcile.DriftKind]int{"missing": 1}, true},
		{"somebody made it public", one(grants(a), a, principal.Everyone), 0, map[reconcile.DriftKind]int{"public": 1}, true},
		{"a grant has expired", one(past, a, b), 0, map[reconcile.DriftKind]int{"expired": 1}, true},
		{"a publication has expired", one(publicPast, principal.Everyone, b), 0, map[reconcile.DriftKind]int{"expired": 1}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := c.e.plan(reconcile.Scope{})
			created := map[principal.Image]time.Time{}
			for id, image := range imagesByID(c.e) {
				created[id] = image.Created
			}
			d := reconcile.DriftOf(plan, created, c.grace)
			d.Finish()
			if len(d.Summary) != 6 {
				t.Errorf("kinds that do not occur are not counted: %v", d.Summary)
			}
			maps.DeleteFunc(d.Summary, func(_ reconcile.DriftKind, n int) bool { return n == 0 })
			if !reflect.DeepEqual(d.Summary, c.want) || d.Found() != c.found {
				t.Errorf("%v, found %v; want %v, %v", d.Summary, d.Found(), c.want, c.found)
			}
		})
	}
}

func TestAnImageIsYoungForExactlyTheGrace(t *testing.T) {
	e := one(grants(org))
	plan := e.plan(reconcile.Scope{})
	image := plan.Changes[0].Image.Image
	for _, c := range []struct {
		created time.Time
		want    reconcile.DriftKind
	}{
		{noon.Add(-24*time.Hour + time.Nanosecond), reconcile.DriftPending},
		{noon.Add(-24 * time.Hour), reconcile.DriftMissing},
		{noon.Add(time.Hour), reconcile.DriftPending}, // a clock that differs
		{time.Time{}, reconcile.DriftMissing},
	} {
		d := reconcile.DriftOf(plan, map[principal.Image]time.Time{image: c.created}, 24*time.Hour)
		if got := d.Deviations[0].Kind; got != c.want {
			t.Errorf("made at %v: %s, want %s", c.created, got, c.want)
		}
	}
	if got := reconcile.DriftOf(plan, nil, 24*time.Hour).Deviations[0].Kind; got != reconcile.DriftMissing {
		t.Errorf("of unknown age: %s", got)
	}
}

func TestUnmanagedImagesAreDrift(t *testing.T) {
	d := reconcile.DriftOf(one(nil).plan(reconcile.Scope{}), nil, 0)
	image := reconcile.NamedImage{Image: principal.Image{ID: "ami-1"}}
	d.AddUnmanaged(image, nil, nil)
	if d.Found() {
		t.Error("an image that is shared with nobody is drift")
	}
	d.AddUnmanaged(image, []principal.Principal{unit, org}, map[principal.Principal]string{org: "acme"})
	d.Finish()
	if !d.Found() || d.Summary[reconcile.DriftUnmanaged] != 2 || d.Deviations[0].Principal.Alias != "acme" || d.Deviations[1].Principal.Principal != unit {
		t.Errorf("%+v", d.Deviations)
	}
}

func TestDriftCarriesWhatCouldNotBeRead(t *testing.T) {
	plan := one(nil).plan(reconcile.Scope{Regions: []string{"us-east-1"}})
	plan.Incomplete = []reconcile.Incomplete{{Account: "1"}, {Account: "2"}}
	d := reconcile.DriftOf(plan, nil, 0)
	data, err := reconcile.EncodeDrift(d)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	if document["unknown"] != 2.0 || document["format_version"] != "1.0" || document["deviations"] == nil || document["findings"] == nil {
		t.Errorf("%s", data)
	}
}
