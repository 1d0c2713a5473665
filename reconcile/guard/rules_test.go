package guard_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// rule adds a rule of the policy.
func rule(alter func(*reconcile.Rule), violated func(reconcile.RuleSubject) (bool, error)) func(*world) {
	r := reconcile.Rule{Name: "no-accounts", Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Message: "share with organizations only",
		Source: reconcile.Source{File: "policy.yaml", Line: 12}, Violated: violated}
	if alter != nil {
		alter(&r)
	}
	return func(w *world) { w.policy.Rules = append(w.policy.Rules, r) }
}

func noAccounts(s reconcile.RuleSubject) (bool, error) {
	return s.Change.Verb == reconcile.VerbGrant && s.Change.Principal.Kind == principal.Account, nil
}

func TestAMI017RulesOfThePolicy(t *testing.T) {
	second := func(w *world) {
		w.images = append(w.images, image("ami-2"))
		w.has["ami-2"] = nil
	}
	judge(t, "AMI017", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"no rules", one(grants(account(1))), nil},
		{"a rule that is kept", one(grants(org)).with(rule(nil, noAccounts)), nil},
		{"a rule that is broken", one(grants(account(1))).with(rule(nil, noAccounts)), []string{"rule no-accounts: share with organizations only"}},
		{"nothing changes", one(grants(account(1)), account(1)).with(rule(nil, noAccounts)), nil},
		{"by many changes of an image: said once", one(grants(accounts(3)...)).with(rule(nil, noAccounts)),
			[]string{"share with organizations only (grant 200000000001, grant 200000000002 and grant 200000000003)"}},
		{"by very many", one(grants(accounts(40)...)).with(rule(nil, noAccounts)), []string{"grant 200000000010 and 30 more)"}},
		{"by changes of two images", one(grants(account(1))).with(second).with(rule(nil, noAccounts)), []string{"rule", "rule"}},
		{"two rules", one(grants(account(1))).with(rule(nil, noAccounts)).with(rule(func(r *reconcile.Rule) { r.Name = "another" }, noAccounts)), []string{"rule another", "rule no-accounts"}},
		{"no severity of the policy's changes that", one(grants(account(1))).with(rule(nil, noAccounts)).with(severity("AMI017", reconcile.SeverityNote)), []string{"rule"}},
		{"no exception does", one(grants(account(1))).with(rule(nil, noAccounts)).with(except(reconcile.Exception{Code: "AMI017"})), []string{"rule"}},
	})
	judge(t, "AMI017", reconcile.SeverityWarning, reconcile.StopsRun, []verdict{
		{"a rule that only warns", one(grants(account(1))).with(rule(func(r *reconcile.Rule) { r.Severity = reconcile.SeverityWarning }, noAccounts)), []string{"rule"}},
	})
	judge(t, "AMI017", reconcile.SeverityError, reconcile.StopsImage, []verdict{
		{"a rule that stops the image", one(grants(account(1))).with(rule(func(r *reconcile.Rule) { r.Stops = reconcile.StopsImage }, noAccounts)), []string{"rule"}},
	})
	f := one(grants(account(1))).with(rule(nil, noAccounts)).of("AMI017")[0]
	if f.Source.File != "base.yaml" || f.Image.ID != "ami-1" || f.Principal.Principal != account(1) || !strings.Contains(f.Hint, "policy.yaml:12") {
		t.Errorf("%+v", f)
	}
	f = one(grants(account(1))).with(rule(func(r *reconcile.Rule) { r.Hint = "share with acme" }, noAccounts)).of("AMI017")[0]
	if f.Hint != "share with acme" {
		t.Errorf("%+v", f)
	}
}

func TestARuleThatCannotBeEvaluatedCountsAsBroken(t *testing.T) {
	fails := func(s reconcile.RuleSubject) (bool, error) {
		if s.Image.ID == "ami-2" {
			return false, errors.New("no such key: channel")
		}
		return false, nil
	}
	w := one(grants(account(1))).with(func(w *world) {
		for _, id := range []string{"ami-2", "ami-3"} {
			w.images = append(w.images, image(id))
			w.has[id] = nil
		}
	})
	lenient := func(r *reconcile.Rule) { r.Severity, r.Stops = reconcile.SeverityNote, "" }
	judge(t, "AMI017", reconcile.SeverityNote, reconcile.StopsRun, []verdict{
		{"a rule that only notes", w.with(rule(lenient, fails)), []string{"rule no-accounts cannot be evaluated for the grant of 200000000001: no such key: channel"}},
	})
	judge(t, "AMI017", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"for several images: said of each, for it may stop no more than them", w.with(rule(nil, func(reconcile.RuleSubject) (bool, error) { return true, errors.New("odd") })),
			[]string{"cannot be evaluated", "cannot be evaluated", "cannot be evaluated"}},
	})
	if f := w.with(rule(nil, fails)).of("AMI017")[0]; f.Source.File != "policy.yaml" || f.Source.Line != 12 || f.Image.ID != "ami-2" || f.Principal.Principal != account(1) {
		t.Errorf("%+v", f)
	}
}

func TestWhatARuleSees(t *testing.T) {
	var seen []string
	watch := func(s reconcile.RuleSubject) (bool, error) {
		seen = append(seen, fmt.Sprintf("%s %s as %q of %s (%s) in %v", s.Change.Verb, s.Image.Name, s.Change.Principal.Alias, s.Owner, s.Image.Tags["channel"], s.Shares))
		return false, nil
	}
	w := one(grants(account(1)), account(2)).with(rule(nil, watch)).with(func(w *world) {
		w.images[0].Tags = map[string]string{"channel": "stable"}
		w.names = map[principal.Principal]string{account(1): "data"}
		w.shares = append(w.shares, share("another", reconcile.Additive, nil))
		retired := share("retired", reconcile.Additive, nil)
		retired.Selector.Name, retired.Selector.Newest = "*", 1
		newer := image("ami-2")
		newer.Name, newer.Created = "web", day(0)
		w.shares, w.images = append(w.shares, retired), append(w.images, newer)
		slices.SortFunc(w.shares, func(a, b reconcile.Declaration) int { return strings.Compare(a.Share, b.Share) })
	})
	w.check()
	want := []string{`grant base-ami-1 as "data" of factory (stable) in [another base]`, `revoke base-ami-1 as "" of factory (stable) in [another base]`}
	if !slices.Equal(seen, want) {
		t.Errorf("seen %q, want %q", seen, want)
	}
}
