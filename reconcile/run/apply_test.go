package run_test

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// planThrough plans with readers of another kind.
func planThrough(e *estate, open run.OpenReader) (*reconcile.Plan, *run.View) {
	return run.Plan(context.Background(), e.request(), open, e.options)
}

// twicePaged shows every image twice, as a listing in pages may.
type twicePaged struct{ cloud *fakeCloud }

type twiceReader struct{ run.Reader }

func (c twicePaged) open(ctx context.Context, owner reconcile.Owner) (run.Reader, error) {
	reader, err := c.cloud.openReader(ctx, owner)
	return twiceReader{reader}, err
}

func (r twiceReader) List(ctx context.Context, region string, filter reconcile.Filter) ([]reconcile.Image, error) {
	images, err := r.Reader.List(ctx, region, filter)
	return append(slices.Clone(images), images...), err
}

func TestAfterAWriteTheCloudIsReadUntilItShows(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults map[op]fault // at the first write and at every read back
		status reconcile.Status
		kind   reconcile.ErrorKind
		says   string
		reads  int // at least
	}{
		{"shows at once", nil, reconcile.StatusApplied, "", "", 1},
		{"shows late", map[op]fault{opWrite: lagging}, reconcile.StatusApplied, "", "", 4},
		{"never shows", map[op]fault{opWrite: neverShows}, reconcile.StatusFailed, reconcile.Unconfirmed, "does not show it after 1m0s", 10},
		{"had no effect", map[op]fault{opWrite: noEffect}, reconcile.StatusFailed, reconcile.Unconfirmed, "does not show it after 1m0s", 10},
		{"answer lost, with effect", map[op]fault{opWrite: uncertainAfter}, reconcile.StatusApplied, "", "", 1},
		{"answer lost, without effect", map[op]fault{opWrite: uncertainBefore}, reconcile.StatusFailed, reconcile.Uncertain, "write on ami-a", 10},
		{"cannot be read back: throttled", map[op]fault{opRead: throttled}, reconcile.StatusFailed, reconcile.Unconfirmed, "reading it back failed", 10},
		{"cannot be read back: denied", map[op]fault{opRead: denied}, reconcile.StatusFailed, reconcile.Unconfirmed, "reading it back failed", 1},
		{"denied", map[op]fault{opWrite: denied}, reconcile.StatusFailed, reconcile.Denied, "denied, says the fake", 0},
		{"throttled", map[op]fault{opWrite: throttled}, reconcile.StatusFailed, reconcile.Throttled, "throttled, says the fake", 1},
		{"quota", map[op]fault{opWrite: quota}, reconcile.StatusFailed, reconcile.Quota, "quota, says the fake", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEstate(lab)
			e.single("a", nil, who(alice))
			plan, view := e.plan()
			e.cloud.calls = nil
			e.cloud.fault = func(_ int, made call) fault { return c.faults[made.op] }
			result := e.apply(plan, view)
			o := result.Outcomes[0]
			if o.Status != c.status || o.Kind != c.kind || !strings.Contains(o.Because, c.says) || (o.Hint == "") != (c.kind == "") {
				t.Errorf("%+v", o)
			}
			reads := e.cloud.countOp(opRead)
			if c.reads < 10 && reads != c.reads || reads < c.reads || e.cloud.countOp(opWrite) != 1 {
				t.Errorf("%d reads, %d writes", reads, e.cloud.countOp(opWrite))
			}
			if e.clock.slept > time.Minute || c.reads == 10 && e.clock.slept != time.Minute {
				t.Errorf("slept %v", e.clock.slept)
			}
		})
	}
}

func TestHowLongToWaitCanBeChosen(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, who(alice))
	e.options.Wait = 700 * time.Millisecond
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opWrite {
			return neverShows
		}
		return fine
	}
	_, result := e.run()
	if e.clock.slept != 700*time.Millisecond || !strings.Contains(result.Outcomes[0].Because, "after 700ms") {
		t.Errorf("slept %v: %+v", e.clock.slept, result.Outcomes[0])
	}
}

