// Package unified writes the difference of two texts in the unified format of
// diff -u, which people, patch and git read.
package unified

import (
	"fmt"
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
	lines := compare(before, after)
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

func compare(before, after string) []line {
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

// hunk is a run of lines, from and to in the list of all lines, and how many
// lines of each text stand before it.
type hunk struct {
	from, to             int
	oldBefore, newBefore int
}

// hunks finds the changes with their context; changes that are near share one.
func hunks(lines []line) []hunk {
	var hunks []hunk
	for i, l := range lines {
		if l.sign == ' ' {
			continue
		}
		from, to := max(i-context, 0), min(i+context+1, len(lines))
		if last := len(hunks) - 1; last >= 0 && from <= hunks[last].to {
			hunks[last].to = to
			continue
		}
		before, after := count(lines[:from])
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
