package reconcile_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// reference says from first principles who may launch an image after an apply,
// and whether the image may be touched at all.
func reference(e estate, image reconcile.Image) (after []principal.Principal, touched bool) {
	permissions, known := e.observations[image.Image].Value()
	if !known || image.State != reconcile.Available {
		return nil, false
	}
	var exclusiveClaims, picks int
	exclusive := false
	until := map[principal.Principal]time.Time{} // latest; far future for good
	forGood := noon.AddDate(1000, 0, 0)
	for _, share := range e.declarations.Shares {
		if !slices.Contains(share.Lanes, reconcile.LaneOf(image.Image)) || !share.Selector.Matches(image) {
			continue
		}
		if share.Mode == reconcile.Exclusive {
			exclusiveClaims++
		}
		if share.Selector.Newest > 0 && !slices.Contains(newestOf(e, share, image), image.ID) {
			continue
		}
		picks++
		exclusive = exclusive || share.Mode == reconcile.Exclusive
		for _, grant := range share.Grants {
			last := grant.Until
			if last.IsZero() {
				last = forGood
			}
			if last.After(until[grant.Principal]) {
				until[grant.Principal] = last
			}
		}
	}
	if exclusiveClaims > 1 || picks == 0 {
		return nil, false
	}
	for _, p := range everybody {
		last, declared := until[p]
		switch {
		case declared && noon.Before(last.AddDate(0, 0, 1)):
			after = append(after, p)
		case !declared && !exclusive && slices.Contains(permissions, p):
			after = append(after, p)
		}
	}
	return after, true
}

// newestOf picks by looking for the newest image again and again.
func newestOf(e estate, share reconcile.Declaration, of reconcile.Image) []string {
	images, _ := e.inventory[reconcile.LaneOf(of.Image)].Value()
	var picked []string
	for range share.Selector.Newest {
		var best *reconcile.Image
		for i := range images {
			candidate := &images[i]
			if candidate.State != reconcile.Available || !share.Selector.Matches(*candidate) || slices.Contains(picked, candidate.ID) {
				continue
			}
			if best == nil || candidate.Created.After(best.Created) || candidate.Created.Equal(best.Created) && candidate.ID > best.ID {
				best = candidate
			}
		}
		if best != nil {
			picked = append(picked, best.ID)
		}
	}
	return picked
}

func TestApplyingTheDifferenceGivesWhatIsDeclared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		changes := changesByImage(e.changes())
		for _, image := range listed(e.inventory) {
			want, touched := reference(e, image)
			if !touched {
				if len(changes[image.Image]) > 0 {
					t.Fatalf("%v is to be left alone, yet: %v", image, short(changes[image.Image]))
				}
				continue
			}
			before, _ := e.observations[image.Image].Value()
			if after := reconcile.Patch(before, changes[image.Image]); !slices.Equal(after, principal.Sorted(want)) {
				t.Fatalf("%v: from %v by %v to %v, want %v", image.Image, before, short(changes[image.Image]), after, want)
			}
			delete(changes, image.Image)
		}
		if len(changes) > 0 {
			t.Fatalf("changes of images that no known lane lists: %v", changes)
		}
	})
}

func TestTheDifferenceIsTheSmallest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		for image, changes := range changesByImage(e.changes()) {
			before, _ := e.observations[image].Value()
			seen := map[principal.Principal]bool{}
			for _, change := range changes {
				p := change.Principal.Principal
				if seen[p] {
					t.Fatalf("%v: two changes of %v: %v", image, p, short(changes))
				}
				seen[p] = true
				if change.SatisfiedBy(before) {
					t.Fatalf("%v: %s %v is so already", image, change.Verb, p)
				}
				if (p.Kind == principal.Public) != (change.Verb == reconcile.VerbPublish || change.Verb == reconcile.VerbUnpublish) {
					t.Fatalf("%s of %v", change.Verb, p)
				}
			}
		}
	})
}

func TestAfterAnApplyNothingIsLeftToDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		for image, changes := range changesByImage(e.changes()) {
			before, _ := e.observations[image].Value()
			e.observations[image] = reconcile.Known(reconcile.Patch(before, changes))
		}
		if again := e.changes(); len(again) > 0 {
			t.Fatalf("a second plan still has %v", short(again))
		}
	})
}

func TestTheOrderInWhichThingsAreToldDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		one, other := e.changes(), e.shuffled(t).changes()
		if !slices.Equal(ids(one), ids(other)) {
			t.Fatalf("%v\n%v", short(one), short(other))
		}
		if reconcile.Digest(reconcile.Scope{}, one) != reconcile.Digest(reconcile.Scope{}, other) {
			t.Fatal("the digests differ")
		}
	})
}

func TestPlanningAltersNothingThatItWasGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		before := fmt.Sprintf("%#v %#v %#v", *e.declarations, listed(e.inventory), e.observations)
		changes := e.changes()
		told := fmt.Sprintf("%#v", changes)
		reconcile.Order(changes, carriers)
		reconcile.Scope{Only: reconcile.OnlyRevokes}.Changes(changes)
		for image, own := range changesByImage(changes) {
			permissions, _ := e.observations[image].Value()
			reconcile.Patch(permissions, own)
		}
		if after := fmt.Sprintf("%#v %#v %#v", *e.declarations, listed(e.inventory), e.observations); after != before {
			t.Fatalf("before %s\nafter %s", before, after)
		}
		if told != fmt.Sprintf("%#v", changes) {
			t.Fatal("the changes were altered")
		}
	})
}

func TestWhatCouldNotBeReadIsNeverChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		for _, change := range e.changes() {
			if _, known := e.observations[change.Image.Image].Value(); !known {
				t.Fatalf("%s %v although nothing is known of %v", change.Verb, change.Principal, change.Image)
			}
			if _, known := e.inventory[reconcile.LaneOf(change.Image.Image)].Value(); !known {
				t.Fatalf("a change in a lane that could not be listed: %v", change.Image)
			}
		}
	})
}

func TestAdditiveSharesTakeOnlyWhatTheyDeclaredAndWhatHasExpired(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		for i := range e.declarations.Shares {
			e.declarations.Shares[i].Mode = reconcile.Additive
		}
		for _, change := range e.changes() {
			if !change.Verb.Takes() {
				continue
			}
			declaredAndOver := slices.ContainsFunc(e.declarations.Shares, func(d reconcile.Declaration) bool {
				return slices.ContainsFunc(d.Grants, func(g reconcile.Grant) bool {
					return g.Principal == change.Principal.Principal && !g.Until.IsZero() && g.Until.Before(day(0))
				})
			})
			if change.Reason != reconcile.Expired || !declaredAndOver {
				t.Fatalf("%s %v (%s)", change.Verb, change.Principal, change.Reason)
			}
		}
	})
}

