package run_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// saved is a plan as a file gives it back.
func saved(t *testing.T, e *estate) *reconcile.Plan {
	t.Helper()
	plan, _ := e.plan()
	data, err := reconcile.EncodePlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	read, err := reconcile.DecodePlan(data)
	if err != nil {
		t.Fatal(err)
	}
	e.cloud.calls = nil
	return read
}

func (e *estate) recheck(plan *reconcile.Plan) (*reconcile.Plan, reconcile.Comparison, *run.View, error) {
	checked, err := run.Recheck(context.Background(), e.request(), plan, e.cloud.openReader, e.options)
	if err != nil {
		return nil, reconcile.Comparison{}, nil, err
	}
	return checked.Due, checked.Comparison, checked.View, nil
}

// standing is how a saved plan stands, in short.
func standing(c reconcile.Comparison) string {
	var parts []string
	for _, list := range []struct {
		name    string
		changes []reconcile.Change
	}{{"due", c.Due}, {"satisfied", c.Satisfied}, {"unknown", c.Unknown}, {"dropped", c.Dropped}, {"added", c.Added}} {
		if len(list.changes) > 0 {
			parts = append(parts, list.name+": "+strings.Join(short(list.changes), ", "))
		}
	}
	return strings.Join(parts, "; ")
}

func TestAPlanWhoseOwnerIsDeclaredNoMoreIsStale(t *testing.T) {
	e := newEstate(lab)
	e.single("a", who(alice), who(bob))
	plan := saved(t, e)
	copied := *e.declarations
	copied.Owners, copied.Shares = nil, nil
	e.declarations = &copied
	if _, _, _, err := e.recheck(plan); err == nil || !strings.Contains(err.Error(), "no OwnerAccount declares account") {
		t.Errorf("error %v", err)
	}
	if len(e.cloud.calls) > 0 {
		t.Errorf("called %v", e.cloud.calls)
	}
}

func TestRechecking(t *testing.T) {
	const (
		grantA, revokeA = "ami-a grant 200000000002", "ami-a revoke 200000000001"
		grantB          = "ami-b grant 200000000001"
	)
	find := func(e *estate, name string) *fakeImage {
		return e.cloud.images[picture(lab, "us-east-1", name).Image]
	}
	for _, c := range []struct {
		name  string
		since func(e *estate) // what happened since the plan
		want  string
		stale bool
		due   int    // changes of the recomputed plan
		kind  string // of what could not be read
	}{
		{"nothing happened", func(*estate) {}, "due: " + grantA + ", " + revokeA + ", " + grantB, false, 3, ""},
		{"part of it is true", func(e *estate) { find(e, "a").has = who(alice, bob) }, "due: " + revokeA + ", " + grantB + "; satisfied: " + grantA, false, 2, ""},
		{"all of it is true", func(e *estate) { find(e, "a").has = who(bob); find(e, "b").has = who(alice) }, "satisfied: " + grantA + ", " + revokeA + ", " + grantB, false, 0, ""},
		{"somebody shared by hand", func(e *estate) { find(e, "b").has = who(dave) }, "due: " + grantA + ", " + revokeA + ", " + grantB + "; added: ami-b revoke 200000000004", true, 4, ""},
		{"a manifest changed", func(e *estate) { e.declarations.Shares[0].Grants = grants(carol) }, "due: " + revokeA + ", " + grantB + "; dropped: " + grantA + "; added: ami-a grant 200000000003", true, 3, ""},
		{"a share is gone", func(e *estate) { e.declarations.Shares = e.declarations.Shares[:1] }, "due: " + grantA + ", " + revokeA + "; dropped: " + grantB, true, 2, ""},
		{"an image is gone", func(e *estate) { delete(e.cloud.images, find(e, "a").image.Image) }, "due: " + grantB + "; unknown: " + grantA + ", " + revokeA, false, 1, "not-found"},
		{"an image was disabled", func(e *estate) { find(e, "a").image.State, find(e, "a").has = reconcile.Disabled, nil }, "due: " + grantB + "; unknown: " + grantA + ", " + revokeA, false, 1, "wrong-state"},
		{"an image lost its name", func(e *estate) { find(e, "b").image.Name = "x" }, "due: " + grantA + ", " + revokeA + "; dropped: " + grantB, true, 2, ""},
		{"an image cannot be read", func(e *estate) {
			e.cloud.fault = func(_ int, c call) fault {
				if c.op == opRead && c.image.ID == "ami-b" {
					return throttled
				}
				return fine
			}
		}, "due: " + grantA + ", " + revokeA + "; unknown: " + grantB, false, 2, "throttled"},
		{"the lane cannot be listed", func(e *estate) {
			e.cloud.fault = func(_ int, c call) fault { return map[op]fault{opList: denied}[c.op] }
		}, "unknown: " + grantA + ", " + revokeA + ", " + grantB, false, 0, "denied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEstate(lab)
			e.single("a", who(alice), who(bob))
			e.single("b", nil, who(alice))
			plan := saved(t, e)
			copied := *e.declarations
			e.declarations = &copied
			e.declarations.Shares = slices.Clone(e.declarations.Shares)
			c.since(e)
			fresh, comparison, view, err := e.recheck(plan)
			if err != nil {
				t.Fatal(err)
			}
			if got := standing(comparison); got != c.want || comparison.Stale() != c.stale {
				t.Errorf("stale %v\n got %s\nwant %s", comparison.Stale(), got, c.want)
			}
			if len(fresh.Changes) != c.due || (len(fresh.Incomplete) == 0) != (c.kind == "") {
				t.Errorf("recomputed %v, incomplete %+v", short(fresh.Changes), fresh.Incomplete)
			}
			for _, i := range fresh.Incomplete {
				if string(i.Kind) != c.kind {
					t.Errorf("incomplete %+v", i)
				}
			}
			if c.want != "" && !c.stale && c.kind == "" {
				if result := e.apply(fresh, view); !result.Complete() || e.cloud.countOp(opWrite) != min(fresh.Summary.Images, 2) {
					t.Errorf("%v", outcomes(result))
				}
			}
		})
	}
}