// waiting applies a change that never shows, and returns the pauses between
// readings in milliseconds. Each reading takes as long as is said.
func waiting(reading time.Duration) (pauses []int64, reads int, outcome reconcile.Outcome) {
	e := newEstate(lab)
	e.single("a", nil, who(alice))
	now := noon
	e.options.Now = func() time.Time { return now }
	e.options.Sleep = func(_ context.Context, d time.Duration) { pauses = append(pauses, d.Milliseconds()) }
	e.cloud.fault = func(_ int, c call) fault { return map[op]fault{opWrite: neverShows}[c.op] }
	plan, view := e.plan()
	e.cloud.calls = nil
	e.cloud.gate = func(c call) {
		if c.op == opRead {
			now = now.Add(reading)
		}
	}
	result := e.apply(plan, view)
	return pauses, e.cloud.countOp(opRead), result.Outcomes[0]
}

func TestPausesBetweenReadingsDoubleUpToFiveSecondsAndEndWithThePatience(t *testing.T) {
	pauses, reads, _ := waiting(0)
	if want := []int64{200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 3800}; !slices.Equal(pauses, want) || reads != len(want)+1 {
		t.Errorf("%d readings, pauses of %v ms", reads, pauses)
	}
}

func TestTheTimeThatReadingsTakeCountsAsWaited(t *testing.T) {
	pauses, reads, o := waiting(10 * time.Second)
	if want := []int64{200, 400, 800, 1600, 3200}; !slices.Equal(pauses, want) || reads != 6 || !strings.Contains(o.Because, "does not show it after 1m0s") {
		t.Errorf("%d readings, pauses of %v ms: %+v", reads, pauses, o)
	}
}

func TestOnlyWhatTheCloudMayAcceptInPartIsSentInParts(t *testing.T) {
	for _, c := range []struct {
		fault fault
		want  []string
	}{
		{refused, []string{"grant grant revoke", "grant grant", "revoke"}},
		{invalid, []string{"grant grant revoke", "grant grant", "revoke"}},
		{quota, []string{"grant grant revoke", "revoke", "grant grant"}}, // what makes room goes first
		{denied, []string{"grant grant revoke"}},
		{throttled, []string{"grant grant revoke"}},
		{uncertainBefore, []string{"grant grant revoke"}},
	} {
		e := newEstate(lab)
		e.single("a", who(alice), who(bob, carol))
		var sent []string
		e.cloud.fault = func(_ int, made call) fault {
			if made.op != opWrite {
				return fine
			}
			var verbs []string
			for _, change := range made.changes {
				verbs = append(verbs, string(change.Verb))
			}
			sent = append(sent, strings.Join(verbs, " "))
			if slices.Contains(verbs, "grant") && slices.Contains(verbs, "revoke") {
				return c.fault
			}
			return fine
		}
		_, result := e.run()
		if !slices.Equal(sent, c.want) || result.Complete() != (len(c.want) > 1) {
			t.Errorf("%s: sent %q: %q", c.fault, sent, outcomes(result))
		}
	}
}

