package report_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

type render func(w report.Writer, out io.Writer, style report.Style) error

func plan(p *reconcile.Plan) render {
	return func(w report.Writer, out io.Writer, style report.Style) error { return w.WritePlan(out, p, style) }
}

func result(r *reconcile.Result) render {
	r.Finish()
	return func(w report.Writer, out io.Writer, style report.Style) error { return w.WriteResult(out, r, style) }
}

func drift(d *reconcile.Drift) render {
	d.Finish()
	return func(w report.Writer, out io.Writer, style report.Style) error { return w.WriteDrift(out, d, style) }
}

func comparison(c reconcile.Comparison) render {
	return func(w report.Writer, out io.Writer, style report.Style) error {
		return w.WriteComparison(out, &c, style)
	}
}

func diagnosis(d *reconcile.Diagnosis) render {
	d.Finish()
	return func(w report.Writer, out io.Writer, style report.Style) error { return w.WriteDiagnosis(out, d, style) }
}

func documents() map[string]render {
	move := []reconcile.Change{grant(base18, workloads, 14), revoke(base18, payments), revoke(base18, dataProd)}
	filtered := reconcile.Scope{Owners: []string{"image-factory"}, Images: []string{"base-*"}, Principals: []principal.Principal{workloads}, Only: reconcile.OnlyGrants}
	return map[string]render{
		"plan-empty":                   plan(finish(&reconcile.Plan{})),
		"plan-empty-filtered":          plan(finish(&reconcile.Plan{Scope: filtered})),
		"plan-empty-unknown":           plan(finish(&reconcile.Plan{Incomplete: unread})),
		"plan-empty-findings":          plan(finish(&reconcile.Plan{Findings: findings[2:3]})),
		"plan-empty-filtered-findings": plan(finish(&reconcile.Plan{Scope: filtered, Findings: findings[2:3]})),
		"plan-empty-held":              plan(finish(&reconcile.Plan{Scope: reconcile.Scope{Principals: []principal.Principal{payments}}, Findings: held(base18, base11)})),
		"plan-empty-refused":           plan(finish(&reconcile.Plan{Scope: reconcile.Scope{Principals: []principal.Principal{dataProd}, Only: reconcile.OnlyRevokes}, Findings: stillDeclared})),
		"plan-in-part":                 plan(finish(&reconcile.Plan{Changes: move, Findings: findings[4:]})),
		"plan-nothing-left":            plan(finish(&reconcile.Plan{Changes: []reconcile.Change{grant(golden, workloads, 14)}, Findings: findings[4:]})),
		"plan-alike":                   plan(finish(&reconcile.Plan{Changes: move, Findings: alike(baseEU, base18, base11, base04, golden, lab)})),
		"plan-everyday":                plan(everyday()),
		"plan-grants":                  plan(finish(&reconcile.Plan{Changes: []reconcile.Change{grant(base18, acme, 12), grant(base18, contract, 16)}})),
		"plan-revokes":                 plan(finish(&reconcile.Plan{Changes: []reconcile.Change{revoke(base18, stranger), change(reconcile.VerbUnpublish, base11, principal.Everyone, reconcile.Undeclared, 3)}})),
		"plan-publish": plan(finish(&reconcile.Plan{
			Changes: []reconcile.Change{change(reconcile.VerbPublish, golden, principal.Everyone, reconcile.Declared, 31)},
			Findings: []reconcile.Finding{{Code: "AMI001", Severity: reconcile.SeverityWarning, Message: "becomes public: anybody with an AWS account can launch and copy it",
				Image: golden, Principal: named(principal.Everyone), Source: line(31)}}})),
		"plan-long":          plan(long()),
		"plan-move":          plan(finish(&reconcile.Plan{Changes: move})),
		"plan-unknown":       plan(finish(&reconcile.Plan{Changes: move[:1], Incomplete: unread})),
		"plan-filtered":      plan(finish(&reconcile.Plan{Scope: filtered, Changes: move[:1]})),
		"plan-none":          plan(unaffected()),
		"plan-none-filtered": plan(unaffectedAmong(reconcile.Scope{Shares: []string{"web"}, Principals: []principal.Principal{workloads}})),
		"plan-none-gone":     plan(unaffectedAmong(reconcile.Scope{Gone: 2})),
		"plan-gone":          plan(finish(&reconcile.Plan{Scope: reconcile.Scope{Since: "origin/main (0123456789ab)", Shares: []string{"web"}, Gone: 1}})),
		"plan-since":         plan(finish(&reconcile.Plan{Scope: reconcile.Scope{Since: "origin/main (0123456789ab)", Shares: manyShares(37), Regions: []string{"us-east-1"}}, Changes: move[:1]})),
		"plan-shard":         plan(finish(&reconcile.Plan{Scope: reconcile.Scope{Shard: reconcile.Part{Index: 2, Of: 4}}, Seen: &reconcile.Seen{}, Changes: move[:1]})),
		"plan-findings":      plan(finish(&reconcile.Plan{Changes: move, Findings: findings})),
		"plan-review":        plan(reviewed()),
		"plan-hostile":       plan(hostile()),
		"plan-checked":       plan(checked()),
		"diagnosis":          diagnosis(ill()),
		"diagnosis-well":     diagnosis(&reconcile.Diagnosis{At: at, Lanes: []reconcile.LaneDiagnosis{well(base18)}}),
		"result-nothing":     result(&reconcile.Result{}),
		"result-applied": result(&reconcile.Result{Outcomes: []reconcile.Outcome{
			{Change: grant(base18, workloads, 14), Status: reconcile.StatusApplied},
			{Change: grant(base11, workloads, 14), Status: reconcile.StatusApplied},
		}}),
		"result-shard": result(&reconcile.Result{Scope: reconcile.Scope{Shard: reconcile.Part{Index: 2, Of: 4}, Shares: manyShares(6)}, Outcomes: []reconcile.Outcome{
			{Change: grant(base18, workloads, 14), Status: reconcile.StatusApplied},
		}}),
		"result-partial":          result(partial()),
		"result-interrupted":      result(interrupted()),
		"result-refused":          result(refused()),
		"result-nothing-left":     result(&reconcile.Result{StartedAt: at, EndedAt: at, Findings: findings[4:]}),
		"result-held":             result(heldBack()),
		"result-interrupted-late": result(interruptedLate()),
		"drift-unmanaged":         drift(driftOf(reconcile.DriftUnmanaged)),
		"drift-filtered-findings": drift(&reconcile.Drift{At: at, Scope: filtered, Findings: findings[2:3]}),
		"drift-sample":            drift(&reconcile.Drift{At: at, Shares: new(12), Scope: reconcile.Scope{Sample: reconcile.Part{Index: 3, Of: 7}}}),
		"drift-sample-empty":      drift(&reconcile.Drift{At: at, Shares: new(0), Scope: reconcile.Scope{Sample: reconcile.Part{Index: 5, Of: 500}}}),
		"drift-none":              drift(&reconcile.Drift{At: at}),
		"drift-pending":           drift(driftOf(reconcile.DriftPending)),
		"drift-unknown":           drift(&reconcile.Drift{At: at, Incomplete: unread[1:2], Unknown: 1}),
		"drift-all-kinds":         drift(driftOf(reconcile.DriftMissing, reconcile.DriftExtra, reconcile.DriftPublic, reconcile.DriftPending, reconcile.DriftExpired, reconcile.DriftUnmanaged)),
		"comparison-holds":        comparison(reconcile.Comparison{Due: move[:1], Satisfied: move[1:2]}),
		"comparison-stale": comparison(reconcile.Comparison{Due: move[:1], Satisfied: move[1:2], Unknown: []reconcile.Change{grant(golden, workloads, 14)},
			Dropped: move[2:], Added: []reconcile.Change{revoke(base11, stranger)}}),
	}
}

