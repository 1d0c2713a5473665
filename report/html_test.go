package report_test

import (
	"bytes"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

var (
	assets     = regexp.MustCompile(`(?s)(<style>|<script>).*?(</style>|</script>)`)
	assetsHash = regexp.MustCompile(`sha256-(?:[A-Za-z0-9/=]|&#43;)+`)
)

// withoutAssets is a page without its script and style sheet, which have tests of
// their own, and without their names in the page's policy.
func withoutAssets(page string) string {
	return assetsHash.ReplaceAllString(assets.ReplaceAllString(page, "$1…$2"), "sha256-…")
}

// tag is a tag as the template writes it: with these elements and attributes, and
// with no value that could end the tag.
var tag = regexp.MustCompile(`</?(?:!doctype html|(?:html|head|meta|title|link|style|body|a|header|p|h1|h2|h3|dl|dt|dd|div|nav|main|section|form|label|input|button|ul|li|span|b|i|code|small|table|caption|thead|tbody|tr|th|td|script)` +
	`(?: (?:lang|charset|http-equiv|content|name|rel|href|class|id|tabindex|aria-[a-z]+|role|type|placeholder|autocomplete|spellcheck|scope|title|data-code|data-noun|data-left|hidden)(?:="[^"<>]*"|=[a-z])?)*)>`)

func TestNoNameBecomesMarkupInAPlan(t *testing.T) {
	checkMarkup(t, func(w report.Writer, out io.Writer, p *reconcile.Plan, style report.Style) error {
		return w.WritePlan(out, p, style)
	})
}

func TestNoNameBecomesMarkupInAResult(t *testing.T) {
	checkMarkup(t, func(w report.Writer, out io.Writer, r *reconcile.Result, style report.Style) error {
		return w.WriteResult(out, r, style)
	})
}

func TestNoNameBecomesMarkupInDrift(t *testing.T) {
	checkMarkup(t, func(w report.Writer, out io.Writer, d *reconcile.Drift, style report.Style) error {
		return w.WriteDrift(out, d, style)
	})
}

func TestNoNameBecomesMarkupInAComparison(t *testing.T) {
	checkMarkup(t, func(w report.Writer, out io.Writer, c *reconcile.Comparison, style report.Style) error {
		return w.WriteComparison(out, c, style)
	})
}

// checkMarkup fills documents with what strangers may write and finds nothing in
// the page but the template's own tags.
func checkMarkup[T any](t *testing.T, write func(report.Writer, io.Writer, *T, report.Style) error) {
	rapid.Check(t, func(t *rapid.T) {
		document := new(T)
		fill(t, reflect.ValueOf(document).Elem())
		style := report.Style{Sources: rapid.SampledFrom([]string{"", "https://git.example/", "javascript:alert(1)//", "data:text/html,"}).Draw(t, "sources")}
		fill(t, reflect.ValueOf(&style.Names).Elem())
		w, err := report.For(report.HTML, report.PlanDocument)
		if err != nil {
			t.Fatal(err)
		}
		var out, again bytes.Buffer
		if err := write(w, &out, document, style); err != nil {
			t.Fatal(err)
		}
		if err := write(w, &again, document, style); err != nil || again.String() != out.String() {
			t.Fatalf("written again, the page differs: %v", err)
		}
		checkHarmless(t, out.String())
		page := withoutAssets(out.String())
		if rest := tag.ReplaceAllString(page, ""); strings.ContainsAny(rest, `<>"`) {
			t.Fatalf("markup is left over: %s", rest)
		}
		for _, link := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if target := link[1]; target != "data:," && !strings.HasPrefix(target, "#") && !strings.HasPrefix(target, "https://git.example/") || target == "#ZgotmplZ" {
				t.Fatalf("a link to %s", target)
			}
		}
	})
}

func TestAPageNeedsNothingElse(t *testing.T) {
	for name, document := range scenarios() {
		got := text(t, document, report.HTML, report.Style{Names: names})
		if strings.Contains(got, "://") {
			t.Errorf("%s leads elsewhere", name)
		}
	}
}

