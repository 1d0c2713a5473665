package reconcile_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestATermHoldsThroughItsLastDayInUTC(t *testing.T) {
	for _, c := range []struct {
		until time.Time
		over  bool
	}{
		{time.Time{}, false}, {day(1), false}, {day(0), false}, {day(-1), true},
	} {
		if got := (reconcile.Term{Until: c.until}).Over(noon); got != c.over {
			t.Errorf("until %v: %v", c.until, got)
		}
	}
	last := reconcile.Term{Until: day(0)}
	if last.Over(day(1).Add(-time.Nanosecond)) || !last.Over(day(1)) {
		t.Error("the last day does not end at midnight UTC")
	}
	if got := (reconcile.Term{Reason: "migration", Until: day(0)}).Why(); got != "until 2026-11-21: migration" {
		t.Error(got)
	}
	if got := (reconcile.Term{Reason: "migration"}).Why(); got != "migration" {
		t.Error(got)
	}
}

func TestWhichImagesThePolicyIgnores(t *testing.T) {
	image := reconcile.Image{Image: principal.Image{Provider: principal.AWS, Account: "111111111111", Region: "eu-west-1", ID: "ami-1"}, Name: "legacy-1"}
	for _, c := range []struct {
		name   string
		ignore reconcile.Ignore
		want   bool
	}{
		{"its name", reconcile.Ignore{Image: "legacy-1"}, true},
		{"its name as a pattern", reconcile.Ignore{Image: "legacy-*"}, true},
		{"another name", reconcile.Ignore{Image: "base-*"}, false},
		{"its id", reconcile.Ignore{Image: "ami-1"}, true},
		{"a pattern of ids", reconcile.Ignore{Image: "ami-*"}, false},
		{"its owner", reconcile.Ignore{Image: "legacy-*", Owner: "factory"}, true},
		{"another owner", reconcile.Ignore{Image: "legacy-*", Owner: "lab"}, false},
		{"its region", reconcile.Ignore{Image: "legacy-*", Region: "eu-west-1"}, true},
		{"another region", reconcile.Ignore{Image: "legacy-*", Region: "us-east-1"}, false},
		{"its last day", reconcile.Ignore{Image: "legacy-*", Term: reconcile.Term{Until: day(0)}}, true},
		{"over", reconcile.Ignore{Image: "legacy-*", Term: reconcile.Term{Until: day(-1)}}, false},
	} {
		d := &reconcile.Declarations{Owners: owners, Policy: reconcile.Policy{Ignore: []reconcile.Ignore{{Image: "other"}, c.ignore}}}
		if got := d.Ignores(image, noon); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	foreign := image
	foreign.Account = "999999999999"
	d := &reconcile.Declarations{Owners: owners, Policy: reconcile.Policy{Ignore: []reconcile.Ignore{{Image: "legacy-*"}}}}
	if d.Ignores(foreign, noon) {
		t.Error("an image of an account that nobody declares is ignored")
	}
}

// TestWhatIsIgnoredIsAsIfNobodyPickedIt draws estates and ignores: no ignored
// image changes, and all others change as they would without the policy.
func TestWhatIsIgnoredIsAsIfNobodyPickedIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		without := e.changes()
		for range rapid.IntRange(1, 2).Draw(t, "ignores") {
			e.declarations.Policy.Ignore = append(e.declarations.Policy.Ignore, reconcile.Ignore{
				Image:  rapid.SampledFrom([]string{"base-*", "base-1", "*", "ami-00000001"}).Draw(t, "image"),
				Owner:  rapid.SampledFrom([]string{"", "factory", "lab"}).Draw(t, "owner"),
				Region: rapid.SampledFrom([]string{"", "us-east-1"}).Draw(t, "region"),
				Term:   reconcile.Term{Until: day(rapid.IntRange(-1, 1).Draw(t, "until"))}})
		}
		ignored := map[principal.Image]bool{}
		for _, image := range listed(e.inventory) {
			ignored[image.Image] = e.declarations.Ignores(image, noon)
		}
		want := slices.DeleteFunc(without, func(c reconcile.Change) bool { return ignored[c.Image.Image] })
		if got := e.changes(); !slices.Equal(ids(got), ids(want)) {
			t.Fatalf("got %v, want %v", short(got), short(want))
		}
	})
}

