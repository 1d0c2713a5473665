package report_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

const axe = "../testdata/browser/node_modules/axe-core/axe.min.js"

var (
	pageFile    = flag.String("page", "", "the HTML report that TestPictureOfAReport opens")
	pictureFile = flag.String("picture", "", "where TestPictureOfAReport writes the picture to")
)

// page is a document as HTML.
func page(t *testing.T, document render) string {
	t.Helper()
	return text(t, document, report.HTML, report.Style{Names: names, Sources: "https://github.com/acme/images/blob/0123abc/"})
}

const (
	shownRows    = `[...document.querySelectorAll('.group tr.c, .group tbody tr')].filter((row) => row.checkVisibility()).map((row) => row.querySelector('code').textContent).join(' ')`
	shownColumns = `[...new Set([...document.querySelectorAll('.group thead th')].filter((th) => th.checkVisibility()).slice(1).map((th) => th.querySelector('b')?.textContent).filter(Boolean))].join(' ')`
	shown        = `document.getElementById('shown').textContent`
	focused      = `document.activeElement.id || document.activeElement.className || document.activeElement.tagName`
)

func TestAReportInABrowser(t *testing.T) {
	window := startBrowser(t)
	for name, test := range map[string]func(*browser){
		"the filters hide the rest":         theFiltersHideTheRest,
		"a filter keeps what is public":     aFilterKeepsWhatIsPublic,
		"a filter looks into lists":         aFilterLooksIntoLists,
		"a link shows it filtered":          aLinkShowsItFiltered,
		"it is used by keyboard":            itIsUsedByKeyboard,
		"it is complete without its script": itIsCompleteWithoutItsScript,
		"hostile names are text":            hostileNamesAreText,
		"it has no barriers":                itHasNoBarriers,
		"a large one is usable":             aLargeOneIsUsable,
	} {
		t.Run(name, func(t *testing.T) { test(window.tab(t)) })
	}
}

func theFiltersHideTheRest(b *browser) {
	b.open(page(b.T, plan(judged())), "")
	b.is(shown, "Shown: 6 images · 13 changes · 5 findings")
	b.slash()
	b.press("golden")
	b.is(focused, "image")
	b.is(shownRows, golden.ID)
	b.is(shown, "Shown: 1 of 6 images · 3 of 13 changes · 1 of 5 findings")
	b.becomes(`location.hash === '#image=golden'`)

	b.press("\x1b")
	b.is(shown, "Shown: 6 images · 13 changes · 5 findings")
	b.is(`location.hash`, "")

	b.run(chromedp.SendKeys(chromedp.CSS("#principal"), "payments"))
	b.is(shownColumns, "payments-prod everyone")
	b.is(shownRows, strings.Join([]string{base04.ID, base11.ID, base18.ID, lab.ID}, " "))

	b.press("\x1b")
	b.run(chromedp.SendKeys(chromedp.CSS("#image"), "no such image"))
	b.is(shown, "Shown: 0 of 6 images · 0 of 13 changes · 0 of 5 findings")
	b.is(`[...document.querySelectorAll('.none')].filter((p) => p.checkVisibility()).map((p) => p.textContent).join(' ')`,
		"No finding matches the filters. No image matches the filters. Nothing in this list matches the filters.")
	b.run(chromedp.Click(chromedp.CSS("#reset")), chromedp.SendKeys(chromedp.CSS("#finding"), "error"))
	b.is(`[...document.querySelectorAll('#findings li')].filter((li) => li.checkVisibility()).map((li) => li.querySelector('.code').textContent).join(' ')`, "AMI005 AMI018")
	b.quiet()
}

// aFilterKeepsWhatIsPublic: whoever is searched for may launch what everyone may.
func aFilterKeepsWhatIsPublic(b *browser) {
	changes := []reconcile.Change{grant(base18, payments, 15), grant(base11, dataProd, 15), revoke(golden, stranger)}
	p := &reconcile.Plan{Changes: changes, Access: accessOf(changes)}
	everyone := len(p.Access.Principals)
	p.Access.Principals = append(p.Access.Principals, named(principal.Everyone))
	p.Access.Sets = append(p.Access.Sets, []int{everyone})
	p.Access.Images = append(p.Access.Images, reconcile.ImageAccess{Image: base04, Shares: []string{"base"}, Set: len(p.Access.Sets) - 1})
	b.open(page(b.T, plan(finish(p))), "#principal=payments")
	b.is(shownRows, base04.ID+" "+base18.ID)
	b.is(shownColumns, "everyone payments-prod")
	b.open(page(b.T, plan(judged())), "#principal=no-such-account")
	b.is(shownRows, lab.ID)
	b.is(`[...document.querySelectorAll('#changes tbody tr')].filter((row) => row.checkVisibility()).map((row) => row.cells[0].textContent + ' ' + row.cells[2].textContent).join()`, "publish everyone public")
	b.quiet()
}

