package report

import (
	"cmp"
	"fmt"
	"io"

	"github.com/amisync/amisync/reconcile"
)

// WriteDifference shows how two revisions of the manifests differ: who gains and
// who loses, which edits of Directories are behind it, and what else differs.
func (textWriter) WriteDifference(w io.Writer, d *reconcile.Difference, style Style) error {
	p := &page{style: style}
	p.compared(d)
	p.shares(d.Access)
	p.edits(d.Edits)
	p.settings(d.Settings)
	p.differenceCounts(d.Summary)
	return p.writeTo(w)
}

// compared says what was compared, and by what.
func (p *page) compared(d *reconcile.Difference) {
	text := fmt.Sprintf("%s, compared with %s. No cloud was asked: this is what the manifests declare, not what exists.",
		cmp.Or(d.Head, "The working tree"), d.Base)
	if d.Differs() {
		p.prose(0, plain, text)
	} else {
		p.statement(green, "No difference.", text)
	}
}

// differenceCounts writes the last line of a difference.
func (p *page) differenceCounts(s reconcile.DifferenceSummary) {
	p.counts("Diff",
		count{s.Shares, "share", "shares", bold},
		count{s.Gains, "gain", "gains", green},
		count{s.Losses, "loss", "losses", red},
		count{s.Terms, "term", "terms", yellow},
		count{s.Public, "public", "", alarm},
		count{s.Settings, "setting", "settings", bold},
	)
}

// edits writes which entries of Directories are behind the differences, and how
// far each reaches.
func (p *page) edits(edits []reconcile.Edit) {
	if len(edits) == 0 {
		return
	}
	p.heading("Edits of Directories, and how far they reach")
	var rows []row
	for _, e := range edits {
		rows = append(rows, row{cells: []span{say(editedEntry(e)), say(number(len(e.Shares), "share", "shares")),
			say(number(e.Gains, "gain", "gains")), say(number(e.Losses, "loss", "losses")), paint(faint, place(e.Source))}})
	}
	p.rows(2, columns(rows), rows)
}

// editedEntry is an entry, with the ids where its name stands for another.
func editedEntry(e reconcile.Edit) string {
	if e.Before == e.After {
		return e.Entry
	}
	return e.Entry + ": " + e.Before + " → " + e.After
}

// settings writes what else differs, risks first.
func (p *page) settings(settings []reconcile.SettingDifference) {
	var remarks []remark
	for _, risk := range []bool{true, false} {
		for _, s := range settings {
			if s.Risk != risk {
				continue
			}
			label := say("other")
			if risk {
				label = paint(alarm, "risk")
			}
			remarks = append(remarks, remark{label: label, text: joined(" ", s.Subject, s.Key) + ": " + changed(s), places: []string{joined(" · ", s.Consequence, place(s.Source))}})
		}
	}
	p.remarks("Settings", remarks)
}

// changed is how a setting differs.
func changed(s reconcile.SettingDifference) string {
	switch {
	case s.Before == "":
		return "now " + s.After
	case s.After == "":
		return "no longer " + s.Before
	}
	return s.Before + " → " + s.After
}
