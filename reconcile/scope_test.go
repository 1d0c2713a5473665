package reconcile_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestLanesInScope(t *testing.T) {
	factory, lab := owners[0].Lanes(), owners[1].Lanes()
	declarations := &reconcile.Declarations{Owners: owners, Shares: []reconcile.Declaration{
		{Share: "base", Owner: "factory", Lanes: factory[:1]},
		{Share: "late", Owner: "factory", Lanes: factory[1:]},
		{Share: "tools", Owner: "lab", Lanes: lab},
	}}
	for _, c := range []struct {
		name  string
		scope reconcile.Scope
		want  []reconcile.Lane
	}{
		{"everything", reconcile.Scope{}, append(slices.Clone(factory), lab...)},
		{"an owner", reconcile.Scope{Owners: []string{"lab"}}, lab},
		{"two owners", reconcile.Scope{Owners: []string{"lab", "factory"}}, append(slices.Clone(factory), lab...)},
		{"an owner that is not there", reconcile.Scope{Owners: []string{"Lab"}}, nil},
		{"a region", reconcile.Scope{Regions: []string{"us-east-1"}}, []reconcile.Lane{factory[1], lab[0]}},
		{"a share", reconcile.Scope{Shares: []string{"base"}}, factory[:1]},
		{"a share in a later region of its owner", reconcile.Scope{Shares: []string{"late"}}, factory[1:]},
		{"two shares", reconcile.Scope{Shares: []string{"base", "tools"}}, []reconcile.Lane{factory[0], lab[0]}},
		{"filters agree", reconcile.Scope{Shares: []string{"base"}, Regions: []string{"us-east-1"}}, nil},
		{"images and principals narrow no lanes", reconcile.Scope{Images: []string{"x"}, Principals: []principal.Principal{org}, Only: reconcile.OnlyGrants},
			append(slices.Clone(factory), lab...)},
	} {
		if got := c.scope.Lanes(declarations); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if c.scope.IsAll() != (c.name == "everything") {
			t.Errorf("%s: IsAll is %v", c.name, c.scope.IsAll())
		}
	}
}

func TestAnyFilterMakesAScopeLessThanEverything(t *testing.T) {
	list := rapid.SliceOfN(rapid.Just("x"), 0, 2)
	rapid.Check(t, func(t *rapid.T) {
		scope := reconcile.Scope{
			Owners: list.Draw(t, "owners"), Regions: list.Draw(t, "regions"), Shares: list.Draw(t, "shares"), Images: list.Draw(t, "images"),
			Principals: rapid.SliceOfN(rapid.Just(org), 0, 2).Draw(t, "principals"),
			Only:       rapid.SampledFrom([]reconcile.Direction{"", reconcile.OnlyGrants}).Draw(t, "only"),
		}
		want := scope.Only == ""
		for _, length := range []int{len(scope.Owners), len(scope.Regions), len(scope.Shares), len(scope.Images), len(scope.Principals)} {
			want = want && length == 0
		}
		if scope.IsAll() != want {
			t.Fatalf("%+v: IsAll is %v", scope, scope.IsAll())
		}
	})
}

func TestAnImageThatIsGoneIsInScopeByItsID(t *testing.T) {
	id := reconcile.ImageID{Image: principal.Image{Provider: principal.AWS, Account: "222222222222", Region: "us-east-1", ID: "ami-00000009"}}
	all := reconcile.Selection{Gone: []reconcile.Gone{{Share: "base", ImageID: id}}}
	for filter, want := range map[string]int{"ami-00000009": 1, "ami-00000008": 0, "*": 0} {
		if got := (reconcile.Scope{Images: []string{filter}}).Selection(all).Gone; len(got) != want {
			t.Errorf("%s: %+v", filter, got)
		}
	}
}

func TestTheImageFilterTakesIDsAndPatternsOfNames(t *testing.T) {
	image := reconcile.Image{Image: principal.Image{ID: "ami-00000001"}, Name: "base-1"}
	for filter, want := range map[string]bool{
		"ami-00000001": true, "base-1": true, "base-*": true, "*": true, "ami-0000000*": false, "base": false, "": false,
	} {
		if got := (reconcile.Scope{Images: []string{"other", filter}}).HoldsImage(image); got != want {
			t.Errorf("%q: %v", filter, got)
		}
	}
	if (reconcile.Scope{Images: []string{"*"}}).HoldsImage(reconcile.Image{Image: principal.Image{ID: "ami-00000001"}}) {
		t.Error("a pattern of names holds an image without a name")
	}
}