func TestARefusedPrincipalIsFoundAndNamedAndTheOthersGoThrough(t *testing.T) {
	var many []principal.Principal
	for i := range 33 {
		many = append(many, account(fmt.Sprintf("3000000000%02d", i)))
	}
	for _, c := range []struct {
		name    string
		has     []principal.Principal
		wants   []principal.Principal
		refused []principal.Principal
		left    []principal.Principal // what the cloud has in the end
		failed  []string              // outcomes that are not applied
	}{
		{"alone", nil, who(typo), who(typo), who(), []string{"grant 200000000099: failed"}},
		{"first of many", nil, append(slices.Clone(many), alice), who(alice), many, []string{"grant " + alice.ID + ": failed"}},
		{"last of many", nil, append(slices.Clone(many), account("999999999999")), who(account("999999999999")), many, []string{"grant 999999999999: failed"}},
		{"two of many", nil, many, who(many[3], many[20]), slices.DeleteFunc(slices.Clone(many), func(p principal.Principal) bool { return p == many[3] || p == many[20] }),
			[]string{"grant " + many[3].ID + ": failed", "grant " + many[20].ID + ": failed"}},
		{"a typing error does not block an offboarding", who(alice, bob), who(alice, typo, carol), who(typo), who(alice, carol), []string{"grant 200000000099: failed"}},
		{"an OU that does not exist holds the revokes that it may cover", who(alice, bob), who(unit, carol), who(unit), who(alice, bob, carol),
			[]string{"grant " + unit.ID + ": failed", "revoke " + alice.ID + ": skipped", "revoke " + bob.ID + ": skipped"}},
		{"an account that does not exist holds the revoke of an OU", who(unit, bob), who(typo), who(typo), who(unit),
			[]string{"grant 200000000099: failed", "revoke " + unit.ID + ": skipped"}},
		{"an account that does not exist holds the unpublishing", who(world), who(typo, alice), who(typo), who(world, alice),
			[]string{"grant 200000000099: failed", "unpublish public: skipped"}},
		{"a publication that is refused holds all revokes, not the grants", who(alice), who(world, bob), who(world), who(alice, bob),
			[]string{"publish public: failed", "revoke " + alice.ID + ": skipped"}},
		{"a revoke that is refused", who(alice, typo), who(bob), who(typo), who(bob, typo), []string{"revoke 200000000099: failed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEstate(lab)
			image := e.single("a", c.has, c.wants)
			e.single("other", who(dave), who(bob))
			for _, p := range c.refused {
				e.cloud.refuses[p] = true
			}
			plan, view := e.plan()
			guardAccess(t, e, plan)
			e.cloud.calls = nil
			result := e.apply(plan, view)
			everyChangeOnce(t, plan, result)
			var failed []string
			for _, o := range result.Outcomes {
				if o.Status == reconcile.StatusApplied {
					continue
				}
				failed = append(failed, fmt.Sprintf("%s %s: %s", o.Change.Verb, o.Change.Principal.Principal, o.Status))
				if o.Status == reconcile.StatusSkipped && !strings.Contains(o.Because, "which may replace it, did not succeed") {
					t.Errorf("skipped because %q", o.Because)
				}
				if o.Status == reconcile.StatusFailed && o.Kind != reconcile.Refused {
					t.Errorf("failed with kind %q", o.Kind)
				}
			}
			if !slices.Equal(failed, c.failed) {
				t.Errorf("not applied: %q, want %q", failed, c.failed)
			}
			if got := e.cloud.state()[image]; !slices.Equal(got, principal.Sorted(c.left)) {
				t.Errorf("the cloud has %v, want %v", got, c.left)
			}
			for _, record := range result.Images {
				if !slices.Equal(record.After, e.cloud.state()[record.Image.Image]) {
					t.Errorf("%v is said to have %v", record.Image, record.After)
				}
			}
			// Halving finds each culprit in about two calls for each doubling.
			own := func(made call) bool { return made.op == opWrite && made.image == image }
			if calls, most := e.cloud.count(own), 2+len(c.refused)*2*bits.Len(uint(len(plan.Changes))); calls > most {
				t.Errorf("%d calls to find %d of %d, want at most %d", calls, len(c.refused), len(plan.Changes), most)
			}
		})
	}
}

func TestAFullQuotaDoesNotKeepRevokesFromMakingRoom(t *testing.T) {
	e := newEstate(lab)
	image := e.single("a", who(alice, bob), who(alice, carol))
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opWrite && slices.ContainsFunc(c.changes, func(change reconcile.Change) bool { return change.Verb.Gives() }) {
			return quota
		}
		return fine
	}
	_, result := e.run()
	if got, want := outcomes(result), []string{"grant " + carol.ID + ": failed", "revoke " + bob.ID + ": applied"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := e.cloud.state()[image]; !slices.Equal(got, who(alice)) {
		t.Errorf("the cloud has %v", got)
	}
}