// rowOf is the row of an image in a page: the texts of its cells.
func rowOf(t *testing.T, page, image string) []string {
	t.Helper()
	_, row, found := strings.Cut(page, "<code>"+image+"</code>")
	if !found {
		t.Fatalf("%s has no row", image)
	}
	row, _, _ = strings.Cut(row, "</tr>")
	var cells []string
	for _, cell := range regexp.MustCompile(`<td[^>]*>([^<]*)`).FindAllStringSubmatch(row, -1) {
		cells = append(cells, cell[1])
	}
	return cells
}

// matrix is the part of a page about who may launch what.
func matrix(t *testing.T, document render) string {
	t.Helper()
	_, rest, _ := strings.Cut(text(t, document, report.HTML, report.Style{}), `<section id="access"`)
	rest, _, _ = strings.Cut(rest, `<section id="changes"`)
	return rest
}

func TestTheMatrixTellsWhatStaysFromWhatChanges(t *testing.T) {
	changes := []reconcile.Change{grant(base18, workloads, 14), revoke(base18, stranger), grant(base11, acme, 14)}
	page := matrix(t, plan(finish(&reconcile.Plan{Changes: changes, Access: accessOf(changes, dataProd)})))
	// Columns: acme, workloads, stranger, data-prod.
	for image, want := range map[string][]string{
		base18.ID: {"", "grant", "revoke", "granted"},
		base11.ID: {"grant", "through its organization", "", "granted"},
	} {
		if got := rowOf(t, page, image); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", image, got, want)
		}
	}
}

func TestWhatIsNotKnownIsNotEmptyInTheMatrix(t *testing.T) {
	changes := []reconcile.Change{grant(base18, workloads, 14)}
	access := accessOf(changes, dataProd)
	access.Images = append(access.Images, reconcile.ImageAccess{Image: base11, Shares: []string{"base"}, Unknown: "throttled"})
	page := matrix(t, plan(finish(&reconcile.Plan{Changes: append(changes, grant(base04, workloads, 14)), Access: access})))
	if got, want := rowOf(t, page, base11.ID), []string{"not known", "not known"}; !reflect.DeepEqual(got, want) {
		t.Errorf("not read: %q, want %q", got, want)
	}
	if got, want := rowOf(t, page, base04.ID), []string{"grant"}; !reflect.DeepEqual(got, want) || !strings.Contains(page, "who else has access is not in this document") {
		t.Errorf("not in Access: %q, want %q and a remark", got, want)
	}
	if !strings.Contains(page, "not read: throttled") {
		t.Error("the reason is missing")
	}
}

