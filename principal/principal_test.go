package principal_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
)

const (
	org  = "arn:aws:organizations::123456789012:organization/o-exampleorg1"
	unit = "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"
)

func TestOnlyTwoAccountsAreSurelyDifferentPeople(t *testing.T) {
	a := principal.Principal{Kind: principal.Account, ID: "111122223333"}
	b := principal.Principal{Kind: principal.Account, ID: "444455556666"}
	o := principal.Principal{Kind: principal.Organization, ID: org}
	ou := principal.Principal{Kind: principal.OrganizationalUnit, ID: unit}
	for _, c := range []struct {
		name string
		p, q principal.Principal
		want bool
	}{
		{"an account and itself", a, a, true},
		{"two accounts", a, b, false},
		{"account and organization", a, o, true},
		{"account and OU", a, ou, true},
		{"account and public", a, principal.Everyone, true},
		{"organization and OU", o, ou, true},
		{"an organization and itself", o, o, true},
		{"OU and public", ou, principal.Everyone, true},
	} {
		if got := c.p.Overlaps(c.q); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if got := c.q.Overlaps(c.p); got != c.want {
			t.Errorf("%s, the other way round: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAPrincipalIsPrintedAsItsIDOrPublic(t *testing.T) {
	if got := principal.Everyone.String(); got != "public" {
		t.Errorf("public is printed as %q", got)
	}
	if got := (principal.Principal{Kind: principal.Organization, ID: org}).String(); got != org {
		t.Errorf("an organization is printed as %q", got)
	}
	image := principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: "ami-12345678"}
	if got, want := image.String(), "ami-12345678 (111122223333, us-east-1)"; got != want {
		t.Errorf("an image is printed as %q, want %q", got, want)
	}
}

func TestSortedGoesFromTheWidestToTheNarrowestEachOnce(t *testing.T) {
	a := principal.Principal{Kind: principal.Account, ID: "111122223333"}
	b := principal.Principal{Kind: principal.Account, ID: "444455556666"}
	o := principal.Principal{Kind: principal.Organization, ID: org}
	ou := principal.Principal{Kind: principal.OrganizationalUnit, ID: unit}
	want := []principal.Principal{principal.Everyone, o, ou, a, b}
	in := []principal.Principal{b, a, ou, b, principal.Everyone, o, a}
	before := slices.Clone(in)
	if got := principal.Sorted(in); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !slices.Equal(in, before) {
		t.Error("the input was altered")
	}
	if got := principal.Sorted(nil); got == nil || len(got) != 0 {
		t.Errorf("nobody sorted is %#v, want an empty list that is not nil", got)
	}
}

func TestSortedDoesNotDependOnTheOrderOfItsInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOf(rapid.Custom(func(t *rapid.T) principal.Principal {
			kind := rapid.SampledFrom([]principal.Kind{principal.Public, principal.Account, principal.Organization, principal.OrganizationalUnit}).Draw(t, "kind")
			if kind == principal.Public {
				return principal.Everyone
			}
			return principal.Principal{Kind: kind, ID: rapid.StringMatching(`[0-3]{1,2}`).Draw(t, "id")}
		})).Draw(t, "principals")
		one, other := principal.Sorted(in), principal.Sorted(rapid.Permutation(in).Draw(t, "shuffled"))
		if !slices.Equal(one, other) {
			t.Fatalf("%v and %v", one, other)
		}
		if !slices.Equal(principal.Sorted(one), one) {
			t.Fatal("sorting twice differs from sorting once")
		}
		for _, p := range in {
			if !slices.Contains(one, p) {
				t.Fatalf("%v is lost", p)
			}
		}
	})
}

func TestImagesAreOrderedByProviderAccountRegionAndID(t *testing.T) {
	sorted := []principal.Image{
		{Provider: "a", Account: "2", Region: "r2", ID: "i2"},
		{Provider: "b", Account: "1", Region: "r2", ID: "i2"},
		{Provider: "b", Account: "2", Region: "r1", ID: "i2"},
		{Provider: "b", Account: "2", Region: "r2", ID: "i1"},
		{Provider: "b", Account: "2", Region: "r2", ID: "i2"},
	}
	for i := range sorted {
		for j := range sorted {
			got := principal.CompareImages(sorted[i], sorted[j])
			if (i < j) != (got < 0) || (i == j) != (got == 0) {
				t.Errorf("%v and %v compare as %d", sorted[i], sorted[j], got)
			}
		}
	}
}

func hintOf(t *testing.T, err error) string {
	t.Helper()
	shape, ok := errors.AsType[*principal.ShapeError](err)
	if !ok {
		t.Fatalf("%v is a %T, want a *ShapeError", err, err)
	}
	return shape.Hint
}
