package report

import (
	"fmt"
	"strings"

	"github.com/amisync/amisync/reconcile"
)

// edits are the entries of Directories that differ: one line in a diff, and a
// long way to reach.
func (m markdown) edits(edits []reconcile.Edit) part {
	var all []item
	for _, e := range edits {
		var shares []string
		for _, share := range e.Shares {
			shares = append(shares, codeSpan(share))
		}
		text := fmt.Sprintf("of %s changes %s: %s, %s", editedEntry(e), number(len(e.Shares), "image share", "image shares"),
			number(e.Gains, "gain", "gains"), number(e.Losses, "loss", "losses"))
		i := item{label: "This edit", text: text, count: 1}
		if about := joined(" · ", some(shares, namedPublic), m.style.link(e.Source)); about != "" {
			i.places = []spot{{about: about}}
		}
		all = append(all, i)
	}
	return items{m, "Edits of Directories, and how far they reach: " + fmt.Sprint(len(all)), all}.part()
}

// settings is a table of everything else that differs; risks stand above.
func (m markdown) settings(settings []reconcile.SettingDifference) part {
	var rows []string
	for _, s := range settings {
		if !s.Risk {
			rows = append(rows, tableRow(settingSpan(s), fromTo(s), markdownProse(s.Consequence), m.style.link(s.Source)))
		}
	}
	if len(rows) == 0 {
		return fixed("")
	}
	head := "#### Other settings\n\n" + tableHead("Setting", "Change", "What follows", "Manifest")
	return func(room int) string {
		kept, left := fitting(rows, room-len(head)-len("\n"), func(left int) string {
			return tableRow("and "+number(left, "more setting", "more settings"), "", "", "")
		})
		return head + kept + left + "\n"
	}
}

// fitting returns as many texts as there is room for, and what says how many are
// left out.
func fitting(texts []string, room int, says func(left int) string) (kept, left string) {
	if all := strings.Join(texts, ""); len(all) <= room {
		return all, ""
	}
	room -= len(says(len(texts)))
	n := 0
	for n < len(texts) && len(kept)+len(texts[n]) <= room {
		kept += texts[n]
		n++
	}
	return kept, says(len(texts) - n)
}

// byShare is a line for each difference.
func (m markdown) byShare(access []reconcile.AccessDifference) []string {
	var lines []string
	for _, a := range access {
		share := codeSpan(a.Share)
		if a.Owner != "" {
			share += " of " + codeSpan(a.Owner)
		}
		lines = append(lines, "- "+joined(" · ", share, declaredVerb(a)+": "+principalSpan(a.Principal), declaredWhy(a), m.style.link(a.Source))+"\n")
	}
	return lines
}

// listed is a folded list, of as many lines as there is room for.
func (m markdown) listed(title, one, many string, lines []string) part {
	if len(lines) == 0 {
		return fixed("")
	}
	start := opening(fmt.Sprintf("%s (%s)", title, number(len(lines), one, many)))
	return func(room int) string {
		kept, left := fitting(lines, room-len(start)-len("\n")-len(closing), func(left int) string {
			return paragraph(fmt.Sprintf("Not listed here: %s. See %s.", number(left, one, many), m.whole))
		})
		if kept == "" {
			return left
		}
		return start + kept + "\n" + closing + left
	}
}

// differenceNext says how to go on from a difference.
func differenceNext(d *reconcile.Difference) string {
	if len(d.Access)+len(d.Settings) == 0 {
		return "Nothing."
	}
	return "`amisync plan` asks the clouds what this comes to, image by image."
}