func TestAtTheSharingQuotaRevokesThatReplaceNothingGoFirst(t *testing.T) {
	for _, c := range []struct {
		name       string
		most       int
		has, wants []principal.Principal
		writes     int
		left       []principal.Principal
		skipped    int
	}{
		{"there is room: one call", 4, who(alice, bob), who(carol, dave), 1, who(carol, dave), 0},
		{"accounts for accounts", 2, who(alice, bob), who(carol, dave), 3, who(carol, dave), 0},
		{"some stay", 2, who(alice, bob), who(alice, carol), 3, who(alice, carol), 0},
		{"an organization goes last, an account first", 2, who(org, dave), who(bob), 4, who(bob), 0},
		{"a unit that may hold the account: nothing moves", 2, who(alice, dave), who(unit, dave), 2, who(alice, dave), 1},
		{"the public is no entry", 2, who(world, alice, bob), who(carol, dave), 4, who(carol, dave), 0},
		{"too many are wanted", 2, who(alice), who(bob, carol, dave), 3, who(), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEstate(lab)
			e.cloud.most = c.most
			image := e.single("a", c.has, c.wants)
			plan, view := e.plan()
			guardAccess(t, e, plan)
			e.cloud.calls = nil
			plan.Findings = nil // the guards would have refused some of it
			result := e.apply(plan, view)
			everyChangeOnce(t, plan, result)
			honest(t, e, plan, result)
			if got := e.cloud.state()[image]; !slices.Equal(got, principal.Sorted(c.left)) {
				t.Errorf("the cloud has %v, want %v: %q", got, c.left, outcomes(result))
			}
			if n := e.cloud.countOp(opWrite); n != c.writes || result.Summary[reconcile.StatusSkipped] != c.skipped {
				t.Errorf("%d writes: %q", n, outcomes(result))
			}
			for _, o := range result.Outcomes {
				if o.Status == reconcile.StatusFailed && (o.Kind != reconcile.Quota || !o.Change.Verb.Gives()) {
					t.Errorf("%+v", o)
				}
			}
		})
	}
}

func TestAccountsForAccountsAlwaysFitIfTheResultDoes(t *testing.T) {
	some := func(most int) *rapid.Generator[[]principal.Principal] {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(who(alice, bob, carol, dave)), 0, most, func(p principal.Principal) principal.Principal { return p })
	}
	rapid.Check(t, func(t *rapid.T) {
		e := newEstate(lab)
		e.cloud.most = rapid.IntRange(1, 4).Draw(t, "most")
		image := e.single("a", some(e.cloud.most).Draw(t, "has"), some(e.cloud.most).Draw(t, "wants"))
		if rapid.Bool().Draw(t, "public before") {
			e.cloud.images[image].has = principal.Sorted(append(e.cloud.images[image].has, world))
		}
		plan, view := e.plan()
		guardAccess(t, e, plan)
		if result := e.apply(plan, view); !result.Complete() {
			t.Fatalf("%q", outcomes(result))
		}
		if again, _ := e.plan(); len(again.Changes) > 0 {
			t.Fatalf("a second plan: %v", short(again.Changes))
		}
	})
}

func TestAtTheSharingQuotaNobodyLosesWhatTheyAreToKeep(t *testing.T) {
	some := rapid.SliceOfDistinct(rapid.SampledFrom(who(world, org, unit, alice, bob, carol, dave)), func(p principal.Principal) principal.Principal { return p })
	rapid.Check(t, func(t *rapid.T) {
		e := newEstate(lab)
		e.single("a", some.Draw(t, "has"), some.Draw(t, "wants"))
		e.cloud.most = rapid.IntRange(1, 6).Draw(t, "most")
		plan, view := e.plan()
		guardAccess(t, e, plan)
		result := e.apply(plan, view)
		everyChangeOnce(t, plan, result)
		honest(t, e, plan, result)

		e.cloud.most, e.cloud.watch = 0, nil
		if _, result := e.run(); !result.Complete() {
			t.Fatalf("once the quota is raised: %q", outcomes(result))
		}
	})
}