func TestOneImage(t *testing.T) {
	a, b := account("200000000001"), account("200000000002")
	until := func(p principal.Principal, offset int) reconcile.Grant {
		return reconcile.Grant{Principal: p, Until: day(offset), Reason: "INC-1"}
	}
	for _, c := range []struct {
		name     string
		declared []reconcile.Grant
		observed []principal.Principal
		want     []string
	}{
		{"a set is replaced across kinds", grants(org), []principal.Principal{principal.Everyone, a},
			[]string{"grant " + org.ID, "unpublish public", "revoke 200000000001"}},
		{"nothing declared is private", nil, []principal.Principal{a, b}, []string{"revoke 200000000001", "revoke 200000000002"}},
		{"nothing declared and nothing there", nil, nil, []string{}},
		{"equal sets", grants(a, b), []principal.Principal{b, a}, []string{}},
		{"an account moves into an OU", grants(unit), []principal.Principal{a}, []string{"grant " + unit.ID, "revoke 200000000001"}},
		{"publishing comes after grants", grants(principal.Everyone, a), []principal.Principal{b},
			[]string{"grant 200000000001", "publish public", "revoke 200000000002"}},
		{"a grant whose day is today", []reconcile.Grant{until(a, 0)}, nil, []string{"grant 200000000001"}},
		{"a grant whose day was yesterday and that is there", []reconcile.Grant{until(a, -1), {Principal: b}}, []principal.Principal{a, b}, []string{"revoke 200000000001"}},
		{"a grant whose day was yesterday and that is not there", []reconcile.Grant{until(a, -1), {Principal: b}}, []principal.Principal{b}, []string{}},
		{"a publication that has expired", []reconcile.Grant{until(principal.Everyone, -1)}, []principal.Principal{principal.Everyone}, []string{"unpublish public"}},
		{"an entry read twice", nil, []principal.Principal{a, a}, []string{"revoke 200000000001"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := short(one(c.declared, c.observed...).changes()); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestAChangeSaysWhyAndWhere(t *testing.T) {
	a, b, c := account("200000000001"), account("200000000002"), account("200000000003")
	declared := []reconcile.Grant{
		{Principal: a, Until: day(3), Reason: "INC-1", Source: reconcile.Source{File: "base.yaml", Line: 7, Column: 5}},
		{Principal: b, Until: day(-3), Reason: "INC-2", Source: reconcile.Source{File: "base.yaml", Line: 8, Column: 5}},
	}
	changes := one(declared, b, c).changes()
	if len(changes) != 3 {
		t.Fatalf("got %v", short(changes))
	}
	grant, expired, undeclared := changes[0], changes[1], changes[2]
	if grant.Reason != reconcile.Declared || grant.Until != "2026-11-24" || grant.Note != "INC-1" || grant.Source.Line != 7 {
		t.Errorf("the grant is %+v", grant)
	}
	if expired.Reason != reconcile.Expired || expired.Until != "2026-11-18" || expired.Note != "INC-2" || expired.Source.Line != 8 {
		t.Errorf("the expiry is %+v", expired)
	}
	if undeclared.Reason != reconcile.Undeclared || undeclared.Until != "" || undeclared.Source != (reconcile.Source{File: "base.yaml", Line: 3}) {
		t.Errorf("the revoke is %+v", undeclared)
	}
	if grant.Image.Name != "base-1" || grant.ID == "" || grant.ID == expired.ID {
		t.Errorf("image %v, ids %q and %q", grant.Image, grant.ID, expired.ID)
	}
}

func TestTheLastDayIsIncludedInUTC(t *testing.T) {
	tokyo := time.FixedZone("Tokyo", 9*60*60)
	grant := reconcile.Grant{Until: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		at      time.Time
		expired bool
	}{
		{time.Date(2026, 11, 20, 23, 59, 0, 0, time.UTC), false},
		{time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), false},
		{time.Date(2026, 11, 21, 23, 59, 59, 999999999, time.UTC), false},
		{time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), true},
		{time.Date(2026, 11, 22, 8, 59, 0, 0, tokyo), false},
		{time.Date(2026, 11, 22, 9, 0, 0, 0, tokyo), true},
	} {
		if got := grant.Expired(c.at); got != c.expired {
			t.Errorf("at %v: expired %v", c.at, got)
		}
	}
	if (reconcile.Grant{}).Expired(noon.AddDate(500, 0, 0)) {
		t.Error("a grant for good has expired")
	}
}

func TestPatchIsWhatThePermissionsWillBe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := drawPrincipals().Draw(t, "before")
		after := drawPrincipals().Draw(t, "after")
		e := one(grants(after...), before...)
		if got := reconcile.Patch(before, e.changes()); !slices.Equal(got, principal.Sorted(after)) {
			t.Fatalf("%v, want %v", got, after)
		}
	})
	if got := reconcile.Patch(nil, nil); !reflect.DeepEqual(got, []principal.Principal{}) {
		t.Errorf("nobody, unchanged, is %#v", got)
	}
}
