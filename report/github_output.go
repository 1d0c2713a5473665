package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/reconcile"
)

// githubOutputWriter writes lines for the file that $GITHUB_OUTPUT names. No
// value comes from outside: they are true or false, the digest and the last line
// of the text.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-output-parameter
type githubOutputWriter struct{ changesOnly }

// digestForm is what a digest looks like; another is not passed on.
var digestForm = lazy.Regexp(`^sha256:[0-9a-f]{64}$`)

func (githubOutputWriter) WritePlan(w io.Writer, p *reconcile.Plan, _ Style) error {
	has := func(what func(reconcile.Verb) bool) bool {
		return slices.ContainsFunc(p.Changes, func(c reconcile.Change) bool { return what(c.Verb) })
	}
	return writeOutputs(w, func(last *page) { last.planCounts(p.Summary) },
		output{"has-changes", len(p.Changes) > 0},
		output{"has-revokes", has(reconcile.Verb.Takes)},
		output{"has-public", has(func(v reconcile.Verb) bool { return v == reconcile.VerbPublish })},
		output{"refused", p.Refused()},
		output{"incomplete", len(p.Incomplete) > 0},
		output{"filtered", !p.Scope.IsAll()},
		output{"digest", digestForm().FindString(p.Digest)})
}

func (githubOutputWriter) WriteResult(w io.Writer, r *reconcile.Result, _ Style) error {
	has := func(status reconcile.Status) bool {
		return slices.ContainsFunc(r.Outcomes, func(o reconcile.Outcome) bool { return o.Status == status })
	}
	return writeOutputs(w, func(last *page) { last.resultCounts(r) },
		output{"complete", r.Complete() && !r.Refused()},
		output{"applied", has(reconcile.StatusApplied)},
		output{"failed", has(reconcile.StatusFailed)},
		output{"filtered", !r.Scope.IsAll()})
}

func (githubOutputWriter) WriteDrift(w io.Writer, d *reconcile.Drift, _ Style) error {
	return writeOutputs(w, func(last *page) { last.driftCounts(d) },
		output{"has-drift", d.Found()},
		output{"incomplete", len(d.Incomplete) > 0},
		output{"filtered", !d.Scope.IsAll()})
}

func (githubOutputWriter) WriteComparison(w io.Writer, c *reconcile.Comparison, _ Style) error {
	return writeOutputs(w, func(last *page) { last.comparisonCounts(c) },
		output{"stale", c.Stale()},
		output{"complete", false})
}

// output is what a later step may decide by.
type output struct {
	name  string
	value any
}

// writeOutputs writes outputs, the last line of the text behind them.
func writeOutputs(w io.Writer, lastLine func(*page), outputs ...output) error {
	last := &page{}
	lastLine(last)
	var lines strings.Builder
	for _, o := range append(outputs, output{"summary", strings.TrimSpace(last.buffer.String())}) {
		fmt.Fprintf(&lines, "%s=%v\n", o.name, o.value)
	}
	_, err := io.WriteString(w, lines.String())
	return err
}
