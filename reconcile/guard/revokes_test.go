package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// fleet is n images that each lose the account that only they have, while all
// keep one that is declared.
func fleet(n int) world {
	w := one(grants(account(99)))
	w.images, w.has = nil, map[string][]principal.Principal{}
	for i := range n {
		id := fmt.Sprintf("ami-%03d", i)
		w.images = append(w.images, image(id))
		w.has[id] = []principal.Principal{account(99), account(1 + i%3)}
	}
	return w
}

func limits(max, principals, percent int) func(*world) {
	return func(w *world) {
		w.policy.Revokes = reconcile.RevokeLimits{Max: max, MaxPrincipals: principals, MaxPercentPerImage: percent}
	}
}

func named(principals ...principal.Principal) func(*world) {
	return func(w *world) { w.scope = reconcile.Scope{Principals: principals, Only: reconcile.OnlyRevokes} }
}

func TestAMI002RevokesOfOneRun(t *testing.T) {
	judge(t, "AMI002", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"as many revokes as allowed", fleet(10).with(limits(10, 3, 100)), nil},
		{"one revoke too many", fleet(11).with(limits(10, 3, 100)), []string{"11 revokes in one run, the policy allows 10"}},
		{"one principal too many", fleet(10).with(limits(10, 2, 100)), []string{"3 principals lose access in one run, the policy allows 2"}},
		{"both", fleet(10).with(limits(9, 2, 100)), []string{"10 revokes", "3 principals"}},
		{"nothing is allowed", fleet(1).with(limits(0, 0, 100)), []string{"1 principal ", "1 revoke "}},
		{"the default limit of revokes", fleet(101), []string{"101 revokes in one run, the policy allows 100"}},
		{"within the default limits", fleet(100), nil},
		{"five principals by default", one(grants(account(99)), append(accounts(5), account(99))...), nil},
		{"six principals by default", one(grants(account(99)), append(accounts(6), account(99))...), []string{"6 principals"}},
		{"unpublishing counts", one(grants(account(99)), principal.Everyone, account(99)).with(limits(0, 5, 100)), []string{"1 revoke "}},
		{"expiries do not count", one(until(-1, accounts(9)...), accounts(9)...).with(limits(0, 0, 100)), nil},
		{"a written empty list does count", one(nil, accounts(6)...), []string{"6 principals"}},
		{"principals that the command names do not count", one(nil, accounts(6)...).with(named(accounts(6)...)), nil},
		{"principals that the command names without --only-revoke do", one(nil, accounts(6)...).with(func(w *world) { w.scope.Principals = accounts(6) }), []string{"6 principals"}},
		{"--only-revoke without names does", one(nil, accounts(6)...).with(func(w *world) { w.scope.Only = reconcile.OnlyRevokes }), []string{"6 principals"}},
		{"what a filter leaves out does not", one(nil, accounts(6)...).with(func(w *world) { w.scope.Principals = accounts(5) }), nil},
		{"grants do not", one(grants(accounts(9)...)).with(limits(0, 0, 0)), nil},
	})
	f := fleet(11).with(limits(10, 3, 100)).of("AMI002")[0]
	if f.Source.File != "policy.yaml" || !strings.Contains(f.Hint, "max: 11") {
		t.Errorf("%+v", f)
	}
}

func TestAMI003PartOfAnImagesPrincipals(t *testing.T) {
	loses := func(lost, has int) world {
		return one(grants(accounts(has)[lost:]...), accounts(has)...).with(limits(1000, 1000, 50))
	}
	judge(t, "AMI003", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"exactly the limit", loses(2, 4), nil},
		{"over the limit", loses(3, 5), []string{"base-ami-1 loses 3 of its 5 principals (60 %), the policy allows 50 %"}},
		{"a percentage is rounded up", loses(4, 7), []string{"loses 4 of its 7 principals (58 %), the policy allows 50 %"}},
		{"barely over the limit", loses(26, 51), []string{"loses 26 of its 51 principals (51 %), the policy allows 50 %"}},
		{"one principal may always go", loses(1, 1), nil},
		{"one of two", one(grants(account(2)), accounts(2)...).with(limits(9, 9, 0)), nil},
		{"two at a limit of nothing", loses(2, 50).with(limits(1000, 1000, 0)), []string{"2 of its 50 principals (4 %), the policy allows 0 %"}},
		{"all at a limit of everything", loses(5, 5).with(limits(1000, 1000, 100)).with(func(w *world) { w.shares[0].Grants = grants(account(9)) }), nil},
		{"a written empty list", one(nil, accounts(4)...), nil},
		{"expiries", one(until(-1, accounts(4)...), accounts(4)...), nil},
		{"expiries beside one revoke", one(until(-1, accounts(3)...), accounts(4)...), nil},
		{"principals that the command names", loses(4, 5).with(named(accounts(4)...)), nil},
		{"replaced by others all the same", one(grants(account(9)), accounts(4)...), []string{"4 of its 4 principals (100 %)"}},
		{"a grant to an image that nobody had", one(grants(accounts(4)...)), nil},
		{"a filter makes it fewer", loses(4, 5).with(func(w *world) { w.scope.Principals = accounts(2) }), nil},
	})
	f := loses(26, 51).of("AMI003")[0]
	if f.Source.File == "" || !strings.Contains(f.Hint, "`revokes: {maxPercentPerImage: 51}`") ||
		!strings.Contains(f.Hint, "`exceptions: [{code: AMI003, share: base, reason: <why>, until: 2026-12-05}]`") {
		t.Errorf("%+v", f)
	}
}

