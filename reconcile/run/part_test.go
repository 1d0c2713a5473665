package run_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// recheckPart rechecks a shard of a saved plan.
func (e *estate) recheckPart(t interface{ Fatalf(string, ...any) }, plan *reconcile.Plan, shard reconcile.Part, only reconcile.Direction) *run.Rechecked {
	request := e.request()
	request.Scope, request.Shard, request.Only = reconcile.Scope{}, shard, only
	checked, err := run.Recheck(context.Background(), request, plan, e.cloud.openReader, e.options)
	if err != nil {
		t.Fatalf("shard %v: %v", shard, err)
	}
	return checked
}

func TestShardsTogetherDoWhatOneMachineDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawWorld(t)
		for _, id := range sortedImages(e.cloud) {
			if rapid.IntRange(0, 7).Draw(t, "unread") == 7 {
				e.cloud.fault = func(_ int, c call) fault { return map[bool]fault{true: denied}[c.op == opRead && c.image == id] }
			}
		}
		plan, _ := e.plan()
		e.cloud.settle()

		one := *e
		one.cloud = e.cloud.clone()
		due, _, view, err := one.recheck(plan)
		if err != nil {
			t.Fatal(err)
		}
		want := one.apply(due, view)

		var told []string
		var unread []reconcile.Incomplete
		for _, shard := range parts(rapid.IntRange(1, 5).Draw(t, "shards")) {
			e.cloud.calls = nil
			checked := e.recheckPart(t, plan, shard, "")
			if checked.Due.Digest != plan.Digest || checked.Due.Scope.Shard != shard || checked.Comparison.Stale() {
				t.Fatalf("shard %v: digest %s, scope %+v, %s", shard, checked.Due.Digest, checked.Due.Scope, standing(checked.Comparison))
			}
			result := e.apply(checked.Due, checked.View)
			if result.Scope.Shard != shard || result.Digest != plan.Digest {
				t.Fatalf("shard %v: the result is of %v, digest %s", shard, result.Scope.Shard, result.Digest)
			}
			touchesOnly(t, e, result)
			told, unread = append(told, outcomes(result)...), append(unread, result.Incomplete...)
		}
		if got, want := e.cloud.state(), one.cloud.state(); !maps.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("the shards lead to %v, one machine to %v", got, want)
		}
		if !sameInAnyOrder(told, outcomes(want)) || !sameInAnyOrder(unread, want.Incomplete) {
			t.Fatalf("the shards tell of %q and %v\none machine of %q and %v", told, unread, outcomes(want), want.Incomplete)
		}
	})
}

// touchesOnly fails where a call was about an image that the result does not name.
func touchesOnly(t *rapid.T, e *estate, result *reconcile.Result) {
	named := map[string]bool{}
	for _, o := range result.Outcomes {
		named[o.Change.Image.ID] = true
	}
	for _, c := range e.cloud.calls {
		for _, id := range append(c.ids, c.image.ID) {
			if id != "" && !named[id] {
				t.Fatalf("shard %v: %s of %s, which is in no change of it", result.Scope.Shard, c.op, id)
			}
		}
		if c.op == opList && len(c.ids) == 0 {
			t.Fatalf("shard %v listed a whole lane", result.Scope.Shard)
		}
	}
}

func sameInAnyOrder[T any](a, b []T) bool {
	count := map[string]int{}
	for _, x := range a {
		count[fmt.Sprint(x)]++
	}
	for _, x := range b {
		count[fmt.Sprint(x)]--
	}
	return !slices.ContainsFunc(slices.Collect(maps.Values(count)), func(n int) bool { return n != 0 })
}

func TestAPlanOfAShardIsNotCarriedOut(t *testing.T) {
	e := spread()
	plan := e.shards(t, 3)[1]
	e.cloud.calls = nil
	for _, shard := range []reconcile.Part{{}, {Index: 2, Of: 3}} {
		request := e.request()
		request.Shard = shard
		_, err := run.Recheck(context.Background(), request, plan, e.cloud.openReader, e.options)
		if err == nil || !strings.Contains(err.Error(), "this is shard 2/3 of a plan") || !strings.Contains(reconcile.HintOf(err), "amisync plan merge") {
			t.Errorf("as %v: %v, %s", shard, err, reconcile.HintOf(err))
		}
	}
	if len(e.cloud.calls) > 0 {
		t.Errorf("called %v", e.cloud.calls)
	}
}

