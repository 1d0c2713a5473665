package reconcile

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/amisync/amisync/principal"
)

// declared is what a share says of a principal.
type declared struct {
	grant *Grant // nil where it says nothing
	holds bool   // and its last day is not over
}

// access compares who may launch the images of a share.
func (d *differ) access(pair sharePair) {
	before, after := d.declared(pair.before), d.declared(pair.after)
	others := sync.OnceValue(func() revokers { return d.revokers(nil, pair.before, pair.after) })
	for who, is := range after {
		if kind := kindOf(before[who], is); kind != "" {
			d.tell(d.entry(kind, pair, before[who], is))
		}
	}
	for who, was := range before {
		if after[who].grant == nil {
			a := d.entry(DifferenceLoses, pair, was, declared{})
			if pair.after == nil || pair.after.Mode == Additive {
				a.Stays = others().stays(pair, was)
			}
			d.tell(a)
		}
	}
}

func (d *differ) declared(share *Declaration) map[principal.Principal]declared {
	if share == nil {
		return nil
	}
	all := make(map[principal.Principal]declared, len(share.Grants))
	for i := range share.Grants {
		grant := &share.Grants[i]
		all[grant.Principal] = declared{grant, !grant.Expired(d.at)}
	}
	return all
}

// kindOf is in what way a principal differs that the newer revision declares;
// empty where it does not. What is declared and over is to be revoked.
func kindOf(was, is declared) DifferenceKind {
	switch {
	case is.holds && !was.holds:
		return DifferenceGains
	case !is.holds && (was.holds || was.grant == nil):
		return DifferenceLoses
	case !was.grant.Until.Equal(is.grant.Until):
		return DifferenceTerm
	}
	return ""
}

// tell adds an entry, and counts it for the entry of a Directory behind it.
func (d *differ) tell(a AccessDifference) {
	d.out.Access = append(d.out.Access, a)
	if a.Through == "" {
		return
	}
	edit := d.edits[a.Through]
	if edit == nil {
		edit = &Edit{Entry: a.Through, Source: d.head.Directory[a.Through].Source}
		if was, is := d.base.Directory[a.Through].Principal.ID, d.head.Directory[a.Through].Principal.ID; was != "" && is != "" && was != is {
			edit.Before, edit.After = was, is
		}
		d.edits[a.Through] = edit
	}
	edit.Shares = append(edit.Shares, a.Share)
	switch a.Kind {
	case DifferenceGains:
		edit.Gains++
	case DifferenceLoses:
		edit.Losses++
	}
}

// entry tells of a principal that at least one revision declares. Where the way
// to it is there in both, another way, or the share itself, has changed.
func (d *differ) entry(kind DifferenceKind, pair sharePair, was, is declared) AccessDifference {
	grant, aliases, through := is.grant, d.head.Aliases, ""
	if grant == nil {
		grant, aliases = was.grant, d.base.Aliases
	} else {
		through = d.edited(*grant, pair.before, d.base)
	}
	a := AccessDifference{Share: pair.share().Share, Owner: pair.share().Owner, Kind: kind,
		Principal: NamedPrincipal{Principal: grant.Principal, Alias: aliases[grant.Principal]},
		Until:     lastDay(grant.Until), Ended: kind == DifferenceLoses && is.grant != nil, Note: grant.Reason, Source: grant.Source}
	if was.grant != nil {
		through = cmp.Or(through, d.edited(*was.grant, pair.after, d.head))
	}
	if was.grant != nil && is.grant != nil {
		a.Before = lastDay(was.grant.Until)
	}
	a.Through = through
	return a
}

// edited returns the entry of a Directory whose edit makes a grant of one
// revision be missing from the other, or differ there: the last on the way to the
// principal that the other has, too. Share is that of the other revision. Empty
// means that the share itself was edited.
func (d *differ) edited(grant Grant, share *Declaration, other *Declarations) string {
	via := grant.Via
	if via == nil || share == nil || !slices.Contains(share.Entries, via.Entry) {
		return ""
	}
	if known, seen := d.through[via]; seen {
		return known
	}
	parting := ""
	for at := via; at != nil && parting == ""; at = at.Next {
		entry := other.Directory[at.Entry]
		if at.Next != nil && !slices.Contains(entry.Members, at.Next.Entry) || at.Next == nil && !other.endsAt(entry, grant.Principal) {
			parting = at.Entry
		}
	}
	d.through[via] = parting
	return parting
}

// endsAt reports whether an entry, itself or as a direct member, is the
// principal.
func (d *Declarations) endsAt(entry Entry, who principal.Principal) bool {
	named := func(name string) bool { return slices.Contains(entry.Members, string(who.Kind)+" "+name) }
	return entry.Principal == who || named(who.ID) || d.Aliases[who] != "" && named(d.Aliases[who])
}

func lastDay(until time.Time) string {
	if until.IsZero() {
		return ""
	}
	return until.Format(time.DateOnly)
}
