package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/reconcile"
)

// sarifWriter writes documents as SARIF 2.1.0, in the part of it that GitHub's
// code scanning reads.
// Source: https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
type sarifWriter struct{ changesOnly }

func (sarifWriter) WritePlan(w io.Writer, p *reconcile.Plan, style Style) error {
	return writeSARIF(w, planIssues(p, style), style)
}

func (sarifWriter) WriteResult(w io.Writer, r *reconcile.Result, style Style) error {
	return writeSARIF(w, resultIssues(r, style), style)
}

func (sarifWriter) WriteDrift(w io.Writer, d *reconcile.Drift, style Style) error {
	return writeSARIF(w, driftIssues(d, style), style)
}

func (sarifWriter) WriteComparison(w io.Writer, c *reconcile.Comparison, style Style) error {
	return writeSARIF(w, comparisonIssues(c), style)
}

// mostResults is how many results GitHub takes in a run; a run with more is
// refused as a whole. Of these it shows the 5,000 most severe, and says so.
// Source: https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
const mostResults = 25_000

// writeSARIF writes one run. It has no automationDetails: their id tells the
// environments of a repository apart, so that one does not close the alerts of
// another, and whoever uploads knows it. The action upload-sarif makes it of its
// input category, but only where the run has none.
// Source: https://github.com/github/codeql-action/blob/main/src/upload-lib.ts
func writeSARIF(w io.Writer, found issues, style Style) error {
	shown, invocation := found.list, sarifInvocation{ExecutionSuccessful: found.complete}
	if found.leftOut != "" {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{Level: "note", Message: sarifMessage{sarifText("filtered: " + found.leftOut)}})
	}
	if more := len(shown) - mostResults; more > 0 {
		more++ // what says so takes a place
		note := fmt.Sprintf("%d more are left out here, the least severe; the %s shows all", more, found.document)
		invocation.Notifications = append(invocation.Notifications, sarifNotification{Level: "warning", Message: sarifMessage{note}})
		left := gather(found.document, false, []issue{{Finding: reconcile.Finding{Code: notListed, Severity: reconcile.SeverityError, Message: note}}})
		shown = append(left.list, shown[:len(shown)-more]...)
	}
	rules, index := sarifRules(shown)
	results := make([]sarifResult, len(shown))
	for n, i := range shown {
		results[n] = sarifResultOf(i, index[sarifID(i.Code)], style)
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{{
		Tool:        sarifTool{sarifDriver{Name: "amisync", Version: style.Version, InformationURI: repository, Rules: rules}},
		Invocations: []sarifInvocation{invocation},
		ColumnKind:  "unicodeCodePoints",
		Results:     results,
	}}})
	return writeEncoded(w)(buffer.Bytes(), err)
}

func sarifResultOf(i issue, rule int, style Style) sarifResult {
	hint := ""
	if i.Hint != "" {
		hint = "Hint: " + i.Hint
	}
	text := joined(". ", strings.TrimRight(i.text(), "."), i.subject(style), hint)
	result := sarifResult{RuleID: sarifID(i.Code), RuleIndex: rule, Level: string(i.level()),
		Message:   sarifMessage{sarifText(cmp.Or(text, "unknown"))},
		Locations: []sarifLocation{{sarifPlace(i.Source, style)}},
		// The name is GitHub's, which looks at no other.
		Fingerprints: map[string]string{"primaryLocationLineHash": i.key},
	}
	if i.Excepted != "" {
		result.Suppressions = []sarifSuppression{{Kind: "external", Justification: sarifText(i.Excepted)}}
	}
	return result
}

// sarifPlace is where an issue is shown. GitHub drops what has no place, so what
// stands at no line is shown at the manifests.
func sarifPlace(s reconcile.Source, style Style) sarifPhysical {
	file := path.Clean(filepath.ToSlash(cmp.Or(s.File, style.Manifests, "manifests")))
	artifact := sarifArtifact{URI: (&url.URL{Path: file}).String(), BaseID: "%SRCROOT%"}
	if path.IsAbs(file) {
		artifact = sarifArtifact{URI: (&url.URL{Scheme: "file", Path: file}).String()}
	}
	line, column := max(s.Line, 1), max(s.Column, 1)
	return sarifPhysical{artifact, sarifRegion{StartLine: line, StartColumn: column, EndLine: line, EndColumn: column + 1}}
}

var (
	// linked is what turns text in brackets into a link, in SARIF and in Markdown.
	linked = lazy.Regexp(`\]\(`)
	// mention is what notifies people, where a message becomes a comment.
	mention = lazy.Regexp(`(^|[^0-9A-Za-z_])@([0-9A-Za-z])`)
)

// sarifText makes text harmless in a message: it links nowhere and names nobody.
func sarifText(text string) string {
	text = linked().ReplaceAllString(Safe(text), `]\x28`)
	return mention().ReplaceAllString(text, `$1\x40$2`)
}

// sarifID is a code as a rule's id, which must not be empty.
func sarifID(code string) string {
	if code == "" {
		return "unknown"
	}
	return Safe(code)
}
