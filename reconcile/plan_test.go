package reconcile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func (e estate) plan(scope reconcile.Scope) *reconcile.Plan {
	selection := e.selection()
	changes, _ := scope.Changes(reconcile.Diff(reconcile.Desire(e.declarations, scope.Selection(selection), noon), e.observations))
	p := &reconcile.Plan{At: noon, Scope: scope, Changes: changes}
	for _, selected := range selection.Images {
		p.Selection = append(p.Selection, reconcile.PlannedImage{Image: reconcile.NamedImage{Image: selected.Image.Image, Name: selected.Image.Name}, Claims: selected.Claims})
	}
	p.Finish(e.declarations.Aliases, carriers)
	return p
}

func TestThePlanCountsWhatItHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawEstate(t).plan(reconcile.Scope{})
		var want reconcile.Summary
		images := map[principal.Image]bool{}
		for _, change := range p.Changes {
			images[change.Image.Image] = true
			switch change.Verb {
			case reconcile.VerbGrant:
				want.Grants++
			case reconcile.VerbPublish:
				want.Public++
			default:
				want.Revokes++
			}
		}
		want.Images = len(images)
		if p.Summary != want {
			t.Fatalf("%+v, want %+v", p.Summary, want)
		}
	})
}

func TestFinishNamesSortsAndLeavesNoNull(t *testing.T) {
	e := one(grants(org, account("200000000001")))
	changes := e.changes()
	slices.Reverse(changes)
	p := &reconcile.Plan{Changes: changes,
		Findings: []reconcile.Finding{
			{Code: "AMI009", Severity: reconcile.SeverityNote},
			{Code: "AMI002", Severity: reconcile.SeverityError, Principal: reconcile.NamedPrincipal{Principal: org}},
		},
		Incomplete: []reconcile.Incomplete{{Account: "2", Region: "b"}, {Account: "2", Region: "a"}, {Account: "1", Region: "c", Image: "x"}, {Account: "1", Region: "c"}}}
	p.Finish(map[principal.Principal]string{org: "acme"}, carriers)
	if p.Changes[0].Principal.Alias != "acme" || p.Changes[1].Principal.Alias != "" || p.Findings[0].Principal.Alias != "acme" {
		t.Errorf("names: %v, %v, %v", p.Changes[0].Principal, p.Changes[1].Principal, p.Findings[0].Principal)
	}
	var order []string
	for _, i := range p.Incomplete {
		order = append(order, i.Account+i.Region+i.Image)
	}
	if want := []string{"1c", "1cx", "2a", "2b"}; !slices.Equal(order, want) {
		t.Errorf("incomplete in the order %v, want %v", order, want)
	}
	if p.Summary.Unknown != 4 {
		t.Errorf("%d unknown", p.Summary.Unknown)
	}

	empty := &reconcile.Plan{}
	empty.Finish(nil, carriers)
	data, err := reconcile.EncodePlan(empty)
	if err != nil || strings.Contains(string(data), "null") {
		t.Errorf("%v: %s", err, data)
	}
}

func TestWhatStopsAPlan(t *testing.T) {
	for _, c := range []struct {
		finding          reconcile.Finding
		refused, stopped bool
	}{
		{reconcile.Finding{Severity: reconcile.SeverityError, Stops: reconcile.StopsRun}, true, true},
		{reconcile.Finding{Severity: reconcile.SeverityError, Stops: reconcile.StopsImage}, true, false},
		{reconcile.Finding{Severity: reconcile.SeverityError}, false, false},
		{reconcile.Finding{Severity: reconcile.SeverityWarning, Stops: reconcile.StopsRun}, false, false},
		{reconcile.Finding{Severity: reconcile.SeverityNote, Stops: reconcile.StopsImage}, false, false},
	} {
		p := &reconcile.Plan{Findings: []reconcile.Finding{{Severity: reconcile.SeverityNote}, c.finding}}
		if p.Refused() != c.refused || p.Stopped() != c.stopped {
			t.Errorf("%+v: refused %v, stopped %v", c.finding, p.Refused(), p.Stopped())
		}
	}
}