// aFilterLooksIntoLists, which stand where most cells of a table would be empty.
func aFilterLooksIntoLists(b *browser) {
	d := strangers(100, 50)
	d.AddUnmanaged(imageOf(100, "open"), []principal.Principal{principal.Everyone}, nil)
	d.Finish()
	b.open(page(b.T, drift(d)), "#principal="+accountOf(120).ID)
	b.is(shownRows, imageOf(100, "").ID+" "+imageOf(2, "").ID)
	b.is(`[...document.querySelectorAll('.listed td > span')].filter((span) => span.checkVisibility()).map((span) => span.querySelector('b')?.textContent).join()`, "everyone,"+accountOf(120).ID)
	b.press("\x1b")
	b.is(shown, "Shown: 101 images · 3000 deviations (2001 more are not on this page)")
	b.quiet()
}

// judged is a plan with findings, and with an image that does not change.
func judged() *reconcile.Plan {
	p := everyday()
	return finish(&reconcile.Plan{Changes: p.Changes, Access: p.Access, Findings: findings, Incomplete: unread[:1]})
}

func aLinkShowsItFiltered(b *browser) {
	b.open(page(b.T, plan(judged())), "#image=base&principal=444455556666&only=yes")
	b.is(shownRows, base18.ID)
	b.is(shownColumns, contract.ID)
	b.run(chromedp.Click(chromedp.CSS("#reset")), chromedp.Click(chromedp.CSS(`#sums a[href="#principal=everyone"]`)))
	b.becomes(`document.getElementById('principal').value === 'everyone'`)
	b.is(shownRows, lab.ID)
	b.run(chromedp.Click(chromedp.CSS(`nav a[href="#changes"]`)))
	b.is(focused, "changes")
	b.is(`location.hash`, "#principal=everyone")
	b.quiet()
}

func itIsUsedByKeyboard(b *browser) {
	b.open(page(b.T, plan(judged())), "")
	var order []string
	for range 12 {
		b.press("\t")
		order = append(order, eval[string](b, focused))
	}
	if got := strings.Join(order, " "); !strings.HasPrefix(got, "skip A A A A image principal finding only reset") {
		b.Errorf("Tab goes to %s", got)
	}
	b.run(chromedp.Focus(chromedp.CSS(".skip")))
	b.press("\r")
	b.is(focused, "report")
	b.run(chromedp.Focus(chromedp.CSS(".group .scroll")))
	b.press("\u0301", "\u0301", "\u0303") // down, down, right
	b.is(`document.activeElement.tagName + ' ' + document.activeElement.parentNode.querySelector('code').textContent`, "TD "+baseEU.ID)
	b.run(chromedp.Focus(chromedp.CSS(".dense .scroll")))
	b.press("\u0301", "\u0301", "\u0303")
	b.is(`document.getElementById('where').textContent`, "base-al2023-2026.11.04 ami-0a04a04a04a04a040 · acme o-exampleorg1 organization: granted")
	b.quiet()
}

func itIsCompleteWithoutItsScript(b *browser) {
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open(page(b.T, plan(judged())), "")
	b.is(shownRows, strings.Join([]string{baseEU.ID, base04.ID, base11.ID, base18.ID, golden.ID, lab.ID}, " "))
	b.is(`String(document.getElementById('filters').checkVisibility())`, "false")
	b.quiet()
}

// markup is what somebody who names an image may try in a browser.
const markup = `<img src=x onerror="window.pwned=1"></td><script>window.pwned=1</script>"' onfocus=window.pwned=1 autofocus x="{{.}}` + "\u202egnp.\x00"

func hostileNamesAreText(b *browser) {
	i := image(factory, "us-east-1", "ami-0a18a18a18a18a180"+markup, markup)
	c := until(grant(i, account(markup), 1), markup, markup)
	c.Source.File = markup
	p := finish(&reconcile.Plan{Changes: []reconcile.Change{c, grant(i, workloads, 1)}, Scope: reconcile.Scope{Shares: []string{markup}},
		Findings:   []reconcile.Finding{{Code: markup, Severity: markup, Message: markup, Image: i, Share: markup, Hint: markup + "`" + markup + "`", Source: c.Source, Excepted: markup}},
		Incomplete: []reconcile.Incomplete{{Account: markup, Region: markup, Image: markup, Name: markup, Action: markup, Error: markup, Hint: markup}}})
	p.Changes[0].Principal.Alias = markup
	b.open(page(b.T, plan(p)), "#image="+strings.Repeat("%3Cimg%20src=x%20onerror=alert(1)%3E", 2))
	b.press("\x1b")
	b.is(`document.querySelector('.group tbody th b').textContent`, report.Safe(markup))
	b.is(`[...document.querySelectorAll('img, iframe, object, [onerror], [onfocus], [autofocus], script:not(:last-of-type)')].map((e) => e.outerHTML).join()`, "")
	b.is(`String(window.pwned)`, "undefined")
	b.quiet()
	b.picture("plan-hostile")
}

