package report

import (
	"io"

	"github.com/amisync/amisync/reconcile"
)

// WriteDifference shows how two revisions of the manifests differ.
func (textWriter) WriteDifference(w io.Writer, d *reconcile.Difference, style Style) error {
	return errNotWritten
}
