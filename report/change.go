package report

import (
	"cmp"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// verb is a verb with the sign that people know from diffs.
func verb(v reconcile.Verb) span {
	switch {
	case v == reconcile.VerbPublish:
		return paint(alarm, "! "+string(v))
	case v.Gives():
		return paint(green, "+ "+string(v))
	case v.Takes():
		return paint(red, "- "+string(v))
	}
	return say("~ " + string(v))
}

// change is a change as cells: what is done for whom.
func change(c reconcile.Change) []span {
	return []span{verb(c.Verb), say(kindWord(c.Principal.Kind)), say(who(c.Principal))}
}

// reason is why a change is needed, and until when it holds.
func reason(c reconcile.Change) string {
	switch {
	case c.Reason == reconcile.Evicted:
		return "to be taken out everywhere"
	case c.Reason == reconcile.Undeclared:
		return "not declared"
	case c.Reason == reconcile.Expired:
		return "expired " + c.Until
	case c.Until != "":
		return string(c.Reason) + " until " + c.Until
	}
	return string(c.Reason)
}

// explained is a change as cells, with its reason, the place in the manifests
// and the words of its author.
func explained(c reconcile.Change) []span {
	cells := append(change(c), say(reason(c)), paint(faint, place(c.Source)))
	if c.Note != "" {
		cells = append(cells, paint(faint, "("+c.Note+")"))
	}
	return cells
}

// byPrincipal sums up who gains and who loses, over all images: first what is
// given, each from the widest principal to the narrowest.
func (p *page) byPrincipal(changes []reconcile.Change) {
	type key struct {
		verb reconcile.Verb
		who  principal.Principal
	}
	times := map[key]int{}
	var first []reconcile.Change
	for _, c := range changes {
		k := key{c.Verb, c.Principal.Principal}
		if times[k]++; times[k] == 1 {
			first = append(first, c)
		}
	}
	slices.SortStableFunc(first, func(a, b reconcile.Change) int {
		return cmp.Or(urgentFirst(a.Verb.Gives(), b.Verb.Gives()),
			principal.Compare(a.Principal.Principal, b.Principal.Principal), cmp.Compare(a.Verb, b.Verb))
	})
	var rows []row
	for _, c := range first {
		rows = append(rows, row{cells: append(change(c), say(images(times[key{c.Verb, c.Principal.Principal}])))})
	}
	p.heading("By principal")
	p.rows(2, columns(rows), rows)
}
