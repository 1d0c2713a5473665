// Package unified writes the difference of two texts in the unified format of
// diff -u, which people, patch and git read.
package unified

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// context is how many unchanged lines stand around a change.
const context = 3

// Diff returns the difference between two texts, under the names given; "" for
// equal texts.
func Diff(oldName, newName, before, after string) string {
	if before == after {
		return ""
	}
	return render(oldName, newName, compare(before, after))
}

func render(oldName, newName string, lines []line) string {
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", oldName, newName)
	for _, h := range hunks(lines) {
		h.write(&out, lines)
	}
	return out.String()
}

// line is a line of either text: ' ' in both, '-' in the old, '+' in the new.
type line struct {
	sign byte
	text string // with its line break, if it has one
}

// maxLines is how many lines two texts may have in all for the shortest
// difference to be looked for: that may take time by the square of their number.
const maxLines = 20_000

func compare(before, after string) []line {
	if strings.Count(before, "\n")+strings.Count(after, "\n") > maxLines {
		return replaceMiddle(slices.Collect(strings.Lines(before)), slices.Collect(strings.Lines(after)))
	}
	differ := diffmatchpatch.New()
	differ.DiffTimeout = 0 // the shortest difference, however long it takes to find
	a, b, texts := differ.DiffLinesToRunes(before, after)
	var lines []line
	for _, diff := range differ.DiffCharsToLines(differ.DiffMainRunes(a, b, false), texts) {
		sign := byte(' ')
		switch diff.Type {
		case diffmatchpatch.DiffDelete:
			sign = '-'
		case diffmatchpatch.DiffInsert:
			sign = '+'
		}
		for text := range strings.Lines(diff.Text) {
			lines = append(lines, line{sign, text})
		}
	}
	return lines
}

// replaceMiddle is a difference that takes one look at each line: from the first
// line that differs to the last one, all of the old text goes and all of the new
// one comes.
func replaceMiddle(before, after []string) []line {
	shorter := min(len(before), len(after))
	head, tail := 0, 0
	for head < shorter && before[head] == after[head] {
		head++
	}
	for tail < shorter-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	var lines []line
	add := func(sign byte, texts []string) {
		for _, text := range texts {
			lines = append(lines, line{sign, text})
		}
	}
	add(' ', before[:head])
	add('-', before[head:len(before)-tail])
	add('+', after[head:len(after)-tail])
	add(' ', before[len(before)-tail:])
	return lines
}

// hunk is a run of lines, from and to in the list of all lines, and how many
// lines of each text stand before it.
type hunk struct {
	from, to             int
	oldBefore, newBefore int
}

// hunks finds the changes with their context; changes that are near share one.
func hunks(lines []line) []hunk {
	var hunks []hunk
	counted, before, after := 0, 0, 0 // lines[:counted] are so many lines of the old and the new text
	for i, l := range lines {
		if l.sign == ' ' {
			continue
		}
		from, to := max(i-context, 0), min(i+context+1, len(lines))
		if last := len(hunks) - 1; last >= 0 && from <= hunks[last].to {
			hunks[last].to = to
			continue
		}
		more, moreAfter := count(lines[counted:from])
		counted, before, after = from, before+more, after+moreAfter
		hunks = append(hunks, hunk{from, to, before, after})
	}
	return hunks
}

// count is the number of lines of the old and of the new text.
func count(lines []line) (before, after int) {
	for _, l := range lines {
		if l.sign != '+' {
			before++
		}
		if l.sign != '-' {
			after++
		}
	}
	return before, after
}

func (h hunk) write(out *strings.Builder, lines []line) {
	lines = lines[h.from:h.to]
	before, after := count(lines)
	fmt.Fprintf(out, "@@ -%s +%s @@\n", span(h.oldBefore, before), span(h.newBefore, after))
	for _, l := range lines {
		out.WriteByte(l.sign)
		out.WriteString(l.text)
		if !strings.HasSuffix(l.text, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// span is a range of lines as hunk headers have it: an empty one is named by
// the line before it, the length of 1 is left out.
func span(before, length int) string {
	switch length {
	case 0:
		return fmt.Sprintf("%d,0", before)
	case 1:
		return fmt.Sprint(before + 1)
	}
	return fmt.Sprintf("%d,%d", before+1, length)
}
