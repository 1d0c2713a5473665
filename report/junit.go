package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/amisync/amisync/reconcile"
)

// junitWriter writes documents as JUnit XML: a test case for each issue. Errors,
// drift and changes that an apply left undone fail, warnings are skipped, notes
// pass; what passes, or is skipped, says so in its output. What a filter leaves out
// is the suite's property "scope". Names hold no numbers, so that a merge request tells
// what is new from what was there before.
// Sources: https://docs.gitlab.com/ci/testing/unit_test_reports/,
// https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
type junitWriter struct{ changesOnly }

func (junitWriter) WritePlan(w io.Writer, p *reconcile.Plan, style Style) error {
	return writeJUnit(w, planIssues(p, style), p.At, 0, style)
}

func (junitWriter) WriteResult(w io.Writer, r *reconcile.Result, style Style) error {
	return writeJUnit(w, resultIssues(r, style), r.StartedAt, r.EndedAt.Sub(r.StartedAt), style)
}

func (junitWriter) WriteDrift(w io.Writer, d *reconcile.Drift, style Style) error {
	return writeJUnit(w, driftIssues(d, style), d.At, 0, style)
}

func (junitWriter) WriteComparison(w io.Writer, c *reconcile.Comparison, style Style) error {
	return writeJUnit(w, comparisonIssues(c), time.Time{}, 0, style)
}

type (
	junitSuites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Errors   int      `xml:"errors,attr"`
		Time     string   `xml:"time,attr"`
		Suite    junitSuite
	}
	junitSuite struct {
		XMLName    xml.Name         `xml:"testsuite"`
		Name       string           `xml:"name,attr"`
		Tests      int              `xml:"tests,attr"`
		Failures   int              `xml:"failures,attr"`
		Errors     int              `xml:"errors,attr"`
		Skipped    int              `xml:"skipped,attr"`
		Time       string           `xml:"time,attr"`
		Timestamp  string           `xml:"timestamp,attr,omitempty"`
		Properties *junitProperties `xml:"properties"`
		Cases      []junitCase      `xml:"testcase"`
	}
	junitProperties struct {
		List []junitProperty `xml:"property"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		File      string        `xml:"file,attr,omitempty"`
		Line      int           `xml:"line,attr,omitempty"`
		Time      string        `xml:"time,attr"`
		Skipped   *junitSkipped `xml:"skipped"`
		Failure   *junitFailure `xml:"failure"`
		Output    string        `xml:"system-out,omitempty"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

func writeJUnit(w io.Writer, found issues, at time.Time, took time.Duration, style Style) error {
	name, seconds := "amisync "+string(found.document), strconv.FormatFloat(took.Seconds(), 'f', 3, 64)
	suite := junitSuite{Name: name, Time: seconds}
	if !at.IsZero() {
		suite.Timestamp = at.UTC().Format("2006-01-02T15:04:05")
	}
	if found.leftOut != "" {
		suite.Properties = &junitProperties{[]junitProperty{{"scope", found.leftOut}}}
	}
	times := map[string]int{}
	for _, i := range found.list {
		c := junitCaseOf(i, style)
		for name := c.Name; times[c.Name] > 0; times[name]++ {
			c.Name = fmt.Sprintf("%s (%d)", name, times[name]+1)
		}
		times[c.Name]++
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Skipped != nil {
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	if suite.Failures == 0 && found.complete {
		passed := junitCase{Name: "the " + string(found.document) + " has no errors", ClassName: "amisync", Time: "0"}
		if found.none {
			passed.Skipped = &junitSkipped{Message: found.leftOut}
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, passed)
	}
	suite.Tests = len(suite.Cases)
	buffer := bytes.NewBufferString(xml.Header)
	encoder := xml.NewEncoder(buffer)
	encoder.Indent("", "  ")
	if err := encoder.Encode(junitSuites{Name: name, Tests: suite.Tests, Failures: suite.Failures, Time: seconds, Suite: suite}); err != nil {
		return err
	}
	buffer.WriteByte('\n')
	_, err := w.Write(buffer.Bytes())
	return err
}

func junitCaseOf(i issue, style Style) junitCase {
	about := i.subject(style)
	c := junitCase{Name: Safe(joined(": ", i.title(), about)), ClassName: Safe(i.Code), File: Safe(i.Source.File), Line: max(i.Source.Line, 0), Time: "0"}
	lines := []string{i.text()}
	for _, line := range []struct{ label, text string }{
		{"about", about}, {"at", place(i.Source)}, {"excepted", i.Excepted}, {"hint", i.Hint},
	} {
		if line.text != "" {
			lines = append(lines, Safe(line.label+": "+line.text))
		}
	}
	text := strings.Join(lines, "\n")
	switch {
	case i.level() == reconcile.SeverityNote:
		c.Output = text
	case i.level() == reconcile.SeverityError || strings.HasPrefix(i.Code, driftRule) || i.Code == changeSkipped || i.Code == changeNotAttempted:
		c.Failure = &junitFailure{Message: lines[0], Type: string(i.level()), Text: text}
	default:
		c.Skipped, c.Output = &junitSkipped{Message: lines[0]}, text
	}
	return c
}
