package report_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// junitElements are the elements that readers of JUnit XML know, with their
// attributes and children. "file" and "line" are not in Jenkins' schema, which
// the step junit does not check; GitLab and others show them.
var junitElements = map[string]struct{ required, optional, children []string }{
	"testsuites": {[]string{"name", "tests", "failures", "errors", "time"}, nil, []string{"testsuite"}},
	"testsuite":  {[]string{"name", "tests", "failures", "errors", "skipped", "time"}, []string{"timestamp"}, []string{"properties", "testcase"}},
	"properties": {nil, nil, []string{"property"}},
	"property":   {[]string{"name", "value"}, nil, nil},
	"testcase":   {[]string{"name", "classname", "time"}, []string{"file", "line"}, []string{"failure", "skipped", "system-out"}},
	"failure":    {[]string{"message", "type"}, nil, nil},
	"skipped":    {[]string{"message"}, nil, nil},
	"system-out": {nil, nil, nil},
}

// xmlElement is an XML element as it stands in the document.
type xmlElement struct {
	name     string
	attrs    map[string]string
	text     string
	children []*xmlElement
}

func (e *xmlElement) count(name string) int {
	n := 0
	for _, child := range e.children {
		if child.name == name {
			n++
		}
		n += child.count(name)
	}
	return n
}

type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// readXML reads a document, with nothing in it but elements and text.
func readXML(t failer, document string) *xmlElement {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(document))
	root := &xmlElement{}
	open := []*xmlElement{root}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		parent := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &xmlElement{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				if _, twice := e.attrs[a.Name.Local]; twice || a.Name.Space != "" {
					t.Fatalf("attribute %v of %s", a.Name, e.name)
				}
				e.attrs[a.Name.Local] = a.Value
			}
			parent.children = append(parent.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			parent.text += string(token)
		case xml.ProcInst:
			if token.Target != "xml" || len(root.children) > 0 {
				t.Fatalf("instruction %s", token.Target)
			}
		default:
			t.Fatalf("%T in\n%s", token, document)
		}
	}
	if len(open) != 1 || len(root.children) != 1 {
		t.Fatalf("not one element:\n%s", document)
	}
	return root.children[0]
}

// checkJUnit fails where a strict reader would refuse an element.
func checkJUnit(t failer, e *xmlElement) {
	t.Helper()
	known, ok := junitElements[e.name]
	if !ok {
		t.Fatalf("unknown element %s", e.name)
	}
	for _, name := range slices.Sorted(maps.Keys(e.attrs)) {
		if !slices.Contains(known.required, name) && !slices.Contains(known.optional, name) {
			t.Fatalf("%s has an attribute %s", e.name, name)
		}
	}
	for _, name := range known.required {
		if _, has := e.attrs[name]; !has {
			t.Fatalf("%s has no attribute %s", e.name, name)
		}
	}
	if len(known.children) > 0 && strings.TrimSpace(e.text) != "" {
		t.Fatalf("%s holds text %q", e.name, e.text)
	}
	for _, child := range e.children {
		if !slices.Contains(known.children, child.name) {
			t.Fatalf("%s in %s", child.name, e.name)
		}
		checkJUnit(t, child)
	}
}

// readJUnit checks a document and returns its test cases.
func readJUnit(t failer, document string) []*xmlElement {
	t.Helper()
	root := readXML(t, document)
	if root.name != "testsuites" || len(root.children) != 1 {
		t.Fatalf("%s with %d children", root.name, len(root.children))
	}
	checkJUnit(t, root)
	suite := root.children[0]
	for _, e := range []*xmlElement{root, suite} {
		for attribute, counted := range map[string]string{"tests": "testcase", "failures": "failure", "skipped": "skipped"} {
			if value, has := e.attrs[attribute]; has && value != strconv.Itoa(e.count(counted)) {
				t.Fatalf("%s says %s=%s of %d", e.name, attribute, value, e.count(counted))
			}
		}
	}
	cases := suite.children
	if len(cases) > 0 && cases[0].name == "properties" { // Jenkins' schema has them first
		cases = cases[1:]
	}
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.attrs["name"]] || c.count("failure")+c.count("skipped") > 1 {
			t.Fatalf("test case %q twice, or with two ends", c.attrs["name"])
		}
		seen[c.attrs["name"]] = true
	}
	if len(cases) == 0 {
		t.Fatal("no test case: a reader takes that for a run that did not happen")
	}
	return cases
}