func TestAResultHoldsWhatWasThereBeforeAndAfter(t *testing.T) {
	e := newEstate(lab)
	e.single("a-changed", who(alice), who(bob))
	e.single("b-emptied", who(alice), nil)
	e.single("c-filled", nil, who(alice))
	e.single("d-denied", who(alice), who(bob))
	e.single("e-lost", who(alice), who(bob))
	e.cloud.fault = func(_ int, c call) fault {
		switch {
		case c.op == opWrite && c.image.ID == "ami-d-denied":
			return denied
		case c.op == opWrite && c.image.ID == "ami-e-lost":
			return uncertainAfter
		}
		return fine
	}
	plan, view := e.plan()
	lost := false
	e.cloud.watch = func(c call) { lost = lost || c.image.ID == "ami-e-lost" }
	faults := e.cloud.fault
	e.cloud.fault = func(n int, c call) fault {
		if lost && c.op == opRead && c.image.ID == "ami-e-lost" {
			return throttled
		}
		return faults(n, c)
	}
	e.at = noon.Add(time.Minute)
	result := e.apply(plan, view)
	none := []principal.Principal{}
	want := [][2][]principal.Principal{{who(alice), who(bob)}, {who(alice), none}, {none, who(alice)}, {who(alice), who(alice)}, {who(alice), nil}}
	for i, record := range result.Images {
		if fmt.Sprintf("%#v", [2][]principal.Principal{record.Before, record.After}) != fmt.Sprintf("%#v", want[i]) {
			t.Errorf("%s: before %#v, after %#v; want %#v", record.Image.Name, record.Before, record.After, want[i])
		}
	}
	if len(result.Images) != 5 || result.Digest != plan.Digest || result.StartedAt != noon.Add(time.Minute) || result.EndedAt.IsZero() || result.Interrupted {
		t.Errorf("%+v", result)
	}
}

func TestAResultTellsTheFilterTheFindingsAndTheShares(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, who(alice))
	e.single("b", nil, who(alice))
	e.single("conflict", nil, who(alice))
	e.share(lab, "a", bob).Mode = reconcile.Additive
	e.share(lab, "conflict", bob)
	e.scope.Principals = who(alice)
	plan, result := e.run()
	if len(plan.Findings) == 0 || !slices.Equal(result.Findings, plan.Findings) || !result.Refused() || !result.Complete() {
		t.Errorf("findings %v, the plan has %v", result.Findings, plan.Findings)
	}
	var shares []string
	for _, record := range result.Images {
		shares = append(shares, record.Shares...)
	}
	if !slices.Equal(result.Scope.Principals, who(alice)) || !slices.Equal(shares, []string{"000-a", "003-a", "001-b"}) {
		t.Errorf("scope %v, shares %v", result.Scope, shares)
	}
}

func TestStoppingLetsCallsInFlightFinishAndStartsNoOthers(t *testing.T) {
	e := newEstate(lab)
	for i := range 5 {
		e.single(fmt.Sprintf("image-%d", i), who(alice), who(world, bob))
	}
	e.options.Parallel = 1
	stop := make(chan struct{})
	e.options.Stop = stop
	plan, view := e.plan()
	writes := 0
	e.cloud.watch = func(call) {
		if writes++; writes == 5 { // the second stage of the second image
			close(stop)
		}
	}
	result := e.apply(plan, view)
	want := []string{
		"grant " + bob.ID + ": applied", "publish public: applied", "revoke " + alice.ID + ": applied",
		"grant " + bob.ID + ": applied", "publish public: applied", "revoke " + alice.ID + ": not attempted",
	}
	got := outcomes(result)
	if !slices.Equal(got[:6], want) || writes != 5 || !result.Interrupted || result.Complete() {
		t.Errorf("%d writes: %q", writes, got)
	}
	if result.Summary[reconcile.StatusNotAttempted] != 10 || result.Outcomes[14].Because != "interrupted" {
		t.Errorf("%v, %+v", result.Summary, result.Outcomes[14])
	}
}

func TestStoppingEndsTheWaitForAChangeToShow(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, who(alice))
	stop := make(chan struct{})
	e.options.Stop = stop
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opWrite {
			close(stop)
			return neverShows
		}
		return fine
	}
	_, result := e.run()
	if o := result.Outcomes[0]; o.Status != reconcile.StatusFailed || o.Kind != reconcile.Unconfirmed || !result.Interrupted || e.clock.naps > 0 {
		t.Errorf("%+v, %d naps", o, e.clock.naps)
	}
}

