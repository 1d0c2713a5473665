package run_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// codes are the findings of a plan: code, and the exception that lets it pass.
func codes(plan *reconcile.Plan) []string {
	list := []string{}
	for _, finding := range plan.Findings {
		entry := finding.Code
		if finding.Excepted != "" {
			entry += " excepted"
		}
		list = append(list, entry)
	}
	return list
}

func TestAPlanNamesTheOwnersOfItsAccounts(t *testing.T) {
	e := newEstate(factory, lab)
	plan, _ := e.plan()
	if want := map[string]string{factory.Account: "factory", lab.Account: "lab"}; !maps.Equal(plan.Owners, want) {
		t.Errorf("%v", plan.Owners)
	}
}

func TestGuardsJudgeByTheScope(t *testing.T) {
	e := evicting()
	plan, _ := e.plan()
	if got := codes(plan); !slices.Contains(got, "AMI021") {
		t.Errorf("a share that still declares the principal is not told: %v", got)
	}
}

func TestGuardsJudgeByThePlansTime(t *testing.T) {
	e := newEstate(lab)
	e.declarations.Policy.Exceptions = []reconcile.Exception{{Code: "AMI003", Term: reconcile.Term{Until: day(0)}}}
	if plan, _ := e.plan(); len(plan.Findings) > 0 {
		t.Errorf("on its last day: %v", codes(plan))
	}
	e.at = day(1)
	if plan, _ := e.plan(); !slices.Equal(codes(plan), []string{"AMI010"}) {
		t.Errorf("on the day after: %v", codes(plan))
	}
}

func TestGuardsKnowTheSharesOutsideTheScope(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, who(alice))
	e.share(lab, "a", bob).Mode = reconcile.Additive
	e.scope.Shares = []string{"000-a"}
	e.declarations.Policy.Allow = who(carol)
	if plan, _ := e.plan(); !slices.Contains(codes(plan), "AMI022") {
		t.Fatalf("%v", codes(plan))
	}
	e.declarations.Policy.Exceptions = []reconcile.Exception{{Code: "AMI022", Share: "001-a", Term: reconcile.Term{Until: day(1)}}}
	if plan, _ := e.plan(); !slices.Contains(codes(plan), "AMI022 excepted") || !slices.Contains(codes(plan), "AMI022") {
		t.Errorf("with an exception for the other share, and none for its own: %v", codes(plan))
	}
}

func TestWhatAFilterHoldsBackHasItsName(t *testing.T) {
	e := newEstate(lab)
	e.single("a", who(alice), who(unit))
	e.declarations.Aliases = map[principal.Principal]string{alice: "alice-dev"}
	e.scope.Principals = who(alice)
	d := e.drift(0, false)
	if got := deviations(d); !slices.Equal(got, []string{"ami-a extra " + alice.ID}) || d.Deviations[0].Principal.Alias != "alice-dev" {
		t.Errorf("%+v", d.Deviations)
	}
}