// unaffected is a plan that looked at nothing, as what changed affects no share.
func unaffected() *reconcile.Plan { return unaffectedAmong(reconcile.Scope{}) }

// unaffectedAmong is such a plan with other filters.
func unaffectedAmong(scope reconcile.Scope) *reconcile.Plan {
	scope.None, scope.Since = true, "origin/main"
	p := finish(&reconcile.Plan{Scope: scope})
	p.Inventory = reconcile.Counts{}
	return p
}

// manyShares are the names of as many shares.
func manyShares(n int) []string {
	var shares []string
	for i := range n {
		shares = append(shares, fmt.Sprintf("share-%02d", i+1))
	}
	return shares
}

// checked is a plan that took calls beforehand, leaves images out and makes
// exceptions.
func checked() *reconcile.Plan {
	excepted := alike(base18, base11)
	for i := range excepted {
		excepted[i].Severity, excepted[i].Stops, excepted[i].Excepted = reconcile.SeverityNote, "", "until 2026-12-31: migration"
	}
	p := finish(&reconcile.Plan{Changes: []reconcile.Change{revoke(base18, payments), revoke(base11, payments)}, Findings: append(excepted, findings[0]),
		Checks: map[string]int{"kms:DescribeKey": 1, "ec2:GetImageBlockPublicAccessState": 1, "ec2:DescribeSnapshots": 2}})
	p.Inventory.Ignored = 4
	return p
}