func TestAMI004TheLastPrincipal(t *testing.T) {
	additive := func(w *world) { w.shares[0].Mode = reconcile.Additive }
	judge(t, "AMI004", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"the only one goes, the declared one has expired", one(until(-1, account(9)), account(1)), []string{"base-ami-1 loses its last principal"}},
		{"a written empty list", one(nil, account(1)), nil},
		{"somebody else comes", one(grants(account(9)), account(1)), nil},
		{"somebody stays", one(grants(account(1)), accounts(2)...), nil},
		{"the last one expires", one(until(-1, account(1)), account(1)), nil},
		{"the last one expires in an additive share", one(until(-1, account(1)), account(1)).with(additive), nil},
		{"one expires and the other is a stranger", one(until(-1, account(1)), accounts(2)...), []string{"last principal"}},
		{"the grants are filtered out", one(grants(account(9)), account(1)).with(func(w *world) { w.scope.Only = reconcile.OnlyRevokes }), []string{"last principal"}},
		{"the command names it", one(grants(account(9)), account(1)).with(named(account(1))), nil},
		{"only the public had it", one(until(-1, account(9)), principal.Everyone), []string{"last principal"}},
	})
	f := one(until(-1, account(9)), account(1)).of("AMI004")[0]
	if !strings.Contains(f.Hint, "`launchPermissions: []`") || !strings.Contains(f.Hint, "`exceptions: [{code: AMI004, share: base, reason: <why>, until: 2026-12-05}]`") {
		t.Errorf("%+v", f)
	}
}

func TestAMI005ProtectedPrincipals(t *testing.T) {
	protect := func(p ...principal.Principal) func(*world) {
		return func(w *world) { w.policy.Protect = p }
	}
	judge(t, "AMI005", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"a protected account goes", one(grants(account(9)), account(1)).with(protect(account(1))), []string{"200000000001 would lose base-ami-1"}},
		{"it stays", one(grants(account(1)), account(1), account(2)).with(protect(account(1))), nil},
		{"it comes", one(grants(account(1))).with(protect(account(1))), nil},
		{"another goes", one(grants(account(1)), accounts(2)...).with(protect(account(1))), nil},
		{"its expiry", one(until(-1, account(1)), account(1)).with(protect(account(1))), []string{"would lose"}},
		{"a written empty list", one(nil, account(1)).with(protect(account(1))), []string{"would lose"}},
		{"though the command names it", one(nil, account(1)).with(protect(account(1))).with(named(account(1))), []string{"would lose"}},
		{"a protected publication", one(grants(account(1)), principal.Everyone).with(protect(principal.Everyone)), []string{"public would lose"}},
		{"a protected organization", one(grants(account(1)), org).with(protect(org)).with(func(w *world) {
			w.names = map[principal.Principal]string{org: "acme"}
		}), []string{"acme (" + org.ID + ") would lose"}},
	})
	named := one(grants(account(9)), account(1)).with(protect(account(1))).with(func(w *world) {
		w.names = map[principal.Principal]string{account(1): "payments-prod"}
	})
	for want, w := range map[string]world{
		"`- {account: payments-prod}`":    named,
		"`- {account: \"200000000001\"}`": one(grants(account(9)), account(1)).with(protect(account(1))),
		"`- {public: true}`":              one(grants(account(1)), principal.Everyone).with(protect(principal.Everyone)),
	} {
		if f := w.of("AMI005")[0]; !strings.Contains(f.Hint, want) || !strings.Contains(f.Hint, "out of `protect` in policy.yaml") {
			t.Errorf("%q does not say %s", f.Hint, want)
		}
	}
}

func TestAMI020RevokesThatAFilterHoldsBack(t *testing.T) {
	judge(t, "AMI020", reconcile.SeverityWarning, "", []verdict{
		{"an organization may replace the account", one(grants(org), account(1)).with(func(w *world) { w.scope.Principals = accounts(1) }),
			[]string{"the revoke of 200000000001 from base-ami-1 is left out"}},
		{"no filter", one(grants(org), account(1)), nil},
		{"nothing replaces it", one(grants(account(2)), account(1)).with(func(w *world) { w.scope.Principals = accounts(1) }), nil},
		{"the command names it", one(grants(org), account(1)).with(named(account(1))), nil},
	})
}

func TestAMI021PrincipalsThatAShareLetsInAgain(t *testing.T) {
	judge(t, "AMI021", reconcile.SeverityError, reconcile.StopsImage, []verdict{
		{"a share still declares it", one(grants(account(1)), account(1)).with(named(account(1))), []string{"200000000001 keeps 1 image of share base"}},
		{"two shares do", one(grants(account(1)), account(1)).with(named(account(1))).with(func(w *world) {
			w.shares = append(w.shares, share("other", reconcile.Additive, grants(account(1))))
		}), []string{"share base", "share other"}},
		{"of two principals one is still declared", one(grants(account(2)), account(2)).with(named(accounts(2)...)), []string{"200000000002 keeps"}},
		{"no share does", one(grants(account(2)), account(1)).with(named(account(1))), nil},
		{"the share's date is over", one(until(-1, account(1)), account(1)).with(named(account(1))), nil},
		{"the share's date is today", one(until(0, account(1)), account(1)).with(named(account(1))), []string{"share base"}},
		{"nobody is taken out", one(grants(account(1)), account(1)), nil},
		{"the principal alone is asked for", one(grants(account(1)), account(1)).with(func(w *world) { w.scope.Principals = accounts(1) }), nil},
	})
}
