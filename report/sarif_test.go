package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// sarifDocument is what the tests read of a SARIF log.
type sarifDocument struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Name, Version string
				Rules         []struct {
					ID, HelpURI          string
					DefaultConfiguration struct{ Level string }
				}
			}
		}
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct{ Message struct{ Text string } }
		}
		Results []struct {
			RuleID    string
			RuleIndex int
			Level     string
			Message   struct{ Text string }
			Locations []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI, URIBaseID string }
					Region           struct{ StartLine, StartColumn int }
				}
			}
			PartialFingerprints map[string]string
			Suppressions        []struct{ Kind, Justification string }
		}
	}
}

// sarifSchema is the schema of SARIF 2.1.0 (errata 01), unaltered, as OASIS
// publishes it: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("sarif.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// readSARIF holds a log against the schema, and what the schema cannot say, and
// reads it.
func readSARIF(t interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}, schema *jsonschema.Schema, log string) sarifDocument {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	var document sarifDocument
	if err := json.Unmarshal([]byte(log), &document); err != nil {
		t.Fatal(err)
	}
	run := document.Runs[0]
	for _, r := range run.Results {
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID {
			t.Fatalf("result of rule %q points at rule %q", r.RuleID, rule.ID)
		}
		if r.Message.Text == "" || len(r.Locations) != 1 || r.PartialFingerprints["primaryLocationLineHash"] == "" {
			t.Fatalf("code scanning would not show %+v", r)
		}
		if uri := r.Locations[0].PhysicalLocation.ArtifactLocation.URI; uri == "" {
			t.Fatalf("no place: %+v", r)
		}
	}
	return document
}

func TestSARIFIsAsItsSchemaSays(t *testing.T) {
	schema := sarifSchema(t)
	for name, render := range documents() {
		if !strings.HasPrefix(name, "diagnosis") {
			readSARIF(t, schema, inFormat(t, render, report.SARIF, report.Style{Names: names}))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		readSARIF(t, schema, inFormat(t, anyHostile(t), report.SARIF, hostileStyle(t)))
	})
}

func TestTheSchemaOfSARIFRefusesWhatIsNone(t *testing.T) {
	schema := sarifSchema(t)
	log := inFormat(t, plan(everyday()), report.SARIF, report.Style{})
	for _, broken := range []string{strings.Replace(log, `"results"`, `"resulte"`, 1), strings.Replace(log, `"2.1.0"`, `"2.0.0"`, 1)} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Error("the schema takes what is no SARIF")
		}
	}
}

// sarifOf is a plan as SARIF, read again.
func sarifOf(t *testing.T, p *reconcile.Plan, style report.Style) sarifDocument {
	t.Helper()
	return readSARIF(t, sarifSchema(t), inFormat(t, plan(p), report.SARIF, style))
}

func TestAFindingStandsAtItsPlaceInTheManifests(t *testing.T) {
	for _, c := range []struct {
		file, manifests string
		uri, base       string
	}{
		{"manifests/images/base.yaml", "", "manifests/images/base.yaml", "%SRCROOT%"},
		{"./envs/prod/a b#1?.yaml", "envs/prod", "envs/prod/a%20b%231%3F.yaml", "%SRCROOT%"},
		{"a:b.yaml", ".", "./a:b.yaml", "%SRCROOT%"},
		{"/srv/manifests/base.yaml", "/srv/manifests", "file:///srv/manifests/base.yaml", ""},
		{"", "envs/prod/", "envs/prod", "%SRCROOT%"},
		{"", "", "manifests", "%SRCROOT%"},
	} {
		f := findings[0]
		f.Source = reconcile.Source{File: c.file, Line: 7, Column: 5}
		if c.file == "" {
			f.Source = reconcile.Source{}
		}
		place := sarifOf(t, &reconcile.Plan{Findings: []reconcile.Finding{f}}, report.Style{Manifests: c.manifests}).Runs[0].Results[0].Locations[0].PhysicalLocation
		if place.ArtifactLocation.URI != c.uri || place.ArtifactLocation.URIBaseID != c.base {
			t.Errorf("%q in %q: got %+v, want %s", c.file, c.manifests, place.ArtifactLocation, c.uri)
		}
		if want := max(f.Source.Line, 1); place.Region.StartLine != want || place.Region.StartColumn != max(f.Source.Column, 1) {
			t.Errorf("%q: got %+v", c.file, place.Region)
		}
	}
}

func TestThePathInSARIFIsTheFileAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := "d/" + strings.NewReplacer("/", "", "\\", "").Replace(hostileText.Draw(t, "name")) + ".yaml"
		f := findings[0]
		f.Source.File = name
		log := inFormat(t, plan(&reconcile.Plan{Findings: []reconcile.Finding{f}}), report.SARIF, report.Style{})
		var document sarifDocument
		if err := json.Unmarshal([]byte(log), &document); err != nil {
			t.Fatal(err)
		}
		uri := document.Runs[0].Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI
		if got, err := url.PathUnescape(uri); err != nil || got != name {
			t.Fatalf("%q became %q: %v", name, uri, err)
		}
	})
}

// The action upload-sarif sets the category of an upload only where the log does
// not, so a log with a category of its own would keep workflows from telling
// their environments apart.
func TestTheCategoryIsLeftToWhoUploads(t *testing.T) {
	for name, render := range scenarios() {
		if log := inFormat(t, render, report.SARIF, report.Style{}); strings.Contains(log, "automationDetails") {
			t.Errorf("%s sets a category:\n%s", name, log)
		}
	}
}

func TestARunThatCouldNotReadEverythingIsNoSuccess(t *testing.T) {
	for name, want := range map[string]bool{"plan-empty": true, "plan-unknown": false, "drift-unknown": false, "drift-all-kinds": true,
		"result-applied": true, "result-partial": false, "comparison-stale": false, "comparison-holds": true} {
		log := readSARIF(t, sarifSchema(t), inFormat(t, documents()[name], report.SARIF, report.Style{}))
		if got := log.Runs[0].Invocations[0].ExecutionSuccessful; got != want {
			t.Errorf("%s: successful is %v", name, got)
		}
	}
}

func TestAnExceptedFindingIsSuppressedWithItsReason(t *testing.T) {
	run := sarifOf(t, checked(), report.Style{Version: "1.2.3"}).Runs[0]
	if run.Tool.Driver.Version != "1.2.3" {
		t.Errorf("the version is %q", run.Tool.Driver.Version)
	}
	for _, r := range run.Results {
		if excepted := r.RuleID == "AMI003"; excepted != (len(r.Suppressions) == 1) {
			t.Errorf("%s: %+v", r.RuleID, r.Suppressions)
		} else if excepted && (r.Suppressions[0].Kind != "external" || r.Suppressions[0].Justification != "until 2026-12-31: migration" || r.Level != "note") {
			t.Errorf("got %+v", r)
		}
	}
}

func TestAMessageInSARIFLinksNowhereAndNamesNobody(t *testing.T) {
	f := findings[0]
	f.Message, f.Hint = "[click](https://evil.example) @octocat a@b (@org/team)", "@x"
	got := sarifOf(t, &reconcile.Plan{Findings: []reconcile.Finding{f}}, report.Style{}).Runs[0].Results[0].Message.Text
	const want = `[click]\x28https://evil.example) \x40octocat a@b (\x40org/team). account 444455556666. Hint: \x40x`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMoreResultsThanGitHubTakesAreCutWithANote(t *testing.T) {
	const most, over = 25_000, 7
	p := &reconcile.Plan{Findings: []reconcile.Finding{findings[3]}}
	for n := range most + over - 1 {
		p.Findings = append(p.Findings, reconcile.Finding{Code: "AMI007", Severity: reconcile.SeverityNote,
			Principal: reconcile.NamedPrincipal{Principal: principal.Principal{Kind: principal.Account, ID: fmt.Sprintf("%012d", n)}}})
	}
	var out bytes.Buffer
	w, err := report.For(report.SARIF, report.PlanDocument)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WritePlan(&out, p, report.Style{}); err != nil {
		t.Fatal(err)
	}
	var log sarifDocument
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	notes := run.Invocations[0].ToolExecutionNotifications
	if len(run.Results) != most || run.Results[0].RuleID != "not-listed" || run.Results[1].RuleID != findings[3].Code || len(notes) != 1 {
		t.Fatalf("%d results, the first of %s and %s; %d notes", len(run.Results), run.Results[0].RuleID, run.Results[1].RuleID, len(notes))
	}
	if want := fmt.Sprintf("%d more are left out here, the least severe; the plan shows all", over+1); notes[0].Message.Text != want {
		t.Errorf("the note says %q, want %q", notes[0].Message.Text, want)
	}
}