func TestARunThatWasStoppedBeforeItBeganDoesNothing(t *testing.T) {
	e := newEstate(factory, lab)
	e.single("a", nil, who(alice))
	e.cloud.put(picture(factory, "us-east-1", "b"))
	e.share(factory, "b", alice)
	plan, view := e.plan()
	e.cloud.calls = nil
	stop := make(chan struct{})
	close(stop)
	e.options.Stop = stop
	result := e.apply(plan, view)
	if len(e.cloud.calls) > 0 || result.Summary[reconcile.StatusNotAttempted] != 2 || !result.Interrupted {
		t.Errorf("%d calls, %v", len(e.cloud.calls), result.Summary)
	}
}

func TestACancelledContextIsAnInterruptionToo(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, who(alice))
	e.single("b", nil, who(alice))
	e.options.Parallel = 1
	plan, view := e.plan()
	ctx, cancel := context.WithCancel(context.Background())
	e.cloud.watch = func(call) { cancel() }
	result := run.Apply(ctx, e.declarations, plan, view, carriers, e.cloud.openWriter, e.options)
	if got := outcomes(result); !result.Interrupted || !slices.Equal(got, []string{"grant " + alice.ID + ": failed", "grant " + alice.ID + ": not attempted"}) {
		t.Errorf("%q", got)
	}
	if result.Images[0].After != nil {
		t.Error("what could not be read back is said to be known")
	}
}

func TestAnOwnerThatCannotBeEnteredLeavesTheOthers(t *testing.T) {
	entered := func(o op) func(int, call) fault {
		return func(_ int, c call) fault {
			if c.op == o && c.account == factory.Account {
				return denied
			}
			return fine
		}
	}
	build := func() *estate {
		e := newEstate(factory, lab)
		e.single("a", nil, who(alice))
		e.cloud.put(picture(factory, "us-east-1", "b"))
		e.share(factory, "b", alice)
		return e
	}
	t.Run("for reading", func(t *testing.T) {
		e := build()
		e.cloud.fault = entered(opEnterRead)
		plan, result := e.run()
		if got := outcomes(result); !slices.Equal(got, []string{"grant " + alice.ID + ": applied"}) || result.Complete() {
			t.Errorf("%q", got)
		}
		if len(plan.Incomplete) != 2 || plan.Summary.Unknown != 2 {
			t.Fatalf("%+v", plan.Incomplete)
		}
		for i, region := range []string{"eu-west-1", "us-east-1"} {
			if got := plan.Incomplete[i]; got.Region != region || got.Account != factory.Account || got.Kind != reconcile.Credentials || got.Image != "" || got.Action != "enter" || got.Hint == "" || got.Error == "" {
				t.Errorf("%+v", got)
			}
		}
	})
	t.Run("for writing", func(t *testing.T) {
		e := build()
		e.cloud.fault = entered(opEnterWrite)
		_, result := e.run()
		if got := outcomes(result); !slices.Equal(got, []string{"grant " + alice.ID + ": failed", "grant " + alice.ID + ": applied"}) {
			t.Errorf("%q", got)
		}
		if o := result.Outcomes[0]; o.Kind != reconcile.Credentials || o.Hint == "" || len(result.Actors) != 1 {
			t.Errorf("%+v, actors %v", o, result.Actors)
		}
	})
}

func TestALaneThatCannotBeListedLeavesTheOthersAndSelectsNothing(t *testing.T) {
	e := newEstate(factory)
	for _, region := range factory.Regions {
		e.cloud.put(picture(factory, region, "b"))
	}
	e.share(factory, "b", alice)
	e.cloud.fault = func(_ int, c call) fault {
		if c.op == opList && c.region == "eu-west-1" {
			return throttled
		}
		return fine
	}
	plan, result := e.run()
	if len(result.Outcomes) != 1 || result.Outcomes[0].Status != reconcile.StatusApplied || result.Complete() {
		t.Errorf("%v", outcomes(result))
	}
	if len(plan.Incomplete) != 1 || plan.Incomplete[0].Kind != reconcile.Throttled || plan.Incomplete[0].Region != "eu-west-1" || plan.Inventory.Lanes != 1 {
		t.Errorf("%+v, %+v", plan.Incomplete, plan.Inventory)
	}
	if slices.ContainsFunc(plan.Findings, func(f reconcile.Finding) bool { return f.Code == "AMI014" }) {
		t.Error("the unknown lane is said to match nothing")
	}
}

