package aws

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/amisync/amisync/reconcile"
)

// values are those of the filter of a request, in order.
func (r request) values() []string {
	var all []string
	for i := 1; r.form.Has(fmt.Sprintf("Filter.1.Value.%d", i)); i++ {
		all = append(all, r.form.Get(fmt.Sprintf("Filter.1.Value.%d", i)))
	}
	return all
}

func TestListOfNamesAsksByFilterInPortions(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"DescribeImages": ok(describe("", ""))})
	var names, asked []string
	for i := range 450 {
		names = append(names, fmt.Sprintf("base-%d-*", i))
	}
	if _, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{Names: names}); err != nil {
		t.Fatal(err)
	}
	for _, made := range s.of("DescribeImages") {
		if made.form.Get("Filter.1.Name") != "name" || made.form.Has("Filter.2.Name") || made.form.Get("Owner.1") != "self" ||
			made.form.Get("IncludeDeprecated") != "true" || made.form.Get("IncludeDisabled") != "true" {
			t.Errorf("%v", made.form)
		}
		if n := len(made.values()); n > 200 {
			t.Errorf("%d values in one filter", n)
		}
		asked = append(asked, made.values()...)
	}
	if !slices.Equal(asked, names) || len(s.of("DescribeImages")) != 3 {
		t.Errorf("asked for %d of %d names in %d calls", len(asked), len(names), len(s.of("DescribeImages")))
	}
}

// Two filters of one call would both have to fit.
func TestIDsAndNamesAreAskedForOneAfterTheOther(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"DescribeImages": func(n int) answer {
		return answer{200, describe(item(fmt.Sprintf("ami-0000000%d", n), ambientOwner.Account, aDate), "")}
	}})
	images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{IDs: []string{"ami-00000000"}, Names: []string{"base-?", `b\*`}})
	if err != nil || len(images) != 2 {
		t.Fatalf("%v, %v", images, err)
	}
	var asked []string
	for _, made := range s.of("DescribeImages") {
		asked = append(asked, fmt.Sprint(made.form.Get("Filter.1.Name"), made.values()))
	}
	if want := []string{"image-id[ami-00000000]", `name[base-? b\\*]`}; !slices.Equal(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
}

func TestAListingOfNamesThatFailsIsNoListing(t *testing.T) {
	serve(t, map[string]func(int) answer{"DescribeImages": func(n int) answer {
		return []answer{{200, describe(item("ami-00000001", ambientOwner.Account, aDate), "")}, {200, ""}}[n]
	}})
	images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{IDs: []string{"ami-00000001"}, Names: []string{"base-*"}})
	failed(t, err, reconcile.Uncertain, "no list")
	if images != nil {
		t.Errorf("%v", images)
	}
}

// What a filter returns holds all that its patterns match, in a cloud that was
// written by itself.
func TestAFilterOnNamesReturnsAllThatMatch(t *testing.T) {
	serve(t, map[string]func(int) answer{}) // clears the environment
	file := simulator.File{Regions: []string{"us-east-1"}, Accounts: []simulator.Account{{ID: ambientOwner.Account, Name: "factory",
		Users: []simulator.User{{Name: "ci", AccessKeyID: "AKIASIMULATOR0000001", SecretAccessKey: "not-a-secret", Default: true}}}}}
	for i, name := range []string{"aaa", "aab", "aba-1", "abb-22", "Aaa", "b/[a]", "b-(a)", "ba'b@a", "bbb bab", "bab-1-1"} {
		file.Images = append(file.Images, simulator.Image{ID: fmt.Sprintf("ami-%017d", i), Name: name, Owner: ambientOwner.Account, Region: "us-east-1",
			CreationDate: simulator.Time{Time: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}})
	}
	cloud, err := simulator.New(file, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(cloud)
	t.Cleanup(listener.Close)
	for _, variable := range cloud.Environment(nil, listener.URL) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	t.Setenv("AWS_SESSION_TOKEN", "")
	reader := openReader(t, ambientOwner)
	pattern := rapid.StringOfN(rapid.SampledFrom([]rune(`ab1-/[*?\`)), 1, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		filter := reconcile.Filter{Names: rapid.SliceOfN(pattern, 1, 3).Draw(t, "patterns")}
		found, err := reader.List(context.Background(), "us-east-1", filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, image := range file.Images {
			listed := slices.ContainsFunc(found, func(i reconcile.Image) bool { return i.Name == image.Name })
			if filter.Holds(reconcile.Image{Name: image.Name}) && !listed {
				t.Fatalf("%q lacks %q", filter.Names, image.Name)
			}
		}
	})
}
