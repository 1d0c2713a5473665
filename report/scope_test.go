package report_test

import (
	"strings"
	"testing"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// Whoever reads one format alone must learn from it that it is about a part.
func TestEveryFormatSaysWhatAFilterLeavesOut(t *testing.T) {
	part := reconcile.Scope{Shares: []string{"web"}, Sample: reconcile.Part{Index: 3, Of: 7}}
	none := reconcile.Scope{Shares: []string{"web"}, None: true, Since: "main (0123456789ab)", Gone: 1}
	for scope, words := range map[*reconcile.Scope][]string{
		&part: {"web", "3/7"},
		&none: {"no share that the filters let through", "web", "main (0123456789ab)", "1 share is gone"},
		{}:    nil,
	} {
		for document, render := range map[string]render{
			"plan": plan(finish(&reconcile.Plan{Scope: *scope})), "drift": drift(&reconcile.Drift{At: at, Scope: *scope}), "result": result(&reconcile.Result{Scope: *scope}),
		} {
			for _, format := range []report.Format{report.Text, report.Markdown, report.HTML, report.SARIF, report.JUnit, report.GitHub} {
				text := strings.ReplaceAll(inFormat(t, render, format, report.Style{}), "`", "")
				for _, word := range words {
					if !strings.Contains(text, word) {
						t.Errorf("%s of a %s does not say %q:\n%s", format, document, word, text)
					}
				}
				if said := strings.Contains(text, "filtered") || strings.Contains(text, `name="scope"`); format != report.HTML && said != (words != nil) {
					t.Errorf("%s of a %s: it says that there is a filter: %v", format, document, said)
				}
			}
			if text := inFormat(t, render, report.GitHubOutput, report.Style{}); strings.Contains(text, "filtered=true\n") != (words != nil) {
				t.Errorf("%s", text)
			}
		}
	}
}

// A share that is gone may leave a public image behind.
func TestAPlanIsNotGreenWhereAShareIsGone(t *testing.T) {
	for _, scope := range []reconcile.Scope{{None: true, Since: "main"}, {Shares: []string{"web"}, Since: "main"}} {
		for _, gone := range []int{0, 1} {
			scope.Gone = gone
			p := plan(finish(&reconcile.Plan{Scope: scope}))
			for format, green := range map[report.Format]string{report.Text: "\x1b[32m", report.Markdown: "🟢", report.HTML: `class="good"`} {
				if text := inFormat(t, p, format, report.Style{Color: format == report.Text}); strings.Contains(text, green) != (gone == 0) {
					t.Errorf("%d gone in %s: %s", gone, format, text)
				}
			}
		}
	}
}

func TestTheNoticeOfAFilterTakesThePlaceOfAnother(t *testing.T) {
	p := &reconcile.Plan{Scope: reconcile.Scope{Shares: []string{"web"}}}
	for _, message := range strings.Fields("a b c d e f g h i j") {
		p.Findings = append(p.Findings, reconcile.Finding{Code: "AMI007", Severity: reconcile.SeverityNote, Message: message})
	}
	text := inFormat(t, plan(finish(p)), report.GitHub, report.Style{})
	if !strings.HasPrefix(text, "::notice title=amisync::filtered: share=web; other changes may exist\n") || strings.Count(text, "::notice ") != 10 || !strings.Contains(text, "and 2 more notices") {
		t.Error(text)
	}
}
