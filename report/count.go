package report

import "fmt"

// ended is a text with a full stop, or nothing.
func ended(text string) string {
	if text == "" {
		return ""
	}
	return text + "."
}

// count is one entry of a last line. Many is empty where the word does not
// change with the number.
type count struct {
	n         int
	one, many string
	color     color // where n is not zero
}

// counts writes the last line of a document. Its form is frozen: scripts read
// it.
func (p *page) counts(title string, counts ...count) {
	p.counted = counts
	p.space()
	spans := []span{paint(bold, title+":"), say(" ")}
	for i, c := range counts {
		if i > 0 {
			spans = append(spans, say(" · "))
		}
		text := fmt.Sprintf("%d %s", c.n, c.one)
		if c.many != "" {
			text = number(c.n, c.one, c.many)
		}
		if c.n == 0 {
			c.color = plain
		}
		spans = append(spans, paint(c.color, text))
	}
	p.line(0, spans...)
}