func TestASharesScopeKeepsWhatOtherSharesSayOfItsImages(t *testing.T) {
	a, b := account("200000000001"), account("200000000002")
	e := two(reconcile.Exclusive, reconcile.Additive, grants(a), grants(b), b)
	scope := reconcile.Scope{Shares: []string{"base"}}
	changes := reconcile.Diff(reconcile.Desire(e.declarations, scope.Selection(e.selection()), noon), e.observations)
	if got, want := short(changes), []string{"grant 200000000001"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v: the grant of the other share must not read as undeclared", got, want)
	}
}

func TestTheScopeOfASelection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		all := e.selection()
		scope := reconcile.Scope{
			Shares: rapid.SliceOfN(rapid.SampledFrom([]string{"share-0", "share-1", "share-2"}), 0, 2).Draw(t, "shares"),
			Images: rapid.SliceOfN(rapid.SampledFrom([]string{"base-*", "ami-00000001", "web/[1]"}), 0, 2).Draw(t, "images"),
			Sample: rapid.SampledFrom([]reconcile.Part{{}, {Index: 1, Of: 2}, {Index: 2, Of: 2}}).Draw(t, "sample"),
		}
		held := func(share string) bool {
			return (len(scope.Shares) == 0 || slices.Contains(scope.Shares, share)) && scope.Sample.Holds(share)
		}
		in := scope.Selection(all)
		kept := map[principal.Image]reconcile.Selected{}
		for _, selected := range in.Images {
			kept[selected.Image.Image] = selected
		}
		for _, selected := range all.Images {
			byShare := slices.ContainsFunc(selected.Claims, func(c reconcile.Claim) bool {
				return held(c.Share) && (c.Picked || !selected.Picked())
			})
			want := byShare && scope.HoldsImage(selected.Image)
			got, has := kept[selected.Image.Image]
			if has != want || has && !slices.Equal(got.Claims, selected.Claims) {
				t.Fatalf("%+v: kept %v, want %v", selected, has, want)
			}
			delete(kept, selected.Image.Image)
		}
		if len(kept) > 0 {
			t.Fatalf("%v come from nowhere", keysOf(kept))
		}
		for _, u := range in.Unmatched {
			if len(scope.Images) > 0 || !held(u.Share) {
				t.Fatalf("%+v is out of scope", u)
			}
		}
		for _, g := range in.Gone {
			if !held(g.Share) || len(scope.Images) > 0 && !slices.Contains(scope.Images, g.Image.ID) {
				t.Fatalf("%+v is out of scope", g)
			}
		}
	})
}

func TestTheSharesOfAScopeHaveALaneInItAndANameThatItHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawEstate(t).declarations
		scope := reconcile.Scope{
			Owners:  rapid.SliceOfN(rapid.SampledFrom([]string{"factory", "lab"}), 0, 1).Draw(t, "owners"),
			Regions: rapid.SliceOfN(rapid.SampledFrom([]string{"eu-west-1", "us-east-1"}), 0, 1).Draw(t, "regions"),
			Shares:  rapid.SliceOfN(rapid.SampledFrom([]string{"share-0", "share-1"}), 0, 2).Draw(t, "shares"),
		}
		whole, parts := scope.SharesOf(d), rapid.IntRange(2, 3).Draw(t, "parts")
		var joined []string
		for k := range parts {
			scope.Sample = reconcile.Part{Index: k + 1, Of: parts}
			joined = append(joined, scope.SharesOf(d)...)
		}
		if slices.Sort(joined); !slices.Equal(joined, whole) {
			t.Fatalf("the parts hold %v, all is %v", joined, whole)
		}
		for _, share := range d.Shares {
			lane := slices.ContainsFunc(share.Lanes, func(l reconcile.Lane) bool { return slices.Contains(scope.Lanes(d), l) })
			if want := lane && (len(scope.Shares) == 0 || slices.Contains(scope.Shares, share.Share)); slices.Contains(whole, share.Share) != want {
				t.Fatalf("%s: want %v", share.Share, want)
			}
		}
	})
}

