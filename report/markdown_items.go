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
	urgent         bool // gives way last
	places         []spot
	count          int    // how many it stands for
	written        string // the line that it begins with, once it has been made
}

// form is how much is written of an item.
type form int

const (
	inFull form = iota
	withoutHint
	inBrief
)

// items are a section of a document. It is never folded. Where there is no room,
// first lists of images and places are shortened, then the hints go, then all but
// the beginning of each text, and then what is left is counted by severity and
// code: what is urgent last.
type items struct {
	markdown
	heading string // says how many there are
	all     []item
}

// forms are how items are written, the first that fits.
var forms = []struct {
	urgent, other form
	leftOut       string
}{
	{inFull, inFull, ""},
	{inFull, withoutHint, "Some hints are left out here"},
	{withoutHint, withoutHint, "The hints are left out here"},
	{withoutHint, inBrief, "The hints, and parts of some texts, are left out here"},
}

// part writes the section, or nothing where there are no items.
func (s items) part() part {
	if len(s.all) == 0 {
		return fixed("")
	}
	s.all = mergedItems(s.all)
	longest := fewTexts
	for _, i := range s.all {
		longest = max(longest, len(i.places))
		for _, place := range i.places {
			longest = max(longest, len(place.on))
		}
	}
	return func(room int) string {
		for n := range forms {
			if text := s.fitted(n, longest, room); len(text) <= room {
				return text
			}
		}
		return s.counted(room)
	}
}

// fitted is the section in a form. Lists that do not fit in full take half of what
// the rest leaves of the room: their last names are worth less than what stands
// below.
func (s items) fitted(form, longest, room int) string {
	full := s.inForm(form, longest, false, room)
	if len(full) <= room {
		return full
	}
	short := s.inForm(form, fewTexts, true, room)
	if longest == fewTexts || len(short) > room {
		return full
	}
	half := (len(short) + room) / 2
	more := sort.Search(longest-fewTexts, func(n int) bool { return len(s.inForm(form, fewTexts+n+1, true, half)) > half })
	return s.inForm(form, fewTexts+more, true, room)
}

// inForm writes the items with lists of at most some length. It ends where it is
// longer than the room.
func (s items) inForm(n, longest int, shortened bool, room int) string {
	var text strings.Builder
	text.WriteString(s.head())
	for i := range s.all {
		if text.Len() > room {
			break
		}
		f := forms[n].other
		if s.all[i].urgent {
			f = forms[n].urgent
		}
		s.all[i].write(&text, f, longest)
	}
	text.WriteString("\n" + s.leftOut(forms[n].leftOut, shortened))
	return text.String()
}

func (s items) head() string { return paragraph("#### " + s.heading) }

func (s items) leftOut(what string, shortened bool) string {
	switch {
	case shortened && what == "":
		what = "Lists are shortened here"
	case shortened:
		what += ", and lists are shortened"
	case what == "":
		return ""
	}
	return paragraph(what + ": " + s.whole + " has them.")
}

// counted writes as many items as fit in brief, and counts the others.
func (s items) counted(room int) string {
	var brief strings.Builder
	ends := []int{0} // of the first n items, in brief
	for _, i := range s.all {
		i.write(&brief, inBrief, 1)
		ends = append(ends, brief.Len())
		if brief.Len() > room {
			break
		}
	}
	write := func(n int) string {
		return s.head() + brief.String()[:ends[n]] + countedItems(s.all[n:]) + "\n" +
			s.leftOut("Parts of texts, and what is only counted, are left out here", false)
	}
	n := sort.Search(len(ends)-1, func(n int) bool { return len(write(n+1)) > room })
	if text := write(n); len(text) <= room {
		return text
	}
	return s.head() + paragraph("There is no room for them here: "+s.whole+" has them.")
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
