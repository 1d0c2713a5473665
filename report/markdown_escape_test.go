package report_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	source "github.com/yuin/goldmark/text"
	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

const sources = "https://github.com/acme/images/blob/0123abc/"

var (
	fold     = regexp.MustCompile(`^(<details><summary>[A-Za-z0-9 (),]+</summary>|</details>)\n*$`)
	headings = regexp.MustCompile(`^(### \S|#### (Findings: |Not read: |Not in effect: |Who gains |Applied: |In which direction|Needed now, |In the plan, |Risks: |Edits of |Other settings))`)
	// meaning is what GitHub or GitLab would make something of, in plain text.
	meaning = regexp.MustCompile(`@\w|#\d|[!%&~$]\w|://|www\.\w|:\w+:|\b[0-9a-f]{7,}\b|[A-Z]-\d`)
)

// parsed is the Markdown as a reader of GitHub's dialect takes it.
func parsed(document []byte) ast.Node {
	return goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(source.NewReader(document))
}

// checkMarkdown fails where a document holds markup that the product did not
// write.
func checkMarkdown(t interface{ Fatalf(string, ...any) }, source []byte) {
	err := ast.Walk(parsed(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		case *ast.Document, *ast.Paragraph, *ast.TextBlock, *ast.List, *ast.ListItem, *tables.Table, *tables.TableHeader, *tables.TableRow, *tables.TableCell:
			return ast.WalkContinue, nil
		case *ast.Heading:
			line := n.Lines().At(0)
			if whole := strings.Repeat("#", n.Level) + " " + string(line.Value(source)); !headings.MatchString(whole) {
				return ast.WalkStop, fmt.Errorf("a heading: %q", whole)
			}
		case *ast.Emphasis:
			if n.Level != 2 {
				return ast.WalkStop, fmt.Errorf("emphasis")
			}
		case *ast.Link:
			if !strings.HasPrefix(string(n.Destination), sources) || strings.Contains(string(n.Destination), "/../") {
				return ast.WalkStop, fmt.Errorf("a link to %q", n.Destination)
			}
		case *ast.HTMLBlock:
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				if html := string(line.Value(source)); !fold.MatchString(html) {
					return ast.WalkStop, fmt.Errorf("HTML: %q", html)
				}
			}
		case *ast.Text:
			if found := meaning.FindString(string(n.Value(source))); found != "" {
				return ast.WalkStop, fmt.Errorf("%q in the text %q", found, n.Value(source))
			}
		default:
			return ast.WalkStop, fmt.Errorf("a %s", n.Kind())
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	checkRows(t, source)
}

var cellEnd = regexp.MustCompile(`(^|[^\\])\|`)

// checkRows fails where a row has more or fewer cells than its head.
func checkRows(t interface{ Fatalf(string, ...any) }, source []byte) {
	columns := 0
	for line := range strings.Lines(string(source)) {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		cells := len(cellEnd.FindAllString(strings.ReplaceAll(line, "||", "| |"), -1))
		if columns == 0 {
			columns = cells
		}
		if cells != columns {
			t.Fatalf("%d cells instead of %d in %s", cells, columns, line)
		}
	}
}

// checkMarkdownOf holds hostile documents of one sort against the law.
func checkMarkdownOf[T any](t *testing.T, write func(report.Writer, *bytes.Buffer, *T, report.Style) error) {
	rapid.Check(t, func(t *rapid.T) {
		document, style := hostileDocument[T](t)
		source := rendered(t, write, document, style)
		checkHarmless(t, string(source))
		checkMarkdown(t, source)
	})
}

func TestNoNameMakesMarkdownInAPlan(t *testing.T) {
	checkMarkdownOf(t, writePlan)
}

func TestNoNameMakesMarkdownInAResult(t *testing.T) {
	checkMarkdownOf(t, func(w report.Writer, out *bytes.Buffer, r *reconcile.Result, style report.Style) error {
		return w.WriteResult(out, r, style)
	})
}

func TestNoNameMakesMarkdownInDrift(t *testing.T) {
	checkMarkdownOf(t, func(w report.Writer, out *bytes.Buffer, d *reconcile.Drift, style report.Style) error {
		return w.WriteDrift(out, d, style)
	})
}

func TestNoNameMakesMarkdownInAComparison(t *testing.T) {
	checkMarkdownOf(t, func(w report.Writer, out *bytes.Buffer, c *reconcile.Comparison, style report.Style) error {
		return w.WriteComparison(out, c, style)
	})
}

func TestNoNameMakesMarkdownInADifference(t *testing.T) {
	checkMarkdownOf(t, func(w report.Writer, out *bytes.Buffer, d *reconcile.Difference, style report.Style) error {
		return w.WriteDifference(out, d, style)
	})
}

// TestANameInMarkdownIsReadAsItIs reads names back as a parser understands them,
// in a list and in a table.
func TestANameInMarkdownIsReadAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := hostileText.Draw(t, "name")
		if name == "" {
			return
		}
		i := image(factory, "us-east-1", "ami-1", name)
		p := finish(&reconcile.Plan{Changes: []reconcile.Change{grant(i, workloads, 1)}})
		source := rendered(t, writePlan, p, report.Style{})
		pipes := strings.NewReplacer(`\x7c`, "|", `\|`, "|") // what a table makes of them
		seen := 0
		err := ast.Walk(parsed(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if n.Kind() != ast.KindCodeSpan || !entering {
				return ast.WalkContinue, nil
			}
			var literal strings.Builder
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				literal.Write(c.(*ast.Text).Value(source))
			}
			if pipes.Replace(literal.String()) == pipes.Replace(report.Safe(name)) {
				seen++
			}
			return ast.WalkSkipChildren, nil
		})
		if err != nil || seen != 2 {
			t.Fatalf("%v, %q is to be read %d times in\n%s", err, name, seen, source)
		}
	})
}

func TestPlacesAreLinkedWithinTheRepositoryOnly(t *testing.T) {
	for file, want := range map[string]string{
		"manifests/images/base.yaml": "[`manifests/images/base.yaml:14`](" + sources + "manifests/images/base.yaml#L14)",
		"a b/(c)|d.yaml":             "[`a b/(c)\\|d.yaml:14`](" + sources + "a%20b/%28c%29%7Cd.yaml#L14)",
		"x](https:evil.yaml":         "[`x](https:evil.yaml:14`](" + sources + "x%5D%28https:evil.yaml#L14)",
		"../../evil/repo/base.yaml":  "`../../evil/repo/base.yaml:14`",
		"/etc/passwd":                "`/etc/passwd:14`",
	} {
		c := grant(base18, workloads, 14)
		c.Source.File = file
		source := string(rendered(t, writePlan, finish(&reconcile.Plan{Changes: []reconcile.Change{c}}), report.Style{Sources: sources}))
		if !strings.Contains(source, want+" |\n") {
			t.Errorf("%s: no %s in\n%s", file, want, source)
		}
		checkMarkdown(t, []byte(source))
	}
	for _, prefix := range []string{"javascript:alert(1)//", "https://x.example/) @acme (", "ftp://x/"} {
		source := string(rendered(t, writePlan, finish(&reconcile.Plan{Changes: []reconcile.Change{grant(base18, workloads, 14)}}), report.Style{Sources: prefix}))
		if strings.Contains(source, "](") {
			t.Errorf("linked to %s", prefix)
		}
	}
}