// well is a lane in which everything works that was tried.
func well(image reconcile.NamedImage) reconcile.LaneDiagnosis {
	ok := reconcile.CheckError(nil)
	return reconcile.LaneDiagnosis{Owner: names[image.Account], Lane: reconcile.LaneOf(image.Image), Enter: ok, List: ok, Read: ok, Change: ok,
		Public: reconcile.SkippedCheck("no share makes images public there"), Keys: reconcile.SkippedCheck("no image to be shared there is encrypted")}
}

// ill is a diagnosis with problems of each sort.
func ill() *reconcile.Diagnosis {
	denied := reconcile.CheckError(&reconcile.Error{Kind: reconcile.Denied, Action: "ec2:ModifyImageAttribute", Subject: base18.ID,
		Err: errors.New("UnauthorizedOperation: You are not authorized to perform this operation."), Hint: "allow the role (or, without one, the caller) this action; `amisync iam-policy permissions` prints all that it needs"})
	entry := reconcile.CheckError(&reconcile.Error{Kind: reconcile.WrongAccount, Err: errors.New("the ambient credentials lead to account 999900001111, the manifest says " + labs),
		Hint: "use credentials of account " + labs + ", or give OwnerAccount labs a role"})
	lost := reconcile.SkippedCheck("the account cannot be entered")
	east, europe := well(base18), well(baseEU)
	east.Change, europe.Change = denied, denied
	europe.Keys = reconcile.CheckError(&reconcile.Error{Kind: reconcile.Uncertain, Err: errors.New("the key cannot be read"), Hint: "allow kms:DescribeKey"})
	europe.Public = reconcile.Check{Status: reconcile.CheckBlocked, Error: "block public access for AMIs is on", Hint: "with credentials of account 111122223333: `aws ec2 disable-image-block-public-access --region eu-west-1`"}
	return &reconcile.Diagnosis{At: at, Lanes: []reconcile.LaneDiagnosis{europe, east,
		{Owner: "labs", Lane: reconcile.LaneOf(lab.Image), Ambient: true, Enter: entry, List: lost, Read: lost, Public: lost, Keys: lost, Change: lost}}}
}

func partial() *reconcile.Result {
	refused := func(i reconcile.NamedImage) reconcile.Outcome {
		return reconcile.Outcome{Change: grant(i, contract, 16), Status: reconcile.StatusFailed, Kind: reconcile.Refused,
			Because: `ec2:ModifyImageAttribute: InvalidAMIAttributeItemValue: Invalid attribute item value "444455556666" for userId item type.`,
			Hint:    "check that the account exists and is not closed"}
	}
	return &reconcile.Result{Digest: "sha256:abc", StartedAt: at, EndedAt: at, Interrupted: true, Incomplete: unread[:1], Outcomes: []reconcile.Outcome{
		{Change: grant(base18, workloads, 14), Status: reconcile.StatusApplied},
		{Change: grant(base11, workloads, 14), Status: reconcile.StatusApplied},
		refused(base18), refused(base11),
		{Change: revoke(base18, stranger), Status: reconcile.StatusSkipped, Because: "the grant that could cover it failed: acme o-exampleorg1"},
		{Change: grant(base04, workloads, 14), Status: reconcile.StatusSatisfied},
		{Change: grant(lab, workloads, 14), Status: reconcile.StatusNotAttempted, Because: "the run was interrupted"},
		{Change: grant(baseEU, workloads, 14), Status: reconcile.StatusApplied},
	}}
}

// interrupted is the result of a run that was stopped between two images, one
// call of which failed for two changes before.
func interrupted() *reconcile.Result {
	r := &reconcile.Result{StartedAt: at, EndedAt: at, Interrupted: true, Outcomes: []reconcile.Outcome{
		{Change: grant(base11, workloads, 14), Status: reconcile.StatusApplied}}}
	for _, i := range []reconcile.NamedImage{base18, golden} {
		for _, p := range []principal.Principal{workloads, payments, dataProd} {
			r.Outcomes = append(r.Outcomes, reconcile.Outcome{Change: grant(i, p, 14), Status: reconcile.StatusNotAttempted, Because: "interrupted"})
		}
	}
	return r
}

