package report_test

import (
	"path"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// lossOf is what the table says of somebody who loses access.
func lossOf(t *testing.T, p *reconcile.Plan, who principal.Principal) string {
	t.Helper()
	for line := range strings.Lines(string(rendered(t, writePlan, p, report.Style{Names: names}))) {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| loses access") && strings.Contains(cells[1], path.Base(who.ID)) {
			return cells[3]
		}
	}
	t.Fatalf("no row about %s", who)
	return ""
}

// verdictOf is the first line of a plan.
func verdictOf(t *testing.T, p *reconcile.Plan) string {
	t.Helper()
	verdict, _, _ := strings.Cut(string(rendered(t, writePlan, p, report.Style{Names: names})), "\n")
	return verdict
}

// told is a plan that knows who may launch its images: those who lose them, and
// the holders.
func told(changes []reconcile.Change, holders ...principal.Principal) *reconcile.Plan {
	return finish(&reconcile.Plan{Changes: changes, Access: accessOf(changes, holders...)})
}

func TestNobodyKeepsAccessThroughAnotherOrganization(t *testing.T) {
	another := principal.Principal{Kind: principal.Organization, ID: "arn:aws:organizations::123456789012:organization/o-otherorg22"}
	its := principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-otherorg22/ou-cd34-11111111"}
	p := told([]reconcile.Change{revoke(base18, acme), revoke(base18, otherOU), revoke(base18, payments), grant(base18, another, 1)}, its)
	for who, want := range map[principal.Principal]string{
		acme:     "not declared; **no other way in** to it is known",
		otherOU:  "not declared; **no other way in** to it is known",
		payments: "not declared; **may keep access** to it through organization `" + another.ID + "`, OU `" + its.ID + "`, if it is inside",
	} {
		if got := lossOf(t, p, who); got != want {
			t.Errorf("%s: %s\nwant %s", who, got, want)
		}
	}
	if got, want := verdictOf(t, p), "3 principals lose access (1 of them may keep it through an organization, a unit or the public; 2 without another way in that is known)."; !strings.HasSuffix(got, want) {
		t.Errorf("%s\ndoes not end with %s", got, want)
	}
}

func TestAWayInThatEndsIsKeptForATimeOnly(t *testing.T) {
	tomorrow := until(grant(base18, workloads, 1), "2026-11-22", "")
	p := told([]reconcile.Change{tomorrow, until(grant(base11, acme, 2), "2026-11-23", ""), revoke(base18, payments), revoke(base11, otherOU), revoke(base11, stranger), grant(base11, workloads, 3)})
	for who, want := range map[principal.Principal]string{
		payments: "not declared; **may keep access** to it, **for a time only**, through OU `workloads/prod` `ou-ab12-11111111` until `2026-11-22`, if it is inside",
		// What lasts outdoes what ends, be that ever so sure.
		otherOU:  "not declared; **may keep access** to it through OU `workloads/prod` `ou-ab12-11111111`, if it is inside",
		stranger: "not declared; **may keep access** to it through OU `workloads/prod` `ou-ab12-11111111`, if it is inside",
	} {
		if got := lossOf(t, p, who); got != want {
			t.Errorf("%s: %s\nwant %s", who, got, want)
		}
	}
	if got, want := verdictOf(t, p), "(2 of them may keep it through an organization, a unit or the public; 1 may keep it for a time only)."; !strings.HasSuffix(got, want) {
		t.Errorf("%s\ndoes not end with %s", got, want)
	}
	certain := told([]reconcile.Change{until(grant(base11, acme, 2), "2026-11-23", ""), revoke(base11, otherOU)})
	if got, want := lossOf(t, certain, otherOU), "not declared; keeps access to it, **for a time only**, through organization `acme` `o-exampleorg1` until `2026-11-23`"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestNoLossIsClaimedWithoutKnowingWhoMayLaunch: a plan of an earlier version does
// not say who may launch its images, and one that was made by hand may leave some
// of them out.
func TestNoLossIsClaimedWithoutKnowingWhoMayLaunch(t *testing.T) {
	changes := []reconcile.Change{revoke(base18, payments), revoke(base11, stranger), revoke(base11, dataProd), grant(base11, workloads, 1)}
	const unclear = "not declared; who else may launch it **is not in this plan**"
	old := finish(&reconcile.Plan{Changes: changes})
	if got := lossOf(t, old, payments); got != unclear {
		t.Errorf("%s\nwant %s", got, unclear)
	}
	if got := lossOf(t, old, stranger); !strings.Contains(got, "**may keep access**") {
		t.Errorf("what the plan itself grants is not told: %s", got)
	}
	if got, want := verdictOf(t, old), "(2 of them may keep it through an organization, a unit or the public; 1 may or may not keep it: who else has access is not in this plan)."; !strings.HasSuffix(got, want) {
		t.Errorf("%s\ndoes not end with %s", got, want)
	}
	unknown := told(changes)
	for i := range unknown.Access.Images {
		unknown.Access.Images[i].Unknown = "throttled"
	}
	if got := lossOf(t, unknown, payments); got != unclear {
		t.Errorf("where that could not be read: %s", got)
	}
	if got := lossOf(t, told(changes), payments); got != "not declared; **no other way in** to it is known" {
		t.Errorf("where it was: %s", got)
	}
}

// TestNoLossIsClaimedOfAResult: who else may launch the images is not what it
// tells.
func TestNoLossIsClaimedOfAResult(t *testing.T) {
	r := &reconcile.Result{Outcomes: []reconcile.Outcome{{Change: revoke(base18, payments), Status: reconcile.StatusApplied}}}
	r.Finish()
	got := text(t, result(r), report.Markdown, report.Style{})
	if !strings.Contains(got, "| loses access | account `payments-prod` `210987654321` |") || strings.Contains(got, "way in") {
		t.Errorf("it says more than it knows:\n%s", got)
	}
}