func TestFindingsAreOrderedFromTheWorst(t *testing.T) {
	at := func(severity reconcile.Severity, code, share, id, message string) reconcile.Finding {
		return reconcile.Finding{Severity: severity, Code: code, Share: share, Message: message, Image: reconcile.NamedImage{Image: principal.Image{ID: id}}}
	}
	sorted := []reconcile.Finding{
		at(reconcile.SeverityError, "AMI002", "", "", ""),
		at(reconcile.SeverityError, "AMI003", "a", "", ""),
		at(reconcile.SeverityError, "AMI003", "b", "1", ""),
		at(reconcile.SeverityError, "AMI003", "b", "2", "x"),
		at(reconcile.SeverityError, "AMI003", "b", "2", "y"),
		{Severity: reconcile.SeverityError, Code: "AMI007", Principal: reconcile.NamedPrincipal{Principal: account("1")}},
		{Severity: reconcile.SeverityError, Code: "AMI007", Principal: reconcile.NamedPrincipal{Principal: account("2")}},
		{Severity: reconcile.SeverityError, Code: "AMI007", Principal: reconcile.NamedPrincipal{Principal: account("2")}, Source: reconcile.Source{File: "a", Line: 1}},
		{Severity: reconcile.SeverityError, Code: "AMI007", Principal: reconcile.NamedPrincipal{Principal: account("2")}, Source: reconcile.Source{File: "a", Line: 2}},
		at(reconcile.SeverityWarning, "AMI001", "", "", ""),
		at(reconcile.SeverityNote, "AMI001", "", "", ""),
	}
	rapid.Check(t, func(t *rapid.T) {
		shuffled := rapid.Permutation(sorted).Draw(t, "findings")
		slices.SortFunc(shuffled, reconcile.CompareFindings)
		if !reflect.DeepEqual(shuffled, sorted) {
			t.Fatalf("%v", shuffled)
		}
	})
}

func TestTheDigestIsBlindToNamesReasonsPositionsAndTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		changes := e.changes()
		want := reconcile.Digest(reconcile.Scope{}, changes)
		for i := range e.declarations.Shares {
			share := &e.declarations.Shares[i]
			share.Source = reconcile.Source{File: "moved.yaml", Line: 99}
			for j := range share.Grants {
				share.Grants[j].Reason, share.Grants[j].Source.Line = "another", 77
			}
		}
		again := slices.Clone(e.changes())
		for i := range again {
			again[i].Image.Name, again[i].Principal.Alias, again[i].Until, again[i].Reason = "renamed", "alias", "2030-01-01", "because"
		}
		if got := reconcile.Digest(reconcile.Scope{}, again); got != want || !strings.HasPrefix(got, "sha256:") || len(got) != 71 {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

func TestTheDigestSeesEveryDifferenceInWhatIsDone(t *testing.T) {
	change := one(grants(account("200000000001"))).changes()[0]
	digests := map[string]string{}
	add := func(what string, scope reconcile.Scope, changes ...reconcile.Change) {
		digest := reconcile.Digest(scope, changes)
		if other, has := digests[digest]; has {
			t.Errorf("%s and %s have one digest", what, other)
		}
		digests[digest] = what
	}
	with := func(alter func(*reconcile.Change)) reconcile.Change {
		c := change
		alter(&c)
		return c
	}
	add("the change", reconcile.Scope{}, change)
	add("nothing", reconcile.Scope{})
	add("the change twice", reconcile.Scope{}, change, change)
	add("another provider", reconcile.Scope{}, with(func(c *reconcile.Change) { c.Image.Provider = "other" }))
	add("another account", reconcile.Scope{}, with(func(c *reconcile.Change) { c.Image.Account = "1" }))
	add("another region", reconcile.Scope{}, with(func(c *reconcile.Change) { c.Image.Region = "r" }))
	add("another image", reconcile.Scope{}, with(func(c *reconcile.Change) { c.Image.ID = "i" }))
	add("another verb", reconcile.Scope{}, with(func(c *reconcile.Change) { c.Verb = reconcile.VerbRevoke }))
	add("another kind", reconcile.Scope{}, with(func(c *reconcile.Change) { c.Principal.Kind = principal.Organization }))
	add("another principal", reconcile.Scope{}, with(func(c *reconcile.Change) { c.Principal.ID = "2" }))
	add("fields that run into each other", reconcile.Scope{}, with(func(c *reconcile.Change) { c.Image.Account += "u"; c.Image.Region = c.Image.Region[1:] }))
	for what, scope := range map[string]reconcile.Scope{
		"an owner": {Owners: []string{"x"}}, "a region": {Regions: []string{"x"}}, "a share": {Shares: []string{"x"}}, "an image": {Images: []string{"x"}},
		"two images": {Images: []string{"x", "y"}}, "images that run into each other": {Images: []string{"x,y"}},
		"a principal": {Principals: []principal.Principal{org}}, "only grants": {Only: reconcile.OnlyGrants}, "only revokes": {Only: reconcile.OnlyRevokes},
	} {
		add(what, scope, change)
	}
}

func TestTheDigestDoesNotDependOnTheOrderOfFilters(t *testing.T) {
	one := reconcile.Scope{Images: []string{"a", "b"}, Principals: []principal.Principal{org, unit}}
	other := reconcile.Scope{Images: []string{"b", "a", "b"}, Principals: []principal.Principal{unit, org}, Owners: []string{}}
	if reconcile.Digest(one, nil) != reconcile.Digest(other, nil) {
		t.Error("the digests differ")
	}
	if !slices.Equal(other.Images, []string{"b", "a", "b"}) {
		t.Error("the scope was altered")
	}
}

// TestTheDigestIsFrozen keeps digests that people have written down working.
func TestTheDigestIsFrozen(t *testing.T) {
	p := one(grants(account("200000000001")), org).plan(reconcile.Scope{Regions: []string{"us-east-1"}})
	if want := "sha256:22f1de8bd84b0f32446e66e8da37441c4334de09aa31bd0b7b0dd1ab84616e48"; p.Digest != want {
		t.Errorf("the digest is %s, it was %s", p.Digest, want)
	}
}

func TestAPlanFileIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawEstate(t).plan(reconcile.Scope{
			Images: rapid.SliceOfN(rapid.SampledFrom([]string{"base-*", "<&>", "世"}), 0, 2).Draw(t, "images"),
			Only:   rapid.SampledFrom([]reconcile.Direction{"", reconcile.OnlyGrants}).Draw(t, "only"),
		})
		data, err := reconcile.EncodePlan(p)
		if err != nil {
			t.Fatal(err)
		}
		read, err := reconcile.DecodePlan(data)
		if err != nil {
			t.Fatal(err)
		}
		again, err := reconcile.EncodePlan(read)
		if err != nil || string(again) != string(data) {
			t.Fatalf("%v\n%s\n%s", err, data, again)
		}
		if strings.Contains(string(data), `\u00`) {
			t.Fatalf("escaped: %s", data)
		}
	})
}