func TestEveryShardHeedsTheLimitsOfTheWholeRun(t *testing.T) {
	e := spread()
	for name, c := range map[string]struct {
		limits reconcile.RevokeLimits
		only   reconcile.Direction
		says   string
	}{
		"revokes":               {reconcile.RevokeLimits{Max: 2, MaxPrincipals: 9, MaxPercentPerImage: 100}, "", "3 revokes in one run"},
		"principals":            {reconcile.RevokeLimits{Max: 9, MaxPrincipals: 0, MaxPercentPerImage: 100}, "", "1 principal lose"},
		"within limits":         {reconcile.RevokeLimits{Max: 3, MaxPrincipals: 1, MaxPercentPerImage: 100}, "", ""},
		"grants alone":          {reconcile.RevokeLimits{Max: 0, MaxPercentPerImage: 100}, reconcile.OnlyGrants, ""},
		"one principal, thrice": {reconcile.RevokeLimits{Max: 2, MaxPrincipals: 1, MaxPercentPerImage: 100}, reconcile.OnlyRevokes, "3 revokes in one run"},
	} {
		t.Run(name, func(t *testing.T) {
			e.declarations.Policy.Revokes = c.limits
			plan := saved(t, e)
			for _, shard := range parts(4) { // the last has nothing to do
				due := e.recheckPart(t, plan, shard, c.only).Due
				stopped := slices.IndexFunc(due.Findings, reconcile.Finding.Refuses)
				if due.Stopped() != (c.says != "") || stopped >= 0 && !strings.HasPrefix(due.Findings[stopped].Message, c.says) {
					t.Errorf("shard %v: %+v", shard, due.Findings)
				}
			}
		})
	}
}

func TestAShardIsStaleWhereTheManifestsAreOthers(t *testing.T) {
	for name, c := range map[string]struct {
		since func(*estate)
		says  string // by every shard; empty: nothing
	}{
		"who is kept":            {func(e *estate) { e.declarations.Policy.Protect = who(dave) }, "the manifests are not the very same"},
		"a limit":                {func(e *estate) { e.declarations.Policy.Revokes.Max++ }, "the manifests are not the very same"},
		"a share of other lanes": {func(e *estate) { e.share(lab, "x", bob) }, "the manifests are not the very same"},
		"an exception is over":   {func(e *estate) { e.at = day(3) }, "a term in the Policy has ended since"},
		"an exception holds":     {func(e *estate) { e.at = day(2).Add(-1) }, ""},
		"another place":          {func(e *estate) { e.declarations.Shares[0].Source.Line = 7 }, "the manifests are not the very same"},
		"another role":           {func(e *estate) { e.declarations.Owners[0].Role = "arn:aws:iam::111111111111:role/r" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := spread()
			e.declarations.Policy.Exceptions = []reconcile.Exception{{Code: "AMI014", Term: reconcile.Term{Until: day(1)}}}
			plan := saved(t, e)
			e.declarations = changed(e.declarations, func(*reconcile.Declarations) {})
			c.since(e)
			for _, shard := range parts(5) {
				request := e.request()
				request.Shard = shard
				_, err := run.Recheck(context.Background(), request, plan, e.cloud.openReader, e.options)
				if (err != nil) != (c.says != "") || err != nil && (!strings.Contains(err.Error(), c.says) || len(e.cloud.calls) > 0) {
					t.Errorf("shard %v: %v, after %v", shard, err, e.cloud.calls)
				}
			}
			if _, _, _, err := e.recheck(plan); err != nil {
				t.Errorf("one machine: %v", err)
			}
		})
	}
}

