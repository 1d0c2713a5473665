package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// machineFormats are the formats that are written from the issues of a document.
var machineFormats = []report.Format{report.SARIF, report.JUnit, report.GitHub, report.GitHubOutput}

// inFormat is a document in a format.
func inFormat(t interface {
	Helper()
	Fatal(...any)
}, render render, format report.Format, style report.Style) string {
	t.Helper()
	w, err := report.For(format, report.PlanDocument)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := render(w, &out, style); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// anyHostile is a document with hostile text in every string, or in all but
// those of fixed meaning.
func anyHostile(t *rapid.T) render {
	plan, result, drift, comparison := new(reconcile.Plan), new(reconcile.Result), new(reconcile.Drift), new(reconcile.Comparison)
	document := rapid.SampledFrom([]any{plan, result, drift, comparison}).Draw(t, "document")
	fill(t, reflect.ValueOf(document).Elem())
	if rapid.Bool().Draw(t, "of fixed meaning") {
		for _, findings := range [][]reconcile.Finding{plan.Findings, drift.Findings} {
			for i := range findings {
				findings[i].Code = rapid.SampledFrom([]string{"AMI003", "AMI017"}).Draw(t, "code")
				findings[i].Severity = rapid.SampledFrom([]reconcile.Severity{reconcile.SeverityError, reconcile.SeverityWarning, reconcile.SeverityNote}).Draw(t, "severity")
			}
		}
		for i := range drift.Deviations {
			drift.Deviations[i].Kind = rapid.SampledFrom([]reconcile.DriftKind{reconcile.DriftExtra, reconcile.DriftMissing, reconcile.DriftPending}).Draw(t, "kind")
		}
		for i := range result.Outcomes {
			result.Outcomes[i].Status = rapid.SampledFrom([]reconcile.Status{reconcile.StatusFailed, reconcile.StatusSkipped, reconcile.StatusApplied}).Draw(t, "status")
		}
	}
	return func(w report.Writer, out io.Writer, style report.Style) error {
		switch document {
		case plan:
			return w.WritePlan(out, plan, style)
		case result:
			return w.WriteResult(out, result, style)
		case drift:
			return w.WriteDrift(out, drift, style)
		}
		return w.WriteComparison(out, comparison, style)
	}
}

// hostileStyle has hostile names of owners and of the manifests.
func hostileStyle(t *rapid.T) report.Style {
	style := report.Style{Manifests: hostileText.Draw(t, "manifests"), Version: "1.2.3"}
	fill(t, reflect.ValueOf(&style.Names).Elem())
	return style
}

func TestMachineFormatsAreTheSameEveryTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document, style := anyHostile(t), hostileStyle(t)
		for _, format := range machineFormats {
			if first, again := inFormat(t, document, format, style), inFormat(t, document, format, style); first != again {
				t.Fatalf("%s differs:\n%s\n%s", format, first, again)
			}
		}
	})
}

func TestNoNameGivesOrdersInMachineFormats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document, style := anyHostile(t), hostileStyle(t)
		for _, format := range machineFormats {
			if format != report.GitHub { // whose orders are meant; see the tests of annotations
				checkHarmless(t, inFormat(t, document, format, style))
			}
		}
	})
}

// fingerprints are the fingerprints of a plan's issues, by the message.
func fingerprints(t interface {
	Helper()
	Fatal(...any)
}, p *reconcile.Plan) []string {
	t.Helper()
	var log sarifDocument
	if err := json.Unmarshal([]byte(inFormat(t, plan(p), report.SARIF, report.Style{})), &log); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, r := range log.Runs[0].Results {
		keys = append(keys, r.PartialFingerprints["primaryLocationLineHash"])
	}
	return keys
}

// someFindings are different findings about a few shares, images and principals.
func someFindings(t *rapid.T) []reconcile.Finding {
	about := rapid.Custom(func(t *rapid.T) reconcile.Finding {
		f := reconcile.Finding{Code: rapid.SampledFrom([]string{"AMI003", "AMI005", "AMI017"}).Draw(t, "code"), Severity: reconcile.SeverityError,
			Message: rapid.SampledFrom([]string{"a rule is broken", "another rule is broken",
				"acme replaces: a (111122223333)", "acme replaces: a (222233334444)", "team-1 gains access", "team-2 gains access", "team 1a gains access"}).Draw(t, "message"),
			Image:     rapid.SampledFrom([]reconcile.NamedImage{base18, base11, baseEU, lab, {}}).Draw(t, "image"),
			Share:     rapid.SampledFrom([]string{"base", "golden", ""}).Draw(t, "share"),
			Principal: rapid.SampledFrom([]reconcile.NamedPrincipal{named(payments), named(acme), named(principal.Everyone), {}}).Draw(t, "principal")}
		return f
	})
	return rapid.SliceOfNDistinct(about, 0, 12, func(f reconcile.Finding) reconcile.Finding { return f }).Draw(t, "findings")
}

