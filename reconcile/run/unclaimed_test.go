package run_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// strays is a lane with images that shares claim and images that none does.
func strays() *estate {
	e := newEstate(lab)
	e.single("claimed", who(alice), who(bob))
	for name, has := range map[string][]principal.Principal{"stray-1": who(alice, unit), "stray-2": nil, "stray-3": who(world, bob)} {
		image := picture(lab, "us-east-1", name)
		image.Public = slices.Contains(has, world)
		e.cloud.put(image, has...)
	}
	off := picture(lab, "us-east-1", "stray-off")
	off.State = reconcile.Disabled
	e.cloud.put(off)
	return e
}

func (e *estate) drift(grace time.Duration, unmanaged bool) *reconcile.Drift {
	drift, _ := run.Drift(context.Background(), e.request(), e.cloud.openReader, e.options, grace, unmanaged)
	return drift
}

func deviations(d *reconcile.Drift) []string {
	list := []string{}
	for _, v := range d.Deviations {
		list = append(list, fmt.Sprintf("%s %s %s", v.Image.ID, v.Kind, v.Principal.Principal))
	}
	return list
}

func TestDriftListsPublicStraysForFreeAndTheOthersForACallEach(t *testing.T) {
	e := strays()
	want := []string{"ami-claimed extra " + alice.ID, "ami-claimed missing " + bob.ID, "ami-stray-3 unmanaged public"}
	if got := deviations(e.drift(0, false)); !slices.Equal(got, want) || e.cloud.countOp(opRead) != 1 {
		t.Errorf("%d reads, %q", e.cloud.countOp(opRead), got)
	}
	e.cloud.calls = nil
	want = []string{"ami-claimed extra " + alice.ID, "ami-claimed missing " + bob.ID, "ami-stray-1 unmanaged " + unit.ID, "ami-stray-1 unmanaged " + alice.ID,
		"ami-stray-3 unmanaged public", "ami-stray-3 unmanaged " + bob.ID}
	if got := deviations(e.drift(0, true)); !slices.Equal(got, want) || e.cloud.countOp(opRead) != 4 {
		t.Errorf("%d reads, %q", e.cloud.countOp(opRead), got)
	}
	if e.cloud.countOp(opWrite)+e.cloud.countOp(opEnterWrite) > 0 {
		t.Error("drift wrote")
	}
}

func TestDriftOfOneShareKnowsNoStrays(t *testing.T) {
	e := strays()
	e.scope.Shares = []string{"000-claimed"}
	if got := deviations(e.drift(100*time.Hour, true)); !slices.Equal(got, []string{"ami-claimed extra " + alice.ID, "ami-claimed pending " + bob.ID}) {
		t.Errorf("%q", got)
	}
}

func TestAStrayThatCannotBeReadIsUnknown(t *testing.T) {
	e := strays()
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opRead && c.image.ID == "ami-stray-1" {
			return throttled
		}
		return fine
	}
	d := e.drift(0, true)
	if d.Unknown != 1 || slices.ContainsFunc(d.Deviations, func(v reconcile.Deviation) bool { return v.Image.ID == "ami-stray-1" }) {
		t.Errorf("%d unknown, %q", d.Unknown, deviations(d))
	}
}

func TestASurveyReadsWhatNobodyClaims(t *testing.T) {
	e := strays()
	found, view := run.Survey(context.Background(), e.request(), e.cloud.openReader, e.options)
	var got []string
	for _, u := range found {
		got = append(got, fmt.Sprint(u.ID, " ", len(u.Permissions)))
	}
	if want := []string{"ami-stray-1 2", "ami-stray-2 0", "ami-stray-3 2"}; !slices.Equal(got, want) || len(view.Incomplete) > 0 || e.cloud.countOp(opRead) != 3 {
		t.Errorf("%q, %d reads", got, e.cloud.countOp(opRead))
	}
}