func TestWhomThePolicyAllows(t *testing.T) {
	a, b := account("200000000001"), account("200000000002")
	outside := principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-exampleorg2/ou-ab12-11111111"}
	for _, c := range []struct {
		name  string
		allow []principal.Principal
		who   principal.Principal
		want  bool
	}{
		{"no list allows everybody", nil, a, true},
		{"an empty list allows nobody", []principal.Principal{}, a, false},
		{"an account on the list", []principal.Principal{b, a}, a, true},
		{"another account", []principal.Principal{b}, a, false},
		{"an account, while an organization is on the list", []principal.Principal{org}, a, false},
		{"a unit of the organization", []principal.Principal{org}, unit, true},
		{"a unit of another one", []principal.Principal{org}, outside, false},
		{"the organization of a unit", []principal.Principal{unit}, org, false},
		{"the public is not its business", []principal.Principal{}, principal.Everyone, true},
	} {
		if got := (&reconcile.Policy{Allow: c.allow}).Allows(c.who); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestAnApprovalIsForItsShareUntilItIsOver(t *testing.T) {
	p := &reconcile.Policy{PublicShares: []reconcile.PublicShare{
		{Share: "edge", ApprovedBy: "joe", Term: reconcile.Term{Until: day(-1)}},
		{Share: "edge", ApprovedBy: "jane", Term: reconcile.Term{Until: day(0)}},
		{Share: "web", ApprovedBy: "ann"},
	}}
	for share, want := range map[string]string{"edge": "jane", "web": "ann", "base": ""} {
		if got, has := p.Approval(share, noon); got.ApprovedBy != want || has != (want != "") {
			t.Errorf("%s: %+v, %v", share, got, has)
		}
	}
	if _, has := p.Approval("edge", day(1)); has {
		t.Error("an approval outlives its last day")
	}
}

func TestCodesAreDescribedOnceAndSorted(t *testing.T) {
	var codes []string
	for _, code := range reconcile.Codes() {
		codes = append(codes, code.Code)
		if got, has := reconcile.CodeOf(code.Code); !has || got != code || code.Title == "" || code.Severity == "" {
			t.Errorf("%+v, %v", got, has)
		}
	}
	if !slices.IsSorted(codes) || len(slices.Compact(slices.Clone(codes))) != len(codes) {
		t.Errorf("%v", codes)
	}
	if _, has := reconcile.CodeOf("AMI999"); has {
		t.Error("a code that does not exist")
	}
}

// TestWhatAPolicyMakesOfAFinding draws findings and policies: a
// policy never touches what is fixed, an exception leaves a note that stops
// nothing, and every error that the policy makes stops something.
func TestWhatAPolicyMakesOfAFinding(t *testing.T) {
	severities := rapid.SampledFrom([]reconcile.Severity{reconcile.SeverityError, reconcile.SeverityWarning, reconcile.SeverityNote})
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom(reconcile.Codes()).Draw(t, "code")
		f := reconcile.Finding{Code: code.Code, Severity: code.Severity, Stops: code.Stops}
		p := &reconcile.Policy{Severities: map[string]reconcile.Severity{}}
		if rapid.Bool().Draw(t, "graded") {
			p.Severities[code.Code] = severities.Draw(t, "severity")
		}
		excepted := rapid.Bool().Draw(t, "excepted")
		if excepted {
			p.Exceptions = []reconcile.Exception{{Code: code.Code, Term: reconcile.Term{Reason: "x"}}}
		}
		got := p.Judge(f, nil, noon)
		switch {
		case code.Fixed:
			if got != f {
				t.Fatalf("%+v", got)
			}
		case excepted:
			if got.Severity != reconcile.SeverityNote || got.Stops != "" || got.Excepted == "" {
				t.Fatalf("%+v", got)
			}
		default:
			if want, graded := p.Severities[code.Code]; graded && got.Severity != want || !graded && got != f {
				t.Fatalf("%+v", got)
			}
			if got.Severity == reconcile.SeverityError && f.Severity != reconcile.SeverityError && !got.Refuses() {
				t.Fatalf("an error of the policy stops nothing: %+v", got)
			}
		}
	})
}

func TestOfSeveralExceptionsTheFirstInForceCounts(t *testing.T) {
	f := reconcile.Finding{Code: "AMI004", Severity: reconcile.SeverityError, Stops: reconcile.StopsRun}
	p := &reconcile.Policy{Exceptions: []reconcile.Exception{
		{Code: "AMI004", Term: reconcile.Term{Reason: "over", Until: day(-1)}},
		{Code: "AMI003", Term: reconcile.Term{Reason: "another code"}},
		{Code: "AMI004", Term: reconcile.Term{Reason: "first"}},
		{Code: "AMI004", Term: reconcile.Term{Reason: "second"}},
	}}
	want := reconcile.Finding{Code: "AMI004", Severity: reconcile.SeverityNote, Excepted: "first"}
	if got := p.Judge(f, nil, noon); got != want {
		t.Errorf("%+v", got)
	}
}
