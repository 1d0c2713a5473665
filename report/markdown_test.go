package report_test

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// fatal is what a *testing.T and a *rapid.T have in common.
type fatal interface{ Fatalf(string, ...any) }

func writePlan(w report.Writer, out *bytes.Buffer, p *reconcile.Plan, style report.Style) error {
	return w.WritePlan(out, p, style)
}

// rendered is a document as Markdown.
func rendered[T any](t fatal, write func(report.Writer, *bytes.Buffer, *T, report.Style) error, document *T, style report.Style) []byte {
	w, err := report.For(report.Markdown, report.PlanDocument)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var out bytes.Buffer
	if err := write(w, &out, document, style); err != nil {
		t.Fatalf("%v", err)
	}
	return out.Bytes()
}

// hostileDocument is a document in which every string may hold anything, and a
// style to write it in.
func hostileDocument[T any](t *rapid.T) (*T, report.Style) {
	document := new(T)
	fill(t, reflect.ValueOf(document).Elem())
	style := report.Style{Sources: sources, Budget: rapid.SampledFrom([]int{0, 2_000, 2_500, 4_000}).Draw(t, "budget")}
	fill(t, reflect.ValueOf(&style.Names).Elem())
	return document, style
}

// checkBudget fails where a document is larger than its style allows.
func checkBudget(t fatal, source []byte, style report.Style) {
	if budget := cmp.Or(style.Budget, report.DefaultBudget); len(source) > budget {
		t.Fatalf("%d bytes, %d are allowed:\n%s", len(source), budget, source)
	}
}

func TestNoHostileDocumentExceedsItsBudget(t *testing.T) {
	t.Run("plan", func(t *testing.T) { checkBudgetOf(t, writePlan) })
	t.Run("result", func(t *testing.T) {
		checkBudgetOf(t, func(w report.Writer, out *bytes.Buffer, r *reconcile.Result, style report.Style) error {
			return w.WriteResult(out, r, style)
		})
	})
	t.Run("drift", func(t *testing.T) {
		checkBudgetOf(t, func(w report.Writer, out *bytes.Buffer, d *reconcile.Drift, style report.Style) error {
			return w.WriteDrift(out, d, style)
		})
	})
	t.Run("comparison", func(t *testing.T) {
		checkBudgetOf(t, func(w report.Writer, out *bytes.Buffer, c *reconcile.Comparison, style report.Style) error {
			return w.WriteComparison(out, c, style)
		})
	})
	t.Run("difference", func(t *testing.T) {
		checkBudgetOf(t, func(w report.Writer, out *bytes.Buffer, d *reconcile.Difference, style report.Style) error {
			return w.WriteDifference(out, d, style)
		})
	})
}

func checkBudgetOf[T any](t *testing.T, write func(report.Writer, *bytes.Buffer, *T, report.Style) error) {
	rapid.Check(t, func(t *rapid.T) {
		document, style := hostileDocument[T](t)
		// Every string may be as long as a document, too.
		stretch(reflect.ValueOf(document).Elem(), rapid.SampledFrom([]int{1, 10, 80}).Draw(t, "times"), rapid.IntRange(1, 3).Draw(t, "copies"))
		if r, ok := any(document).(*reconcile.Result); ok {
			fail(t, r)
		}
		checkBudget(t, rendered(t, write, document, style), style)
	})
}

// fail gives outcomes the statuses that there are, so that documents say how to go
// on.
func fail(t *rapid.T, r *reconcile.Result) {
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		o.Status = rapid.SampledFrom([]reconcile.Status{reconcile.StatusFailed, reconcile.StatusApplied, reconcile.StatusSkipped}).Draw(t, "status")
		o.Kind, o.Change.Verb = reconcile.Refused, reconcile.VerbGrant
	}
}

// stretch repeats every string, and the items of every list.
func stretch(v reflect.Value, times, copies int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Repeat(v.String(), times))
	case reflect.Slice:
		items := reflect.MakeSlice(v.Type(), 0, v.Len()*copies)
		for i := range v.Len() * copies {
			items = reflect.Append(items, v.Index(i%v.Len()))
		}
		for i := range items.Len() {
			if i < v.Len() {
				stretch(items.Index(i), times, 1)
			}
		}
		v.Set(items)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				stretch(v.Field(i), times, copies)
			}
		}
	}
}