func TestAShardNeedsToKnowOfTheOthers(t *testing.T) {
	for name, c := range map[string]struct {
		alter func(*reconcile.Plan)
		says  string
	}{
		"an older version":       {func(p *reconcile.Plan) { p.Declared = "" }, "it does not say which manifests"},
		"no permissions":         {func(p *reconcile.Plan) { p.Access = reconcile.Access{} }, "who could launch ami-"},
		"no set":                 {func(p *reconcile.Plan) { p.Access.Images[0].Set = 7 }, "who could launch each"},
		"nobody to be taken out": {func(p *reconcile.Plan) { p.Access.Sets = [][]int{{}} }, "who could launch ami-"},
	} {
		t.Run(name, func(t *testing.T) {
			e := spread()
			plan := saved(t, e)
			c.alter(plan)
			request := e.request()
			request.Shard = reconcile.Part{Index: 4, Of: 4}
			if _, err := run.Recheck(context.Background(), request, plan, e.cloud.openReader, e.options); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAShardIsRefusedWhereOneMachineIs(t *testing.T) {
	met := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		e := drawGuarded(t)
		e.scope.Only = ""
		plan, _ := e.plan()
		e.cloud.settle()
		shards := parts(rapid.IntRange(2, 4).Draw(t, "shards"))
		for _, only := range []reconcile.Direction{"", reconcile.OnlyGrants, reconcile.OnlyRevokes} {
			one := e.recheckPart(t, plan, reconcile.Part{}, only).Due
			for _, shard := range shards {
				// A rule that several changes break does not tell which.
				due := e.recheckPart(t, plan, shard, only).Due
				if one.Stopped() != due.Stopped() && !(due.Stopped() && slices.Contains(codes(due), "AMI017")) {
					t.Fatalf("only %q: one machine tells %+v\nshard %v %+v", only, one.Findings, shard, due.Findings)
				}
			}
			if one.Stopped() {
				for _, code := range codes(one) {
					met[string(only)+" "+code]++
				}
			} else if plan.Stopped() {
				met["stopped but for "+string(only)]++
			}
		}
	})
	for _, what := range []string{" AMI001", "grants AMI001", "revokes AMI002", "revokes AMI003", "revokes AMI004", "revokes AMI005", "revokes AMI017",
		"stopped but for grants", "stopped but for revokes"} {
		if met[what] == 0 {
			t.Errorf("no estate had %q: %v", what, met)
		}
	}
}

func TestRevokesElsewhereCountAsTheyDoInOneRun(t *testing.T) {
	e := newEstate(factory, lab)
	e.cloud.put(picture(factory, "us-east-1", "moved"), alice, bob)
	e.share(factory, "moved", org) // replaces both
	e.cloud.put(picture(factory, "eu-west-1", "expired"), alice, bob)
	share := e.share(factory, "expired", alice, bob)
	share.Grants[0].Until = day(-1)
	e.single("plain", who(alice, bob), who(alice))
	e.declarations.Policy.Revokes.Max = 1
	plan := saved(t, e)
	for _, shard := range parts(3) {
		if due := e.recheckPart(t, plan, shard, "").Due; due.Stopped() {
			t.Errorf("shard %v: %+v", shard, due.Findings)
		}
	}
	e.declarations.Policy.Revokes.Max = 0
	plan = saved(t, e)
	for _, shard := range parts(3) {
		if due := e.recheckPart(t, plan, shard, "").Due; !due.Stopped() {
			t.Errorf("shard %v: %+v", shard, due.Findings)
		}
	}
}

func TestWhatStopsTheRunStopsEveryShard(t *testing.T) {
	e := spread()
	e.declarations.Policy.Protect = who(alice)
	e.declarations.Policy.Exceptions = []reconcile.Exception{{Code: "AMI005", Image: "a"}} // so that b alone stops it
	plan := saved(t, e)
	elsewhere := 0
	for _, shard := range parts(4) {
		due := e.recheckPart(t, plan, shard, "").Due
		i := slices.IndexFunc(due.Findings, reconcile.Finding.Refuses)
		if !due.Stopped() || due.Findings[i].Image.ID != "ami-b" || strings.Count(fmt.Sprint(codes(due)), "AMI005") > 2 {
			t.Fatalf("shard %v: %+v", shard, due.Findings)
		}
		if strings.HasSuffix(due.Findings[i].Hint, "; then make a new plan") {
			elsewhere++
		}
		if !slices.IsSortedFunc(due.Findings, reconcile.CompareFindings) {
			t.Errorf("shard %v: not sorted: %v", shard, codes(due))
		}
	}
	if elsewhere != 3 {
		t.Errorf("%d shards of 4 tell of what is elsewhere", elsewhere)
	}
}

func TestFindingsAboutAnImageAreToldByItsShardAlone(t *testing.T) {
	e := spread()
	for _, image := range e.cloud.images {
		image.image.Deprecated = noon
	}
	e.declarations.Shares[0].Grants, e.declarations.Shares[1].Grants = grants(bob, world), grants(bob, world)
	whole := saved(t, e)
	told := []string{}
	for _, shard := range parts(3) {
		for _, finding := range e.recheckPart(t, whole, shard, "").Due.Findings {
			told = append(told, finding.Code+" "+finding.Message+finding.Image.Region)
		}
	}
	want := []string{}
	for _, finding := range whole.Findings {
		want = append(want, finding.Code+" "+finding.Message+finding.Image.Region)
	}
	if len(want) == 0 || !sameInAnyOrder(told, want) {
		t.Errorf("the shards tell\n%s\nthe whole\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

func TestAShardWithoutLanesChangesNothing(t *testing.T) {
	e := spread()
	plan := saved(t, e)
	checked := e.recheckPart(t, plan, reconcile.Part{Index: 7, Of: 7}, "")
	result := e.apply(checked.Due, checked.View)
	if len(e.cloud.calls)+len(result.Outcomes)+len(result.Findings) > 0 || !result.Complete() {
		t.Errorf("%v: %+v", e.cloud.calls, result)
	}
}

func TestWhatTheWholePlanDidNotReadIsToldByOneShard(t *testing.T) {
	e := spread()
	e.cloud.put(picture(lab, "us-east-1", "c"), alice)
	e.share(lab, "c", bob)
	e.cloud.fault = func(_ int, c call) fault {
		return map[bool]fault{true: denied}[c.op == opList && c.region == "eu-west-1" || c.op == opRead && c.image.ID == "ami-c"]
	}
	plan := saved(t, e)
	e.cloud.settle()
	told := map[string][]string{}
	for _, shard := range parts(4) {
		checked := e.recheckPart(t, plan, shard, "")
		if checked.Due.Summary.Unknown != len(checked.Due.Incomplete) {
			t.Errorf("%+v", checked.Due.Summary)
		}
		for _, i := range checked.Due.Incomplete {
			told[i.Region+i.Image] = append(told[i.Region+i.Image], shard.String()+" "+strings.Join(short(checked.Due.Changes), " "))
		}
	}
	if lane := told["eu-west-1"]; len(lane) != 1 || !strings.HasPrefix(lane[0], "1/4") {
		t.Errorf("a lane without changes: %q", lane)
	}
	if image := told["us-east-1ami-c"]; len(image) != 1 || !strings.Contains(image[0], "ami-b") {
		t.Errorf("an image of a lane with changes: %q", image)
	}
}