func TestAnImageThatCannotBeReadIsUnknownAndUntouched(t *testing.T) {
	for _, f := range []fault{denied, throttled, uncertainBefore} {
		e := newEstate(lab)
		e.single("a", who(alice), who(bob))
		e.single("b", who(alice), who(bob))
		e.cloud.fault = func(_ int, c call) fault {
			if c.op == opRead && c.image.ID == "ami-a" {
				return f
			}
			return fine
		}
		plan, result := e.run()
		if len(plan.Incomplete) != 1 || plan.Incomplete[0].Image != "ami-a" || plan.Incomplete[0].Name != "a" || plan.Incomplete[0].Kind != kindOfFault[f] || plan.Incomplete[0].Action != "read" {
			t.Errorf("%s: %+v", f, plan.Incomplete)
		}
		if len(result.Outcomes) != 2 || result.Summary[reconcile.StatusApplied] != 2 || result.Complete() || len(result.Incomplete) != 1 {
			t.Errorf("%s: %v", f, outcomes(result))
		}
	}
}

func TestAFindingThatStopsAnImageHoldsItsChangesBack(t *testing.T) {
	e := newEstate(lab)
	stopped := e.single("a", who(alice), who(bob))
	e.single("b", who(alice), who(bob))
	plan, view := e.plan()
	plan.Findings = append(plan.Findings,
		reconcile.Finding{Code: "AMI099", Severity: reconcile.SeverityError, Stops: reconcile.StopsImage, Message: "no", Image: reconcile.NamedImage{Image: stopped}},
		reconcile.Finding{Code: "AMI098", Severity: reconcile.SeverityWarning, Stops: reconcile.StopsImage, Message: "hm", Image: plan.Changes[2].Image})
	result := e.apply(plan, view)
	want := []string{"grant " + bob.ID + ": skipped", "revoke " + alice.ID + ": skipped", "grant " + bob.ID + ": applied", "revoke " + alice.ID + ": applied"}
	if got := outcomes(result); !slices.Equal(got, want) || result.Outcomes[0].Because != "AMI099: no" {
		t.Errorf("%q, because %q", got, result.Outcomes[0].Because)
	}
	if e.cloud.count(func(c call) bool { return c.op == opWrite && c.image == stopped }) > 0 {
		t.Error("the image was written")
	}
}

func TestAGrantThatHasExpiredSinceThePlanIsSkipped(t *testing.T) {
	e := newEstate(lab)
	e.single("a", who(carol), nil)
	e.declarations.Shares[0].Grants = []reconcile.Grant{{Principal: alice, Until: day(0)}, {Principal: bob, Until: day(1)}}
	plan, view := e.plan()
	e.at = day(1) // the next midnight
	result := e.apply(plan, view)
	want := []string{"grant " + alice.ID + ": skipped", "grant " + bob.ID + ": applied", "revoke " + carol.ID + ": applied"}
	if got := outcomes(result); !slices.Equal(got, want) || !strings.Contains(result.Outcomes[0].Because, "2026-11-21") {
		t.Errorf("%q, because %q", got, result.Outcomes[0].Because)
	}
}

func TestChangesOfAnAccountThatNobodyDeclaresAreTold(t *testing.T) {
	e := newEstate(factory, lab)
	e.single("a", nil, who(alice))
	plan, view := e.plan()
	e.declarations = &reconcile.Declarations{Owners: []reconcile.Owner{factory}}
	result := e.apply(plan, view)
	if got := outcomes(result); !slices.Equal(got, []string{"grant " + alice.ID + ": skipped"}) || result.Complete() {
		t.Errorf("%q", got)
	}
}

