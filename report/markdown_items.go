package report

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/amisync/amisync/reconcile"
)

// item is something that is said of one or more places: a finding, a failure, or
// what could not be read.
type item struct {
	label, code    string
	text           string
	excepted, hint string
	urgent         bool     // gives way last
	places         []string // Markdown
	count          int      // how many it stands for
}

// form is how much is written of an item.
type form int

const (
	inFull form = iota
	withoutHint
	inBrief
)

// items are a section of a document. It is never folded. Where there is no room,
// first the hints go, then all but the beginning of each text, and then what is
// left is counted by severity and code: what is urgent last.
type items struct {
	markdown
	heading string // says how many there are
	all     []item
}

// part writes the section, or nothing where there are no items.
func (s items) part() part {
	if len(s.all) == 0 {
		return fixed("")
	}
	all := mergedItems(s.all)
	heading := paragraph("#### " + s.heading)
	forms := []struct {
		urgent, other form
		leftOut       string
	}{
		{inFull, inFull, ""},
		{inFull, withoutHint, "Some hints are left out here: "},
		{withoutHint, withoutHint, "The hints are left out here: "},
		{withoutHint, inBrief, "The hints, and parts of some texts, are left out here: "},
	}
	texts := make([]string, len(forms))
	for n, f := range forms {
		var text strings.Builder
		text.WriteString(heading)
		for _, i := range all {
			if i.urgent {
				text.WriteString(i.write(f.urgent))
			} else {
				text.WriteString(i.write(f.other))
			}
		}
		texts[n] = text.String() + "\n" + s.leftOut(f.leftOut)
	}
	return func(room int) string {
		for _, text := range texts {
			if len(text) <= room {
				return text
			}
		}
		return s.counted(heading, all, room)
	}
}

func (s items) leftOut(what string) string {
	if what == "" {
		return ""
	}
	return paragraph(what + s.whole + " has them.")
}

// counted writes as many items as fit in brief, and counts the others.
func (s items) counted(heading string, all []item, room int) string {
	var brief strings.Builder
	ends := []int{0} // of the first n items, in brief
	for _, i := range all {
		brief.WriteString(i.write(inBrief))
		ends = append(ends, brief.Len())
		if brief.Len() > room {
			break
		}
	}
	write := func(n int) string {
		return heading + brief.String()[:ends[n]] + countedItems(all[n:]) + "\n" +
			s.leftOut("Parts of texts, and what is only counted, are left out here: ")
	}
	n := sort.Search(len(ends)-1, func(n int) bool { return len(write(n+1)) > room })
	if text := write(n); len(text) <= room {
		return text
	}
	return heading + paragraph("There is no room for them here: "+s.whole+" has them.")
}

// mergedItems puts items together that differ in their place alone, what is
// urgent first.
func mergedItems(all []item) []item {
	type text struct{ label, code, text, excepted, hint string }
	var merged []item
	at := map[text]int{}
	for _, i := range all {
		key := text{i.label, i.code, i.text, i.excepted, i.hint}
		if n, seen := at[key]; seen {
			merged[n].places = append(merged[n].places, i.places...)
			merged[n].count += i.count
			continue
		}
		at[key] = len(merged)
		merged = append(merged, i)
	}
	slices.SortStableFunc(merged, func(a, b item) int { return urgentFirst(a.urgent, b.urgent) })
	return merged
}

// The lengths of texts that are written in brief, in characters and bytes.
const (
	briefText  = 160
	briefPlace = 240
)

func (i item) write(f form) string {
	lead := "- **" + cmp.Or(markdownProse(i.label), "unknown") + "** "
	if i.code != "" {
		lead += codeSpan(i.code) + " "
	}
	if f == inBrief {
		return lead + i.brief()
	}
	text := lead + markdownProse(i.text) + "\n"
	for _, place := range i.places {
		text += "  - " + place + "\n"
	}
	if i.excepted != "" {
		text += "  - excepted " + markdownProse(i.excepted) + "\n"
	}
	if i.hint != "" && f == inFull {
		text += "  - hint: " + markdownProse(i.hint) + "\n"
	}
	return text
}

// brief is the text with one place, on a line.
func (i item) brief() string {
	text := markdownProse(shortened(i.text, briefText))
	switch {
	case len(i.places) == 0:
	case len(i.places[0]) > briefPlace:
		text += " · " + number(len(i.places), "place", "places")
	default:
		text += " · " + i.places[0]
		if i.count > 1 {
			text += fmt.Sprintf(" and %d more", i.count-1)
		}
	}
	if i.excepted != "" {
		text += " · excepted"
	}
	return text + "\n"
}

// countedItems counts items by label and code.
func countedItems(all []item) string {
	type key struct{ label, code string }
	counts := map[key]int{}
	var keys []key
	for _, i := range all {
		k := key{i.label, i.code}
		if counts[k] == 0 {
			keys = append(keys, k)
		}
		counts[k] += i.count
	}
	var text strings.Builder
	for _, k := range keys {
		known, _ := reconcile.CodeOf(k.code)
		text.WriteString("- **" + joined("** ", cmp.Or(markdownProse(k.label), "unknown"), codeIfAny(k.code)))
		if k.code == "" {
			text.WriteString("**")
		}
		fmt.Fprintf(&text, " × %d", counts[k])
		if known.Title != "" {
			text.WriteString(": " + known.Title)
		}
		text.WriteByte('\n')
	}
	return text.String()
}