// large is a plan of any size, in which every image has an id of its own.
func large(t *rapid.T) *reconcile.Plan {
	var changes []reconcile.Change
	principals := rapid.IntRange(1, 40).Draw(t, "principals")
	for n := range rapid.IntRange(1, 60).Draw(t, "images") {
		i := image(factory, fmt.Sprintf("us-east-%d", n%3+1), fmt.Sprintf("ami-%08d", n), fmt.Sprintf("family-%d-%d", n%7, n))
		for k := range 1 + n%4 {
			who := account(strconv.Itoa(100000000000 + (n*7+k)%principals))
			if (n+k)%3 == 0 {
				changes = append(changes, revoke(i, who))
			} else {
				changes = append(changes, grant(i, who, 1+k))
			}
		}
	}
	if rapid.Bool().Draw(t, "public") {
		changes = append(changes, change(reconcile.VerbPublish, lab, principal.Everyone, reconcile.Declared, 31))
	}
	var found []reconcile.Finding
	for n := range rapid.IntRange(0, 60).Draw(t, "findings") {
		severity := []reconcile.Severity{reconcile.SeverityError, reconcile.SeverityWarning, reconcile.SeverityNote}[n%3]
		found = append(found, reconcile.Finding{Code: fmt.Sprintf("AMI%03d", n%9+1), Severity: severity, Stops: reconcile.StopsRun, Image: base18,
			Message: fmt.Sprintf("finding number %d", n), Source: line(n + 1), Hint: "a hint that takes some room, so that leaving it out helps"})
	}
	return finish(&reconcile.Plan{Changes: changes, Findings: found, Incomplete: unread[:rapid.IntRange(0, 3).Draw(t, "unread")]})
}

var (
	leftInTable = regexp.MustCompile(`\| and (\d+) more principals? \| (\d+) images? \|`)
	leftInFold  = regexp.MustCompile(`Not listed here: (\d+) images? with (\d+) changes?\. `)
	counted     = regexp.MustCompile("(?m)^- \\*\\*(?:error|warning|note)\\*\\* `AMI\\d+` × (\\d+)")
	written     = regexp.MustCompile("(?m)^- \\*\\*(?:error|warning|note)\\*\\* `AMI\\d+` finding number")
	anImage     = regexp.MustCompile(`ami-[0-9a-f]+`)
)

func numbers(found [][]string, group int) int {
	sum := 0
	for _, f := range found {
		n, _ := strconv.Atoi(f[group])
		sum += n
	}
	return sum
}

// TestWhatIsLeftOutIsCounted holds documents of all sizes against what they say
// of themselves: what is shown and what is said to be left out are everything.
func TestWhatIsLeftOutIsCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := large(t)
		style := report.Style{Names: names, Sources: sources, Budget: rapid.SampledFrom([]int{0, 2_000, 3_000, 6_000, 12_000}).Draw(t, "budget")}
		source := string(rendered(t, writePlan, p, style))
		checkBudget(t, []byte(source), style)
		checkMarkdown(t, []byte(source))

		turns, onImages := map[string]bool{}, map[string]bool{}
		for _, c := range p.Changes {
			turns[string(c.Verb)+c.Principal.String()] = true
			onImages[c.Image.ID] = true
		}
		_, rest, _ := strings.Cut(source, "#### Who gains")
		table, rest, _ := strings.Cut(rest, "\n\n|")
		_, rest, _ = strings.Cut(table+"\n\n|"+rest, "--- |\n")
		rows, details, _ := strings.Cut(rest, "\n\n")
		left := numbers(leftInTable.FindAllStringSubmatch(rows, -1), 1)
		if shown := len(strings.Split(rows, "\n")) - len(leftInTable.FindAllString(rows, -1)); shown+left != len(turns) {
			t.Fatalf("%d rows, %d left out, of %d:\n%s", shown, left, len(turns), source)
		}
		if p.Summary.Public > 0 && !strings.Contains(rows, "| **becomes PUBLIC** | **everyone**") {
			t.Fatalf("the public row is not there:\n%s", source)
		}
		details, _, _ = strings.Cut(details, "**What to do next:**")
		shown := map[string]bool{}
		for _, id := range anImage.FindAllString(details, -1) {
			shown[id] = true
		}
		if left := numbers(leftInFold.FindAllStringSubmatch(details, -1), 1); len(shown)+left != len(onImages) {
			t.Fatalf("%d images, %d left out, of %d:\n%s", len(shown), left, len(onImages), source)
		}
		if all := len(written.FindAllString(source, -1)) + numbers(counted.FindAllStringSubmatch(source, -1), 1); all != len(p.Findings) && !strings.Contains(source, "There is no room for them here") {
			t.Fatalf("%d of %d findings are written or counted:\n%s", all, len(p.Findings), source)
		}
	})
}