func TestTheMatrixOfAResultSaysWhatBecameOfChanges(t *testing.T) {
	refused := reconcile.Outcome{Change: grant(base18, contract, 16), Status: reconcile.StatusFailed}
	r := &reconcile.Result{Outcomes: []reconcile.Outcome{{Change: grant(base18, acme, 14), Status: reconcile.StatusApplied}, refused,
		{Change: revoke(base11, stranger), Status: reconcile.StatusNotAttempted}},
		Images: []reconcile.ImageRecord{{Image: base18, Before: []principal.Principal{payments}, After: []principal.Principal{acme, payments}}, {Image: base11, After: nil}}}
	page := matrix(t, result(r))
	// Columns: acme, payments, stranger, contract.
	if got, want := rowOf(t, page, base18.ID), []string{"grant applied", "granted", "", "grant failed"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := rowOf(t, page, base11.ID), []string{"not known", "not known", "revoke not attempted", "not known"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestADriftedPublicImageSaysSoForTheWholeRow(t *testing.T) {
	page := matrix(t, drift(driftOf(reconcile.DriftPublic, reconcile.DriftMissing)))
	if !strings.Contains(page, "public: everyone may launch it") {
		t.Error("the row says nothing")
	}
}

func TestAResultShowsItsFilterItsFindingsAndShares(t *testing.T) {
	r := heldBack()
	r.Images = []reconcile.ImageRecord{{Image: base11, After: []principal.Principal{}, Shares: []string{"base-al2023"}}}
	got := text(t, result(r), report.HTML, report.Style{})
	for _, want := range []string{"filtered: principal=payments-prod (210987654321)", `<b class="code">AMI020</b>`, "share base-al2023: 1 image"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestWhatAFindingStopsIsNotShownAsIfItWereDone(t *testing.T) {
	stopped := findings[4] // of golden
	changes := []reconcile.Change{change(reconcile.VerbPublish, golden, principal.Everyone, reconcile.Declared, 31), grant(golden, workloads, 14), revoke(golden, acme), grant(base18, workloads, 14)}
	p := finish(&reconcile.Plan{Changes: changes, Findings: []reconcile.Finding{stopped}, Access: accessOf(changes, otherOU)})
	page := text(t, plan(p), report.HTML, report.Style{})
	// Columns: everyone, acme, workloads, otherOU.
	_, access, _ := strings.Cut(page, `<section id="access"`)
	if got, want := rowOf(t, access, golden.ID), []string{"publish held back", "revoke held back", "grant held back", "granted"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := rowOf(t, access, base18.ID), []string{"", "", "grant", "granted"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if strings.Contains(page, "becomes public: everyone may launch it") || strings.Contains(page, ">publish<") {
		t.Error("it says that the image becomes public")
	}
	if !strings.Contains(page, "held back: a finding stops this image") || !strings.Contains(page, "is not done: a finding stops the image") {
		t.Error("the row, or the legend, says nothing")
	}
	for _, id := range []string{"sums", "changes"} {
		if content, _, _ := pageSection(t, page, id); strings.Count(content, "held back") != 3 {
			t.Errorf("%s: %d changes are held back, not 3", id, strings.Count(content, "held back"))
		}
	}
}

func TestWhereNothingCanBeLinkedThereIsNoLink(t *testing.T) {
	for _, sources := range []string{"javascript:alert(1)//", "data:text/html,", "//git.example/", "https://git.example/\"onclick=x ", "file:///"} {
		got := text(t, plan(everyday()), report.HTML, report.Style{Sources: sources})
		if strings.Contains(got, "ZgotmplZ") || strings.Contains(got, `rel="noreferrer"`) {
			t.Errorf("%s: there are links", sources)
		}
	}
	if got := text(t, plan(everyday()), report.HTML, report.Style{Sources: "https://git.example/"}); !strings.Contains(got, `href="https://git.example/manifests/images/base.yaml#L14"`) {
		t.Error("there is no link")
	}
}

func TestKindsOfDriftOfALaterVersionAreShown(t *testing.T) {
	d := driftOf("someday", reconcile.DriftMissing)
	page := text(t, drift(d), report.HTML, report.Style{})
	_, access, _ := strings.Cut(page, `<section id="access"`)
	if !strings.Contains(access, `<td class=x>someday`) {
		t.Errorf("the matrix holds %q", rowOf(t, access, base18.ID))
	}
	if n := strings.Count(page, "this version of amisync does not know this kind of drift"); n != 2 {
		t.Errorf("the legend and the list say so %d times, not twice", n)
	}
	if !strings.Contains(page, `<dt>other</dt><dd>1</dd>`) {
		t.Error("it is not counted")
	}
}

func TestOutcomesOfALaterVersionAreCounted(t *testing.T) {
	r := &reconcile.Result{Outcomes: []reconcile.Outcome{{Change: grant(base18, workloads, 14), Status: "postponed"}}}
	r.Finish()
	if page := text(t, result(r), report.HTML, report.Style{}); !strings.Contains(page, `<dt>other</dt><dd>1</dd>`) || !strings.Contains(page, "grant postponed") {
		t.Error("it is not counted, or not shown")
	}
}