func TestAnImageThatIsGoneSinceThePlanIsNamed(t *testing.T) {
	e := newEstate(lab)
	image := e.single("a", nil, who(alice))
	plan := saved(t, e)
	delete(e.cloud.images, image)
	fresh, _, view, err := e.recheck(plan)
	want := []reconcile.Incomplete{{Provider: principal.AWS, Account: lab.Account, Region: "us-east-1", Image: "ami-a", Name: "a",
		Kind: reconcile.NotFound, Error: "the image is gone", Hint: "make a new plan"}}
	if err != nil || !slices.Equal(fresh.Incomplete, want) {
		t.Errorf("%v, %+v", err, fresh.Incomplete)
	}
	if _, told := view.Observations[image]; !told {
		t.Errorf("observed %v", view.Observations)
	}
}

func TestWhatCouldNotBeReadForThePlanIsStillUnknownAtApply(t *testing.T) {
	e := newEstate(factory, lab)
	e.single("a", nil, who(alice))
	e.single("b-unread", nil, who(alice))
	e.single("c-gone", nil, who(alice))
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opList && c.region == "eu-west-1" || c.op == opRead && c.image.ID == "ami-b-unread" {
			return denied
		}
		return fine
	}
	plan := saved(t, e)
	e.cloud.settle()
	delete(e.cloud.images, picture(lab, "us-east-1", "c-gone").Image)
	fresh, _, view, err := e.recheck(plan)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range fresh.Incomplete {
		got = append(got, strings.Join([]string{i.Account, i.Region, i.Image, i.Error, i.Hint}, "|"))
	}
	want := []string{
		"222222222222|us-east-1|ami-c-gone|the image is gone|make a new plan",
		"111111111111|eu-west-1||when the plan was made: denied, says the fake|the plan does not cover it; make a new one",
		"222222222222|us-east-1|ami-b-unread|when the plan was made: denied, says the fake|the plan does not cover it; make a new one",
	}
	if !slices.Equal(got, want) || fresh.Summary.Unknown != 3 {
		t.Errorf("%d unknown: %q", fresh.Summary.Unknown, got)
	}
	if result := e.apply(fresh, view); result.Complete() || result.Summary[reconcile.StatusApplied] != 1 {
		t.Errorf("%q", outcomes(result))
	}
}

