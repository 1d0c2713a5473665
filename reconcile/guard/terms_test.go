package guard_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/guard"
)

func TestAMI010DecisionsThatAreOver(t *testing.T) {
	term := func(offset int) reconcile.Term {
		return reconcile.Term{Reason: "migration", Until: day(offset), Source: reconcile.Source{File: "policy.yaml", Line: 7}}
	}
	with := func(alter func(*reconcile.Policy)) world { return one(nil).with(func(w *world) { alter(&w.policy) }) }
	judge(t, "AMI010", reconcile.SeverityWarning, "", []verdict{
		{"none", one(nil), nil},
		{"an exception", with(func(p *reconcile.Policy) { p.Exceptions = []reconcile.Exception{{Code: "AMI003", Term: term(-1)}} }),
			[]string{"the exception of AMI003 no longer works: its last day was 2026-11-20"}},
		{"a narrow exception", with(func(p *reconcile.Policy) {
			p.Exceptions = []reconcile.Exception{{Code: "AMI003", Share: "base", Image: "base-*", Term: term(-9)}}
		}), []string{"the exception of AMI003 for share base on image base-* no longer works: its last day was 2026-11-12"}},
		{"an ignore", with(func(p *reconcile.Policy) { p.Ignore = []reconcile.Ignore{{Image: "old-*", Term: term(-1)}} }),
			[]string{"image old-* is no longer ignored: its last day was 2026-11-20"}},
		{"a narrow ignore", with(func(p *reconcile.Policy) {
			p.Ignore = []reconcile.Ignore{{Image: "old-*", Owner: "factory", Region: "us-east-1", Term: term(-1)}}
		}), []string{"image old-* of owner factory in us-east-1 is no longer ignored"}},
		{"an approval", with(func(p *reconcile.Policy) {
			p.PublicShares = []reconcile.PublicShare{{Share: "edge", ApprovedBy: "jane", Term: term(-1)}}
		}), []string{"share edge may no longer publish, as jane approved: its last day was 2026-11-20"}},
		{"all of them", with(func(p *reconcile.Policy) {
			p.Exceptions = []reconcile.Exception{{Code: "AMI003", Term: term(-1)}}
			p.Ignore = []reconcile.Ignore{{Image: "old-*", Term: term(-1)}}
			p.PublicShares = []reconcile.PublicShare{{Share: "edge", Term: term(-1)}}
		}), []string{"image", "share", "the exception"}},
		{"on their last day they work", with(func(p *reconcile.Policy) {
			p.Exceptions = []reconcile.Exception{{Code: "AMI003", Term: term(0)}}
			p.Ignore = []reconcile.Ignore{{Image: "old-*", Term: term(0)}}
			p.PublicShares = []reconcile.PublicShare{{Share: "edge", Term: term(0)}}
		}), nil},
		{"for good", with(func(p *reconcile.Policy) { p.Ignore = []reconcile.Ignore{{Image: "old-*"}} }), nil},
	})
	f := with(func(p *reconcile.Policy) { p.Exceptions = []reconcile.Exception{{Code: "AMI003", Term: term(-1)}} }).of("AMI010")[0]
	if f.Source.Line != 7 || !strings.Contains(f.Hint, "renew its `until`") {
		t.Errorf("%+v", f)
	}
}

