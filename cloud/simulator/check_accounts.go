package simulator

import (
	"slices"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/internal/strictyaml"
)

var (
	regionForm    = lazy.Regexp(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	iamNameForm   = lazy.Regexp(`^[A-Za-z0-9+=.@_-]+$`)
	accessKeyForm = lazy.Regexp(`^AKIA[A-Z0-9]{12,}$`)
	actionForm    = lazy.Regexp(`^([*]|(ec2|sts|kms):[A-Za-z*?]+)$`)
	principalForm = lazy.Regexp(`^([0-9]{12}|arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(root|user/.+|role/.+))$`)
	orgIDForm     = lazy.Regexp(`^o-[a-z0-9]{10,32}$`)
	unitIDForm    = lazy.Regexp(`^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$`)
)

// cloud checks what stands at the top of the file.
func (c *checker) cloud() {
	f := c.file
	c.oneOf(f.Pos, "partition", f.Partition, "aws", "aws-cn", "aws-us-gov")
	if len(f.Regions) == 0 {
		c.report(f.Pos.Field("regions"), "regions: [us-east-1]", "the cloud has no regions")
	}
	if len(f.Accounts) == 0 {
		c.report(f.Pos.Field("accounts"), `accounts: [{id: "111122223333", name: images}]`, "the cloud has no accounts")
	}
	for n, region := range f.Regions {
		c.form(f.Pos.Field("regions", n), regionForm(), region, "a region", "a region looks like us-east-1")
		c.once(f.Pos.Field("regions", n), "region", region)
	}
	for n, id := range f.InvalidAccounts {
		at := f.Pos.Field("invalidAccounts", n)
		c.accountID(at, id)
		if c.known[id] {
			c.report(at, "", "the account %s is both known and invalid", id)
		}
	}
}

func (c *checker) account(a Account) {
	c.accountID(a.Pos.Field("id"), a.ID)
	c.once(a.Pos.Field("id"), "account", a.ID)
	for _, u := range a.Users {
		c.form(u.Pos.Field("name"), iamNameForm(), u.Name, "a user name", "")
		c.once(u.Pos.Field("name"), "user", a.ID+"/"+u.Name)
		c.form(u.Pos.Field("accessKeyId"), accessKeyForm(), u.AccessKeyID, "an access key id", "a user's key begins with AKIA and has capitals and digits")
		c.once(u.Pos.Field("accessKeyId"), "access key", u.AccessKeyID)
		if u.SecretAccessKey == "" {
			c.report(u.Pos.Field("secretAccessKey"), "any text will do: it is not verified", "the user %s has no secretAccessKey", u.Name)
		}
		if u.Default {
			c.once(u.Pos.Field("default"), "mark", "default: true")
		}
		c.actions(u.Pos, u.Actions)
	}
	for _, r := range a.Roles {
		c.form(r.Pos.Field("name"), iamNameForm(), r.Name, "a role name", "")
		c.once(r.Pos.Field("name"), "role", a.ID+"/"+r.Name)
		c.actions(r.Pos, r.Actions)
		c.policy(r)
		c.trust(r)
	}
}

func (c *checker) actions(pos strictyaml.Pos, actions []string) {
	for n, name := range actions {
		c.form(pos.Field("actions", n), actionForm(), name, "an action", `an action looks like "ec2:DescribeImages" or "ec2:*"`)
	}
}

func (c *checker) policy(r Role) {
	if _, err := r.policy(); err != nil {
		c.report(r.Pos.Field("policy"), "write the JSON text of a policy document, such as `amisync iam-policy permissions` prints", "the policy of role %s: %v", r.Name, err)
	}
	if r.Policy != "" && len(r.Actions) > 0 {
		c.report(r.Pos.Field("policy"), "remove one of them", "role %s has both actions and a policy", r.Name)
	}
}

func (c *checker) trust(r Role) {
	c.within(r.Pos, "maxSessionDuration", r.MaxSessionDuration, 3600, 43200)
	if r.Trust.Principals == nil {
		c.report(r.Pos.Field("trust"), "write principals: [] for a role that nobody may assume", "the trust of role %s names no principals", r.Name)
	}
	for n, principal := range r.Trust.Principals {
		at := r.Trust.Pos.Field("principals", n)
		c.form(at, principalForm(), principal, "a principal", "an account id, or the ARN of a user or role")
		iam := !accountForm().MatchString(principal) && !rootForm().MatchString(principal)
		if !c.partial && iam && principalForm().MatchString(principal) && !c.iamARNs[principal] {
			c.report(at, "list the user or role in its account", "the cloud has no %s", principal)
		}
	}
	c.optional(r.Trust.Pos, "externalId", externalIDForm(), r.Trust.ExternalID, "an external id", "2 to 1224 letters, digits and +=,.@:/-")
}

// organizations checks the trees, and that an account stands in one place only.
func (c *checker) organizations() {
	for _, o := range c.file.Organizations {
		c.form(o.Pos.Field("id"), orgIDForm(), o.ID, "an organization id", "an organization id looks like o-exampleorg1")
		c.once(o.Pos.Field("id"), "organization", o.ID)
		c.accountID(o.Pos.Field("managementAccount"), o.ManagementAccount)
		c.members(o.Pos, o.Accounts)
		walkUnits(o.OrganizationalUnits, nil, func(u OrganizationalUnit, _ []OrganizationalUnit) {
			c.form(u.Pos.Field("id"), unitIDForm(), u.ID, "the id of an organizational unit", "such an id looks like ou-ab12-11111111")
			c.once(u.Pos.Field("id"), "organizational unit", u.ID)
			c.members(u.Pos, u.Accounts)
		})
		if !slices.ContainsFunc(c.places(o), func(id string) bool { return id == o.ManagementAccount }) {
			c.once(o.Pos.Field("managementAccount"), "organization of account", o.ManagementAccount)
		}
	}
}

func (c *checker) members(pos strictyaml.Pos, accounts []string) {
	for n, id := range accounts {
		c.accountID(pos.Field("accounts", n), id)
		c.once(pos.Field("accounts", n), "organization of account", id)
	}
}

// places returns every account that the tree of an organization lists.
func (c *checker) places(o Organization) []string {
	accounts := slices.Clone(o.Accounts)
	walkUnits(o.OrganizationalUnits, nil, func(u OrganizationalUnit, _ []OrganizationalUnit) {
		accounts = append(accounts, u.Accounts...)
	})
	return accounts
}