func TestPlanFilesThatCannotBeUsed(t *testing.T) {
	p := one(grants(account("200000000001"), account("200000000002")), org).plan(reconcile.Scope{Regions: []string{"us-east-1"}})
	good, err := reconcile.EncodePlan(p)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(alter func(map[string]any)) []byte {
		var document map[string]any
		if err := json.Unmarshal(good, &document); err != nil {
			t.Fatal(err)
		}
		alter(document)
		data, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	change := func(document map[string]any, i int) map[string]any {
		return document["changes"].([]any)[i].(map[string]any)
	}
	step := func(document map[string]any, i int) map[string]any {
		return document["steps"].([]any)[i].(map[string]any)
	}
	// sealed is a file as another version of amisync may write it.
	sealed := func(change func(map[string]any)) []byte {
		sum, err := reconcile.Checksum(edit(change))
		if err != nil {
			t.Fatal(err)
		}
		return edit(func(d map[string]any) {
			change(d)
			d["checksum"] = sum
		})
	}
	for _, c := range []struct {
		name string
		data []byte
		says string // "" where the file is good
	}{
		{"as written", good, ""},
		{"with fields that nobody knows yet", sealed(func(d map[string]any) { d["later"] = map[string]any{"a": 1}; change(d, 0)["cost"] = 3 }), ""},
		{"of a newer minor version", sealed(func(d map[string]any) { d["format_version"] = "1.7" }), ""},
		{"of another major version", edit(func(d map[string]any) { d["format_version"] = "2.0" }), "format version is 2.0, this amisync reads 1.x"},
		{"of a version that begins alike", edit(func(d map[string]any) { d["format_version"] = "10.0" }), "format version is 10.0"},
		{"without a version", edit(func(d map[string]any) { delete(d, "format_version") }), "no format_version"},
		{"not JSON", []byte("apiVersion: amisync/v1"), "not a plan in JSON"},
		{"empty", nil, "not a plan in JSON"},
		{"JSON, but a list", []byte("[]"), "not a plan in JSON"},
		{"JSON, but null", []byte("null"), "no format_version"},
		{"cut off", good[:len(good)/2], "not a plan in JSON"},
		{"two plans in one file", append(slices.Clone(good), good...), "not a plan in JSON"},
		{"with another image", edit(func(d map[string]any) { change(d, 0)["image"].(map[string]any)["id"] = "ami-99999999" }), "altered"},
		{"with another principal", edit(func(d map[string]any) { change(d, 0)["principal"].(map[string]any)["id"] = "999999999999" }), "altered"},
		{"with another verb", edit(func(d map[string]any) { change(d, 0)["verb"] = "revoke" }), "altered"},
		{"with a change less", edit(func(d map[string]any) { d["changes"] = d["changes"].([]any)[1:] }), "altered"},
		{"with a change twice", edit(func(d map[string]any) { d["changes"] = append(d["changes"].([]any), change(d, 2)) }), "altered"},
		{"with changes in another order", edit(func(d map[string]any) { slices.Reverse(d["changes"].([]any)) }), "altered"},
		{"with another scope", edit(func(d map[string]any) { d["scope"] = map[string]any{} }), "altered"},
		{"with the id of a change exchanged", edit(func(d map[string]any) { change(d, 0)["id"] = change(d, 1)["id"] }), "altered"},
		{"with another time", edit(func(d map[string]any) { d["at"] = "2026-11-22T00:00:00Z" }), "altered"},
		{"with another name", edit(func(d map[string]any) { change(d, 0)["principal"].(map[string]any)["alias"] = "somebody-else" }), "altered"},
		{"sealed, with a change that its digest does not name", sealed(func(d map[string]any) { d["changes"] = d["changes"].([]any)[1:] }), "altered"},
		{"sealed, with the id of a change exchanged", sealed(func(d map[string]any) { change(d, 0)["id"] = change(d, 1)["id"] }), "altered"},
		{"sealed, with a step that carries out nothing", sealed(func(d map[string]any) { step(d, 0)["changes"] = []any{} }), "carries out no change"},
		{"sealed, with a step for a change that is not there", sealed(func(d map[string]any) { step(d, 0)["changes"] = []any{"unheard of"} }), "carries out no change"},
		{"with another selection", edit(func(d map[string]any) { d["selection"] = []any{} }), "altered"},
		{"without its checksum", edit(func(d map[string]any) { delete(d, "checksum") }), "altered"},
		{"with a digest of its own", edit(func(d map[string]any) { d["digest"] = "sha256:00" }), "altered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := reconcile.DecodePlan(c.data)
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, reconcile.ErrPlanFile) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want one that says %q", err, c.says)
			}
		})
	}
}