// refused is the result of a run that did all that guards left: they stop an
// image without a change, and one that has a change.
func refused() *reconcile.Result {
	stopped := findings[4]
	stopped.Image = base11
	return &reconcile.Result{StartedAt: at, EndedAt: at, Findings: append([]reconcile.Finding{stopped}, findings[4:]...), Outcomes: []reconcile.Outcome{
		{Change: grant(base18, workloads, 14), Status: reconcile.StatusApplied},
		{Change: grant(golden, workloads, 14), Status: reconcile.StatusSkipped, Because: findings[4].Code + ": " + findings[4].Message}}}
}

// heldBack is the result of a run with a filter that holds a revoke back.
func heldBack() *reconcile.Result {
	return &reconcile.Result{StartedAt: at, EndedAt: at, Scope: reconcile.Scope{Principals: []principal.Principal{payments, stranger}}, Findings: held(base18),
		Outcomes: []reconcile.Outcome{{Change: revoke(base11, payments), Status: reconcile.StatusApplied}}}
}

// interruptedLate is the result of a run that was interrupted when all was done.
func interruptedLate() *reconcile.Result {
	return &reconcile.Result{StartedAt: at, EndedAt: at, Interrupted: true, Outcomes: []reconcile.Outcome{{Change: grant(base18, workloads, 14), Status: reconcile.StatusApplied}}}
}

func driftOf(kinds ...reconcile.DriftKind) *reconcile.Drift {
	who := map[reconcile.DriftKind]principal.Principal{reconcile.DriftMissing: workloads, reconcile.DriftExtra: stranger,
		reconcile.DriftPublic: principal.Everyone, reconcile.DriftPending: payments, reconcile.DriftExpired: contract, reconcile.DriftUnmanaged: otherOU}
	d := &reconcile.Drift{At: at, Summary: map[reconcile.DriftKind]int{}}
	for _, kind := range kinds {
		deviation := reconcile.Deviation{Kind: kind, Image: base18, Principal: named(who[kind]), Source: line(14)}
		if kind == reconcile.DriftUnmanaged {
			deviation.Image, deviation.Source = golden, reconcile.Source{}
		}
		d.Deviations = append(d.Deviations, deviation)
		d.Summary[kind]++
	}
	return d
}

// hostile is a plan where everything that others can write tries to drive the
// terminal or to forge a line.
func hostile() *reconcile.Plan {
	const evil = "a\x1b[2J\x1b]0;owned\a\nPlan: 0 images\r\u202egnp\u2066.\u200b\x9b31m\xff\u0085\u2028"
	i := image(factory, "us-east-1", "ami-0a18a18a18a18a180", evil)
	c := until(grant(i, contract, 1), evil, evil)
	c.Source.File = evil
	p := finish(&reconcile.Plan{
		Scope:      reconcile.Scope{Shares: []string{evil}, Since: evil},
		Changes:    []reconcile.Change{c},
		Findings:   []reconcile.Finding{{Code: "AMI007", Severity: reconcile.SeverityNote, Message: evil, Image: i, Share: evil, Hint: evil, Source: c.Source}},
		Incomplete: []reconcile.Incomplete{{Account: factory, Region: evil, Image: evil, Name: evil, Action: evil, Error: evil, Hint: evil}},
	})
	p.Changes[0].Principal.Alias = evil
	return p
}

var sgr = regexp.MustCompile(`\x1b\[[0-9;]+m`)

func text(t *testing.T, render render, format report.Format, style report.Style) string {
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

func check(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as expected (go test ./report -update writes it anew); got:\n%s", path, got)
	}
}

func TestDocumentsLookAsTheGoldenFilesSay(t *testing.T) {
	for name, render := range documents() {
		t.Run(name, func(t *testing.T) {
			check(t, name+".txt", text(t, render, report.Text, report.Style{Names: names}))
		})
	}
	for _, name := range []string{"plan-empty", "plan-findings", "plan-hostile", "result-partial", "drift-all-kinds", "comparison-stale", "plan-checked", "diagnosis"} {
		check(t, name+".json", text(t, documents()[name], report.JSON, report.Style{}))
	}
	for _, name := range []string{"plan-everyday", "plan-alike", "plan-filtered", "plan-in-part", "result-partial", "drift-all-kinds", "comparison-stale", "plan-checked", "diagnosis"} {
		check(t, name+"-80.txt", text(t, documents()[name], report.Text, report.Style{Names: names, Width: 80}))
	}
	check(t, "plan-findings-narrow.txt", text(t, documents()["plan-findings"], report.Text, report.Style{Names: names, Width: 72}))
	check(t, "plan-everyday-color.txt", text(t, documents()["plan-everyday"], report.Text, report.Style{Names: names, Color: true}))
}

