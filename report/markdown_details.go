package report

import (
	"fmt"
	"strings"

	"github.com/amisync/amisync/reconcile"
)

// entryOf is a line about an image in the details. Its text is Markdown.
func entryOf(image reconcile.NamedImage, texts ...string) entry {
	return entry{image: image, row: row{cells: []span{{text: joined(" · ", texts...)}}}}
}

// changeEntry is what a change does, for whom, why and where that is declared.
func (m markdown) changeEntry(c reconcile.Change) entry {
	return entryOf(c.Image, verbSpan(c.Verb)+": "+principalSpan(c.Principal), because(c), m.style.link(c.Source))
}

// statusEntry is what became of a change, or how it stands.
func (m markdown) statusEntry(status string, c reconcile.Change) entry {
	return entryOf(c.Image, markdownProse(status), orderSpan(c.Verb)+": "+principalSpan(c.Principal), because(c), m.style.link(c.Source))
}

// details is the folded end of a document: every line about every image, by
// lane and image. Where there is no room for all of it, whole images are left
// out, and counted. Noun is what a line is about: a change, say.
func (m markdown) details(one, many string, entries []entry) part {
	lanes := grouped(entries)
	total := 0
	for _, l := range lanes {
		for _, b := range l.blocks {
			total += len(b.images)
		}
	}
	title := fmt.Sprintf("All %s by image (%s, %s)", many, images(total), number(len(entries), one, many))
	return func(room int) string {
		if len(entries) == 0 {
			return ""
		}
		f := fold{room: room - len(opening(title)) - len(closing)}
		if text := m.folded(&f, lanes); f.leftImages == 0 {
			return opening(title) + text + closing
		}
		title := fmt.Sprintf("Some %s by image", many)
		f = fold{room: room - len(opening(title)) - len(closing) - len(m.leftOut(total, len(entries), one, many))}
		text := m.folded(&f, lanes)
		left := m.leftOut(f.leftImages, f.leftRows, one, many)
		if text == "" {
			return left
		}
		return opening(title) + text + closing + left
	}
}

// opening and closing are the only HTML in a document.
func opening(title string) string { return "<details><summary>" + title + "</summary>\n\n" }

const closing = "</details>\n\n"

// leftOut says how much the details leave out. It is longest for the greatest
// numbers.
func (m markdown) leftOut(left, rows int, one, many string) string {
	return paragraph(fmt.Sprintf("Not listed here: %s with %s. See %s.", images(left), number(rows, one, many), m.whole))
}

// fold is what is left of the room of details, and what was left out.
type fold struct{ room, leftImages, leftRows int }

// take returns the text if there is room for it.
func (f *fold) take(text string) string {
	if len(text) > f.room {
		return ""
	}
	f.room -= len(text)
	return text
}

// folded writes lanes as far as there is room.
func (m markdown) folded(f *fold, lanes []lane) string {
	var text strings.Builder
	for _, l := range lanes {
		heading := "**" + codeSpan(m.style.account(l.Account)) + " " + codeSpan(l.Region) + "**\n\n"
		f.room -= len(heading) + len("\n")
		var blocks strings.Builder
		for _, b := range l.blocks {
			blocks.WriteString(f.block(b))
		}
		if blocks.Len() == 0 {
			f.room += len(heading) + len("\n")
			continue
		}
		text.WriteString(heading + blocks.String() + "\n")
	}
	return text.String()
}

// block writes as many of a block's images as there is room for, with its rows.
func (f *fold) block(b block) string {
	var rows strings.Builder
	for _, r := range b.rows {
		rows.WriteString("  - " + r.cells[0].text + "\n")
	}
	f.room -= rows.Len() + len("\n")
	var names strings.Builder
	for i, image := range b.images {
		separator := ", "
		if i == 0 {
			separator = "- "
		}
		if name := f.take(separator + imageSpan(image)); name != "" {
			names.WriteString(name)
			continue
		}
		f.leftImages += len(b.images) - i
		f.leftRows += (len(b.images) - i) * len(b.rows)
		break
	}
	if names.Len() == 0 {
		f.room += rows.Len() + len("\n")
		return ""
	}
	return names.String() + "\n" + rows.String()
}
