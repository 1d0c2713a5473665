package report_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func writeResult(w report.Writer, out *bytes.Buffer, r *reconcile.Result, style report.Style) error {
	return w.WriteResult(out, r, style)
}

// numbered is an image out of many.
func numbered(n int) reconcile.NamedImage {
	return image(factory, "us-east-1", fmt.Sprintf("ami-%017d", n), fmt.Sprintf("family-%05d", n))
}

// failing is a result in which one principal is refused on n images.
func failing(n int) *reconcile.Result {
	r := &reconcile.Result{}
	for i := range n {
		r.Outcomes = append(r.Outcomes, reconcile.Outcome{Change: grant(numbered(i), payments, 15), Status: reconcile.StatusFailed, Kind: reconcile.Refused, Because: "no", Hint: "look"})
	}
	r.Finish()
	return r
}

// missing is a plan that finds the same of n images.
func missing(n int) *reconcile.Plan {
	p := &reconcile.Plan{}
	for i := range n {
		p.Findings = append(p.Findings, reconcile.Finding{Code: "AMI019", Severity: reconcile.SeverityError, Stops: reconcile.StopsImage, Image: numbered(i), Message: numbered(i).ID + " is gone", Hint: "look"})
	}
	return finish(p)
}

var (
	aNumbered = regexp.MustCompile("`family-\\d{5}`")
	andMore   = regexp.MustCompile(` and (\d+) more(?: ·|\n)`)
)

// section is a section of a document, by what its heading begins with.
func section(source, heading string) string {
	_, text, _ := strings.Cut(source, "#### "+heading)
	text, _, _ = strings.Cut(text, "\n**What to do next:**")
	text, _, _ = strings.Cut(text, "\n#### ")
	text, _, _ = strings.Cut(text, "\n<details>")
	return text
}

// TestListsAreShortenedToTheRoom: of many images with the same failure or finding,
// as many are named as there is room for, the others are counted, and neither who
// it is about nor what helps is lost for that.
func TestListsAreShortenedToTheRoom(t *testing.T) {
	const all = 2_000
	for budget, atLeast := range map[int]int{4_000: 3, 8_000: 20, 0: 200} {
		style := report.Style{Names: names, Budget: budget}
		for heading, source := range map[string][]byte{
			"Not in effect": rendered(t, writeResult, failing(all), style),
			"Findings":      rendered(t, writePlan, missing(all), style),
		} {
			checkBudget(t, source, style)
			text := section(string(source), heading)
			named, left := len(aNumbered.FindAllString(text, -1)), numbers(andMore.FindAllStringSubmatch(text, -1), 1)
			if named < atLeast || named+left != all {
				t.Errorf("%s in %d bytes: %d named and %d counted, of %d:\n%.2000s", heading, budget, named, left, all, text)
			}
			for _, want := range []string{"  - hint: look\n", "Lists are shortened here: the HTML report"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s in %d bytes: no %q in\n%.2000s", heading, budget, want, text)
				}
			}
			if heading == "Not in effect" && !strings.Contains(text, "grant: account `payments-prod` `210987654321` on ") {
				t.Errorf("it does not say who:\n%.2000s", text)
			}
		}
	}
}

// TestAFailureInBriefSaysWhoAndOnHowMany: where there is only room for a line.
func TestAFailureInBriefSaysWhoAndOnHowMany(t *testing.T) {
	r := failing(2_000)
	for n := range 40 {
		o := r.Outcomes[n]
		o.Change.Principal, o.Because = named(account(fmt.Sprintf("%012d", n))), fmt.Sprintf("cause %d %s", n, strings.Repeat("that is long ", 8))
		r.Outcomes = append(r.Outcomes, o)
	}
	r.Finish()
	source := string(rendered(t, writeResult, r, report.Style{Names: names, Budget: 8_000}))
	if want := "- **failed** no · grant: account `payments-prod` `210987654321` on `family-00000` `ami-00000000000000000` in `image-factory` `us-east-1` and 1999 more · "; !strings.Contains(source, want) {
		t.Errorf("no %s in\n%s", want, source)
	}
	for n := range r.Outcomes {
		r.Outcomes[n].Change.Image.Name = strings.Repeat("long ", 60) + r.Outcomes[n].Change.Image.Name
	}
	source = string(rendered(t, writeResult, r, report.Style{Names: names, Budget: 8_000}))
	if want := "- **failed** no · grant: account `payments-prod` `210987654321` on 2000 images · "; !strings.Contains(source, want) {
		t.Errorf("no %s in\n%s", want, source)
	}
}

