package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/amisync/amisync/reconcile"
)

// Format names a way of writing documents.
type Format string

// The formats.
const (
	Text Format = "text" // for people, at a terminal or in a log
	JSON Format = "json" // for programs: the documents of package reconcile
)

// Formats returns every format, the default first.
func Formats() []Format { return []Format{Text, JSON} }

// Writer writes documents in one format. A document is written by one call to
// w, or not at all; documents are not altered.
type Writer interface {
	WritePlan(w io.Writer, p *reconcile.Plan, style Style) error
	WriteResult(w io.Writer, r *reconcile.Result, style Style) error
	WriteDrift(w io.Writer, d *reconcile.Drift, style Style) error
	// WriteComparison shows how a saved plan stands against what is needed now.
	WriteComparison(w io.Writer, c *reconcile.Comparison, style Style) error
	WriteDiagnosis(w io.Writer, d *reconcile.Diagnosis, style Style) error
}

// For returns the writer of a format, or an error that lists the formats.
func For(format Format) (Writer, error) {
	switch format {
	case Text:
		return textWriter{}, nil
	case JSON:
		return jsonWriter{}, nil
	}
	var known []string
	for _, f := range Formats() {
		known = append(known, string(f))
	}
	return nil, fmt.Errorf("unknown format %q (known: %s)", string(format), strings.Join(known, ", "))
}

// Style says how a document looks; what it says is the same in every style. The
// zero value is plain text. JSON has no style.
type Style struct {
	Color bool
	// Width is the number of columns at which prose is wrapped, and lines about
	// changes go on below; zero leaves every line whole. Words, and the last line,
	// are never broken.
	Width int
	// Names are the owner accounts' names by account id, for headings. An
	// account without one is shown by its id.
	Names map[string]string
}
