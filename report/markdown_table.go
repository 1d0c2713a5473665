package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// tableRow writes cells as a row of a table.
func tableRow(cells ...string) string {
	text := "|"
	for _, cell := range cells {
		text += " " + tableCell(cell) + " |"
	}
	return text + "\n"
}

// tableHead is the head of a table.
func tableHead(cells ...string) string {
	return tableRow(cells...) + "|" + strings.Repeat(" --- |", len(cells)) + "\n"
}

// ranked is a row about one principal that may have to give way.
type ranked struct {
	text  string
	short string // what is left of a row that is never left out; else empty
	gives bool
	who   principal.Principal
	on    []reconcile.NamedImage // or shares, by their name
}

// firstToStay orders rows by what a reader must not miss: everyone, then
// organizations and units, then those with the most images.
func firstToStay(a, b ranked) int {
	return cmp.Or(urgentFirst(a.short != "", b.short != ""),
		urgentFirst(a.who.Kind != principal.Account, b.who.Kind != principal.Account),
		cmp.Compare(len(b.on), len(a.on)))
}

// accessTable is a table of who gains and who loses.
type accessTable struct {
	head      string
	columns   int
	one, many string // what the principals gain or lose: an image, say
	rows      []ranked
}

// write writes the table. Where there is no room for every row, those that give
// way are summed up; those about everyone stay.
func (t accessTable) write(room int) string {
	all, reserved := "", t.sum(t.rows, true)+t.sum(t.rows, false)
	room -= len(t.head) + len("\n")
	order := make([]int, len(t.rows))
	spare := room - len(reserved)
	for i, r := range t.rows {
		order[i] = i
		all += r.text
		spare -= len(r.short)
	}
	if len(all) <= room {
		return t.head + all + "\n"
	}
	slices.SortStableFunc(order, func(a, b int) int { return firstToStay(t.rows[a], t.rows[b]) })
	stays := map[int]bool{}
	for _, i := range order {
		if cost := len(t.rows[i].text) - len(t.rows[i].short); cost <= spare {
			stays[i] = true
			spare -= cost
		}
	}
	return t.head + t.half(true, stays) + t.half(false, stays) + "\n"
}

// half is what is left of the rows about those who gain, or who lose.
func (t accessTable) half(gives bool, stays map[int]bool) string {
	var text strings.Builder
	var left []ranked
	for i, r := range t.rows {
		switch {
		case r.gives != gives:
		case stays[i]:
			text.WriteString(r.text)
		default:
			text.WriteString(r.short)
			left = append(left, r)
		}
	}
	return text.String() + t.sum(left, gives)
}

// sum is a row that sums up what is left out of rows.
func (t accessTable) sum(rows []ranked, gives bool) string {
	seen := map[reconcile.NamedImage]bool{}
	principals := 0
	for _, r := range rows {
		if r.gives != gives || r.short != "" {
			continue
		}
		principals++
		for _, i := range r.on {
			seen[i] = true
		}
	}
	if principals == 0 {
		return ""
	}
	does := verbWords[reconcile.VerbRevoke]
	if gives {
		does = verbWords[reconcile.VerbGrant]
	}
	cells := []string{does, "and " + number(principals, "more principal", "more principals"), number(len(seen), t.one, t.many)}
	return tableRow(append(cells, make([]string, t.columns-len(cells))...)...)
}

// turns is a table of what happens to whom by changes.
func (m markdown) turns(heading string, changes []reconcile.Change, known background) part {
	if len(changes) == 0 {
		return fixed("")
	}
	columns := []string{"Change", "Who", "Images", "Why", "Manifest"}
	table := accessTable{head: "#### " + heading + "\n\n" + tableHead(columns...), columns: len(columns), one: "image", many: "images"}
	for _, t := range turns(changes) {
		r := ranked{gives: t.verb.Gives(), who: t.who.Principal, on: t.images()}
		r.text = tableRow(verbSpan(t.verb), principalSpan(t.who), m.imagesOf(t, known), m.why(t, known), m.places(t))
		if t.public() {
			r.short = tableRow(verbSpan(t.verb), "**everyone**", images(len(r.on)), "", "")
		}
		table.rows = append(table.rows, r)
	}
	return table.write
}

// How much a cell lists.
const (
	namedImages = 2  // beyond that, images are counted
	namedPublic = 10 // images that become public
	fewTexts    = 3
)

// imagesOf is how many images a turn is about, with their names where these are
// few, or else with what they have in common.
func (m markdown) imagesOf(t turn, known background) string {
	var names, shares, lanes []string
	on := t.images()
	for _, i := range on {
		lane := m.lane(reconcile.LaneOf(i.Image))
		names = append(names, imageSpan(i)+" in "+lane)
		lanes = append(lanes, lane)
		for _, share := range known.shares[i.Image] {
			shares = append(shares, codeSpan(share))
		}
	}
	count := "**" + images(len(on)) + "**"
	if len(on) <= namedImages || t.public() {
		return count + ": " + some(names, namedPublic)
	}
	slices.Sort(lanes)
	text := count + " in " + some(distinct(lanes), fewTexts)
	if shares = distinct(shares); len(shares) > 0 {
		text += ", of share " + some(shares, fewTexts)
	}
	return text
}

// why is why a turn is needed, and what to know beside that.
func (m markdown) why(t turn, known background) string {
	var texts []string
	for _, c := range t.changes {
		texts = append(texts, because(c))
	}
	return joined("; ", append([]string{some(distinct(texts), fewTexts)}, known.remarks(t)...)...)
}

// places are where the manifests decide about a turn.
func (m markdown) places(t turn) string {
	var texts []string
	for _, c := range t.changes {
		texts = append(texts, m.style.link(c.Source))
	}
	return some(distinct(texts), fewTexts)
}