func TestResultsAreSortedAndCounted(t *testing.T) {
	e := one(grants(org, account("200000000001"), account("200000000002")))
	changes := e.changes()
	r := &reconcile.Result{
		Outcomes: []reconcile.Outcome{{Change: changes[2], Status: reconcile.StatusSatisfied}, {Change: changes[0], Status: reconcile.StatusApplied}, {Change: changes[1], Status: reconcile.StatusApplied}},
		Images:   []reconcile.ImageRecord{{Image: reconcile.NamedImage{Image: principal.Image{ID: "b"}}}, {Image: reconcile.NamedImage{Image: principal.Image{ID: "a"}}}},
		Actors:   []reconcile.Actor{{Account: "2"}, {Account: "1", Identity: "b"}, {Account: "1", Identity: "a"}},
	}
	r.Finish()
	if !r.Complete() || !maps.Equal(r.Summary, map[reconcile.Status]int{reconcile.StatusApplied: 2, reconcile.StatusSatisfied: 1}) {
		t.Errorf("complete %v, summary %v", r.Complete(), r.Summary)
	}
	if got := fmt.Sprintf("%v %v %s %v", r.Outcomes[0].Change.ID == changes[0].ID, r.Outcomes[2].Change.ID == changes[2].ID, r.Images[0].Image.ID, r.Actors); got != "true true a [{1 a} {1 b} {2 }]" {
		t.Errorf("order: %s", got)
	}
	for _, status := range []reconcile.Status{reconcile.StatusFailed, reconcile.StatusSkipped, reconcile.StatusNotAttempted} {
		r.Outcomes[0].Status = status
		r.Finish()
		if r.Complete() {
			t.Errorf("complete although a change is %s", status)
		}
	}
	r.Outcomes[0].Status, r.Incomplete = reconcile.StatusApplied, []reconcile.Incomplete{{}}
	r.Finish()
	if r.Complete() {
		t.Error("complete although something could not be read")
	}
	empty := &reconcile.Result{}
	empty.Finish()
	data, err := reconcile.EncodeResult(empty)
	if err != nil || strings.Contains(string(data), "null") || !strings.Contains(string(data), `"format_version": "1.0"`) {
		t.Errorf("%v: %s", err, data)
	}
}

func TestUnreadableIsNotEmptyInAResult(t *testing.T) {
	r := &reconcile.Result{Images: []reconcile.ImageRecord{
		{Image: reconcile.NamedImage{Image: principal.Image{ID: "a"}}, Before: []principal.Principal{}, After: nil},
		{Image: reconcile.NamedImage{Image: principal.Image{ID: "b"}}, Before: []principal.Principal{}, After: []principal.Principal{}},
	}}
	r.Finish()
	data, err := reconcile.EncodeResult(r)
	if err != nil || strings.Count(string(data), `"after": null`) != 1 || strings.Count(string(data), `"after": []`) != 1 {
		t.Errorf("%v: %s", err, data)
	}
}
