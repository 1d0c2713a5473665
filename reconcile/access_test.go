package reconcile

import (
	"errors"
	"slices"
	"testing"

	"github.com/amisync/amisync/principal"
)

func TestAccessTellsWhoHoldsWhatAndWhatIsNotKnown(t *testing.T) {
	account := func(id string) principal.Principal { return principal.Principal{Kind: principal.Account, ID: id} }
	image := func(id string) Image {
		return Image{Image: principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: id}, Name: "n-" + id}
	}
	a, b, denied, unread := image("ami-0a"), image("ami-0b"), image("ami-0c"), image("ami-0d")
	one, two := account("111111111111"), account("222222222222")
	observations := Observations{
		a.Image:      Known([]principal.Principal{two, one}),
		b.Image:      Known([]principal.Principal{one, two}),
		denied.Image: Unknown[[]principal.Principal](errors.New("denied")),
	}
	selection := Selection{Images: []Selected{{Image: a, Claims: []Claim{{Share: "base", Picked: true}, {Share: "old"}}}}}
	access := AccessOf([]Image{denied, b, a, unread}, selection, observations, map[principal.Principal]string{one: "payments"})

	if len(access.Images) != 3 || len(access.Sets) != 1 {
		t.Fatalf("got %+v, want three images that were asked for, two of them with one set", access)
	}
	for _, entry := range access.Images[:2] {
		holders, known := access.Holders(entry)
		if !known || !slices.Equal(holders, []NamedPrincipal{{Principal: one, Alias: "payments"}, {Principal: two}}) {
			t.Errorf("%s: got %v, %t", entry.Image.ID, holders, known)
		}
	}
	if shares := access.Images[0].Shares; !slices.Equal(shares, []string{"base"}) {
		t.Errorf("got shares %v, want those that pick the image", shares)
	}
	if holders, known := access.Holders(access.Images[2]); known || holders != nil || access.Images[2].Unknown != "denied" {
		t.Errorf("what could not be read is known: %+v", access.Images[2])
	}
	access.Sets[0] = []int{7, -1, 0}
	if holders, _ := access.Holders(access.Images[0]); len(holders) != 1 {
		t.Errorf("got %v from indices that lead nowhere", holders)
	}
}

func TestAFileHoldsOneOfThreeDocuments(t *testing.T) {
	result, drift := &Result{}, &Drift{FormatVersion: FormatVersion}
	result.Finish()
	drift.Finish()
	for name, encoded := range map[string]func() ([]byte, error){
		"result": func() ([]byte, error) { return EncodeResult(result) },
		"drift": func() ([]byte, error) {
			drift.Deviations = []Deviation{}
			return EncodeDrift(drift)
		},
		"plan": func() ([]byte, error) {
			p := &Plan{}
			p.Finish(nil, nil)
			return EncodePlan(p)
		},
	} {
		data, err := encoded()
		if err != nil {
			t.Fatal(err)
		}
		document, err := DecodeDocument(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := ""
		switch {
		case document.Plan != nil:
			got = "plan"
		case document.Result != nil:
			got = "result"
		case document.Drift != nil:
			got = "drift"
		}
		if got != name {
			t.Errorf("a %s was read as a %s", name, got)
		}
	}
	for _, bad := range []string{"", "nothing", "[]", "{}", `{"format_version":"2.0","outcomes":[]}`, `{"outcomes":[],"Outcomes":[],"format_version":"1.0"}`, `{"deviations":{}}`} {
		if _, err := DecodeDocument([]byte(bad)); !errors.Is(err, ErrDocument) {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}
