package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// ownerSettings compares the owner accounts.
func (d *differ) ownerSettings() {
	before := map[string]*Owner{} // by the name in head
	for i := range d.base.Owners {
		owner := &d.base.Owners[i]
		if now := d.owners[owner.Name]; now != "" {
			before[now] = owner
		} else {
			d.set("OwnerAccount "+owner.Name, "", document(ownerFields(owner, hidden)), "", verdict{"nothing in this account is looked at any more", false}, owner.Source)
		}
	}
	for i := range d.head.Owners {
		owner := &d.head.Owners[i]
		subject, was := "OwnerAccount "+owner.Name, before[owner.Name]
		if was == nil {
			d.set(subject, "", "", document(ownerFields(owner, hidden)), verdict{}, owner.Source)
			continue
		}
		d.set(subject, "metadata.name", scalar(was.Name), scalar(owner.Name), verdict{}, owner.Source)
		external := hidden
		if literalID(was) != "" && literalID(was) != literalID(owner) {
			external = hidden + " (another)"
		}
		d.fields(subject, ownerFields(was, hidden), ownerFields(owner, external), owner.Source, func(key string) verdict { return d.ownerVerdict(key, was, owner) })
	}
}

// hidden stands for an external id, which is nobody else's business.
const hidden = "…"

// literalID is the external id that the manifest itself holds.
func literalID(owner *Owner) string {
	if owner.ExternalIDEnv != "" {
		return ""
	}
	return owner.ExternalID
}

func (d *differ) ownerVerdict(key string, before, after *Owner) verdict {
	switch key {
	case "spec.id":
		return verdict{"the shares of this owner mean images of another account", true}
	case "spec.role", "spec.externalId", "spec.externalIdEnv":
		return verdict{"the account is entered in another way", true}
	case "spec.regions":
		return d.ownerRegionsVerdict(before, after)
	}
	return verdict{}
}

// ownerRegionsVerdict looks at the shares that have no regions of their own.
func (d *differ) ownerRegionsVerdict(before, after *Owner) verdict {
	more := slices.ContainsFunc(after.Regions, func(region string) bool { return !slices.Contains(before.Regions, region) })
	var follow []string
	for _, share := range d.head.Shares {
		if share.Owner == after.Name && len(share.Regions) == 0 && len(share.Selector.IDs) == 0 {
			follow = append(follow, share.Share)
		}
	}
	switch {
	case more && len(follow) == 1:
		return verdict{"share " + follow[0] + ", which names no regions, shares images there, too", true}
	case more && len(follow) > 1:
		return verdict{fmt.Sprintf("%d shares that name no regions share images there, too", len(follow)), true}
	case more:
		return verdict{}
	}
	return verdict{"nothing in the other regions is looked at any more", false}
}

// ownerFields has what is to stand for the external id.
func ownerFields(owner *Owner, external string) []field {
	if literalID(owner) == "" {
		external = ""
	}
	usual := DefaultQuotas()
	return []field{
		{"spec.id", scalar(owner.Account)}, {"spec.role", optional(owner.Role)},
		{"spec.externalId", external}, {"spec.externalIdEnv", optional(owner.ExternalIDEnv)},
		{"spec.regions", flow(owner.Regions)},
		{"spec.quotas.publicImages", count(cmp.Or(owner.Quotas.PublicImages, usual.PublicImages))},
		{"spec.quotas.sharingEntities", count(cmp.Or(owner.Quotas.SharingEntities, usual.SharingEntities))},
		{"spec.sourceIdentity", strconv.FormatBool(owner.NameActor)},
	}
}
