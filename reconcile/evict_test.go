package reconcile_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestOnlyNamedPrincipalsWithOnlyRevokesEvict(t *testing.T) {
	for _, c := range []struct {
		scope reconcile.Scope
		want  bool
	}{
		{reconcile.Scope{}, false},
		{reconcile.Scope{Principals: []principal.Principal{org}}, false},
		{reconcile.Scope{Only: reconcile.OnlyRevokes}, false},
		{reconcile.Scope{Only: reconcile.OnlyGrants, Principals: []principal.Principal{org}}, false},
		{reconcile.Scope{Only: reconcile.OnlyRevokes, Principals: []principal.Principal{org}}, true},
	} {
		if got := c.scope.Evicts(); got != c.want {
			t.Errorf("%+v: %v", c.scope, got)
		}
	}
}

func TestEvictingReachesEveryImageThatDoesNotDeclareThePrincipal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		desired := map[principal.Image]reconcile.Desired{}
		for _, d := range e.desired() {
			desired[d.Image.Image] = d
		}
		out := drawPrincipals().Draw(t, "to be taken out")
		images := rapid.Permutation(listed(e.inventory)).Draw(t, "images")
		changes := reconcile.Evict(e.declarations, out, images, e.selection(), e.observations, noon)
		sent := map[principal.Image][]principal.Principal{}
		for _, change := range changes {
			if !change.Verb.Takes() || change.ID == "" || !slices.Contains(out, change.Principal.Principal) {
				t.Fatalf("%+v", change)
			}
			sent[change.Image.Image] = append(sent[change.Image.Image], change.Principal.Principal)
		}
		for _, image := range images {
			d := desired[image.Image]
			permissions, known := e.observations[image.Image].Value()
			var want []principal.Principal
			for _, p := range out {
				declared := slices.ContainsFunc(e.selection().Images, func(s reconcile.Selected) bool {
					return s.Image.Image == image.Image && slices.ContainsFunc(e.declarations.Shares, func(share reconcile.Declaration) bool {
						return s.ClaimedBy(share.Share) && slices.ContainsFunc(share.Grants, func(g reconcile.Grant) bool { return g.Principal == p && !g.Expired(noon) })
					})
				})
				if known && image.State == reconcile.Available && len(d.Conflict) == 0 && slices.Contains(permissions, p) && !declared {
					want = append(want, p)
				}
			}
			if !sameSet(sent[image.Image], want) {
				t.Fatalf("%v: taken from %v, want %v", image.Image, sent[image.Image], want)
			}
		}
		// The digest and the steps need the order of a plan.
		if !slices.Equal(ids(changes), sortedIDs(changes)) {
			t.Fatalf("not in the order of a plan: %v", short(changes))
		}
	})
}

// sortedIDs puts changes into the order that Finish gives a plan.
func sortedIDs(changes []reconcile.Change) []string {
	p := &reconcile.Plan{Changes: slices.Clone(changes)}
	p.Finish(nil, carriers)
	return ids(p.Changes)
}

func TestAClaimOfAnUnknownShareHidesNoOther(t *testing.T) {
	a := account("200000000001")
	e := one([]reconcile.Grant{{Principal: a}}, a)
	selected := e.selection().Images[0]
	selected.Claims = slices.Concat([]reconcile.Claim{{Share: "unknown", Picked: true}}, selected.Claims)
	keeps := reconcile.Keeps(e.declarations.ByName(), selected, a, noon)
	if len(keeps) != 1 || keeps[e.declarations.Shares[0].Share].Principal != a {
		t.Errorf("%+v", keeps)
	}
}

func TestEvictingLeavesConflictsAloneAlsoWhereThePolicyIgnoresThem(t *testing.T) {
	a := account("200000000001")
	e := one(nil, a)
	other := e.declarations.Shares[0]
	other.Share = "other"
	for _, ignore := range [][]reconcile.Ignore{nil, {{Image: "*"}}} {
		e.declarations.Policy.Ignore = ignore
		alone := reconcile.Evict(e.declarations, []principal.Principal{a}, listed(e.inventory), e.selection(), e.observations, noon)
		e.declarations.Shares = append(e.declarations.Shares, other)
		both := reconcile.Evict(e.declarations, []principal.Principal{a}, listed(e.inventory), e.selection(), e.observations, noon)
		e.declarations.Shares = e.declarations.Shares[:1]
		if len(alone) != 1 || len(both) != 0 {
			t.Errorf("ignoring %v: %+v alone, %+v with another exclusive share", ignore, alone, both)
		}
	}
}

func TestAnEvictionThatAShareExplainsKeepsItsReason(t *testing.T) {
	a := account("200000000001")
	e := one([]reconcile.Grant{{Principal: a, Until: day(-2), Source: reconcile.Source{File: "base.yaml", Line: 8}}}, a, org)
	changes := reconcile.Evict(e.declarations, []principal.Principal{a, org}, listed(e.inventory), e.selection(), e.observations, noon)
	if len(changes) != 2 || changes[0].Reason != reconcile.Undeclared || changes[1].Reason != reconcile.Expired || changes[1].Source.Line != 8 {
		t.Errorf("%+v", changes)
	}
	e.declarations.Shares = nil
	changes = reconcile.Evict(e.declarations, []principal.Principal{a}, listed(e.inventory), e.selection(), e.observations, noon)
	if len(changes) != 1 || changes[0].Reason != reconcile.Evicted || changes[0].Source != (reconcile.Source{}) {
		t.Errorf("of an image that nobody claims: %+v", changes)
	}
}