// TestRefusedPrincipalsNeverExceedTheBudget: the first are named in what to do
// next, as far as there is room, and the others are counted.
func TestRefusedPrincipalsNeverExceedTheBudget(t *testing.T) {
	refused := regexp.MustCompile(`The cloud refused (?:account|(\d+) principal)`)
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.IntRange(1, 80).Draw(t, "refused")
		name := strings.Repeat("n", rapid.SampledFrom([]int{1, 400}).Draw(t, "length"))
		r := &reconcile.Result{}
		for n := range all {
			c := grant(base18, account(strconv.Itoa(100000000000+n)), n+1)
			c.Principal.Alias = name
			r.Outcomes = append(r.Outcomes, reconcile.Outcome{Change: c, Status: reconcile.StatusFailed, Kind: reconcile.Refused, Because: "no"})
		}
		r.Finish()
		style := report.Style{Names: names, Budget: rapid.SampledFrom([]int{2_000, 8_000, 60_000}).Draw(t, "budget")}
		source := rendered(t, writeResult, r, style)
		checkBudget(t, source, style)
		_, next, _ := strings.Cut(string(source), "**What to do next:**")
		next, _, _ = strings.Cut(next, "\n")
		named, counted := 0, 0
		for _, found := range refused.FindAllStringSubmatch(next, -1) {
			if found[1] == "" {
				named++
			} else {
				counted, _ = strconv.Atoi(found[1])
			}
		}
		if named+counted != all || named > 5 || len(name) == 1 && style.Budget == 60_000 && named != min(all, 5) {
			t.Fatalf("%d named and %d counted, of %d: %s", named, counted, all, next)
		}
		if !strings.Contains(next, "Mend the causes above and apply again") {
			t.Fatalf("what to do is not there: %s", next)
		}
	})
}

// TestWhatIsLeftOutIsSummedUpByWhatItSays: who keeps access is not counted among
// those who lose it.
func TestWhatIsLeftOutIsSummedUpByWhatItSays(t *testing.T) {
	d := &reconcile.Difference{}
	for n := range 400 {
		who := func(group int) reconcile.NamedPrincipal {
			return named(account(strconv.Itoa(group*100_000_000_000 + n)))
		}
		d.Access = append(d.Access,
			reconcile.AccessDifference{Share: "base", Kind: reconcile.DifferenceLoses, Principal: who(1), Stays: "the share is additive"},
			reconcile.AccessDifference{Share: "base", Kind: reconcile.DifferenceTerm, Principal: who(2), Until: "2027-01-31", Before: "2026-12-31"},
			reconcile.AccessDifference{Share: "base", Kind: "of a later version", Principal: who(3)})
	}
	source := string(rendered(t, func(w report.Writer, out *bytes.Buffer, d *reconcile.Difference, style report.Style) error {
		return w.WriteDifference(out, d, style)
	}, d, report.Style{Budget: 8_000}))
	row := regexp.MustCompile(`(?m)^\| ([a-z, ]+) \| and (\d+) more principals \| 1 image share \|`)
	left := map[string]int{}
	for _, found := range row.FindAllStringSubmatch(source, -1) {
		left[found[1]], _ = strconv.Atoi(found[2])
	}
	for says, shown := range map[string]string{"keeps access, undeclared": "keeps access, undeclared", "another last day": "another last day", "another change": "of a later version"} {
		if n := strings.Count(source, "| "+shown+" | account"); left[says]+n != 400 {
			t.Errorf("%s: %d shown and %d left out:\n%.4000s", says, n, left[says], source)
		}
	}
	if left["loses access"] > 0 {
		t.Errorf("%d are said to lose access, and none does", left["loses access"])
	}
	p := &reconcile.Plan{}
	for n := range 400 {
		p.Changes = append(p.Changes, change("copy", base18, account(strconv.Itoa(100_000_000_000+n)), reconcile.Declared, 1), revoke(base18, account(strconv.Itoa(200_000_000_000+n))))
	}
	source = string(rendered(t, writePlan, finish(p), report.Style{Budget: 8_000}))
	for _, want := range []string{"\n| another change | and ", "\n| loses access | and "} {
		if !strings.Contains(source, want) {
			t.Errorf("no %q in\n%.4000s", want, source)
		}
	}
}

func TestADirectionOfALaterVersionIsShown(t *testing.T) {
	const later reconcile.DriftKind = "copied"
	d := &reconcile.Drift{At: at, Deviations: []reconcile.Deviation{{Kind: later, Image: base18, Principal: named(stranger), Source: line(14)}, {Kind: reconcile.DriftMissing, Image: base11, Principal: named(principal.Everyone)}}}
	d.Finish()
	source := text(t, drift(d), report.Markdown, report.Style{Names: names})
	for _, want := range []string{
		"### 🔴 Drift: 2 images are not as declared: 1 of another kind, 1 missing.\n",
		"| of another kind | not known to this version: `copied` | 1 | account `333344445555` | `base-al2023-2026.11.18` `ami-0a18a18a18a18a180` in `image-factory` `us-east-1` |\n",
		"  - copied: account `333344445555` · `manifests/images/base.yaml:14`\n",
	} {
		if !strings.Contains(source, want) {
			t.Errorf("no %q in\n%s", want, source)
		}
	}
}
