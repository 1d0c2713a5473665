package report

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// color is the parameter of an SGR sequence. The zero value is no colour.
type color string

// The palette, from the eight colours that every terminal theme sets.
const (
	plain  color = ""
	bold   color = "1"
	faint  color = "2"
	red    color = "31"
	green  color = "32"
	yellow color = "33"
	alarm  color = "1;33"
)

// span is a piece of a line. Its text is safe.
type span struct {
	text  string
	color color
}

func paint(c color, text string) span { return span{text: Safe(text), color: c} }
func say(text string) span            { return paint(plain, text) }

func (s span) width() int { return utf8.RuneCountInString(s.text) }

// page collects the lines of a document.
type page struct {
	style  Style
	buffer bytes.Buffer
	gap    bool
	// counted is what the last line counts, for formats that have no lines.
	counted []count
}

// space leaves one empty line before the next line, unless that is the first.
func (p *page) space() { p.gap = p.buffer.Len() > 0 }

// line writes the spans, one after the other, as one line.
func (p *page) line(indent int, spans ...span) {
	if p.gap {
		p.buffer.WriteByte('\n')
		p.gap = false
	}
	p.buffer.WriteString(strings.Repeat(" ", indent))
	for _, s := range spans {
		if p.style.Color && s.color != plain && s.text != "" {
			p.buffer.WriteString("\x1b[" + string(s.color) + "m" + s.text + "\x1b[0m")
		} else {
			p.buffer.WriteString(s.text)
		}
	}
	p.buffer.WriteByte('\n')
}

// heading starts a section.
func (p *page) heading(text string) {
	p.space()
	p.line(0, paint(bold, text))
}

// prose writes text wrapped to the page's width, with every line at the
// indent.
func (p *page) prose(indent int, c color, text string) {
	for _, line := range wrap(Safe(text), p.style.Width-indent) {
		p.line(indent, paint(c, line))
	}
}

// statement writes prose that begins with a verdict in a colour of its own.
func (p *page) statement(c color, verdict, rest string) {
	for i, line := range wrap(Safe(verdict+" "+rest), p.style.Width) {
		if after, found := strings.CutPrefix(line, verdict); i == 0 && found {
			p.line(0, paint(c, verdict), say(after))
		} else {
			p.line(0, say(line))
		}
	}
}

// minimumWrap is the narrowest column that text is wrapped to: below it,
// wrapping makes text harder to read, not easier.
const minimumWrap = 20

// wrap breaks text at spaces into lines of at most width columns. Words are
// never broken, nor is code that fits a line of its own, so an id, a path or a
// command can still be copied.
func wrap(text string, width int) []string {
	if width < minimumWrap || utf8.RuneCountInString(text) <= width {
		return []string{text}
	}
	var lines []string
	line := ""
	for _, word := range words(text, width) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// Wrap makes text safe (see Safe) and breaks it as documents are broken: at
// spaces, into lines of at most width columns. A width of 0 breaks nothing.
func Wrap(text string, width int) []string {
	lines := wrap(Safe(text), width)
	for i, line := range lines {
		lines[i] = Safe(line) // what was harmless within a line may not be at its beginning
	}
	return lines
}

// words are what lines are made of: words, and as one of them code between
// backticks with what touches it, unless it is wider than a line.
func words(text string, width int) []string {
	var all []string
	start, inCode := 0, false
	fields := strings.Fields(text)
	for i, field := range fields {
		if strings.Count(field, "`")%2 == 1 {
			inCode = !inCode
		}
		if inCode {
			continue
		}
		if whole := strings.Join(fields[start:i+1], " "); utf8.RuneCountInString(whole) <= width {
			all = append(all, whole)
		} else {
			all = append(all, fields[start:i+1]...)
		}
		start = i + 1
	}
	return append(all, fields[start:]...) // a backtick without another
}

// writeTo writes the whole page by one call.
func (p *page) writeTo(w io.Writer) error {
	_, err := w.Write(p.buffer.Bytes())
	return err
}
