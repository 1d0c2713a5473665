package reconcile

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/amisync/amisync/principal"
)

// DifferenceOf compares what two revisions of the manifests declare at a time,
// when some last days are over. What the revisions are called is left to the
// caller.
func DifferenceOf(base, head *Declarations, at time.Time) *Difference {
	d := &differ{base: base, head: head, at: at, revoking: neighboursOf(head.Shares, revokes), owners: ownerPairs(base, head),
		through: map[*Via]string{}, edits: map[string]*Edit{}, shares: map[string]bool{},
		out: &Difference{FormatVersion: FormatVersion, Access: []AccessDifference{}, Edits: []Edit{}, Settings: []SettingDifference{}}}
	for _, pair := range d.sharePairs() {
		d.access(pair)
		d.share(pair)
	}
	d.ownerSettings()
	d.directory()
	d.policy()
	return d.finish()
}

// Differs reports whether anything does.
func (d *Difference) Differs() bool { return len(d.Access)+len(d.Settings) > 0 }

// differ compares two revisions.
type differ struct {
	base, head *Declarations
	at         time.Time
	revoking   neighbours        // shares of head that revoke something
	owners     map[string]string // names of owners in base to those in head
	through    map[*Via]string   // what edited found, for ways that many shares have
	edits      map[string]*Edit  // by entry
	shares     map[string]bool   // in which anything differs
	out        *Difference
}

// finish sorts and counts.
func (d *differ) finish() *Difference {
	out := d.out
	slices.SortFunc(out.Access, func(a, b AccessDifference) int {
		return cmp.Or(cmp.Compare(a.Share, b.Share), cmp.Compare(a.Kind, b.Kind), principal.Compare(a.Principal.Principal, b.Principal.Principal))
	})
	slices.SortStableFunc(out.Settings, func(a, b SettingDifference) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Key, b.Key))
	})
	for _, edit := range d.edits {
		slices.Sort(edit.Shares)
		edit.Shares = slices.Compact(edit.Shares)
		out.Edits = append(out.Edits, *edit)
	}
	slices.SortFunc(out.Edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(len(b.Shares), len(a.Shares)), cmp.Compare(a.Entry, b.Entry))
	})
	s := &out.Summary
	for _, a := range out.Access {
		d.shares[a.Share] = true
		switch a.Kind {
		case DifferenceGains:
			s.Gains++
			if a.Principal.Kind == principal.Public {
				s.Public++
			}
		case DifferenceLoses:
			s.Losses++
		case DifferenceTerm:
			s.Terms++
		}
	}
	s.Shares, s.Settings = len(d.shares), len(out.Settings)
	return out
}

// ownerPairs finds the owners of base among those of head: by name, and those
// that are called otherwise now by their account.
func ownerPairs(base, head *Declarations) map[string]string {
	pairs, taken := map[string]string{}, map[string]bool{}
	for _, owner := range base.Owners {
		if slices.ContainsFunc(head.Owners, func(o Owner) bool { return o.Name == owner.Name }) {
			pairs[owner.Name], taken[owner.Name] = owner.Name, true
		}
	}
	for _, owner := range base.Owners {
		now := head.OwnerOf(owner.Provider, owner.Account)
		if pairs[owner.Name] == "" && now != nil && !taken[now.Name] {
			pairs[owner.Name], taken[now.Name] = now.Name, true
		}
	}
	return pairs
}

// sharePair is a share in both revisions; one of them is nil where it came or
// went.
type sharePair struct{ before, after *Declaration }

// share is the declaration that says what the share is called.
func (p sharePair) share() *Declaration { return cmp.Or(p.after, p.before) }

// sharePairs finds the shares of base among those of head: by name, and those
// that are called otherwise now by the images that they mean.
func (d *differ) sharePairs() []sharePair {
	before, after := d.base.ByName(), d.head.ByName()
	var pairs []sharePair
	renamed := map[string][]*Declaration{} // gone from base, by what they mean
	for i := range d.base.Shares {
		share := &d.base.Shares[i]
		if now := after[share.Share]; now != nil {
			pairs = append(pairs, sharePair{share, now})
			continue
		}
		meaning := d.meaning(share, cmp.Or(d.owners[share.Owner], "\x00"+share.Owner))
		renamed[meaning] = append(renamed[meaning], share)
	}
	for i := range d.head.Shares {
		share := &d.head.Shares[i]
		if before[share.Share] != nil {
			continue
		}
		pair := sharePair{after: share}
		if meaning := d.meaning(share, share.Owner); len(renamed[meaning]) > 0 {
			pair.before, renamed[meaning] = renamed[meaning][0], renamed[meaning][1:]
		}
		pairs = append(pairs, pair)
	}
	for _, meaning := range slices.Sorted(maps.Keys(renamed)) {
		for _, share := range renamed[meaning] {
			pairs = append(pairs, sharePair{before: share})
		}
	}
	return pairs
}

// meaning is equal for shares that mean the same images in the same way.
func (d *differ) meaning(share *Declaration, owner string) string {
	parts := []string{owner, string(share.Mode), flow(share.Regions)}
	for _, setting := range selectorFields(share) {
		parts = append(parts, setting.key, setting.value)
	}
	return strings.Join(parts, "\x00")
}
