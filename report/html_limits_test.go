package report_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// imageOf is one of many images, which differ in their number.
func imageOf(n int, name string) reconcile.NamedImage {
	return image(factory, "us-east-1", fmt.Sprintf("ami-%017x", n), fmt.Sprintf("%s-%05d", name, n))
}

func accountOf(n int) principal.Principal {
	return account(fmt.Sprintf("%012d", 100_000_000_000+n))
}

// strangers is drift of images that no manifest claims, each shared with
// accounts of its own.
func strangers(images, accounts int) *reconcile.Drift {
	d := &reconcile.Drift{At: at}
	for n := range images {
		var shared []principal.Principal
		for m := range accounts {
			shared = append(shared, accountOf(n*accounts+m))
		}
		d.AddUnmanaged(imageOf(n, "scratch"), shared, nil)
	}
	d.Finish()
	return d
}

// families is a result of images in families, each of which is given to accounts
// of its own.
func families(families, images, accounts int) *reconcile.Result {
	r := &reconcile.Result{StartedAt: at, EndedAt: at}
	for n := range families * images {
		i, after := imageOf(n, "family"), []principal.Principal{}
		for m := range accounts {
			p := accountOf(n/images*accounts + m)
			after = append(after, p)
			r.Outcomes = append(r.Outcomes, reconcile.Outcome{Change: grant(i, p, m), Status: reconcile.StatusApplied})
		}
		r.Images = append(r.Images, reconcile.ImageRecord{Image: i, Before: []principal.Principal{}, After: after, Shares: []string{fmt.Sprintf("family-%03d", n/images)}})
	}
	r.Finish()
	return r
}

// standing is a plan that changes some of its images, the last by name, and leaves
// the others as they are. Each image is shared with accounts of its own.
func standing(changing, others, accounts int) *reconcile.Plan {
	p := &reconcile.Plan{}
	for n := range others + changing {
		i, set := imageOf(n, "base"), []int{}
		for m := range accounts {
			set = append(set, n*accounts+m)
			p.Access.Principals = append(p.Access.Principals, named(accountOf(n*accounts+m)))
		}
		p.Access.Sets = append(p.Access.Sets, set)
		p.Access.Images = append(p.Access.Images, reconcile.ImageAccess{Image: i, Shares: []string{"base"}, Set: n})
		if n >= others {
			p.Changes = append(p.Changes, grant(i, acme, 1))
		}
	}
	return finish(p)
}

func TestAPageCanBeOpenedHoweverLargeTheDocumentIs(t *testing.T) {
	const largest = 6_000_000 // bytes
	for name, document := range map[string]func(times int) render{
		"drift, accounts of their own":  func(times int) render { return drift(strangers(300*times, 20)) },
		"drift, one account each":       func(times int) render { return drift(strangers(5000*times, 1)) },
		"drift, very many accounts":     func(times int) render { return drift(strangers(3*times, 5000)) },
		"result, a few large families":  func(times int) render { return result(families(20*times, 50, 20)) },
		"result, many families":         func(times int) render { return result(families(500*times, 1, 20)) },
		"plan, more stays than changes": func(times int) render { return plan(standing(50*times, 2000*times, 10)) },
		"plan, every image is alike":    func(times int) render { return plan(wide(1000*times, 60)) },
	} {
		once, twice := len(text(t, document(1), report.HTML, report.Style{})), len(text(t, document(2), report.HTML, report.Style{}))
		t.Logf("%s: %d kB, twice as much: %d kB", name, once/1000, twice/1000)
		if once > largest || twice > largest {
			t.Errorf("%s: %d bytes, twice as much: %d bytes", name, once, twice)
		}
		if float64(twice) > 2.3*float64(once) {
			t.Errorf("%s: twice as much takes %d bytes instead of %d", name, twice, once)
		}
	}
}

// pageSection is a part of a page, how many entries it leaves out, and what it says of
// that.
func pageSection(t *testing.T, page, id string) (content string, left int, says string) {
	t.Helper()
	_, rest, found := strings.Cut(page, `<section id="`+id+`"`)
	if !found {
		t.Fatalf("no section %s", id)
	}
	next := regexp.MustCompile(`<section id=|</main>`).FindStringIndex(rest)
	content = rest[:next[0]]
	if n := regexp.MustCompile(`^[^>]* data-left="(\d+)"`).FindStringSubmatch(content); n != nil {
		left, _ = strconv.Atoi(n[1])
	}
	if sentence := regexp.MustCompile(`<p class="left">(.*?)</p>`).FindStringSubmatch(content); sentence != nil {
		says = sentence[1]
	}
	return content, left, says
}

func rowsIn(section string) int {
	return strings.Count(section, "<tr") - strings.Count(section, "<thead>")
}