func TestWhichChangesAFilterLetsThroughAndHoldsBack(t *testing.T) {
	a, b := account("200000000001"), account("200000000002")
	names := func(p ...principal.Principal) []principal.Principal { return p }
	for _, c := range []struct {
		name     string
		scope    reconcile.Scope
		declared []reconcile.Grant
		observed []principal.Principal
		in, held []string
	}{
		{"no filter", reconcile.Scope{}, grants(unit), names(a), []string{"grant " + unit.ID, "revoke " + a.ID}, nil},
		{"--no-revoke", reconcile.Scope{Only: reconcile.OnlyGrants}, grants(unit), names(a), []string{"grant " + unit.ID}, nil},
		{"--only-revoke of an account that an OU may replace", reconcile.Scope{Only: reconcile.OnlyRevokes}, grants(unit), names(a), nil, []string{"revoke " + a.ID}},
		{"--only-revoke of an account that another account replaces", reconcile.Scope{Only: reconcile.OnlyRevokes}, grants(b), names(a), []string{"revoke " + a.ID}, nil},
		{"--only-revoke of an OU that an account may replace", reconcile.Scope{Only: reconcile.OnlyRevokes}, grants(a), names(unit), nil, []string{"revoke " + unit.ID}},
		{"--only-revoke of the public", reconcile.Scope{Only: reconcile.OnlyRevokes}, grants(a), names(principal.Everyone), nil, []string{"unpublish public"}},
		{"--only-revoke with nothing to grant", reconcile.Scope{Only: reconcile.OnlyRevokes}, nil, names(a, unit), []string{"revoke " + unit.ID, "revoke " + a.ID}, nil},
		{"--only-revoke before a publication", reconcile.Scope{Only: reconcile.OnlyRevokes}, grants(principal.Everyone), names(a), nil, []string{"revoke " + a.ID}},
		{"--principal of a revoke whose OU is left out", reconcile.Scope{Principals: names(a)}, grants(unit), names(a, b), nil, []string{"revoke " + a.ID}},
		{"--principal of the account and the OU", reconcile.Scope{Principals: names(a, unit)}, grants(unit), names(a, b), []string{"grant " + unit.ID, "revoke " + a.ID}, nil},
		{"--principal of another account's revoke", reconcile.Scope{Principals: names(a)}, grants(b), names(a), []string{"revoke " + a.ID}, nil},
		{"--principal and --no-revoke", reconcile.Scope{Principals: names(a), Only: reconcile.OnlyGrants}, grants(unit), names(a), nil, nil},
		{"--principal that the plan does not name", reconcile.Scope{Principals: names(org)}, grants(unit), names(a), nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, held := c.scope.Changes(one(c.declared, c.observed...).changes())
			if got := short(in); !slices.Equal(got, c.in) {
				t.Errorf("in scope %v, want %v", got, c.in)
			}
			if got := short(held); !slices.Equal(got, c.held) {
				t.Errorf("held %v, want %v", got, c.held)
			}
		})
	}
}

func TestAFilterNeverTakesWhatAGrantLeftOutMightReplace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		changes := drawEstate(t).changes()
		scope := reconcile.Scope{
			Principals: rapid.SliceOfN(rapid.SampledFrom(everybody), 0, 3).Draw(t, "principals"),
			Only:       rapid.SampledFrom([]reconcile.Direction{"", reconcile.OnlyGrants, reconcile.OnlyRevokes}).Draw(t, "only"),
		}
		in, held := scope.Changes(changes)
		sent := map[string]bool{}
		for _, change := range in {
			sent[change.ID] = true
			switch {
			case scope.Only == reconcile.OnlyGrants && change.Verb.Takes(), scope.Only == reconcile.OnlyRevokes && change.Verb.Gives(),
				len(scope.Principals) > 0 && !slices.Contains(scope.Principals, change.Principal.Principal):
				t.Fatalf("%s %v is out of scope", change.Verb, change.Principal)
			}
		}
		for _, change := range held {
			if !change.Verb.Takes() || sent[change.ID] {
				t.Fatalf("held: %s %v, sent too: %v", change.Verb, change.Principal, sent[change.ID])
			}
		}
		named := func(p principal.Principal) bool {
			return scope.Only == reconcile.OnlyRevokes && slices.Contains(scope.Principals, p)
		}
		for _, revoke := range in {
			if !revoke.Verb.Takes() || named(revoke.Principal.Principal) {
				continue
			}
			for _, grant := range changes {
				if grant.Verb.Gives() && grant.Image.Image == revoke.Image.Image && !sent[grant.ID] && grant.Principal.Overlaps(revoke.Principal.Principal) {
					t.Fatalf("%v is taken although the grant of %v is left out", revoke.Principal, grant.Principal)
				}
			}
		}
		if scope.IsAll() && (len(in) != len(changes) || len(held) > 0) {
			t.Fatal("no filter leaves something out")
		}
	})
}
