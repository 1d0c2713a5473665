package guard_test

import (
	"slices"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// others are the changes of a world as another shard has them: in another region.
func others(verb reconcile.Verb, reason reconcile.Reason, id string, principals ...principal.Principal) []reconcile.Change {
	var changes []reconcile.Change
	for _, p := range principals {
		image := image(id)
		image.Region = "eu-west-1"
		changes = append(changes, reconcile.Change{Verb: verb, Reason: reason, Image: reconcile.NamedImage{Image: image.Image, Name: image.Name}, Principal: reconcile.NamedPrincipal{Principal: p}})
	}
	return changes
}

func TestAMI002CountsWhatOtherShardsRevoke(t *testing.T) {
	const revoke = reconcile.VerbRevoke
	elsewhere := func(changes ...[]reconcile.Change) func(*world) {
		return func(w *world) { w.elsewhere = slices.Concat(changes...) }
	}
	judge(t, "AMI002", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"as many as allowed", fleet(6).with(limits(10, 3, 100)).with(elsewhere(others(revoke, reconcile.Undeclared, "ami-x", accounts(3)...))), nil},
		{"too many together", fleet(8).with(limits(10, 3, 100)).with(elsewhere(others(revoke, reconcile.Undeclared, "ami-x", accounts(3)...))), []string{"11 revokes in one run"}},
		{"too many there alone", fleet(0).with(limits(2, 3, 100)).with(elsewhere(others(revoke, reconcile.Undeclared, "ami-x", accounts(3)...))), []string{"3 revokes in one run"}},
		{"a principal more there", fleet(3).with(limits(10, 3, 100)).with(elsewhere(others(revoke, reconcile.Undeclared, "ami-x", account(7)))), []string{"4 principals lose access"}},
		{"the same principals there", fleet(3).with(limits(10, 3, 100)).with(elsewhere(others(revoke, reconcile.Undeclared, "ami-x", accounts(3)...))), nil},
		{"an end of a publication there", fleet(0).with(limits(0, 9, 100)).with(elsewhere(others(reconcile.VerbUnpublish, reconcile.Undeclared, "ami-x", principal.Everyone))), []string{"1 revoke "}},
		{"expiries there", fleet(0).with(limits(0, 0, 100)).with(elsewhere(others(revoke, reconcile.Expired, "ami-x", accounts(3)...))), nil},
		{"what is replaced there", fleet(0).with(limits(0, 0, 100)).with(elsewhere(others(reconcile.VerbGrant, reconcile.Declared, "ami-x", org), others(revoke, reconcile.Undeclared, "ami-x", accounts(3)...))), nil},
		{"what another image there gains replaces nothing", fleet(0).with(limits(0, 9, 100)).with(elsewhere(others(reconcile.VerbGrant, reconcile.Declared, "ami-w", org), others(revoke, reconcile.Undeclared, "ami-x", accounts(3)...))), []string{"3 revokes"}},
		{"grants there", fleet(0).with(limits(0, 0, 100)).with(elsewhere(others(reconcile.VerbGrant, reconcile.Declared, "ami-x", accounts(3)...))), nil},
	})
}

func TestNothingElseIsSaidOfWhatOtherShardsChange(t *testing.T) {
	w := fleet(3).with(func(w *world) {
		w.policy.Protect, w.policy.Allow = accounts(9), []principal.Principal{}
		w.policy.Revokes = reconcile.RevokeLimits{Max: 1000, MaxPrincipals: 1000}
		w.policy.Rules = []reconcile.Rule{{Name: "none", Severity: reconcile.SeverityError, Message: "no", Violated: func(reconcile.RuleSubject) (bool, error) { return true, nil }}}
	})
	want := w.check()
	w.elsewhere = slices.Concat(
		others(reconcile.VerbGrant, reconcile.Declared, "ami-v", accounts(3)...), others(reconcile.VerbPublish, reconcile.Declared, "ami-v", principal.Everyone),
		others(reconcile.VerbGrant, reconcile.Declared, "ami-w", org), others(reconcile.VerbRevoke, reconcile.Undeclared, "ami-w", accounts(9)...))
	if got := w.check(); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}
