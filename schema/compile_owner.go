package schema

import (
	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// owner is a compiled OwnerAccount. What is wrong in it has been reported; its
// Account or Regions may be missing then.
type owner struct {
	reconcile.Owner
	at strictyaml.Position
}

// partition is the one that the owner's regions belong to, or "".
func (o *owner) partition() string {
	if len(o.Regions) == 0 {
		return ""
	}
	return principal.RegionPartition(o.Provider, o.Regions[0])
}

func (c *compiler) owner(document OwnerAccount) {
	ok := c.header(document.Header)
	o := &owner{at: document.Pos.Position()}
	o.Name, o.Provider, o.Source = document.Metadata.Name, principal.AWS, source(o.at)
	if c.owners[o.Name] == nil {
		c.owners[o.Name] = o
	}
	if !ok {
		return
	}
	spec := document.Spec
	c.problems = append(c.problems, spec.Pos.Missing("id", "regions")...)
	if spec.Pos.Has("provider") {
		c.known(spec.Pos.Field("provider"), "provider", spec.Provider, string(principal.AWS))
	}
	c.ownerAccount(o, spec)
	c.ownerRegions(o, spec)
	c.ownerRole(o, spec)
	c.externalID(o, spec)
	c.ownerQuotas(o, spec.Quotas)
	if spec.Pos.Has("sourceIdentity") && !spec.Pos.Has("role") {
		c.report(spec.Pos.Field("sourceIdentity"), "add the role whose sessions are to carry it", "a source identity without a role has no effect")
	}
	o.NameActor = spec.SourceIdentity
}

func (c *compiler) ownerQuotas(o *owner, quotas Quotas) {
	for _, quota := range []struct {
		key      string
		declared int
		into     *int
	}{{"publicImages", quotas.PublicImages, &o.Quotas.PublicImages}, {"sharingEntities", quotas.SharingEntities, &o.Quotas.SharingEntities}} {
		if quotas.Pos.Has(quota.key) && quota.declared < 1 {
			c.report(quotas.Pos.Field(quota.key), "leave it out where AWS has not raised the quota", "%q must be 1 or more", quota.key)
			continue
		}
		*quota.into = quota.declared
	}
}

func (c *compiler) ownerAccount(o *owner, spec OwnerAccountSpec) {
	if !spec.Pos.Has("id") {
		return
	}
	at := spec.Pos.Field("id")
	if err := principal.CheckAccount(o.Provider, spec.ID); err != nil {
		c.shape(at, err)
		return
	}
	o.Account = spec.ID
	if other := c.accounts[spec.ID]; other != nil {
		c.report(at, "put all regions of an account into one OwnerAccount", "account %s is the owner account %q already (%s)", spec.ID, other.Name, other.at)
		return
	}
	c.accounts[spec.ID] = o
}

func (c *compiler) ownerRegions(o *owner, spec OwnerAccountSpec) {
	partition := ""
	o.Regions = c.regions(spec.Pos, spec.Regions, func(region string, at strictyaml.Position) bool {
		if err := principal.CheckRegion(o.Provider, region); err != nil {
			c.shape(at, err)
			return false
		}
		p := principal.RegionPartition(o.Provider, region)
		if partition == "" {
			partition = p
		}
		if p != partition {
			c.report(at, "an account exists in one partition only; declare another OwnerAccount",
				"region %q is in partition %s, the regions before it in %s", region, p, partition)
		}
		return p == partition
	})
}

func (c *compiler) ownerRole(o *owner, spec OwnerAccountSpec) {
	if !spec.Pos.Has("role") {
		return
	}
	at := spec.Pos.Field("role")
	account, err := principal.RoleAccount(o.Provider, spec.Role)
	partition := principal.Partition(spec.Role)
	switch {
	case err != nil:
		c.shape(at, err)
	case o.Account != "" && account != o.Account:
		c.report(at, "the role must be one of the owner account itself", "the role belongs to account %s, not to %s", account, o.Account)
	case o.partition() != "" && partition != o.partition():
		c.report(at, "write arn:"+o.partition()+":iam::…", "the role is in partition %s, the regions in %s", partition, o.partition())
	default:
		o.Role = spec.Role
	}
}

// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
var (
	externalID   = lazy.Regexp(`^[A-Za-z0-9_+=,.@:/-]+$`)
	variableName = lazy.Regexp(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// externalID finds the external id. Messages never show it.
func (c *compiler) externalID(o *owner, spec OwnerAccountSpec) {
	literal, variable := spec.Pos.Has("externalId"), spec.Pos.Has("externalIdEnv")
	key, value := "externalId", spec.ExternalID
	if variable {
		key = "externalIdEnv"
	}
	at := spec.Pos.Field(key)
	switch {
	case !literal && !variable:
		return
	case literal && variable:
		c.report(at, "keep one of them", `"externalId" and "externalIdEnv" exclude each other`)
		return
	case !spec.Pos.Has("role"):
		c.report(at, "add the role that asks for it", "an external id without a role has no effect")
		return
	case variable:
		o.ExternalIDEnv = spec.ExternalIDEnv
		var ok bool
		if value, ok = c.variable(at, spec.ExternalIDEnv); !ok {
			return
		}
	}
	if len(value) < 2 || len(value) > 1224 || !externalID().MatchString(value) {
		c.report(at, "it has 2 to 1224 letters, digits and _ + = , . @ : / -", "the external id cannot be one")
		return
	}
	o.ExternalID = value
}

func (c *compiler) variable(at strictyaml.Position, name string) (string, bool) {
	if !variableName().MatchString(name) {
		c.report(at, "write the variable's name alone, such as AMISYNC_EXTERNAL_ID", "%q is not the name of an environment variable", name)
		return "", false
	}
	if c.env == nil {
		return "", false
	}
	value, _ := c.env(name)
	if value == "" {
		c.report(at, "set it where amisync runs", "the environment variable %s is not set", name)
	}
	return value, value != ""
}
