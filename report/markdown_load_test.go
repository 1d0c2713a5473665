package report_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// allocated is how often, and how many bytes, writing a plan as Markdown takes of
// memory.
func allocated(t *testing.T, p *reconcile.Plan) (times, bytes float64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rendered(t, writePlan, p, report.Style{Names: names})
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc)
}

// TestTwiceAsMuchTakesTwiceTheWork: what stands in no document for want of room
// must not take time either, beyond looking at it.
func TestTwiceAsMuchTakesTwiceTheWork(t *testing.T) {
	unreadImages := func(n int) *reconcile.Plan {
		p := &reconcile.Plan{}
		for i := range n {
			p.Incomplete = append(p.Incomplete, reconcile.Incomplete{Provider: principal.AWS, Account: factory, Region: "us-east-1", Image: numbered(i).ID, Name: numbered(i).Name, Kind: reconcile.Throttled, Error: "too many requests"})
		}
		return finish(p)
	}
	differing := func(n int) *reconcile.Plan {
		p := &reconcile.Plan{}
		for i := range n {
			p.Findings = append(p.Findings, reconcile.Finding{Code: "AMI014", Severity: reconcile.SeverityWarning, Message: fmt.Sprintf("share %d matches nothing", i), Hint: "look"})
		}
		return finish(p)
	}
	revoked := func(n int) *reconcile.Plan { return fromUnits(n, 10) }
	for name, plan := range map[string]func(int) *reconcile.Plan{"unread images": unreadImages, "images that are gone": missing, "findings": differing, "revokes": revoked} {
		_, once := allocated(t, plan(2_000))
		_, twice := allocated(t, plan(4_000))
		if twice > 2.5*once {
			t.Errorf("%s: %.0f bytes, and %.0f for twice as many", name, once, twice)
		}
	}
}

// TestWaysInAreNotSpelledOutForEveryRevoke: neither the number of units that may
// launch an image nor that of the images they may launch makes more than a look at
// each of them.
func TestWaysInAreNotSpelledOutForEveryRevoke(t *testing.T) {
	few, _ := allocated(t, fromUnits(500, 5))
	many, _ := allocated(t, fromUnits(500, 40))
	if many > 1.5*few {
		t.Errorf("%.0f allocations with 5 units, and %.0f with 40", few, many)
	}
}

// fromUnits is a plan that revokes an account from n images, which units may
// launch.
func fromUnits(n, units int) *reconcile.Plan {
	var holders []principal.Principal
	for i := range units {
		holders = append(holders, principal.Principal{Kind: principal.OrganizationalUnit, ID: fmt.Sprintf("arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-%08d", i)})
	}
	var changes []reconcile.Change
	for i := range n {
		changes = append(changes, revoke(numbered(i), payments))
	}
	return told(changes, holders...)
}
