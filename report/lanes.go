package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// entry is one line about one image.
type entry struct {
	image reconcile.NamedImage
	row   row
	// urgent moves the line's image, and its lane, before those where nothing is
	// urgent.
	urgent bool
}

// block is a list of images that have the same rows to show.
type block struct {
	images []reconcile.NamedImage // sorted by name, then id
	rows   []row
	urgent bool
}

// lane is the part of a document about one lane.
type lane struct {
	reconcile.Lane
	blocks []block
	urgent bool
}

// lanes writes entries, grouped by lane and image. Entries of one image keep
// their order.
func (p *page) lanes(entries []entry) {
	for _, l := range grouped(entries) {
		p.heading(p.style.account(l.Account) + " " + l.Region)
		var all []row
		for _, b := range l.blocks {
			all = append(all, b.rows...)
		}
		widths := columns(all)
		for i, b := range l.blocks {
			if i > 0 {
				p.space()
			}
			p.block(b, widths)
		}
	}
}

func (p *page) block(b block, widths []int) {
	var names []row
	for _, image := range b.images {
		if image.Name == "" {
			names = append(names, row{cells: []span{say(image.ID), say("")}})
		} else {
			names = append(names, row{cells: []span{say(image.Name), say(image.ID)}})
		}
	}
	p.rows(2, columns(names), names)
	if len(names) > 1 {
		p.line(4, paint(faint, fmt.Sprintf("each of these %d images:", len(names))))
	}
	p.rows(4, widths, b.rows)
}

func grouped(entries []entry) []lane {
	byLane := map[reconcile.Lane][]entry{}
	for _, e := range entries {
		key := reconcile.LaneOf(e.image.Image)
		byLane[key] = append(byLane[key], e)
	}
	var lanes []lane
	for key, entries := range byLane {
		lanes = append(lanes, lane{Lane: key, blocks: folded(entries),
			urgent: slices.ContainsFunc(entries, func(e entry) bool { return e.urgent })})
	}
	slices.SortFunc(lanes, func(a, b lane) int {
		return cmp.Or(urgentFirst(a.urgent, b.urgent), cmp.Compare(a.Provider, b.Provider),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region))
	})
	return lanes
}

// folded puts the entries of one lane together by image, and images with equal
// rows into one block.
func folded(entries []entry) []block {
	perImage := map[principal.Image]*block{}
	for _, e := range entries {
		b := perImage[e.image.Image]
		if b == nil {
			b = &block{images: []reconcile.NamedImage{e.image}}
			perImage[e.image.Image] = b
		}
		b.rows = append(b.rows, e.row)
		b.urgent = b.urgent || e.urgent
	}
	perRows := map[string]*block{}
	for _, b := range perImage {
		key := fmt.Sprintf("%q", b.rows)
		if same := perRows[key]; same != nil {
			same.images = append(same.images, b.images...)
		} else {
			perRows[key] = b
		}
	}
	var blocks []block
	for _, b := range perRows {
		slices.SortFunc(b.images, byName)
		blocks = append(blocks, *b)
	}
	slices.SortFunc(blocks, func(a, b block) int {
		return cmp.Or(urgentFirst(a.urgent, b.urgent), byName(a.images[0], b.images[0]))
	})
	return blocks
}

func byName(a, b reconcile.NamedImage) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), principal.CompareImages(a.Image, b.Image))
}

func urgentFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