// TestAFindingGivesWayLast: findings are whole wherever they fit beside what is
// never left out, whatever that takes from the table and the details; and errors
// stay longer than others.
func TestAFindingGivesWayLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := large(t)
		budget := rapid.SampledFrom([]int{2_000, 4_000, 8_000, 16_000}).Draw(t, "budget")
		source := string(rendered(t, writePlan, p, report.Style{Budget: budget}))
		const others = 2_000
		findings, _, _ := strings.Cut(string(rendered(t, writePlan, p, report.Style{Budget: 1_000_000})), "#### Who gains")
		if strings.Count(source, "  - hint: a hint") < len(p.Findings) && len(findings)+others < budget {
			t.Fatalf("hints are left out without need:\n%s", source)
		}
		if strings.Contains(source, "× ") && strings.Contains(source, "**error** `AMI001` ×") && regexp.MustCompile("(?m)^- \\*\\*note\\*\\* `AMI\\d+` finding").MatchString(source) {
			t.Fatalf("an error is only counted, and a note is not:\n%s", source)
		}
	})
}

// TestEveryFindingIsInTheMarkdown: at the default budget every code, every
// message, and every cause that something failed or could not be read is there.
func TestEveryFindingIsInTheMarkdown(t *testing.T) {
	plain := func(text string) string { return strings.ReplaceAll(text, "`", "") }
	for name, p := range map[string]*reconcile.Plan{"findings": finish(&reconcile.Plan{Findings: findings, Incomplete: unread}), "review": reviewed(), "crowded": crowded()} {
		source := plain(string(rendered(t, writePlan, p, report.Style{Names: names})))
		for _, f := range p.Findings {
			if f.Code == "AMI003" || f.Code == "AMI023" { // alike, but for the image: the first speaks for all
				f.Message = f.Image.ID
			}
			for _, want := range []string{f.Code, plain(f.Message), plain(f.Hint), string(f.Severity)} {
				if !strings.Contains(source, want) {
					t.Errorf("%s: no %s in\n%s", name, want, source)
				}
			}
		}
		for _, i := range p.Incomplete {
			if !strings.Contains(source, plain(i.Error)) || !strings.Contains(source, plain(i.Hint)) {
				t.Errorf("%s: no %s", name, i.Error)
			}
		}
	}
	source := plain(text(t, result(partial()), report.Markdown, report.Style{Names: names}))
	for _, o := range partial().Outcomes {
		if !strings.Contains(source, o.Because) || !strings.Contains(source, o.Hint) {
			t.Errorf("no %s in\n%s", o.Because, source)
		}
	}
}

// TestNoRiskIsFolded: what a reviewer must not miss stands above the fold.
func TestNoRiskIsFolded(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(scenarios())) {
		source := text(t, scenarios()[name], report.Markdown, report.Style{Names: names})
		_, folded, _ := strings.Cut(source, "<details>")
		folded, rest, _ := strings.Cut(folded, "</details>")
		if strings.Contains(folded, "####") || strings.Contains(rest, "####") {
			t.Errorf("%s: a section is in the fold, or below it:\n%s", name, source)
		}
		if !strings.HasPrefix(source, "### ") {
			t.Errorf("%s does not begin with its verdict", name)
		}
		checkMarkdown(t, []byte(text(t, scenarios()[name], report.Markdown, report.Style{Names: names, Sources: sources})))
	}
}

// TestTheLastLineIsThatOfTheText: scripts may read it in either format.
func TestTheLastLineIsThatOfTheText(t *testing.T) {
	for name, render := range scenarios() {
		last := func(format report.Format) string {
			lines := strings.Split(strings.TrimSpace(text(t, render, format, report.Style{})), "\n")
			return lines[len(lines)-1]
		}
		if got, want := last(report.Markdown), "`"+last(report.Text)+"`"; got != want {
			t.Errorf("%s ends with %s, not %s", name, got, want)
		}
	}
}

func TestDifferencesAsMarkdownLookAsTheGoldenFilesSay(t *testing.T) {
	for name, d := range differences() {
		source := rendered(t, func(w report.Writer, out *bytes.Buffer, d *reconcile.Difference, style report.Style) error {
			return w.WriteDifference(out, d, style)
		}, d, report.Style{Names: names, Sources: sources})
		check(t, "markdown/"+name+".md", string(source))
		checkMarkdown(t, source)
	}
}
