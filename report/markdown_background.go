package report

import (
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// background is what a plan knows of images beyond its changes. The zero value is
// that of a document that knows nothing of them, and says nothing of it.
type background struct {
	images  map[principal.Image]*around // that change
	stopped map[principal.Image]bool    // by a finding
	// wide are those who occur in ways, spans are they as Markdown, and index is
	// where they stand in both.
	wide  []reconcile.NamedPrincipal
	spans []string
	index map[principal.Principal]int
}

// around is what a plan knows of one image.
type around struct {
	shares []string // that pick it
	ways   []way    // into it after the plan, accounts aside
	gone   []int    // ways that the plan closes
	told   bool     // whether the plan says who may launch it
}

// way is a launch permission of an organization, a unit or the public.
type way struct {
	who   int    // index into background.wide
	until string // the last day; empty where none is known
}

// backgroundOf looks up the images that a plan changes.
func backgroundOf(plan *reconcile.Plan) background {
	b := background{images: map[principal.Image]*around{}, stopped: map[principal.Image]bool{}, index: map[principal.Principal]int{}}
	b.change(plan.Changes)
	b.stand(&plan.Access)
	for _, f := range plan.Findings {
		if f.Refuses() && f.Stops == reconcile.StopsImage {
			b.stopped[f.Image.Image] = true
		}
	}
	return b
}

// change adds the ways that changes open and close.
func (b *background) change(changes []reconcile.Change) {
	for _, c := range changes {
		i := b.images[c.Image.Image]
		if i == nil {
			i = &around{}
			b.images[c.Image.Image] = i
		}
		switch {
		case c.Principal.Kind == principal.Account:
		case c.Verb.Gives():
			i.ways = append(i.ways, way{who: b.add(c.Principal), until: c.Until})
		case c.Verb.Takes():
			i.gone = append(i.gone, b.add(c.Principal))
		}
	}
}

// stand adds the ways that were there before and stay.
func (b *background) stand(access *reconcile.Access) {
	sets := make([][]int, len(access.Sets)) // of those who are no accounts
	for n := range sets {
		holders, _ := access.Holders(reconcile.ImageAccess{Set: n})
		for _, p := range holders {
			if p.Kind != principal.Account {
				sets[n] = append(sets[n], b.add(p))
			}
		}
	}
	for _, a := range access.Images {
		i := b.images[a.Image.Image]
		if i == nil {
			continue
		}
		i.shares = a.Shares
		i.told = a.Unknown == "" && a.Set >= 0 && a.Set < len(sets)
		if !i.told {
			continue
		}
		for _, p := range sets[a.Set] {
			if !slices.Contains(i.gone, p) {
				i.ways = append(i.ways, way{who: p})
			}
		}
	}
}

// add returns the place of a principal in wide.
func (b *background) add(p reconcile.NamedPrincipal) int {
	n, seen := b.index[p.Principal]
	if !seen {
		n = len(b.wide)
		b.index[p.Principal] = n
		b.wide, b.spans = append(b.wide, p), append(b.spans, principalSpan(p))
	}
	return n
}
