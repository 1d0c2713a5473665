package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/amisync/amisync/reconcile"
)

// Format names a way of writing documents.
type Format string

// The formats.
const (
	Text         Format = "text"          // for people, at a terminal or in a log
	JSON         Format = "json"          // for programs: the documents of package reconcile
	Markdown     Format = "markdown"      // for comments on pull requests, issues and job summaries
	HTML         Format = "html"          // for people, in a browser: one file
	SARIF        Format = "sarif"         // for code scanning
	JUnit        Format = "junit"         // for test reports
	GitHub       Format = "github"        // workflow commands that annotate manifests
	GitHubOutput Format = "github-output" // lines for $GITHUB_OUTPUT, that later steps decide by
)

// Document names a sort of document.
type Document string

// The documents. A comparison can be written wherever a result can.
const (
	PlanDocument       Document = "plan"
	ResultDocument     Document = "result"
	DriftDocument      Document = "drift"
	DiagnosisDocument  Document = "diagnosis"
	DifferenceDocument Document = "difference"
)

// formats are the formats with their writers, the default first. Where
// documents are named, the format is for these only.
var formats = []struct {
	format    Format
	writer    Writer
	documents []Document
}{
	{Text, textWriter{}, nil},
	{JSON, jsonWriter{}, nil},
	{Markdown, markdownWriter{}, []Document{PlanDocument, ResultDocument, DriftDocument, DifferenceDocument}},
	{HTML, htmlWriter{}, []Document{PlanDocument, ResultDocument, DriftDocument}},
	{SARIF, sarifWriter{}, []Document{PlanDocument, ResultDocument, DriftDocument}},
	{JUnit, junitWriter{}, []Document{PlanDocument, ResultDocument, DriftDocument}},
	{GitHub, githubWriter{}, []Document{PlanDocument, ResultDocument, DriftDocument}},
	{GitHubOutput, githubOutputWriter{}, []Document{PlanDocument, ResultDocument, DriftDocument}},
}

// Formats returns the formats that a document can be written in, the default
// first.
func Formats(document Document) []Format {
	var names []Format
	for _, f := range formats {
		if f.documents == nil || slices.Contains(f.documents, document) {
			names = append(names, f.format)
		}
	}
	return names
}

// Writer writes documents in one format. A document is written by one call to
// w, or not at all; documents are not altered.
type Writer interface {
	WritePlan(w io.Writer, p *reconcile.Plan, style Style) error
	WriteResult(w io.Writer, r *reconcile.Result, style Style) error
	WriteDrift(w io.Writer, d *reconcile.Drift, style Style) error
	// WriteComparison shows how a saved plan stands against what is needed now.
	WriteComparison(w io.Writer, c *reconcile.Comparison, style Style) error
	WriteDiagnosis(w io.Writer, d *reconcile.Diagnosis, style Style) error
	WriteDifference(w io.Writer, d *reconcile.Difference, style Style) error
}

// errNotWritten means that a format does not know a document. Formats tells
// beforehand.
var errNotWritten = errors.New("this format is not for this document")

// changesOnly is what a writer embeds that writes what a run sees or does in
// clouds, and nothing else.
type changesOnly struct{}

func (changesOnly) WriteDiagnosis(io.Writer, *reconcile.Diagnosis, Style) error { return errNotWritten }

func (changesOnly) WriteDifference(io.Writer, *reconcile.Difference, Style) error {
	return errNotWritten
}

// For returns the writer of a format for a document, or an error that lists the
// document's formats.
func For(format Format, document Document) (Writer, error) {
	known := Formats(document)
	if !slices.Contains(known, format) {
		return nil, fmt.Errorf("unknown format %q (known: %s)", string(format), joinedFormats(known))
	}
	for _, f := range formats {
		if f.format == format {
			return f.writer, nil
		}
	}
	panic("report: Formats returns what formats holds")
}

func joinedFormats(formats []Format) string {
	var names []string
	for _, f := range formats {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// Style says how a document looks; what it says is the same in every style,
// except where a Budget leaves something out, which is then said. The zero value
// is plain text.
type Style struct {
	Color bool
	// Width is the number of columns at which prose is wrapped, and lines about
	// changes go on below; zero leaves every line whole. Words, and the last line,
	// are never broken.
	Width int
	// Names are the owner accounts' names by account id, for headings. An
	// account without one is shown by its id.
	Names map[string]string
	// OwnRates says that what plans expect is at the rates of this run, which are not
	// the documented limits.
	OwnRates bool
	// Budget is how many bytes a Markdown document may have; zero means
	// DefaultBudget.
	Budget int
	// Sources is what to put before "FILE#L12" to link to a place in the manifests,
	// such as https://github.com/acme/images/blob/COMMIT/. Empty links nothing.
	Sources string
	// Version is that of amisync, for formats that name who wrote them. May be empty.
	Version string
	// Manifests is the directory of the manifests: the place of what stands at no
	// line, in formats that want a place. Empty means "manifests".
	Manifests string
}

// DefaultBudget is below the 65,536 characters that GitHub takes for a comment
// or an issue, with room for what else stands there.
// Source: https://github.com/orgs/community/discussions/41331
const DefaultBudget = 60_000
