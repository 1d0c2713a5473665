package reconcile_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// two is an estate of one image that two shares pick.
func two(mode1, mode2 reconcile.Mode, grants1, grants2 []reconcile.Grant, observed ...principal.Principal) estate {
	e := one(grants1, observed...)
	e.declarations.Shares[0].Mode = mode1
	second := e.declarations.Shares[0]
	second.Share, second.Mode, second.Grants = "extra", mode2, grants2
	second.Source = reconcile.Source{File: "extra.yaml", Line: 1}
	e.declarations.Shares = append(e.declarations.Shares, second)
	return e
}

func TestDesiredIsTheUnionOverShares(t *testing.T) {
	a, b, c := account("200000000001"), account("200000000002"), account("200000000003")
	e := two(reconcile.Exclusive, reconcile.Additive, grants(a), grants(b), c)
	if got, want := short(e.changes()), []string{"grant 200000000001", "grant 200000000002", "revoke 200000000003"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	e = two(reconcile.Additive, reconcile.Additive, grants(a), grants(b), c)
	if got, want := short(e.changes()), []string{"grant 200000000001", "grant 200000000002"}; !slices.Equal(got, want) {
		t.Errorf("both additive: got %v, want %v", got, want)
	}
}

func TestTheLongestGrantWins(t *testing.T) {
	a := account("200000000001")
	until := func(offset int) []reconcile.Grant { return []reconcile.Grant{{Principal: a, Until: day(offset)}} }
	for _, c := range []struct {
		name   string
		one    []reconcile.Grant
		other  []reconcile.Grant
		until  time.Time
		change []string // with the account there already
	}{
		{"for good beats a date", grants(a), until(5), time.Time{}, []string{}},
		{"the later date beats the earlier", until(2), until(5), day(5), []string{}},
		{"a date in force beats an expired one", until(-2), until(2), day(2), []string{}},
		{"for good beats an expired one", until(-2), grants(a), time.Time{}, []string{}},
		{"two expired ones have expired", until(-2), until(-5), day(-2), []string{"revoke 200000000001"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range []estate{
				two(reconcile.Exclusive, reconcile.Additive, c.one, c.other, a),
				two(reconcile.Exclusive, reconcile.Additive, c.other, c.one, a),
				two(reconcile.Additive, reconcile.Additive, c.one, c.other, a),
			} {
				desired := e.desired()[0]
				all := append(slices.Clone(desired.Grants), desired.Expired...)
				if len(all) != 1 || !all[0].Until.Equal(c.until) {
					t.Errorf("grants %v, expired %v; want until %v", desired.Grants, desired.Expired, c.until)
				}
				if got := short(e.changes()); !slices.Equal(got, c.change) {
					t.Errorf("changes %v, want %v", got, c.change)
				}
			}
		})
	}
}

func TestTwoExclusiveClaimsLeaveTheImageAlone(t *testing.T) {
	a, b, c := account("200000000001"), account("200000000002"), account("200000000003")
	e := two(reconcile.Exclusive, reconcile.Exclusive, grants(a), grants(b), c)
	if got := e.changes(); len(got) > 0 {
		t.Errorf("got %v", short(got))
	}
	desired := e.desired()
	if len(desired) != 1 || !slices.Equal(desired[0].Conflict, []string{"base", "extra"}) || desired[0].Actionable() || len(desired[0].Grants) > 0 {
		t.Errorf("desired is %+v", desired)
	}
}

func TestAConflictShowsThoughNoneOfTheSharesPicksTheImage(t *testing.T) {
	e := two(reconcile.Exclusive, reconcile.Exclusive, nil, nil)
	lane := e.declarations.Shares[0].Lanes[0]
	images, _ := e.inventory[lane].Value()
	newer := images[0]
	newer.ID, newer.Created = "ami-00000002", newer.Created.AddDate(0, 0, 1)
	e.inventory[lane] = reconcile.Known([]reconcile.Image{images[0], newer})
	for i := range e.declarations.Shares {
		e.declarations.Shares[i].Selector.Newest = 1
	}
	desired := e.desired()
	if len(desired) != 2 || len(desired[0].Conflict) != 2 || len(desired[1].Conflict) != 2 {
		t.Errorf("desired is %+v", desired)
	}
}

func TestWhatIsDesiredIsSortedByPrincipal(t *testing.T) {
	e := one(nil)
	for i, p := range slices.Backward(principal.Sorted(everybody)) {
		grant := reconcile.Grant{Principal: p}
		if i%2 == 0 {
			grant.Until = day(-2)
		}
		e.declarations.Shares[0].Grants = append(e.declarations.Shares[0].Grants, grant)
	}
	desired := e.desired()[0]
	for name, list := range map[string][]reconcile.Grant{"grants": desired.Grants, "expired": desired.Expired} {
		var who []principal.Principal
		for _, grant := range list {
			who = append(who, grant.Principal)
		}
		if len(who) < 3 || !slices.IsSortedFunc(who, principal.Compare) {
			t.Errorf("%s: %v", name, who)
		}
	}
}

func TestAnIgnoredImageDoesNotHideTheNext(t *testing.T) {
	e := one(nil)
	lane := e.declarations.Shares[0].Lanes[0]
	images, _ := e.inventory[lane].Value()
	next := images[0]
	next.ID, next.Name = "ami-00000002", "base-2"
	e.inventory[lane] = reconcile.Known([]reconcile.Image{images[0], next})
	e.declarations.Policy.Ignore = []reconcile.Ignore{{Image: "base-1"}}
	if desired := e.desired(); len(desired) != 1 || desired[0].Image.ID != next.ID {
		t.Errorf("desired is %+v", desired)
	}
}

func TestRetiredImagesAreLeftAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		changed := changesByImage(e.changes())
		desired := map[principal.Image]reconcile.Desired{}
		for _, d := range e.desired() {
			desired[d.Image.Image] = d
		}
		for _, selected := range e.selection().Images {
			_, isDesired := desired[selected.Image.Image]
			if !selected.Picked() && (len(changed[selected.Image.Image]) > 0 || isDesired && len(desired[selected.Image.Image].Conflict) == 0) {
				t.Fatalf("%+v is retired, yet desired or changed", selected)
			}
		}
	})
}

func TestOnlyAWrittenEmptyListIsEmptyOnPurpose(t *testing.T) {
	a := account("200000000001")
	expired := []reconcile.Grant{{Principal: a, Until: day(-2)}}
	for _, c := range []struct {
		name string
		e    estate
		want bool
	}{
		{"an empty exclusive share", one(nil, a), true},
		{"a share whose only grant has expired", one(expired, a), false},
		{"an empty additive share", two(reconcile.Additive, reconcile.Additive, nil, nil, a), false},
		{"an empty exclusive share beside an additive one", two(reconcile.Exclusive, reconcile.Additive, nil, grants(a), a), true},
		{"a share that declares somebody", one(grants(a), a), false},
	} {
		if got := c.e.desired()[0].EmptyOnPurpose; got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
