package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/amisync/amisync/reconcile"
)

// githubWriter writes workflow commands, which GitHub's runner turns into
// annotations of manifests. What others wrote stands in them only where the
// runner takes it for text.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
type githubWriter struct{ changesOnly }

func (githubWriter) WritePlan(w io.Writer, p *reconcile.Plan, style Style) error {
	return annotate(w, planIssues(p, style), style)
}

func (githubWriter) WriteResult(w io.Writer, r *reconcile.Result, style Style) error {
	return annotate(w, resultIssues(r, style), style)
}

func (githubWriter) WriteDrift(w io.Writer, d *reconcile.Drift, style Style) error {
	return annotate(w, driftIssues(d, style), style)
}

func (githubWriter) WriteComparison(w io.Writer, c *reconcile.Comparison, style Style) error {
	return annotate(w, comparisonIssues(c), style)
}

// mostAnnotations is how many annotations of a level GitHub shows for a step.
// Three levels of it are below the 50 that it shows for a job.
// Source: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
const mostAnnotations = 10

// mostAlike is how many images an annotation names that are alike: the runner
// cuts a message after 4,096 characters, without a word.
// Source: https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs
const mostAlike = 10

// annotationLevels are the levels with their commands, the most severe first.
var annotationLevels = []struct {
	severity  reconcile.Severity
	command   string
	one, many string
}{
	{reconcile.SeverityError, "error", "error", "errors"},
	{reconcile.SeverityWarning, "warning", "warning", "warnings"},
	{reconcile.SeverityNote, "notice", "notice", "notices"},
}

// annotate writes an annotation for each issue; for those that are alike, one.
// Where there are too many, the last of a level says how many are left out. What a
// filter leaves out is a notice.
func annotate(w io.Writer, found issues, style Style) error {
	groups := alike(found.findings())
	slices.SortStableFunc(groups, func(a, b []reconcile.Finding) int {
		return cmp.Compare(issue{Finding: a[0]}.urgency(), issue{Finding: b[0]}.urgency())
	})
	byLevel := map[reconcile.Severity][][]reconcile.Finding{}
	for _, group := range groups {
		level := issue{Finding: group[0]}.level()
		byLevel[level] = append(byLevel[level], group)
	}
	var out bytes.Buffer
	for _, level := range annotationLevels {
		groups, most, more := byLevel[level.severity], mostAnnotations, 0
		if level.severity == reconcile.SeverityNote && found.leftOut != "" {
			fmt.Fprintf(&out, "::%s title=amisync::%s\n", level.command, escapeData("filtered: "+found.leftOut))
			most--
		}
		if len(groups) > most {
			for _, group := range groups[most-1:] {
				more += len(group)
			}
			groups = groups[:most-1]
		}
		for _, group := range groups {
			out.WriteString(annotation(level.command, group, style))
		}
		if more > 0 {
			fmt.Fprintf(&out, "::%s title=amisync::and %s: see the job summary\n", level.command, number(more, "more "+level.one, "more "+level.many))
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

// annotation is the command for issues that differ in their image alone.
func annotation(command string, group []reconcile.Finding, style Style) string {
	i := issue{Finding: group[0]}
	var properties []string
	property := func(name, value string) {
		properties = append(properties, name+"="+escapeProperty(Safe(value)))
	}
	if i.Source.File != "" {
		property("file", i.Source.File)
		if i.Source.Line > 0 {
			property("line", fmt.Sprint(i.Source.Line))
		}
		if i.Source.Line > 0 && i.Source.Column > 0 {
			property("col", fmt.Sprint(i.Source.Column))
		}
	}
	property("title", joined(" ", i.Code, i.title()))
	lines := []string{i.text()}
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, Safe(label+": "+text))
		}
	}
	add("about", i.subject(style))
	add("excepted", i.Excepted)
	add("hint", i.Hint)
	if others := group[1:]; len(others) > 0 {
		var names []string
		for _, other := range others[:min(len(others), mostAlike)] {
			names = append(names, joined(" ", other.Image.Name, other.Image.ID))
		}
		if len(others) > mostAlike {
			names = append(names, "…")
		}
		add("and "+number(len(others), "more image", "more images")+" alike", strings.Join(names, ", "))
	}
	return "::" + command + " " + strings.Join(properties, ",") + "::" + escapeData(strings.Join(lines, "\n")) + "\n"
}

// The runner undoes these.
// Source: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func escapeData(text string) string     { return dataEscapes.Replace(text) }
func escapeProperty(text string) string { return propertyEscapes.Replace(text) }
