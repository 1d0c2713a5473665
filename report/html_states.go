package report

import (
	"cmp"
	"maps"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report/html"
)

// imageStates is what is known of one image: a row of the matrix.
type imageStates struct {
	image  reconcile.NamedImage
	shares []string
	// unknown is why it is not known who else has access; empty where it is known.
	unknown string
	states  map[principal.Principal]state
}

// state is what an image and a principal have to do with each other.
type state struct {
	html.Cell
	holds   bool // has access in the end, so whoever is inside has it too
	changes bool
}

// accessStates gathers the rows of a matrix: from who has access, and from what
// changes.
type accessStates struct {
	images  map[principal.Image]*imageStates
	names   map[principal.Principal]string
	stopped map[principal.Image]bool // by a finding
	says    map[html.Cell]string     // what cells mean, beside meanings
}

// newAccessStates starts from who has access.
func newAccessStates(access *reconcile.Access, findings []reconcile.Finding) *accessStates {
	s := &accessStates{images: map[principal.Image]*imageStates{}, names: map[principal.Principal]string{}, says: map[html.Cell]string{}}
	s.stopped, _ = keptImages(findings)
	for _, image := range access.Images {
		holders, known := access.Holders(image)
		row := s.row(image.Image)
		row.shares, row.unknown = image.Shares, ""
		if !known {
			row.unknown = joined(": ", "not read", image.Unknown)
		}
		for _, holder := range holders {
			s.hold(row, holder)
		}
	}
	return s
}

// row returns an image's row. Of an image that has none yet nothing is known.
func (s *accessStates) row(image reconcile.NamedImage) *imageStates {
	row := s.images[image.Image]
	if row == nil {
		row = &imageStates{image: image, unknown: "who else has access is not in this document", states: map[principal.Principal]state{}}
		s.images[image.Image] = row
	}
	return row
}

func (s *accessStates) hold(row *imageStates, holder reconcile.NamedPrincipal) {
	cell := granted
	if holder.Kind == principal.Public {
		cell = public
	}
	s.set(row, holder, state{Cell: cell, holds: true})
}

func (s *accessStates) set(row *imageStates, p reconcile.NamedPrincipal, state state) {
	if p.Alias != "" {
		s.names[p.Principal] = p.Alias
	}
	row.states[p.Principal] = state
}

// plan adds what a plan would do, and returns how it looks.
func (s *accessStates) plan(c reconcile.Change) html.Cell {
	cell, holds := planned(c.Verb), c.Verb.Gives()
	if s.stopped[c.Image.Image] {
		cell, holds = html.Cell{Mark: html.Wait, Text: cell.Text + " held back"}, c.Verb.Takes()
		s.says[cell] = "is not done: a finding stops the image"
	}
	s.set(s.row(c.Image), c.Principal, state{Cell: cell, holds: holds, changes: true})
	return cell
}

// drift adds how the cloud departs from the manifests, and returns how it looks
// and what it says.
func (s *accessStates) drift(d reconcile.Deviation) (html.Cell, string) {
	cell, says := departed(d.Kind)
	row := s.row(d.Image)
	holds := d.Kind != reconcile.DriftMissing && d.Kind != reconcile.DriftPending
	if cell.Mark == html.Unknown {
		holds = row.states[d.Principal.Principal].holds
	}
	s.says[cell] = says
	s.set(row, d.Principal, state{Cell: cell, holds: holds, changes: true})
	return cell, says
}

// resultStates starts from who had access after an apply, as far as it was read.
func resultStates(r *reconcile.Result) *accessStates {
	s := newAccessStates(&reconcile.Access{}, r.Findings)
	for _, record := range r.Images {
		row := s.row(record.Image)
		row.unknown, row.shares = "", record.Shares
		if record.After == nil {
			row.unknown = "not read back"
		}
		for _, p := range record.After {
			s.hold(row, reconcile.NamedPrincipal{Principal: p})
		}
	}
	return s
}

// outcome adds what became of a change.
func (s *accessStates) outcome(o reconcile.Outcome) {
	row := s.row(o.Change.Image)
	before := row.states[o.Change.Principal.Principal]
	s.set(row, o.Change.Principal, state{Cell: became(o), holds: before.holds || inEffect(o) && o.Change.Verb.Gives(), changes: true})
}

// principals returns those who occur in the rows, from the widest on.
func principals(rows []*imageStates) []principal.Principal {
	all := map[principal.Principal]bool{}
	for _, row := range rows {
		for p := range row.states {
			all[p] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), widestFirst)
}

// widestFirst orders principals, those of kinds that are not known here too.
func widestFirst(a, b principal.Principal) int {
	return cmp.Or(principal.Compare(a, b), cmp.Compare(a.Kind, b.Kind))
}

// cell is what stands in a row below a principal.
func (r *imageStates) cell(p principal.Principal) html.Cell {
	if state, known := r.states[p]; known {
		return state.Cell
	}
	for holder, state := range r.states {
		if state.holds && holder.Kind == principal.Organization && holder.Holds(p) {
			return inherited
		}
	}
	if r.unknown != "" {
		return unknown
	}
	return html.Cell{}
}

// remarks are what holds for the whole row.
func (r *imageStates) remarks() []html.Remark {
	var remarks []html.Remark
	if state := r.states[principal.Everyone]; state.holds {
		text := "public: everyone may launch it"
		if state.Text == planned(reconcile.VerbPublish).Text {
			text = "becomes public: everyone may launch it"
		}
		remarks = append(remarks, html.Remark{Label: text, Tone: html.Alarm})
	}
	if r.unknown != "" {
		remarks = append(remarks, html.Remark{Label: Safe(r.unknown), Tone: html.Warn})
	}
	return remarks
}

func (r *imageStates) changes() bool {
	for _, state := range r.states {
		if state.changes {
			return true
		}
	}
	return false
}

// sortedRows are the rows by name.
func (s *accessStates) sortedRows() []*imageStates {
	var rows []*imageStates
	for _, row := range s.images {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b *imageStates) int { return byName(a.image, b.image) })
	return rows
}
