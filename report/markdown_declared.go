package report

import (
	"cmp"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// declared is what differs for one principal in one way, over all shares.
type declared struct {
	reconcile.AccessDifference
	in []reconcile.AccessDifference
}

// gainsAndLosses is a table of who gains and who loses, a row for each.
func (m markdown) gainsAndLosses(access []reconcile.AccessDifference) part {
	if len(access) == 0 {
		return fixed("")
	}
	columns := []string{"Change", "Who", "Image shares", "Why", "Manifest"}
	table := accessTable{head: "#### Who gains and who loses access\n\n" + tableHead(columns...), columns: len(columns), one: "image share", many: "image shares"}
	for _, d := range byDeclared(access) {
		gains := d.Kind == reconcile.DifferenceGains
		r := ranked{gives: gains, does: declaredWords(d.AccessDifference), who: d.Principal.Principal}
		var shares, why, places []string
		for _, a := range d.in {
			shares = append(shares, codeSpan(a.Share))
			why = append(why, declaredWhy(a))
			places = append(places, m.style.link(a.Source))
			r.on = append(r.on, reconcile.NamedImage{Name: a.Share})
		}
		shares = distinct(shares)
		count := "**" + number(len(shares), "image share", "image shares") + "**"
		listed := fewTexts
		if d.Principal.Kind == principal.Public {
			listed = namedPublic
			r.short = tableRow(declaredVerb(d.AccessDifference), "**everyone**", number(len(shares), "image share", "image shares"), "", "")
		}
		r.text = tableRow(declaredVerb(d.AccessDifference), principalSpan(d.Principal), count+": "+some(shares, listed), some(distinct(why), fewTexts), some(distinct(places), fewTexts))
		table.rows = append(table.rows, r)
	}
	return table.write
}

// byDeclared puts differences together by what they do to whom: gains first, each
// from the widest principal to the narrowest.
func byDeclared(access []reconcile.AccessDifference) []declared {
	at := map[string]int{}
	var all []declared
	for _, a := range access {
		key := declaredVerb(a) + "\x00" + string(a.Principal.Kind) + "\x00" + a.Principal.ID
		n, seen := at[key]
		if !seen {
			n = len(all)
			at[key] = n
			all = append(all, declared{AccessDifference: a})
		}
		all[n].in = append(all[n].in, a)
	}
	rank := map[reconcile.DifferenceKind]int{reconcile.DifferenceGains: 0, reconcile.DifferenceLoses: 1, reconcile.DifferenceTerm: 2}
	slices.SortStableFunc(all, func(a, b declared) int {
		return cmp.Or(cmp.Compare(rank[a.Kind], rank[b.Kind]), urgentFirst(a.Stays == "", b.Stays == ""), principal.Compare(a.Principal.Principal, b.Principal.Principal))
	})
	return all
}

// declaredVerb is what a difference means to the one it is about; one of a kind
// that is not known may hold anything.
func declaredVerb(a reconcile.AccessDifference) string {
	return cmp.Or(declaredWords(a), markdownProse(string(a.Kind)))
}

// declaredWords say it in words that are known, or else in none.
func declaredWords(a reconcile.AccessDifference) string {
	public := a.Principal.Kind == principal.Public
	switch {
	case a.Kind == reconcile.DifferenceGains && public:
		return verbWords[reconcile.VerbPublish]
	case a.Kind == reconcile.DifferenceGains:
		return verbWords[reconcile.VerbGrant]
	case a.Kind == reconcile.DifferenceLoses && a.Stays != "":
		return "keeps access, undeclared"
	case a.Kind == reconcile.DifferenceLoses && public:
		return verbWords[reconcile.VerbUnpublish]
	case a.Kind == reconcile.DifferenceLoses:
		return verbWords[reconcile.VerbRevoke]
	case a.Kind == reconcile.DifferenceTerm:
		return "another last day"
	}
	return ""
}

// declaredWhy is through what a difference comes, until when, and what its author
// says.
func declaredWhy(a reconcile.AccessDifference) string {
	var through, until, stays, note string
	switch {
	case a.Through != "":
		through = "by the edit of " + markdownProse(a.Through)
	case a.Kind == reconcile.DifferenceGains && a.Before != "":
		through = "declared anew, after its last day"
	case a.Kind == reconcile.DifferenceGains:
		through = "newly declared"
	case a.Kind == reconcile.DifferenceLoses && !a.Ended:
		through = "no longer declared"
	}
	if a.Until != "" || redated(a) {
		until = "until " + day(a.Until)
	}
	if a.Ended {
		until += " (over)"
	}
	if redated(a) {
		until += " instead of " + day(a.Before)
	}
	if a.Stays != "" {
		stays = "because " + markdownProse(a.Stays)
	}
	if a.Note != "" {
		note = quoted(a.Note)
	}
	return joined(" · ", through, until, stays, note)
}

// day is the last day of a permission.
func day(date string) string {
	if date == "" {
		return "no end"
	}
	return codeSpan(date)
}
