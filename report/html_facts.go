package report

import (
	"strings"
	"time"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// facts are pairs of a name and a value; those without a value are left out.
func facts(pairs ...string) []html.Fact {
	var kept []html.Fact
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			kept = append(kept, html.Fact{Name: pairs[i], Value: Safe(pairs[i+1])})
		}
	}
	return kept
}

func htmlTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02 15:04:05 UTC")
}

// lookedAt is the sentence on the inventory, without its beginning.
func lookedAt(p *reconcile.Plan) string {
	for _, line := range said(func(page *page) { page.inventory(p) }) {
		if rest, found := strings.CutPrefix(line, "Looked at "); found {
			return rest
		}
	}
	return ""
}

// tones are the tones of colours.
var tones = map[color]html.Tone{green: html.Good, red: html.Bad, alarm: html.Alarm, yellow: html.Warn}

// htmlCounts is what the last line of a document counts, and what it does not
// know.
func htmlCounts(write func(*page), others int) []html.Count {
	p := &page{}
	write(p)
	var all []html.Count
	for _, c := range p.counted {
		noun := c.one
		if c.many != "" && c.n != 1 {
			noun = c.many
		}
		all = append(all, html.Count{N: c.n, Noun: noun, Tone: tones[c.color]})
	}
	if others > 0 {
		all = append(all, html.Count{N: others, Noun: "other", Tone: html.Warn})
	}
	return all
}

// otherStatuses counts the outcomes of which a later version says what this one
// does not know.
func otherStatuses(outcomes []reconcile.Outcome) int {
	known := map[reconcile.Status]bool{}
	for _, s := range statuses {
		known[s.status] = true
	}
	n := 0
	for _, o := range outcomes {
		if !known[o.Status] {
			n++
		}
	}
	return n
}

// otherKinds counts the deviations of kinds that this version does not know.
func otherKinds(deviations []reconcile.Deviation) int {
	n := 0
	for _, d := range deviations {
		if _, known := departures[d.Kind]; !known {
			n++
		}
	}
	return n
}