func TestJUnitIsWhatStrictReadersTake(t *testing.T) {
	for name, render := range documents() {
		if !strings.HasPrefix(name, "diagnosis") {
			readJUnit(t, inFormat(t, render, report.JUnit, report.Style{Names: names}))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		readJUnit(t, inFormat(t, anyHostile(t), report.JUnit, hostileStyle(t)))
	})
}

// ends are how the test cases of a document end, by class: what fails, what is
// skipped, what passes.
func ends(t *testing.T, render render) map[string]string {
	t.Helper()
	ends := map[string]string{}
	for _, c := range readJUnit(t, inFormat(t, render, report.JUnit, report.Style{Names: names})) {
		end := "passes"
		if c.count("failure") > 0 {
			end = "fails"
		} else if c.count("skipped") > 0 {
			end = "is skipped"
		}
		ends[c.attrs["classname"]] = end
	}
	return ends
}

func TestWhatIsWrongOrUndoneFailsWarningsAreSkippedNotesPass(t *testing.T) {
	for name, want := range map[string]map[string]string{
		"plan-findings":      {"AMI005": "fails", "AMI018": "fails", "AMI014": "is skipped", "AMI007": "passes"},
		"plan-unknown":       {"not-read": "fails"},
		"plan-everyday":      {"amisync": "passes"},
		"plan-checked":       {"AMI003": "passes", "AMI007": "passes", "amisync": "passes"},
		"drift-none":         {"amisync": "passes"},
		"drift-all-kinds":    {"drift-missing": "fails", "drift-extra": "fails", "drift-public": "fails", "drift-expired": "fails", "drift-unmanaged": "fails", "drift-pending": "passes"},
		"result-partial":     {"change-failed": "fails", "not-read": "fails", "change-skipped": "fails", "change-not-attempted": "fails"},
		"result-interrupted": {"change-not-attempted": "fails"},
		"result-refused":     {"AMI018": "fails", "change-skipped": "fails"},
		"result-held":        {"AMI020": "is skipped", "amisync": "passes"},
		"result-applied":     {"amisync": "passes"},
		"comparison-stale":   {"plan-stale": "fails", "not-read": "fails"},
	} {
		if got := ends(t, documents()[name]); !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func TestTestCasesOfOneNameAreNumbered(t *testing.T) {
	first, second := findings[3], findings[3]
	first.Code, second.Code, first.Message, second.Message = "AMI017", "AMI017", "rule a: no", "rule b: no"
	cases := readJUnit(t, inFormat(t, plan(&reconcile.Plan{Findings: []reconcile.Finding{first, second}}), report.JUnit, report.Style{}))
	if len(cases) != 2 || cases[1].attrs["name"] != cases[0].attrs["name"]+" (2)" {
		t.Errorf("got %q and %q", cases[0].attrs["name"], cases[len(cases)-1].attrs["name"])
	}
}

func TestTheNameOfATestCaseHoldsNoCount(t *testing.T) {
	name := func(lost int) string {
		f := findings[3]
		f.Code, f.Message, f.Source = "AMI003", fmt.Sprintf("it loses %d of its 5 principals", lost), line(lost)
		return readJUnit(t, inFormat(t, plan(&reconcile.Plan{Findings: []reconcile.Finding{f}}), report.JUnit, report.Style{}))[0].attrs["name"]
	}
	if name(3) != name(4) {
		t.Errorf("%q became %q", name(3), name(4))
	}
}

func TestAFailureSaysWhereAndWhatToDo(t *testing.T) {
	c := readJUnit(t, inFormat(t, documents()["plan-findings"], report.JUnit, report.Style{Names: names}))[0]
	if c.attrs["file"] != "manifests/images/base.yaml" || c.attrs["line"] != "3" {
		t.Errorf("it stands at %s:%s", c.attrs["file"], c.attrs["line"])
	}
	for _, want := range []string{findings[3].Message, "(stops the run)\n", "\nabout: base-al2023-2026.11.18", "\nat: manifests/images/base.yaml:3\n", "\nhint: declare it again"} {
		if got := c.children[0].text; !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestWhereNothingWasLookedAtNothingPasses(t *testing.T) {
	cases := readJUnit(t, inFormat(t, plan(unaffected()), report.JUnit, report.Style{}))
	if len(cases) != 1 || cases[0].count("skipped") != 1 || cases[0].children[0].attrs["message"] != "no share is affected by what changed since origin/main; nothing was read" {
		t.Errorf("%+v", cases)
	}
}
