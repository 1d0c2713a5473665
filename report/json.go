package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/amisync/amisync/reconcile"
)

// jsonWriter writes documents as indented JSON, harmless for a terminal too.
type jsonWriter struct{}

func (jsonWriter) WritePlan(w io.Writer, p *reconcile.Plan, _ Style) error {
	return writeEncoded(w)(reconcile.EncodePlan(p))
}

func (jsonWriter) WriteResult(w io.Writer, r *reconcile.Result, _ Style) error {
	return writeEncoded(w)(reconcile.EncodeResult(r))
}

func (jsonWriter) WriteDrift(w io.Writer, d *reconcile.Drift, _ Style) error {
	return writeEncoded(w)(reconcile.EncodeDrift(d))
}

func (jsonWriter) WriteDiagnosis(w io.Writer, d *reconcile.Diagnosis, _ Style) error {
	return writeEncoded(w)(reconcile.EncodeDiagnosis(d))
}

func (jsonWriter) WriteDifference(w io.Writer, d *reconcile.Difference, _ Style) error {
	return writeEncoded(w)(reconcile.EncodeDifference(d))
}

func (jsonWriter) WriteComparison(w io.Writer, c *reconcile.Comparison, _ Style) error {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(comparisonDocument{
		FormatVersion: reconcile.FormatVersion,
		Stale:         c.Stale(),
		Due:           list(c.Due),
		Satisfied:     list(c.Satisfied),
		Unknown:       list(c.Unknown),
		Dropped:       list(c.Dropped),
		Added:         list(c.Added),
	})
	return writeEncoded(w)(buffer.Bytes(), err)
}

// comparisonDocument is a reconcile.Comparison as JSON. Lists are never null.
type comparisonDocument struct {
	FormatVersion string             `json:"format_version"`
	Stale         bool               `json:"stale"`
	Due           []reconcile.Change `json:"due"`
	Satisfied     []reconcile.Change `json:"satisfied"`
	Unknown       []reconcile.Change `json:"unknown"`
	Dropped       []reconcile.Change `json:"dropped"`
	Added         []reconcile.Change `json:"added"`
}

func list(changes []reconcile.Change) []reconcile.Change {
	return append([]reconcile.Change{}, changes...)
}

func writeEncoded(w io.Writer) func([]byte, error) error {
	return func(document []byte, err error) error {
		if err != nil {
			return err
		}
		_, err = w.Write(SafeJSON(document))
		return err
	}
}

// SafeJSON writes what of a JSON document must not reach a terminal or a CI
// runner (see Safe) as \u escapes. The document's value stays the same: outside
// strings JSON has nothing of that but spaces and newlines. No line begins with
// what a string holds, since a quote stands before it.
func SafeJSON(document []byte) []byte {
	escaped := make([]byte, 0, len(document))
	for _, r := range string(document) {
		switch {
		case r == '\n' || !unsafe(r):
			escaped = utf8.AppendRune(escaped, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			escaped = fmt.Appendf(escaped, `\u%04x\u%04x`, high, low)
		default:
			escaped = fmt.Appendf(escaped, `\u%04x`, r)
		}
	}
	return runnerCommand().ReplaceAll(escaped, []byte(`\u0023$1`))
}
