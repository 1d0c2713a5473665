package report

import (
	"slices"

	"github.com/amisync/amisync/reconcile"
)

// turns is a table of what happens to whom by changes of which no more is known.
func (m markdown) turns(heading string, changes []reconcile.Change) part {
	return m.turnTable(heading, background{}.turns(changes), background{})
}

// turnTable is a table of what happens to whom.
func (m markdown) turnTable(heading string, all []turn, known background) part {
	if len(all) == 0 {
		return fixed("")
	}
	columns := []string{"Change", "Who", "Images", "Why", "Manifest"}
	table := accessTable{head: "#### " + heading + "\n\n" + tableHead(columns...), columns: len(columns), one: "image", many: "images"}
	for _, t := range all {
		r := ranked{gives: t.verb.Gives(), does: verbWords[t.verb], who: t.who.Principal, on: t.on}
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
	count := "**" + images(len(t.on)) + "**"
	if len(t.on) <= namedImages || t.public() {
		var names []string
		for _, i := range t.on {
			names = append(names, m.imageIn(i))
		}
		return count + ": " + some(names, namedPublic)
	}
	var shares, lanes []string
	inLane := map[reconcile.Lane]bool{}
	for _, i := range t.on {
		inLane[reconcile.LaneOf(i.Image)] = true
		if about := known.images[i.Image]; about != nil {
			shares = append(shares, about.shares...)
		}
	}
	for l := range inLane {
		lanes = append(lanes, m.lane(l))
	}
	slices.Sort(lanes)
	text := count + " in " + some(distinct(lanes), fewTexts)
	if spans := codeSpans(distinct(shares)); len(spans) > 0 {
		text += ", of share " + some(spans, fewTexts)
	}
	return text
}

// why is why a turn is needed, and what to know beside that.
func (m markdown) why(t turn, known background) string {
	var texts []string
	seen := map[[3]string]bool{}
	for _, c := range t.changes {
		if key := [3]string{reason(c), c.Until, c.Note}; !seen[key] {
			seen[key] = true
			texts = append(texts, because(c))
		}
	}
	return joined("; ", append([]string{some(distinct(texts), fewTexts)}, known.remarks(t)...)...)
}

// places are where the manifests decide about a turn.
func (m markdown) places(t turn) string {
	var texts []string
	seen := map[reconcile.Source]bool{}
	for _, c := range t.changes {
		if !seen[c.Source] {
			seen[c.Source] = true
			texts = append(texts, m.style.link(c.Source))
		}
	}
	return some(distinct(texts), fewTexts)
}