func itHasNoBarriers(b *browser) {
	need(b.T, axe, "npm ci --prefix testdata/browser")
	script, err := os.ReadFile(axe)
	if err != nil {
		b.Fatal(err)
	}
	departed := driftOf(reconcile.DriftMissing, reconcile.DriftExtra, reconcile.DriftPublic, reconcile.DriftPending, reconcile.DriftExpired, reconcile.DriftUnmanaged, "someday")
	departed.Deviations[len(departed.Deviations)-1].Principal = named(dataProd)
	departed.Findings, departed.Incomplete = findings, unread
	done := partial()
	done.Findings = findings[4:]
	for _, document := range []struct {
		name, looks string // those that differ from what the others show
		render
	}{{"plan", "light dark narrow", plan(judged())}, {"result", "light dark", result(done)}, {"drift", "light dark", drift(departed)},
		{"dense", "light narrow", plan(wide(6, 40))}, {"listed", "light", drift(strangers(56, 1))}} {
		b.open(page(b.T, document.render), "")
		eval[chromedp.Void](b, string(script)+";0")
		for _, look := range []struct {
			name, scheme string
			width        int64
			rules        string // for axe
		}{{"light", "light", 1280, ""}, {"dark", "dark", 1280, ", runOnly: ['color-contrast']"}, {"narrow", "light", 390, ""}} {
			if !strings.Contains(document.looks, look.name) {
				continue
			}
			b.look(look.width, look.scheme)
			for _, violation := range eval[[]string](b, `axe.run({resultTypes: ['violations']`+look.rules+`}).then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.failureSummary + ' ' + n.html)))`) {
				b.Errorf("%s, %s: %s", document.name, look.name, violation)
			}
			if document.name == "plan" || look.name == "light" {
				b.picture(document.name + "-" + look.name)
			}
		}
	}
	b.quiet()
}

// wide is a plan of images that are each shared with most of the accounts.
func wide(images, accounts int) *reconcile.Plan {
	var all []reconcile.Image
	selection, observations := reconcile.Selection{}, reconcile.Observations{}
	var changes []reconcile.Change
	for n := range images {
		i := image(factory, []string{"us-east-1", "eu-west-1"}[n%2], fmt.Sprintf("ami-%017x", n), fmt.Sprintf("base-al2023-%04d", n))
		var holders []principal.Principal
		for m := range accounts {
			if p := account(fmt.Sprintf("%012d", 100_000_000_000+m)); (n+m)%7 > 0 {
				holders = append(holders, p)
			} else if n%10 == 0 {
				changes = append(changes, grant(i, p, m))
			}
		}
		seen := reconcile.Image{Image: i.Image, Name: i.Name, State: reconcile.Available}
		all = append(all, seen)
		selection.Images = append(selection.Images, reconcile.Selected{Image: seen, Claims: []reconcile.Claim{{Share: "base-al2023", Picked: true}}})
		observations[i.Image] = reconcile.Known(holders)
	}
	return finish(&reconcile.Plan{Changes: changes, Access: reconcile.AccessOf(all, selection, observations, aliases)})
}

// aLargeOneIsUsable says how long a reader waits. What it takes depends
// on the machine; that a filter takes less than the page took to load does not.
func aLargeOneIsUsable(b *browser) {
	const images, accounts = 1200, 60
	content := page(b.T, plan(wide(images, accounts)))
	b.open(content, "")
	b.becomes(`document.readyState === 'complete' && performance.getEntriesByType('navigation')[0].loadEventEnd > 0`)
	loaded := eval[float64](b, `performance.getEntriesByType('navigation')[0].loadEventEnd`)
	frame := func(id, text string) float64 {
		return eval[float64](b, fmt.Sprintf(`new Promise((done) => {
			const field = document.getElementById(%q), began = performance.now();
			field.value = %q;
			field.dispatchEvent(new Event('input', { bubbles: true }));
			requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
		})`, id, text))
	}
	b.Logf("%d images, %d principals: %d kB, loaded in %.0f ms", images, accounts, len(content)/1000, loaded)
	for _, step := range [][2]string{{"image", "al2023-1"}, {"image", ""}, {"principal", "100000000007"}, {"principal", "10000000000"}, {"principal", ""}} {
		took := frame(step[0], step[1])
		b.Logf("%s %q: %.0f ms to the next frame; %s", step[0], step[1], took, eval[string](b, shown))
		if took > max(loaded, 1000) {
			b.Errorf("the filter takes %.0f ms, the page took %.0f", took, loaded)
		}
	}
	b.quiet()
}

// TestPictureOfAReport takes the picture of the README: make screenshots.
func TestPictureOfAReport(t *testing.T) {
	if *pageFile == "" || *pictureFile == "" {
		t.Skip("it checks nothing: it takes the picture of the README, where `make screenshots` asks for it")
	}
	b := startBrowser(t)
	b.look(1280, "light")
	b.run(chromedp.EmulateViewport(1280, 1300), chromedp.Navigate("file://"+*pageFile+"#image=node-20261015&only=yes"))
	data, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*pictureFile, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