func TestAFindingKeepsItsFingerprintWhenLinesAndCountsChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := someFindings(t)
		for i := range before {
			before[i].Message += fmt.Sprintf(" by %d principals of 9, since 2026-11-0%d", 2+i%4, 1+i%8)
			before[i].Source = line(i + 1)
		}
		after := slices.Clone(before)
		for i := range after {
			after[i].Message = strings.ReplaceAll(after[i].Message, fmt.Sprintf("by %d principals", 2+i%4), "by 1 principal")
			after[i].Message = strings.ReplaceAll(after[i].Message, "2026-11", "2027-01")
			after[i].Source = line(100 + i)
			after[i].Hint, after[i].Excepted = "another hint", "until 2027-01-31: known"
			after[i].Principal.Alias += " renamed"
		}
		after = rapid.Permutation(after).Draw(t, "order")
		was, is := fingerprints(t, &reconcile.Plan{Findings: before}), fingerprints(t, &reconcile.Plan{Findings: after, At: at})
		slices.Sort(was)
		slices.Sort(is)
		if !slices.Equal(was, is) {
			t.Fatalf("fingerprints were %q, are %q", was, is)
		}
	})
}

func TestDifferentSubjectsHaveDifferentFingerprints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		found := someFindings(t)
		all := fingerprints(t, &reconcile.Plan{Findings: found, Incomplete: unread})
		slices.Sort(all)
		if n := len(slices.Compact(all)); n != len(found)+len(unread) {
			t.Fatalf("%d fingerprints for %d findings and %d that could not be read", n, len(found), len(unread))
		}
	})
}

// The account stands in the message alone: the finding is about whom it gains from.
func TestAnAlertStaysWithThoseWhomItNames(t *testing.T) {
	replaced := func(id string) reconcile.Finding {
		return reconcile.Finding{Code: "AMI023", Severity: reconcile.SeverityWarning, Image: base18, Source: line(14),
			Message: "workloads/prod replaces 1 account of " + base18.Name + ", and whether it is inside is not known here: " + id}
	}
	first, second := replaced("111111111111"), replaced("222222222222")
	both := fingerprints(t, &reconcile.Plan{Findings: []reconcile.Finding{first, second}})
	if alone := fingerprints(t, &reconcile.Plan{Findings: []reconcile.Finding{second}}); alone[0] != both[1] {
		t.Errorf("with the alert for %q gone, the other is %q, was %q", both[0], alone[0], both[1])
	}
}

func TestEveryPartOfTheSubjectCounts(t *testing.T) {
	subject := reconcile.Finding{Code: "AMI005", Severity: reconcile.SeverityError, Message: "no", Image: base18, Share: "base", Principal: named(payments)}
	of := func(change func(f *reconcile.Finding)) string {
		f := subject
		change(&f)
		return fingerprints(t, &reconcile.Plan{Findings: []reconcile.Finding{f}})[0]
	}
	same := of(func(*reconcile.Finding) {})
	for name, change := range map[string]func(f *reconcile.Finding){
		"code":      func(f *reconcile.Finding) { f.Code = "AMI004" },
		"share":     func(f *reconcile.Finding) { f.Share = "golden" },
		"provider":  func(f *reconcile.Finding) { f.Image.Provider = "other" },
		"account":   func(f *reconcile.Finding) { f.Image.Account = labs },
		"region":    func(f *reconcile.Finding) { f.Image.Region = "eu-west-1" },
		"image":     func(f *reconcile.Finding) { f.Image.ID = base11.ID },
		"kind":      func(f *reconcile.Finding) { f.Principal.Kind = principal.Organization },
		"principal": func(f *reconcile.Finding) { f.Principal.ID = dataProd.ID },
		"message":   func(f *reconcile.Finding) { f.Message = "never" },
	} {
		if of(change) == same {
			t.Errorf("another %s is the same issue", name)
		}
	}
}

// Whoever dismisses an alert must not dismiss what comes later with it.
func TestAFingerprintDoesNotDependOnOtherFindings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		found := someFindings(t)
		together, alone := fingerprints(t, &reconcile.Plan{Findings: found}), []string{}
		for i := range found {
			alone = append(alone, fingerprints(t, &reconcile.Plan{Findings: found[i : i+1]})...)
		}
		slices.Sort(together)
		slices.Sort(alone)
		if !slices.Equal(together, alone) {
			t.Fatalf("together %q, alone %q", together, alone)
		}
	})
}

func TestIssuesThatNothingTellsApartAreCounted(t *testing.T) {
	twice := fingerprints(t, &reconcile.Plan{Findings: []reconcile.Finding{findings[0], findings[0]}})
	if len(twice) != 2 || twice[0] == twice[1] {
		t.Errorf("got %q, want two", twice)
	}
}