func TestAPageCountsWhatItLeavesOut(t *testing.T) {
	const images = 20_000
	page := text(t, drift(strangers(images, 1)), report.HTML, report.Style{})
	for _, id := range []string{"access", "changes"} {
		content, left, says := pageSection(t, page, id)
		if shown := rowsIn(content); left == 0 || shown == 0 || shown+left != images || !strings.Contains(says, fmt.Sprintf("%d of %d", left, images)) || !strings.Contains(says, "amisync show drift.json --format json") {
			t.Errorf("%s: %d rows, %d left out, and says %q", id, shown, left, says)
		}
	}
	if sums, _, says := pageSection(t, page, "sums"); !strings.Contains(says, fmt.Sprintf("%d of %d lines", images-strings.Count(sums, "<li>"), images)) {
		t.Errorf("the sums say %q", says)
	}
	if !strings.Contains(page, "Not everything fits on this page") {
		t.Error("the head of the page says nothing")
	}
}

func TestAPageThatFitsLeavesNothingOut(t *testing.T) {
	for name, document := range scenarios() {
		page := text(t, document, report.HTML, report.Style{})
		if strings.Contains(page, `class="left"`) || strings.Contains(page, "data-left") || strings.Contains(page, "Not everything fits") {
			t.Errorf("%s leaves something out", name)
		}
	}
}

func TestWhatChangesIsLeftOutLast(t *testing.T) {
	for _, images := range []struct{ changing, others int }{{50, 6000}, {3000, 3000}} {
		p := standing(images.changing, images.others, 10)
		access, left, says := pageSection(t, text(t, plan(p), report.HTML, report.Style{}), "access")
		changing := strings.Count(access, `<tr class="c">`)
		others := rowsIn(access) - changing
		if left == 0 || changing < images.changing && others > 0 {
			t.Errorf("%v: %d rows change and %d do not; %d are left out", images, changing, others, left)
		}
		want := "none of them changes"
		if gone := images.changing - changing; gone > 0 {
			want = fmt.Sprintf("%d of them change", gone)
		}
		if !strings.Contains(says, want) {
			t.Errorf("%v: it says %q, not %q", images, says, want)
		}
	}
}

func TestAnImageWithVeryManyPrincipalsShowsWhatChangesFirst(t *testing.T) {
	p := standing(1, 0, 5000)
	access := matrix(t, plan(p))
	_, row, _ := strings.Cut(access, "<tbody>")
	if at := strings.Index(row, ">grant<"); at < 0 || at > strings.Index(row, ">granted<") {
		t.Error("the change is not the first")
	}
	if !strings.Contains(row, "and 4801 more") || !strings.Contains(access, "4801 of those who may launch") {
		t.Error("the row does not say what it leaves out")
	}
}

func TestALongListKeepsWhatIsWorthALook(t *testing.T) {
	r := families(10, 50, 20)
	last := len(r.Outcomes) - 1
	r.Outcomes[last].Status, r.Outcomes[last].Because = reconcile.StatusFailed, "no such account"
	r.Outcomes[last-1].Change.Verb, r.Outcomes[last-1].Change.Principal = reconcile.VerbPublish, named(principal.Everyone)
	r.Outcomes[0].Status = reconcile.StatusSatisfied
	r.Finish()
	changes, left, _ := pageSection(t, text(t, result(r), report.HTML, report.Style{}), "changes")
	if left == 0 {
		t.Fatal("nothing is left out")
	}
	for _, want := range []string{"no such account", "publish applied"} {
		if !strings.Contains(changes, want) {
			t.Errorf("%q is left out", want)
		}
	}
	if strings.Contains(changes, "already satisfied") {
		t.Error("what was so before stands instead of what was done")
	}
}

func TestManySumsKeepOrganizations(t *testing.T) {
	p := everyday()
	for n := range 400 {
		p.Changes = append(p.Changes, grant(base18, accountOf(n), 1))
	}
	sums, _, says := pageSection(t, text(t, plan(finish(&reconcile.Plan{Changes: p.Changes, Access: p.Access})), report.HTML, report.Style{}), "sums")
	for _, want := range []string{">publish<", "workloads/prod", "ou-ab12-22222222", "payments-prod"} {
		if !strings.Contains(sums, want) {
			t.Errorf("%s is left out", want)
		}
	}
	if says == "" {
		t.Error("nothing is left out")
	}
}

func TestWhatIsNotReadForOneReasonIsSaidOnce(t *testing.T) {
	p := &reconcile.Plan{Incomplete: unread[1:]}
	for n := range 120 {
		i := unread[0]
		i.Image, i.Name = fmt.Sprintf("ami-%017x", n), ""
		p.Incomplete = append(p.Incomplete, i)
	}
	got, _, _ := pageSection(t, text(t, plan(finish(p)), report.HTML, report.Style{}), "unread")
	if n := strings.Count(got, "RequestLimitExceeded"); n != 1 || !strings.Contains(got, "and 70 more") {
		t.Errorf("%d times, in %s", n, got)
	}
}

func TestManyFindingsKeepTheMostSevere(t *testing.T) {
	p := &reconcile.Plan{Findings: findings[4:]}
	for n := range 400 {
		p.Findings = append(p.Findings, reconcile.Finding{Code: "AMI007", Severity: reconcile.SeverityNote, Message: "an account without a name", Principal: named(accountOf(n))})
	}
	got, left, says := pageSection(t, text(t, plan(finish(p)), report.HTML, report.Style{}), "findings")
	if left != 101 || !strings.Contains(got, "AMI018") || !strings.Contains(says, "101 of 401") {
		t.Errorf("%d are left out, it says %q", left, says)
	}
}