func TestAnAccountThatNobodyDeclaresLeavesTheOthers(t *testing.T) {
	e := newEstate(factory, lab)
	e.cloud.put(picture(factory, "us-east-1", "a"))
	e.share(factory, "a", alice)
	e.single("b", nil, who(alice))
	plan, view := e.plan()
	e.declarations = &reconcile.Declarations{Owners: []reconcile.Owner{lab}}
	if got := outcomes(e.apply(plan, view)); !slices.Equal(got, []string{"grant " + alice.ID + ": skipped", "grant " + alice.ID + ": applied"}) {
		t.Errorf("%q", got)
	}
}

func TestChangesInARegionThatTheOwnerNoLongerNamesAreMadeAsPlanned(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, who(alice))
	plan, view := e.plan()
	moved := lab
	moved.Regions = []string{"eu-west-1"}
	e.declarations = &reconcile.Declarations{Owners: []reconcile.Owner{moved}}
	result := e.apply(plan, view)
	everyChangeOnce(t, plan, result)
}

func TestTheZeroOptionsWork(t *testing.T) {
	e := newEstate(lab)
	e.single("a", nil, who(alice))
	e.options = run.Options{}
	plan, result := e.run()
	if !result.Complete() || len(plan.Changes) != 1 || time.Since(result.StartedAt) > time.Minute {
		t.Errorf("%+v", result)
	}
}

func TestRealSleepEndsWithTheContextAndWithStop(t *testing.T) {
	for _, how := range []string{"context", "stop", "the clock"} {
		synctest.Test(t, func(t *testing.T) {
			e := newEstate(lab)
			e.single("a", nil, who(alice))
			plan, view := e.plan()
			stop := make(chan struct{})
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			e.options = run.Options{Wait: time.Hour, Stop: stop}
			e.cloud.fault = func(_ int, c call) fault {
				if c.op == opWrite {
					return noEffect
				}
				return fine
			}
			want := time.Hour
			switch how {
			case "context":
				time.AfterFunc(42*time.Second, cancel)
				want = 42 * time.Second
			case "stop":
				time.AfterFunc(42*time.Second, func() { close(stop) })
				want = 42 * time.Second
			}
			began := time.Now()
			result := run.Apply(ctx, e.declarations, plan, view, carriers, e.cloud.openWriter, e.options)
			if took := time.Since(began); took != want || result.Interrupted != (how != "the clock") || result.Outcomes[0].Status != reconcile.StatusFailed {
				t.Errorf("%s: after %v: %+v", how, took, result.Outcomes)
			}
		})
	}
}

func TestTheSearchForRefusedEntriesIsBounded(t *testing.T) {
	e := newEstate(lab)
	var all []principal.Principal
	for i := range 500 {
		p := principal.Principal{Kind: principal.Account, ID: fmt.Sprintf("3%011d", i)}
		all = append(all, p)
		e.cloud.refuses[p] = true
	}
	e.single("a", nil, all)
	plan, view := e.plan()
	result := e.apply(plan, view)
	if calls := e.cloud.count(func(c call) bool { return c.op == opWrite }); calls > 120 {
		t.Errorf("%d calls for an image whose entries are all refused", calls)
	}
	if result.Summary[reconcile.StatusFailed] != len(all) {
		t.Errorf("%v", result.Summary)
	}
}

func TestNothingIsHalvedAfterAHundredCalls(t *testing.T) {
	e := newEstate(lab)
	var all []principal.Principal
	for i := range 4 * 49 {
		p := principal.Principal{Kind: principal.Account, ID: fmt.Sprintf("3%011d", i)}
		all = append(all, p)
		e.cloud.refuses[p] = true
	}
	e.single("a", nil, all)
	e.run()
	// All, a half and a quarter of it take 2 + 97 calls. The next quarter is the
	// hundredth, and the other half is the last.
	var sizes []int
	for _, c := range e.cloud.calls {
		if c.op == opWrite {
			sizes = append(sizes, len(c.changes))
		}
	}
	if len(sizes) != 101 || sizes[99] != 49 || sizes[100] != 98 {
		t.Errorf("%d calls: %v", len(sizes), sizes)
	}
}