func TestWhatWasAddedSinceThePlanHasItsName(t *testing.T) {
	e := newEstate(lab)
	image := e.single("a", nil, who(alice))
	e.declarations.Aliases = map[principal.Principal]string{dave: "dave-dev"}
	plan := saved(t, e)
	e.cloud.images[image].has = who(dave)
	_, comparison, _, err := e.recheck(plan)
	if err != nil || len(comparison.Added) != 1 || comparison.Added[0].Principal.Alias != "dave-dev" {
		t.Errorf("%v, %+v", err, comparison.Added)
	}
}

func TestRecheckingReadsNothingButThePlansImages(t *testing.T) {
	e := newEstate(factory, lab)
	e.single("a", who(alice), who(bob))
	e.single("in-sync", who(alice), who(alice))
	e.cloud.put(picture(factory, "eu-west-1", "b"))
	e.cloud.put(picture(factory, "us-east-1", "b"), alice)
	e.share(factory, "b", alice)
	if _, comparison, _, err := e.recheck(saved(t, e)); err != nil || comparison.Stale() || len(comparison.Due) != 3 {
		t.Errorf("%v, %s", err, standing(comparison))
	}
	for _, c := range e.cloud.calls {
		if c.op == opList && (len(c.ids) != 1 || c.region == "us-east-1" && c.account == factory.Account) || c.op == opRead && c.image.ID == "ami-in-sync" {
			t.Errorf("%+v", c)
		}
	}
	if lists, reads := e.cloud.countOp(opList), e.cloud.countOp(opRead); lists != 2 || reads != 2 {
		t.Errorf("%d lists, %d reads", lists, reads)
	}
}

func TestRecheckingAnEmptyPlanCallsNobody(t *testing.T) {
	e := newEstate(lab)
	e.single("a", who(alice), who(alice))
	fresh, comparison, _, err := e.recheck(saved(t, e))
	if err != nil || comparison.Stale() || len(fresh.Changes) > 0 || len(e.cloud.calls) > 0 {
		t.Errorf("%v, %s, %v", err, standing(comparison), e.cloud.calls)
	}
}

func TestAShareThatClaimsAPlannedImageOnlyNowMakesThePlanStale(t *testing.T) {
	e := newEstate(lab)
	e.single("a", who(alice), who(bob))
	plan := saved(t, e)
	e.share(lab, "a", carol).Mode = reconcile.Additive
	if _, _, _, err := e.recheck(plan); err == nil || !strings.Contains(err.Error(), "001-a") {
		t.Errorf("%v", err)
	}
}

func TestRecheckingGoesByThePlansTimeAndApplyByNow(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, nil)
	e.declarations.Shares[0].Grants = []reconcile.Grant{{Principal: alice, Until: day(0)}, {Principal: bob}}
	plan := saved(t, e)
	e.at = day(1)
	fresh, comparison, view, err := e.recheck(plan)
	if err != nil || comparison.Stale() || len(comparison.Due) != 2 {
		t.Fatalf("%v, %s", err, standing(comparison))
	}
	if got, want := outcomes(e.apply(fresh, view)), []string{"grant " + alice.ID + ": skipped", "grant " + bob.ID + ": applied"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestRecheckingKeepsThePlansScopeAndPicks(t *testing.T) {
	e := newEstate(lab)
	for i, name := range []string{"base-1", "base-2", "base-3"} {
		image := picture(lab, "us-east-1", name)
		image.Created = day(i - 9)
		e.cloud.put(image, dave)
	}
	e.share(lab, "base-*", alice).Selector.Newest = 2
	e.scope = reconcile.Scope{Images: []string{"base-2"}, Only: reconcile.OnlyGrants}
	plan := saved(t, e)
	e.scope = reconcile.Scope{}
	newer := picture(lab, "us-east-1", "base-4") // retires base-2, though not for this plan
	e.cloud.put(newer)
	fresh, comparison, _, err := e.recheck(plan)
	if err != nil || standing(comparison) != "due: ami-base-2 grant 200000000001" || fresh.Digest != plan.Digest {
		t.Errorf("%v, %s", err, standing(comparison))
	}
}

func TestRecheckingDoesNotMissImagesThatThePlanHasNoNeedOf(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, who(alice))
	e.single("in-sync", who(alice), who(alice))
	e.scope.Images = []string{"a", "in-sync"}
	plan := saved(t, e)
	rechecked, err := run.Recheck(context.Background(), e.request(), plan, e.cloud.openReader, e.options)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range append(plan.Findings, rechecked.Due.Findings...) {
		if finding.Code == "AMI014" {
			t.Errorf("%+v", finding)
		}
	}
}

