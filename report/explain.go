package report

import (
	"io"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/reconcile"
)

// WriteCodes lists the codes of findings: how severe they are and what they
// stop, unless a policy says otherwise.
func WriteCodes(w io.Writer, codes []reconcile.Code, style Style) error {
	p := &page{style: style}
	rows := []row{{cells: []span{paint(bold, "CODE"), paint(bold, "SEVERITY"), paint(bold, "STOPS"), paint(bold, "SAYS")}}}
	for _, c := range codes {
		stops := "-"
		if c.Severity == reconcile.SeverityError && c.Stops != "" {
			stops = string(c.Stops)
		}
		title := c.Title
		if c.Code == ruleCode {
			title += " (severity and stops: as the rule says)"
		}
		rows = append(rows, row{cells: []span{paint(bold, c.Code), paint(severityColor[c.Severity], string(c.Severity)), say(stops), say(title)}})
	}
	p.table(2, rows)
	return p.writeTo(w)
}

// ruleCode is the code whose severity, and what it stops, each rule sets itself.
const ruleCode = "AMI017"

// Headline is the code with its severity and what it stops.
func Headline(c reconcile.Code) string {
	text := c.Code + " · " + string(c.Severity)
	switch {
	case c.Severity == reconcile.SeverityError && c.Stops != "":
		text += " · stops the " + string(c.Stops)
	default:
		text += " · stops nothing"
	}
	if c.Code == ruleCode {
		text += " · or as the rule says"
	}
	return text
}

const fence = "```"

// WriteExplanation writes a section of a page as text. Of Markdown it knows what
// the pages of package docs use: paragraphs, headings, fenced code, emphasis and
// links.
func WriteExplanation(w io.Writer, title, markdown string, style Style) error {
	p := &page{style: style}
	p.heading(title)
	for _, block := range blocks(markdown) {
		code, isCode := strings.CutPrefix(block, fence)
		heading, isHeading := strings.CutPrefix(block, "### ")
		p.space()
		switch {
		case isHeading:
			p.line(0, paint(bold, heading))
		case isCode:
			for line := range strings.SplitSeq(code, "\n") {
				p.line(min(4, 4*len(line)), say(line))
			}
		default:
			p.prose(0, plain, unmarked(strings.ReplaceAll(block, "\n", " ")))
		}
	}
	return p.writeTo(w)
}

// blocks splits Markdown into paragraphs, headings and fenced code, which begins
// with a fence and has none at its end.
func blocks(markdown string) []string {
	var all []string
	for i, part := range strings.Split(markdown, fence) {
		if fenced := i%2 == 1; fenced {
			_, code, _ := strings.Cut(part, "\n") // behind the language
			all = append(all, fence+strings.TrimRight(code, "\n"))
			continue
		}
		for paragraph := range strings.SplitSeq(part, "\n\n") {
			if text := strings.TrimSpace(paragraph); text != "" {
				all = append(all, text)
			}
		}
	}
	return all
}

var (
	emphasis = lazy.Regexp(`\*+([^*]+)\*+`)
	link     = lazy.Regexp(`\[([^\]]+)\]\([^)]*\)`)
)

// unmarked is a paragraph without the marks of emphasis and links. Code keeps
// its quotes, which set it apart in text too, and what stands in it.
func unmarked(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = link().ReplaceAllString(emphasis().ReplaceAllString(parts[i], "$1"), "$1")
	}
	return strings.Join(parts, "`")
}