func TestColorAddsNothingToTheText(t *testing.T) {
	for name, render := range documents() {
		colored := text(t, render, report.Text, report.Style{Names: names, Color: true})
		if without, want := sgr.ReplaceAllString(colored, ""), text(t, render, report.Text, report.Style{Names: names}); without != want {
			t.Errorf("%s: colour changes the text:\n%s", name, without)
		}
	}
}

func TestTextIsHarmlessAndTidy(t *testing.T) {
	for name, render := range documents() {
		got := text(t, render, report.Text, report.Style{})
		if strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && report.Safe(string(r)) != string(r) }) || !utf8.ValidString(got) {
			t.Errorf("%s: unsafe characters:\n%q", name, got)
		}
		for l := range strings.Lines(got) {
			if strings.TrimRight(l, " \n") != strings.TrimSuffix(l, "\n") {
				t.Errorf("%s: spaces at the end of %q", name, l)
			}
		}
	}
}

func TestLinesFitTheWidth(t *testing.T) {
	for name, render := range documents() {
		if name == "plan-hostile" || name == "diagnosis" {
			continue // they hold words, or a table, that are wider
		}
		got := strings.TrimSuffix(text(t, render, report.Text, report.Style{Names: names, Width: 80}), "\n")
		body, last := got[:strings.LastIndexByte(got, '\n')], got[strings.LastIndexByte(got, '\n')+1:]
		for l := range strings.Lines(body) {
			if utf8.RuneCountInString(l) > 80+1 {
				t.Errorf("%s: too wide: %q", name, l)
			}
		}
		whole := text(t, render, report.Text, report.Style{Names: names})
		if !strings.HasSuffix(whole, last+"\n") {
			t.Errorf("%s: the last line is broken: %q", name, last)
		}
		if words, want := strings.Join(strings.Fields(got), " "), strings.Join(strings.Fields(whole), " "); words != want {
			t.Errorf("%s: the width changes the words:\n%s", name, got)
		}
	}
}

func TestLastLines(t *testing.T) {
	for name, want := range map[string]string{
		"plan-everyday":    "Plan: 6 images · 8 grants · 4 revokes · 1 public · 0 copies · 0 other · 0 unknown",
		"plan-filtered":    "Plan: 1 image · 1 grant · 0 revokes · 0 public · 0 copies · 0 other · 0 unknown",
		"result-partial":   "Apply: 3 applied · 1 already satisfied · 2 failed · 1 skipped · 1 not attempted · 1 unknown",
		"drift-all-kinds":  "Drift: 1 missing · 1 extra · 1 public · 1 pending · 1 expired · 1 unmanaged · 0 unknown",
		"diagnosis":        "Doctor: 3 lanes · 5 problems",
		"diagnosis-well":   "Doctor: 1 lane · 0 problems",
		"comparison-stale": "Compare: 1 only needed now · 1 only in the plan · 1 in both · 1 already satisfied · 1 unknown",
	} {
		got := strings.TrimSuffix(text(t, documents()[name], report.Text, report.Style{}), "\n")
		if last := got[strings.LastIndexByte(got, '\n')+1:]; last != want {
			t.Errorf("%s ends with\n%s\nwant\n%s", name, last, want)
		}
	}
	counted := reconcile.Plan{Summary: reconcile.Summary{Images: 1, Grants: 1, Revokes: 1, Public: 1, Copies: 1, Other: 1, Unknown: 1}}
	const want = "Plan: 1 image · 1 grant · 1 revoke · 1 public · 1 copy · 1 other · 1 unknown\n"
	if got := text(t, plan(&counted), report.Text, report.Style{}); !strings.HasSuffix(got, "\n"+want) {
		t.Errorf("got %s, want it to end with %s", got, want)
	}
}

func TestEveryImageIsNamed(t *testing.T) {
	p := everyday()
	got := text(t, plan(p), report.Text, report.Style{})
	for _, c := range p.Changes {
		if !strings.Contains(got, c.Image.ID) {
			t.Errorf("%s does not appear", c.Image.ID)
		}
	}
}

func TestUnknownFormatNamesTheKnownOnes(t *testing.T) {
	_, err := report.For("yaml", report.DiagnosisDocument)
	if err == nil || err.Error() != `unknown format "yaml" (known: text, json)` {
		t.Errorf("got %v", err)
	}
}