func TestGuardsJudgeAgainAtApply(t *testing.T) {
	e := newEstate(lab)
	e.single("a", who(alice), who(alice, world))
	plan := saved(t, e)
	if plan.Stopped() {
		t.Fatal("the policy allows it")
	}
	e.declarations.Policy.AllowPublic = false
	fresh, comparison, _, err := e.recheck(plan)
	if err != nil || comparison.Stale() || !fresh.Stopped() {
		t.Errorf("%v, %s, %+v", err, standing(comparison), fresh.Findings)
	}
}

func TestAPartOfASavedPlanIsAppliedAndTheRestIsCounted(t *testing.T) {
	for _, c := range []struct {
		only    reconcile.Direction
		due     []string
		leftOut int
		held    int // findings of AMI020
	}{
		{"", []string{"ami-moves grant " + unit.ID, "ami-moves revoke " + alice.ID, "ami-swap grant " + bob.ID, "ami-swap revoke " + alice.ID}, 0, 0},
		{reconcile.OnlyGrants, []string{"ami-moves grant " + unit.ID, "ami-swap grant " + bob.ID}, 2, 0},
		{reconcile.OnlyRevokes, []string{"ami-swap revoke " + alice.ID}, 3, 1},
	} {
		e := newEstate(lab)
		e.single("moves", who(alice), who(unit))
		e.single("swap", who(alice), who(bob))
		plan := saved(t, e)
		request := e.request()
		request.Only = c.only
		rechecked, err := run.Recheck(context.Background(), request, plan, e.cloud.openReader, e.options)
		if err != nil {
			t.Fatal(err)
		}
		held := 0
		for _, finding := range rechecked.Due.Findings {
			if finding.Code == "AMI020" {
				held++
			}
		}
		if got := short(rechecked.Due.Changes); !slices.Equal(got, c.due) || rechecked.LeftOut != c.leftOut || held != c.held {
			t.Errorf("%q: due %v, %d left out, %d held", c.only, got, rechecked.LeftOut, held)
		}
		if rechecked.Comparison.Stale() || len(rechecked.Comparison.Due) != 4 || rechecked.Due.Digest != plan.Digest {
			t.Errorf("%q: %s", c.only, standing(rechecked.Comparison))
		}
		guardAccess(t, e, rechecked.Due)
		if result := e.apply(rechecked.Due, rechecked.View); !result.Complete() {
			t.Errorf("%q: %v", c.only, outcomes(result))
		}
	}
}

// evicting is an estate where alice is to be taken out of everything: images
// that shares pick, that are retired, and that nobody claims.
func evicting() *estate {
	e := newEstate(lab)
	for i, name := range []string{"base-1", "base-2"} {
		image := picture(lab, "us-east-1", name)
		image.Created = day(i - 9)
		e.cloud.put(image, alice, dave)
	}
	e.share(lab, "base-*", dave).Selector.Newest = 1
	e.cloud.put(picture(lab, "us-east-1", "stray"), alice, org)
	e.single("declares", who(alice, bob), who(alice))
	e.cloud.put(picture(lab, "us-east-1", "additive"), alice, bob)
	e.share(lab, "additive", carol).Mode = reconcile.Additive
	e.scope = reconcile.Scope{Principals: []principal.Principal{alice}, Only: reconcile.OnlyRevokes}
	return e
}

func TestTakingAPrincipalOutReachesEveryImage(t *testing.T) {
	want := []string{"ami-additive revoke " + alice.ID, "ami-base-1 revoke " + alice.ID, "ami-base-2 revoke " + alice.ID, "ami-stray revoke " + alice.ID}
	e := evicting()
	plan := saved(t, e)
	if got := short(plan.Changes); !slices.Equal(got, want) {
		t.Fatalf("the plan has %v, want %v", got, want)
	}
	fresh, comparison, view, err := e.recheck(plan)
	if err != nil || comparison.Stale() || len(comparison.Due) != 4 {
		t.Fatalf("%v, %s", err, standing(comparison))
	}
	guardAccess(t, e, &reconcile.Plan{Changes: fresh.Changes})
	if result := e.apply(fresh, view); !result.Complete() {
		t.Errorf("%v", outcomes(result))
	}
	if again, _ := e.plan(); len(again.Changes) > 0 {
		t.Errorf("a second plan has %v", short(again.Changes))
	}
	for image, has := range e.cloud.state() {
		if slices.Contains(has, alice) != (image.ID == "ami-declares") {
			t.Errorf("%v has %v", image, has)
		}
	}
}

