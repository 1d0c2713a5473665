package report

import (
	"cmp"
	"fmt"
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
}

// turns puts changes together by verb and principal: first what is given, each
// from the widest principal to the narrowest.
func turns(changes []reconcile.Change) []turn {
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
	return all
}

// public reports whether the turn is about everyone. Its row is never left out.
func (t turn) public() bool {
	return t.verb == reconcile.VerbPublish || t.verb == reconcile.VerbUnpublish || t.who.Kind == principal.Public
}

// images returns the turn's images, each once, sorted by name.
func (t turn) images() []reconcile.NamedImage {
	seen := map[principal.Image]bool{}
	var all []reconcile.NamedImage
	for _, c := range t.changes {
		if !seen[c.Image.Image] {
			seen[c.Image.Image] = true
			all = append(all, c.Image)
		}
	}
	slices.SortFunc(all, byName)
	return all
}

// background is what a plan knows of images beyond its changes.
type background struct {
	shares  map[principal.Image][]string                   // that pick an image
	wide    map[principal.Image][]reconcile.NamedPrincipal // who may launch it after the plan, accounts aside
	stopped map[principal.Image]bool                       // by a finding
}

// backgroundOf looks up the images that a plan changes.
func backgroundOf(plan *reconcile.Plan) background {
	b := background{map[principal.Image][]string{}, map[principal.Image][]reconcile.NamedPrincipal{}, map[principal.Image]bool{}}
	lost := map[principal.Image]map[principal.Principal]bool{}
	for _, group := range reconcile.ByImage(plan.Changes) {
		image := group[0].Image.Image
		lost[image] = map[principal.Principal]bool{}
		for _, c := range group {
			if c.Verb.Gives() && c.Principal.Kind != principal.Account {
				b.wide[image] = append(b.wide[image], c.Principal)
			}
			lost[image][c.Principal.Principal] = lost[image][c.Principal.Principal] || c.Verb.Takes()
		}
	}
	for _, access := range plan.Access.Images {
		image := access.Image.Image
		gone, changed := lost[image]
		if !changed {
			continue
		}
		b.shares[image] = access.Shares
		holders, _ := plan.Access.Holders(access)
		for _, p := range holders {
			if p.Kind != principal.Account && !gone[p.Principal] {
				b.wide[image] = append(b.wide[image], p)
			}
		}
	}
	for _, f := range plan.Findings {
		if f.Refuses() && f.Stops == reconcile.StopsImage {
			b.stopped[f.Image.Image] = true
		}
	}
	return b
}

// remarks are what to know of a turn beside its reason: whether it is held back,
// and whether who loses an entry keeps access through a wider one.
func (b background) remarks(t turn) []string {
	held, keeps, may, lost := 0, 0, 0, 0
	var through, perhaps []string
	on := t.images()
	for _, i := range on {
		if b.stopped[i.Image] {
			held++
		}
		sure, unsure := b.kept(t, i.Image)
		switch {
		case len(sure) > 0:
			keeps++
			through = append(through, sure...)
		case len(unsure) > 0:
			may++
			perhaps = append(perhaps, unsure...)
		default:
			lost++
		}
	}
	var remarks []string
	add := func(n int, format, through string) {
		if n > 0 {
			of := fmt.Sprintf("%d of %d", n, len(on))
			switch {
			case len(on) == 1:
				of = "it"
			case n == len(on):
				of = "all of them"
			}
			remarks = append(remarks, fmt.Sprintf(format, of, through))
		}
	}
	add(held, "**held back** for %s: a finding stops the image%s", "")
	add(keeps, "keeps access to %s through %s", some(distinct(through), 2))
	add(may, "**may keep access** to %s through %s, if it is inside", some(distinct(perhaps), 2))
	if t.verb == reconcile.VerbRevoke {
		add(lost, "**no other way in** to %s is known%s", "")
	}
	return remarks
}

// kept is through whom somebody who loses an entry on an image keeps access, as
// far as ids prove it, and through whom perhaps: who is inside an organization is
// not known here.
func (b background) kept(t turn, image principal.Image) (sure, unsure []string) {
	if t.verb != reconcile.VerbRevoke {
		return nil, nil
	}
	for _, p := range b.wide[image] {
		switch {
		case p.Principal == t.who.Principal:
		case p.Holds(t.who.Principal):
			sure = append(sure, principalSpan(p))
		case p.Kind != principal.OrganizationalUnit || t.who.Kind != principal.Organization:
			unsure = append(unsure, principalSpan(p))
		}
	}
	return sure, unsure
}

// keeping counts the principals that lose an entry and keep access to every image
// through a wider one, or may, and those that lose an image as far as is known.
func (b background) keeping(changes []reconcile.Change) (keep, lose int) {
	for _, t := range turns(changes) {
		lost := slices.ContainsFunc(t.images(), func(i reconcile.NamedImage) bool {
			sure, unsure := b.kept(t, i.Image)
			return len(sure)+len(unsure) == 0
		})
		switch {
		case t.verb != reconcile.VerbRevoke:
		case lost:
			lose++
		default:
			keep++
		}
	}
	return keep, lose
}
