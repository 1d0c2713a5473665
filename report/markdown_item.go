package report

import (
	"cmp"
	"fmt"
	"strings"
)

// spot is where an item applies: to what or whom, and on which images.
type spot struct {
	about string   // Markdown; may be empty
	on    []string // images, as Markdown, of which the first few may speak for all
	at    string   // the place in the manifests, as Markdown; may be empty
}

// write lists the first n images and counts the others. Where n is 0 it counts them
// all.
func (s spot) write(n int) string {
	text := s.about
	switch {
	case len(s.on) == 0:
	case n == 0:
		text += images(len(s.on))
	default:
		text += some(s.on, n)
	}
	return joined(" · ", text, s.at)
}

// The lengths of texts that are written in brief, in characters and bytes.
const (
	briefText  = 160
	briefPlace = 240
)

// write writes the item, with lists of at most n places or images.
func (i *item) write(to *strings.Builder, f form, n int) {
	if f == inBrief {
		to.WriteString(i.lead() + i.brief() + "\n")
		return
	}
	if i.written == "" {
		i.written = i.lead() + markdownProse(i.text) + "\n"
	}
	to.WriteString(i.written)
	for at, place := range i.places {
		if at == n {
			fmt.Fprintf(to, "  - and %d more\n", len(i.places)-n)
			break
		}
		to.WriteString("  - " + place.write(n) + "\n")
	}
	if i.excepted != "" {
		to.WriteString("  - excepted " + markdownProse(i.excepted) + "\n")
	}
	if i.hint != "" && f == inFull {
		to.WriteString("  - hint: " + markdownProse(i.hint) + "\n")
	}
}

// lead is what kind of item it is.
func (i *item) lead() string {
	lead := "- **" + cmp.Or(markdownProse(i.label), "unknown") + "** "
	if i.code != "" {
		lead += codeSpan(i.code) + " "
	}
	return lead
}

// brief is the text with one place, on a line.
func (i *item) brief() string {
	text := joined(" · ", markdownProse(shortened(i.text, briefText)), i.where())
	if i.excepted != "" {
		text += " · excepted"
	}
	return text
}

// where is the first place, and how many more there are: with one image, or else
// with their number, or else only how many there are at all.
func (i *item) where() string {
	if len(i.places) == 0 {
		return ""
	}
	first := i.places[0]
	others := ""
	if n := i.count - max(1, len(first.on)); n > 0 {
		others = fmt.Sprintf(" and %d more", n)
	}
	for _, listed := range []int{1, 0} {
		if text := first.write(listed); len(text) <= briefPlace {
			return text + others
		}
	}
	return number(max(i.count, len(i.places)), "place", "places")
}