func TestTakingAPrincipalOutOfSomeImagesOnly(t *testing.T) {
	for _, c := range []struct {
		name  string
		scope func(*reconcile.Scope)
		want  []string
	}{
		{"by image", func(s *reconcile.Scope) { s.Images = []string{"stray", "base-1"} }, []string{"ami-base-1 revoke " + alice.ID, "ami-stray revoke " + alice.ID}},
		{"by share", func(s *reconcile.Scope) { s.Shares = []string{"000-base-*"} }, []string{"ami-base-1 revoke " + alice.ID, "ami-base-2 revoke " + alice.ID}},
		{"by region", func(s *reconcile.Scope) { s.Regions = []string{"eu-west-1"} }, []string{}},
	} {
		e := evicting()
		c.scope(&e.scope)
		plan := saved(t, e)
		if got := short(plan.Changes); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if _, comparison, _, err := e.recheck(plan); err != nil || comparison.Stale() {
			t.Errorf("%s: rechecked: %v, %s", c.name, err, standing(comparison))
		}
	}
}

// crowd is n accounts that nothing else names.
func crowd(n int) []principal.Principal {
	var all []principal.Principal
	for i := range n {
		all = append(all, account(fmt.Sprintf("3000000000%02d", i)))
	}
	return all
}

func TestASavedPlanDoesNotOutliveWhatAllowedIt(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, who(world))
	e.declarations.Policy.AllowPublic = false
	e.declarations.Policy.PublicShares = []reconcile.PublicShare{{Share: e.declarations.Shares[0].Share, ApprovedBy: "jane", Term: reconcile.Term{Until: day(0)}}}
	plan := saved(t, e)
	if again, _, _, err := e.recheck(plan); err != nil || again.Stopped() {
		t.Fatalf("on the last day: %v, %v", err, codes(again))
	}
	e.at = day(1)
	if again, _, _, err := e.recheck(plan); err != nil || !again.Stopped() || !slices.Contains(codes(again), "AMI001") {
		t.Errorf("on the day after: %v, %v", err, codes(again))
	}
}

func TestASavedPlanInTwoPartsStillReplaces(t *testing.T) {
	e := newEstate(lab)
	e.declarations.Policy.Revokes = reconcile.DefaultPolicy().Revokes
	image := e.single("a", crowd(8), who(unit))
	plan := saved(t, e)
	request := e.request()
	request.Only = reconcile.OnlyGrants
	first, err := run.Recheck(context.Background(), request, plan, e.cloud.openReader, e.options)
	if err != nil {
		t.Fatal(err)
	}
	e.apply(first.Due, first.View)
	rest, _, view, err := e.recheck(plan)
	if err != nil || rest.Stopped() || !slices.Contains(codes(rest), "AMI023") {
		t.Fatalf("%v, %v", err, codes(rest))
	}
	e.apply(rest, view)
	if has := e.cloud.state()[image]; !slices.Equal(has, who(unit)) {
		t.Errorf("%v", has)
	}
}

func TestARevokeWaitsForAReplacementThatHasExpiredSinceThePlan(t *testing.T) {
	e := newEstate(lab)
	image := e.single("a", who(alice, bob), nil)
	other := e.single("b", who(alice), who(bob))
	e.declarations.Shares[0].Grants = []reconcile.Grant{{Principal: unit, Until: day(0)}}
	plan := saved(t, e)
	e.at = day(1)
	due, _, view, err := e.recheck(plan)
	if err != nil {
		t.Fatal(err)
	}
	result := e.apply(due, view)
	held := 0
	for _, outcome := range result.Outcomes {
		if outcome.Because == "the grant that may replace it has expired since the plan was made" && outcome.Status == reconcile.StatusSkipped {
			held++
		}
	}
	if state := e.cloud.state(); held != 2 || !slices.Equal(state[image], principal.Sorted(who(alice, bob))) || !slices.Equal(state[other], who(bob)) || result.Complete() {
		t.Errorf("%v: %v", outcomes(result), state)
	}
}
