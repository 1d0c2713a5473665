package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/amisync/amisync/docs"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func TestEveryCodeIsListed(t *testing.T) {
	var out bytes.Buffer
	if err := report.WriteCodes(&out, reconcile.Codes(), report.Style{}); err != nil {
		t.Fatal(err)
	}
	check(t, "codes.txt", out.String())
	var narrow bytes.Buffer
	if err := report.WriteCodes(&narrow, reconcile.Codes(), report.Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	check(t, "codes-80.txt", narrow.String())
	for _, code := range reconcile.Codes() {
		if !strings.Contains(out.String(), code.Code) || !strings.Contains(out.String(), code.Title) {
			t.Errorf("%s is not listed", code.Code)
		}
	}
}

func TestAnExplanationIsPlainText(t *testing.T) {
	const page = "First *line* of a [link](other.md#part), with `code: *[x](y)`\nwrapped by hand.\n\n### A heading\n\n```yaml\nspec:\n  a: \"base-*\"\n\n  b: 1\n```\n\nLast paragraph, **strong**."
	var out bytes.Buffer
	if err := report.WriteExplanation(&out, "TITLE", page, report.Style{Width: 40}); err != nil {
		t.Fatal(err)
	}
	const want = `TITLE

First line of a link, with
` + "`code: *[x](y)`" + ` wrapped by hand.

A heading

    spec:
      a: "base-*"

      b: 1

Last paragraph, strong.
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestNoExplanationKeepsMarks(t *testing.T) {
	for _, code := range reconcile.Codes() {
		section, _ := docs.Finding(code.Code)
		var out bytes.Buffer
		if err := report.WriteExplanation(&out, code.Code, section, report.Style{Width: 80}); err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{"```", "###", "](", "**"} {
			if strings.Contains(out.String(), mark) {
				t.Errorf("%s: %q is left in\n%s", code.Code, mark, out.String())
			}
		}
	}
}

func TestASampleIsNeverWrapped(t *testing.T) {
	const sample = "    - {code: AMI003, share: base-al2023-arm64, reason: families end, until: 2027-01-31}"
	var out bytes.Buffer
	if err := report.WriteExplanation(&out, "TITLE", "```yaml\n"+sample+"\n```", report.Style{Width: 40}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "    "+sample+"\n") {
		t.Errorf("got\n%s", out.String())
	}
}
