package html

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func written(t *testing.T, p Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, p); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// full is a page with one of everything.
func full() Page {
	cell := Cell{Add, "grant"}
	who := Principal{Name: "acme", ID: "o-1", Kind: "organization", Full: "arn:o-1"}
	remark := Remark{Label: "error", Tone: Bad, Code: "AMI001", Text: "see `this`", Places: []string{"here", "there"}, Source: Source{"a.yaml:1", "https://git.example/a.yaml#L1"}, Excepted: "until then", Hint: "run `amisync plan`"}
	return Page{Title: "amisync plan", Verdict: []Sentence{{Bad, "Refused"}, {Warn, "Incomplete"}}, Notes: []string{"filtered: all"}, Counts: []Count{{1, "image", Good}, {0, "grants", Bad}}, Facts: []Fact{{"Made", "today"}},
		Sums: []Sum{{cell, who, "1 image"}}, Unread: []Remark{remark}, Findings: []Remark{remark}, Only: "only what changes", Heading: "Changes", Noun: "change",
		Lanes: []Lane{{"factory", []Group{
			{Caption: "share base: 1 image", Columns: []Principal{who}, Rows: []Row{{Image: Image{"base", "ami-1"}, Remarks: []Remark{{Label: "public", Tone: Alarm}}, Changes: true, Cells: []Cell{cell}}}},
			{Caption: "share lab: 1 image", Listed: true, Rows: []Row{{Image: Image{"lab", "ami-2"}, Who: []Holder{{cell, who}, {Cell: cell}}, More: "and 12 more"}}}}}},
		Left:   Left{Gap{1, "1 of 2 `lines`"}, Gap{2, "2"}, Gap{3, "3"}, Gap{4, "4"}, Gap{5, "5"}},
		Legend: []Meaning{{cell, "gets access"}}, Changes: []Change{{Cell: cell, Image: Image{"base", "ami-1"}, Lane: "factory", Principal: who, Reason: "declared", Note: "a note", Because: "of that", Hint: "do `this`", Source: remark.Source}}}
}

func TestThePolicyNamesTheScriptAndTheStyleThatAreThere(t *testing.T) {
	got := written(t, full())
	for _, element := range []string{"style", "script"} {
		content := regexp.MustCompile(`(?s)<` + element + `>(.*?)</` + element + `>`).FindStringSubmatch(got)[1]
		sum := sha256.Sum256([]byte(content))
		if want := element + "-src &#39;sha256-" + base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(strings.ReplaceAll(got, "&#43;", "+"), want) {
			t.Errorf("the policy does not hold %s", want)
		}
	}
}

func TestNothingInAPageNeedsMoreThanItsPolicyAllows(t *testing.T) {
	got := written(t, full())
	for _, forbidden := range []string{` style="`, ` on[a-z]+="`, `@import`, `url\(`, `eval\(`, `innerHTML`, `<form[^>]* action`} {
		if found := regexp.MustCompile(forbidden).FindString(got); found != "" {
			t.Errorf("the page holds %s", found)
		}
	}
	if strings.Count(got, "://") != strings.Count(got, "https://git.example/") {
		t.Error("the page leads elsewhere than to sources")
	}
}

func TestIDsAreUniqueAndReferencesLead(t *testing.T) {
	got := written(t, full())
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(got, -1) {
		if ids[id[1]] {
			t.Errorf("two elements have the id %s", id[1])
		}
		ids[id[1]] = true
	}
	for _, reference := range regexp.MustCompile(`(?:aria-labelledby="|href="#)([^"=]*)"`).FindAllStringSubmatch(got, -1) {
		for id := range strings.FieldsSeq(reference[1]) {
			if !ids[id] {
				t.Errorf("nothing has the id %s", id)
			}
		}
	}
	for _, id := range regexp.MustCompile(`byID\('(\w+)'\)`).FindAllStringSubmatch(script, -1) {
		if !ids[id[1]] {
			t.Errorf("the script looks for %s", id[1])
		}
	}
}

func TestEveryMarkHasASignOfItsOwn(t *testing.T) {
	signs := map[string]Mark{}
	for _, mark := range []Mark{Keep, Add, Take, Open, Inherit, Unknown, Failed, Wait, Missing, Extra, Expired, Unmanaged, Done} {
		rule := regexp.MustCompile(fmt.Sprintf(`(?m)^\.%s::before \{ content: "([^"]+)"`, mark)).FindStringSubmatch(style)
		if rule == nil {
			t.Errorf("the style sheet has no sign for %s", mark)
			continue
		}
		if other, taken := signs[rule[1]]; taken {
			t.Errorf("%s and %s both have %s", mark, other, rule[1])
		}
		signs[rule[1]] = mark
	}
}

func TestAnEmptyPageHasNoEmptySections(t *testing.T) {
	got := written(t, Page{Title: "amisync plan", Verdict: []Sentence{{Text: "No changes."}}})
	if strings.Contains(got, "<section") || strings.Contains(got, "<form") {
		t.Errorf("got %s", got)
	}
}

func TestTextIsEscapedForWhereItStands(t *testing.T) {
	const evil = `"><script>x</script>'`
	p := full()
	p.Verdict[1].Text, p.Lanes[0].Groups[0].Columns[0].Full, p.Findings[0].Code = evil, evil, evil
	p.Findings[0].Source.URL = "javascript:alert(1)"
	got := written(t, p)
	if strings.Contains(got, evil) || strings.Count(got, "<script>") != 1 || strings.Contains(got, "javascript:") {
		t.Errorf("got %s", got)
	}
}

func TestPartsHoldEveryRowOnceInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := Group{Caption: "c", Listed: rapid.Bool().Draw(t, "listed"), Columns: make([]Principal, rapid.IntRange(0, 4000).Draw(t, "columns")), Rows: make([]Row, rapid.IntRange(1, 500).Draw(t, "rows"))}
		for i := range g.Rows {
			g.Rows[i].Image.ID = fmt.Sprint(i)
		}
		var rows []Row
		for _, part := range parts([]Group{g}) {
			if part.Listed != g.Listed || len(part.Rows) > rowsOfATable && !g.Listed && len(part.Rows)*len(part.Columns) > cellsOfATable {
				t.Fatalf("a table of %d rows and %d columns", len(part.Rows), len(part.Columns))
			}
			rows = append(rows, part.Rows...)
		}
		if !reflect.DeepEqual(rows, g.Rows) {
			t.Fatalf("%d rows of %d", len(rows), len(g.Rows))
		}
	})
}

func TestLongListsSayWhichPartTheyAre(t *testing.T) {
	var captions []string
	for _, l := range lists(make([]Change, rowsOfAList+1)) {
		captions = append(captions, l.Caption)
	}
	if want := []string{"251 in all, 1 to 250", "251 in all, 251 to 251"}; !reflect.DeepEqual(captions, want) {
		t.Errorf("got %q, want %q", captions, want)
	}
}

func TestProseIsTakenApartAtBackticks(t *testing.T) {
	for text, want := range map[string][]piece{
		"":               nil,
		"plain":          {{"plain", false}},
		"run `a b` now":  {{"run ", false}, {"a b", true}, {" now", false}},
		"`a`":            {{"a", true}},
		"`a` and ` more": {{"a", true}, {" and ` more", false}},
		"one ` alone":    {{"one ` alone", false}},
		"none `` here":   {{"none ", false}, {"``", false}, {" here", false}},
	} {
		if got := prose(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriteSaysWhereItFails(t *testing.T) {
	if err := Write(broken{}, full()); err == nil {
		t.Error("no error")
	}
}