func TestWhatHasExpiredIsToldWithoutACloud(t *testing.T) {
	at := func(line int) reconcile.Source { return reconcile.Source{File: "manifests/a.yaml", Line: line} }
	grant := func(line, offset int, id string) reconcile.Grant {
		return reconcile.Grant{Principal: principal.Principal{Kind: principal.Account, ID: id}, Until: day(offset), Source: at(line)}
	}
	declared := &reconcile.Declarations{
		Shares: []reconcile.Declaration{
			{Share: "late", Grants: []reconcile.Grant{grant(9, -1, "200000000001"), grant(8, 0, "200000000002")}},
			{Share: "group", Grants: []reconcile.Grant{grant(5, -3, "200000000001"), grant(5, -3, "200000000002")}},
		},
		Policy: reconcile.Policy{Ignore: []reconcile.Ignore{{Image: "old-*", Term: reconcile.Term{Until: day(-1), Source: at(7)}}}},
	}
	var told []string
	for _, f := range guard.Expired(declared, noon) {
		told = append(told, fmt.Sprintf("%d: %s", f.Source.Line, f.Message))
	}
	want := []string{
		"5: a launch permission of share group has ended: its last day was 2026-11-18",
		"7: image old-* is no longer ignored: its last day was 2026-11-20",
		"9: a launch permission of share late has ended: its last day was 2026-11-20",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told is %q", told)
	}
}

func TestAMI016GrantsThatSoonExpire(t *testing.T) {
	second := func(w *world) {
		w.images = append(w.images, image("ami-2"))
		w.has["ami-2"] = nil
	}
	again := func(granted []reconcile.Grant) func(*world) {
		return func(w *world) { w.shares = append(w.shares, share("other", reconcile.Additive, granted)) }
	}
	judge(t, "AMI016", reconcile.SeverityNote, "", []verdict{
		{"for good", one(grants(account(1)), account(1)), nil},
		{"today", one(until(0, account(1)), account(1)), []string{"200000000001 has 1 image of 1 share until 2026-11-21 only"}},
		{"in fourteen days", one(until(14, account(1)), account(1)), []string{"until 2026-12-05"}},
		{"in fifteen days", one(until(15, account(1)), account(1)), nil},
		{"over", one(until(-1, account(1)), account(1)), nil},
		{"not granted yet", one(until(3, account(1))), []string{"until 2026-11-24"}},
		{"two images", one(until(3, account(1)), account(1)).with(second), []string{"200000000001 has 2 images of 1 share"}},
		{"beside one for good", one(append(grants(account(1)), until(3, account(2))...), accounts(2)...), []string{"200000000002 has 1 image of 1 share"}},
		{"a share that grants something else is not counted", one(until(3, account(1)), account(1)).with(again(grants(account(2)))), []string{"200000000001 has 1 image of 1 share"}},
		{"two accounts", one(until(3, accounts(2)...), accounts(2)...), []string{"200000000001 has", "200000000002 has"}},
		{"one grant of two shares", one(until(3, account(1)), account(1)).with(again(until(3, account(1)))), []string{"200000000001 has 1 image of 2 shares"}},
		{"another share holds longer", one(until(3, account(1)), account(1)).with(again(until(30, account(1)))), nil},
		{"another share holds for good", one(until(3, account(1)), account(1)).with(again(grants(account(1)))), nil},
		{"a publication", one(until(3, principal.Everyone), principal.Everyone), []string{"public has 1 image"}},
		{"a retired image", one(until(3, account(1)), account(1)).with(second).with(func(w *world) { w.shares[0].Selector.Newest = 1 }), []string{"1 image"}},
		{"an ignored image", one(until(3, account(1)), account(1)).with(func(w *world) { w.policy.Ignore = []reconcile.Ignore{{Image: "base-*"}} }), nil},
		{"another principal is asked for", one(until(3, account(1)), account(1)).with(func(w *world) { w.scope.Principals = []principal.Principal{account(2)} }), nil},
		{"another share is asked for", one(until(3, account(1)), account(1)).with(func(w *world) { w.scope.Shares = []string{"other"} }), nil},
		{"a saved plan", one(until(3, account(1)), account(1)).with(func(w *world) { w.partial = true }), nil},
	})
	w := one(until(3, account(1)), account(1)).with(func(w *world) { w.shares[0].Grants[0].Reason = "INC-1" })
	if f := w.of("AMI016")[0]; f.Source.Line != 9 || f.Share != "base" || f.Principal.Principal != account(1) || !strings.HasSuffix(f.Message, "; reason: INC-1") || !strings.Contains(f.Hint, "`until`") {
		t.Errorf("%+v", f)
	}
}
