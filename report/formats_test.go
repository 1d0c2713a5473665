package report_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// scenarios are what every format has a golden file for.
func scenarios() map[string]render {
	all := documents()
	wanted := map[string]render{}
	for _, name := range []string{"plan-empty", "plan-everyday", "plan-long", "plan-review", "plan-grants", "plan-revokes", "plan-publish", "plan-unknown", "plan-filtered", "plan-none", "plan-since", "plan-shard", "plan-findings", "plan-in-part",
		"plan-hostile", "result-applied", "result-partial", "result-refused", "result-held", "result-interrupted-late", "result-shard", "drift-all-kinds", "drift-none", "drift-sample", "drift-unknown", "comparison-stale"} {
		wanted[name] = all[name]
	}
	// More than fits into the budget that overBudget gives a document.
	wanted["plan-over-budget"] = plan(crowded())
	return wanted
}

// overBudget is a style in which plan-over-budget does not fit.
var overBudget = report.Style{Names: names, Budget: 6_000}

// crowded is a plan with many changes, and findings that must not be lost among
// them.
func crowded() *reconcile.Plan {
	p := everyday()
	changes := p.Changes
	for n := range 40 {
		i := image(factory, "us-west-2", "ami-0d0d0d0d0d0d0d"+string(rune('a'+n/26))+string(rune('a'+n%26))+"0", "many-"+string(rune('a'+n/26))+string(rune('a'+n%26)))
		changes = append(changes, grant(i, workloads, 14), grant(i, payments, 15), revoke(i, stranger))
	}
	return finish(&reconcile.Plan{Changes: changes, Findings: append(slices.Clone(findings), alike(base18, base11, base04, golden, lab)...), Incomplete: unread})
}

// extensions are how golden files of a format end.
var extensions = map[report.Format]string{report.Text: "txt", report.JSON: "json", report.Markdown: "md", report.HTML: "html",
	report.SARIF: "sarif", report.JUnit: "xml", report.GitHub: "txt", report.GitHubOutput: "txt"}

// TestEveryFormatHasEveryScenario writes testdata/FORMAT/SCENARIO. Text and JSON
// have golden files of their own.
func TestEveryFormatHasEveryScenario(t *testing.T) {
	for _, format := range report.Formats(report.PlanDocument) {
		if format == report.Text || format == report.JSON {
			continue
		}
		if err := os.MkdirAll(filepath.Join("testdata", string(format)), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range slices.Sorted(maps.Keys(scenarios())) {
			style := report.Style{Names: names, Sources: "https://github.com/acme/images/blob/0123abc/"}
			if name == "plan-over-budget" {
				style.Budget = overBudget.Budget
			}
			got := text(t, scenarios()[name], format, style)
			if format == report.HTML {
				got = withoutAssets(got)
			}
			check(t, filepath.Join(string(format), name+"."+extensions[format]), got)
		}
	}
}

// accessOf is what the images look like before the changes: those who are to
// lose access have it, and so does everybody in holders.
func accessOf(changes []reconcile.Change, holders ...principal.Principal) reconcile.Access {
	observations, selection, seen := reconcile.Observations{}, reconcile.Selection{}, map[principal.Image]bool{}
	var images []reconcile.Image
	for _, group := range reconcile.ByImage(changes) {
		i := group[0].Image
		permissions := slices.Clone(holders)
		for _, c := range group {
			if c.Verb.Takes() {
				permissions = append(permissions, c.Principal.Principal)
			}
		}
		if !seen[i.Image] {
			seen[i.Image] = true
			image := reconcile.Image{Image: i.Image, Name: i.Name, State: reconcile.Available}
			images = append(images, image)
			selection.Images = append(selection.Images, reconcile.Selected{Image: image, Claims: []reconcile.Claim{{Share: "base", Rank: 1, Picked: true}}})
			observations[i.Image] = reconcile.Known(principal.Sorted(permissions))
		}
	}
	return reconcile.AccessOf(images, selection, observations, aliases)
}
