package reconcile

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/amisync/amisync/principal"
)

// access compares who may launch the images of a share.
func (d *differ) access(pair sharePair) {
	before, after := grantsOf(pair.before), grantsOf(pair.after)
	for who, grant := range after {
		was, had := before[who]
		switch {
		case !had:
			d.tell(d.gain(pair, grant))
		case !was.Until.Equal(grant.Until):
			d.tell(d.term(pair, was, grant))
		}
	}
	stays := sync.OnceValue(func() string { return d.stays(pair) })
	for who, grant := range before {
		if _, has := after[who]; !has {
			d.tell(d.loss(pair, grant, stays()))
		}
	}
}

func grantsOf(share *Declaration) map[principal.Principal]Grant {
	if share == nil {
		return nil
	}
	grants := make(map[principal.Principal]Grant, len(share.Grants))
	for _, grant := range share.Grants {
		grants[grant.Principal] = grant
	}
	return grants
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

func (d *differ) entry(kind DifferenceKind, pair sharePair, grant Grant, aliases map[principal.Principal]string) AccessDifference {
	return AccessDifference{Share: pair.share().Share, Owner: pair.share().Owner, Kind: kind,
		Principal: NamedPrincipal{Principal: grant.Principal, Alias: aliases[grant.Principal]},
		Until:     lastDay(grant.Until), Note: grant.Reason, Source: grant.Source}
}

func (d *differ) gain(pair sharePair, grant Grant) AccessDifference {
	a := d.entry(DifferenceGains, pair, grant, d.head.Aliases)
	a.Through = d.edited(grant, pair.before, d.base)
	return a
}

func (d *differ) loss(pair sharePair, grant Grant, stays string) AccessDifference {
	a := d.entry(DifferenceLoses, pair, grant, d.base.Aliases)
	a.Through, a.Stays = d.edited(grant, pair.after, d.head), stays
	return a
}

// term tells of another last day. Where the way to the principal is there in
// both revisions, another way, or the share itself, has changed.
func (d *differ) term(pair sharePair, was, grant Grant) AccessDifference {
	a := d.entry(DifferenceTerm, pair, grant, d.head.Aliases)
	a.Before = lastDay(was.Until)
	a.Through = cmp.Or(d.edited(grant, pair.before, d.base), d.edited(was, pair.after, d.head))
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

// stays says why no apply will revoke what a share no longer declares; empty
// where one will. Whether another exclusive share means the same images is known
// of the manifests alone, and so is in doubt often.
func (d *differ) stays(pair sharePair) string {
	after := pair.after
	switch {
	case after != nil && after.Mode == Exclusive,
		slices.ContainsFunc(d.head.Shares, func(other Declaration) bool {
			return other.Mode == Exclusive && mayMeet(&other, pair.share())
		}):
		return ""
	case after == nil:
		return "the share is gone: nothing is revoked, nobody manages its images any more"
	}
	return "the share is additive: what is there stays"
}

func lastDay(until time.Time) string {
	if until.IsZero() {
		return ""
	}
	return until.Format(time.DateOnly)
}

// mayMeet reports whether two shares could mean the same image. The answer is no
// only where the manifests prove it.
func mayMeet(a, b *Declaration) bool {
	if !slices.ContainsFunc(a.Lanes, func(lane Lane) bool { return slices.Contains(b.Lanes, lane) }) {
		return false
	}
	x, y := a.Selector, b.Selector
	switch {
	case len(x.IDs) > 0 && len(y.IDs) > 0:
		return slices.ContainsFunc(x.IDs, func(id ImageID) bool {
			return slices.ContainsFunc(y.IDs, func(other ImageID) bool { return id.Image == other.Image })
		})
	case x.Architecture != "" && y.Architecture != "" && x.Architecture != y.Architecture:
		return false
	}
	for key, value := range x.Tags {
		if other, both := y.Tags[key]; both && other != value {
			return false
		}
	}
	return patternsMayMeet(x.Name, y.Name)
}

// patternsMayMeet compares what patterns say for certain: how names begin and
// how they end.
func patternsMayMeet(a, b string) bool {
	if a == "" || b == "" {
		return true
	}
	const wild = "*?"
	begin := func(s string) string { return s[:strings.IndexAny(s, wild)] }
	end := func(s string) string { return s[strings.LastIndexAny(s, wild)+1:] }
	switch {
	case !strings.ContainsAny(a, wild):
		return Match(b, a)
	case !strings.ContainsAny(b, wild):
		return Match(a, b)
	}
	return (strings.HasPrefix(begin(a), begin(b)) || strings.HasPrefix(begin(b), begin(a))) &&
		(strings.HasSuffix(end(a), end(b)) || strings.HasSuffix(end(b), end(a)))
}
