package report

import (
	"cmp"
	"io"
	"strings"
)

// part is a piece of a document, ended by an empty line. It writes itself within
// room bytes, saying what it leaves out, or, where these do not suffice, as
// short as it can.
type part func(room int) string

// fixed is a part that cannot be written shorter.
func fixed(text string) part { return func(int) string { return text } }

// either is a part in the first of its forms that fits, or else in the last. The
// last is the shortest.
func either(forms ...string) part {
	return func(room int) string {
		for _, form := range forms {
			if len(form) <= room {
				return form
			}
		}
		return forms[len(forms)-1]
	}
}

// compose writes parts within a budget. Each gets what the parts before it have
// left, and never so much that a later one could not be written at its shortest:
// what stands first gives way last.
func compose(budget int, parts []part) string {
	texts := make([]string, len(parts))
	room := budget
	for i, write := range parts {
		texts[i] = write(0)
		room -= len(texts[i])
	}
	for i, write := range parts {
		room += len(texts[i])
		texts[i] = write(room)
		room -= len(texts[i])
	}
	return strings.TrimRight(strings.Join(texts, ""), "\n") + "\n"
}

// markdown writes the parts of one document.
type markdown struct {
	style Style
	whole string // where to find what is left out
}

// write writes the parts as a document, within the style's budget. A budget
// below 2,000 bytes may be too small for what is never left out; the document
// is then longer.
func (m markdown) write(w io.Writer, parts ...part) error {
	_, err := io.WriteString(w, compose(cmp.Or(m.style.Budget, DefaultBudget), parts))
	return err
}

// paragraph is Markdown that stands on its own.
func paragraph(texts ...string) string {
	text := joined(" ", texts...)
	if text == "" {
		return ""
	}
	return text + "\n\n"
}

// said is what a page says, as text in lines, for those who say the same in
// another format.
func said(write func(p *page)) []string {
	p := &page{}
	write(p)
	text := strings.Trim(p.buffer.String(), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// sentence is what a page says, as Markdown in one paragraph.
func sentence(write func(p *page)) string {
	return markdownProse(strings.Join(said(write), " "))
}

// counts is the frozen last line of a document.
func (m markdown) counts(write func(p *page)) part {
	return fixed(paragraph(codeSpan(strings.Join(said(write), " "))))
}

// countedTexts are the counts that are not zero.
func countedTexts(counts ...count) []string {
	var texts []string
	for _, c := range counts {
		if c.n > 0 {
			texts = append(texts, number(c.n, c.one, c.many))
		}
	}
	return texts
}

// some joins the first n texts, and says how many more there are.
func some(texts []string, n int) string {
	if len(texts) <= n {
		return strings.Join(texts, ", ")
	}
	return strings.Join(texts[:n], ", ") + " and " + number(len(texts)-n, "more", "more")
}

// distinct returns the texts that are not empty, each once.
func distinct(texts []string) []string {
	var once []string
	seen := map[string]bool{"": true}
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			once = append(once, text)
		}
	}
	return once
}
