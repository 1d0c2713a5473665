package schema

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// grants returns the declared permissions, each principal once, and the entries
// of Directories that are named for them. Where an entry and a group, or two
// groups, name the same principal, the permission that holds longer counts.
func (c *compiler) grants(spec ImageShareSpec, o *owner) ([]reconcile.Grant, []string) {
	var entries []string
	merged := make(map[principal.Principal]reconcile.Grant, len(spec.LaunchPermissions))
	listed := make(map[string]strictyaml.Position, len(spec.LaunchPermissions))
	for _, entry := range spec.LaunchPermissions {
		key, found := c.permission(entry, o)
		at := entry.Pos.Position()
		if id := identity(key, entry.value(key), found); len(found) > 0 {
			if first, twice := listed[id]; twice {
				c.report(at, "it is listed at "+first.String()+" already", "%s is listed twice", shown(key, entry, found))
				continue
			}
			listed[id] = at
			if via := found[0].via; via != nil {
				entries = append(entries, via.Entry)
			}
		}
		for _, m := range found {
			grant := reconcile.Grant{Principal: m.principal, Until: entry.Until.Time(), Reason: entry.Reason, Via: m.via, Source: source(at)}
			if before, ok := merged[m.principal]; !ok || grant.Outlasts(before) {
				merged[m.principal] = grant
			}
		}
	}
	grants := slices.Grow([]reconcile.Grant(nil), len(merged))
	for _, grant := range merged {
		grants = append(grants, grant)
	}
	slices.SortFunc(grants, func(a, b reconcile.Grant) int { return principal.Compare(a.Principal, b.Principal) })
	c.quota(spec, o, merged)
	return grants, entries
}

// permission returns the entry's key and the principals that it grants to.
func (c *compiler) permission(entry LaunchPermission, o *owner) (string, []member) {
	key, value, ok := c.refKey(entry.PrincipalRef, permissionKeys)
	if !ok {
		return "", nil
	}
	at := entry.Pos.Field(key)
	if key == public {
		if !entry.Public {
			c.report(at, "remove the entry: what is not listed is not granted", "public: false has no meaning")
			return key, nil
		}
		return key, []member{{principal: principal.Everyone}}
	}
	found := c.lookup(at, key, value, nil)
	var accepted []member
	for _, m := range found {
		if c.shareable(at, key, value, m.principal, o) {
			accepted = append(accepted, m)
		}
	}
	return key, accepted
}

// shareable reports whether the owner's images can be shared with p.
func (c *compiler) shareable(at strictyaml.Position, key, value string, p principal.Principal, o *owner) bool {
	what, mend := p.String(), "remove the entry"
	if key == keyGroup {
		what, mend = fmt.Sprintf("%s, in group %q,", p, value), "list the members that are meant, or use a group without it"
	}
	partition := principal.Partition(p.ID)
	switch {
	case p.Kind == principal.Account && p.ID == o.Account:
		c.report(at, mend, "%s is the owner, who may always launch", what)
	case partition != "" && o.partition() != "" && partition != o.partition():
		c.report(at, mend, "%s is in partition %s, the images in %s: nothing is shared across", what, partition, o.partition())
	default:
		return true
	}
	return false
}

// quota checks that the grants, of which the public is no entity, fit on one
// image.
func (c *compiler) quota(spec ImageShareSpec, o *owner, grants map[principal.Principal]reconcile.Grant) {
	most := cmp.Or(o.Quotas.SharingEntities, reconcile.DefaultQuotas().SharingEntities)
	entities := len(grants)
	if _, ok := grants[principal.Everyone]; ok {
		entities--
	}
	if entities > most {
		c.report(spec.Pos.Field("launchPermissions"), "share with an organizational unit or an organization, which count as one; if AWS has raised the quota, write it to quotas.sharingEntities of the OwnerAccount",
			"%d principals are more than the %d that an image can be shared with", entities, most)
	}
}

// shown is an entry's principal by its name and id.
func shown(key string, entry LaunchPermission, found []member) string {
	value := entry.value(key)
	switch {
	case key == public:
		return public
	case key == keyGroup:
		return fmt.Sprintf("group %q", value)
	case found[0].principal.ID != value:
		return fmt.Sprintf("%s %q (%s)", key, value, found[0].principal)
	}
	return fmt.Sprintf("%s %s", key, value)
}
