package report

import (
	"cmp"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// turn is what happens to one principal: the changes of one verb, over all
// images.
type turn struct {
	verb    reconcile.Verb
	who     reconcile.NamedPrincipal
	changes []reconcile.Change
	on      []reconcile.NamedImage // each once, sorted by name
	kept    kept                   // of a revoke
}

// turns puts changes together by verb and principal: first what is given, each
// from the widest principal to the narrowest.
func (b background) turns(changes []reconcile.Change) []turn {
	type key struct {
		verb reconcile.Verb
		who  principal.Principal
	}
	at := map[key]int{}
	var all []turn
	for _, c := range changes {
		k := key{c.Verb, c.Principal.Principal}
		n, seen := at[k]
		if !seen {
			n = len(all)
			at[k] = n
			all = append(all, turn{verb: c.Verb, who: c.Principal})
		}
		all[n].changes = append(all[n].changes, c)
	}
	slices.SortStableFunc(all, func(a, b turn) int {
		return cmp.Or(urgentFirst(a.verb.Gives(), b.verb.Gives()),
			principal.Compare(a.who.Principal, b.who.Principal), cmp.Compare(a.verb, b.verb))
	})
	for n := range all {
		all[n].on = imagesIn(all[n].changes)
		all[n].kept = b.kept(all[n])
	}
	return all
}

// imagesIn returns the images that changes are about, each once, sorted by name.
func imagesIn(changes []reconcile.Change) []reconcile.NamedImage {
	seen := map[principal.Image]bool{}
	var all []reconcile.NamedImage
	for _, c := range changes {
		if !seen[c.Image.Image] {
			seen[c.Image.Image] = true
			all = append(all, c.Image)
		}
	}
	slices.SortFunc(all, byName)
	return all
}

// public reports whether the turn is about everyone. Its row is never left out.
func (t turn) public() bool {
	return t.verb == reconcile.VerbPublish || t.verb == reconcile.VerbUnpublish || t.who.Kind == principal.Public
}
