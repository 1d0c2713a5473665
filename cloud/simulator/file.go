package simulator

import "github.com/amisync/amisync/internal/strictyaml"

// File is a cloud file: what the cloud holds when it starts, and how it behaves.
// The zero value lacks regions and accounts and is refused by New. Server never
// changes a File; it may be shared between servers.
type File struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// Base names another cloud file in the same directory, which this one overlays:
	// accounts, images and quotas with the same key replace those of the base (users
	// and roles by name), others are added; behaviour replaces behaviour. Load has
	// resolved it already.
	Base string `yaml:"base,omitempty"`
	// Partition of every ARN; empty means "aws".
	Partition string   `yaml:"partition,omitempty" jsonschema:"enum=aws,enum=aws-cn,enum=aws-us-gov"`
	Regions   []string `yaml:"regions,omitempty" jsonschema:"pattern=^[a-z]{2}(-[a-z]+)+-[0-9]$"`
	// Accounts that hold images, users or roles. Any other well-formed account id is a
	// consumer that this file says nothing of.
	Accounts      []Account      `yaml:"accounts,omitempty"`
	Organizations []Organization `yaml:"organizations,omitempty"`
	// InvalidAccounts are well-formed ids that the cloud refuses in launch permissions,
	// together with the whole call they are in.
	InvalidAccounts   []string            `yaml:"invalidAccounts,omitempty" jsonschema:"pattern=^[0-9]{12}$"`
	ImageDefaults     ImageDefaults       `yaml:"imageDefaults,omitempty"`
	Images            []Image             `yaml:"images,omitempty"`
	Keys              []Key               `yaml:"keys,omitempty"`
	BlockPublicAccess []BlockPublicAccess `yaml:"blockPublicAccess,omitempty"`
	Quotas            []Quota             `yaml:"quotas,omitempty"`
	Behaviour         *Behaviour          `yaml:"behaviour,omitempty"`
}

// Account is one AWS account.
type Account struct {
	Pos   strictyaml.Pos `yaml:"-" json:"-"`
	ID    string         `yaml:"id" jsonschema:"pattern=^[0-9]{12}$"`
	Name  string         `yaml:"name,omitempty"`
	Users []User         `yaml:"users,omitempty"`
	Roles []Role         `yaml:"roles,omitempty"`
}

// User is an IAM user with one static access key.
type User struct {
	Pos             strictyaml.Pos `yaml:"-" json:"-"`
	Name            string         `yaml:"name" jsonschema:"pattern=^[A-Za-z0-9+=.@_-]+$"`
	AccessKeyID     string         `yaml:"accessKeyId" jsonschema:"pattern=^AKIA[A-Z0-9]{12\\,}$"`
	SecretAccessKey string         `yaml:"secretAccessKey"`
	// Default marks the user whose keys Server.Environment hands out; at most one.
	Default bool `yaml:"default,omitempty"`
	// Actions that the user may call, such as "ec2:Describe*"; empty means all.
	Actions []string `yaml:"actions,omitempty" jsonschema:"pattern=^([*]|(ec2|sts|kms):[A-Za-z*?]+)$"`
}

// Role is an IAM role that principals of other accounts may assume.
type Role struct {
	Pos   strictyaml.Pos `yaml:"-" json:"-"`
	Name  string         `yaml:"name" jsonschema:"pattern=^[A-Za-z0-9+=.@_-]+$"`
	Trust Trust          `yaml:"trust"`
	// Policy is the JSON text of the role's policy document, instead of Actions. Like
	// session policies it may hold nothing but Effect, Action and Resource.
	Policy string `yaml:"policy,omitempty"`
	// Actions that sessions of the role may call; empty means all.
	Actions []string `yaml:"actions,omitempty" jsonschema:"pattern=^([*]|(ec2|sts|kms):[A-Za-z*?]+)$"`
	// MaxSessionDuration in seconds; zero means 3600. (IAM API Reference, CreateRole)
	MaxSessionDuration int `yaml:"maxSessionDuration,omitempty" jsonschema:"minimum=3600,maximum=43200"`
}

// Trust is a role's trust policy.
type Trust struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// Principals are account ids, user ARNs or role ARNs. Nobody when empty.
	Principals []string `yaml:"principals" jsonschema:"pattern=^([0-9]{12}|arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(root|user/.+|role/.+))$"`
	// ExternalID must be given by whoever assumes the role; empty asks for none.
	ExternalID string `yaml:"externalId,omitempty" jsonschema:"minLength=2,maxLength=1224"`
	// SourceIdentity lets whoever assumes the role set a source identity: the trust policy
	// allows sts:SetSourceIdentity.
	SourceIdentity bool `yaml:"sourceIdentity,omitempty"`
}

// Organization is an AWS Organization. An account belongs to at most one.
type Organization struct {
	Pos                 strictyaml.Pos       `yaml:"-" json:"-"`
	ID                  string               `yaml:"id" jsonschema:"pattern=^o-[a-z0-9]{10\\,32}$"`
	ManagementAccount   string               `yaml:"managementAccount" jsonschema:"pattern=^[0-9]{12}$"`
	Accounts            []string             `yaml:"accounts,omitempty" jsonschema:"pattern=^[0-9]{12}$"` // directly under the root
	OrganizationalUnits []OrganizationalUnit `yaml:"organizationalUnits,omitempty"`
}

// OrganizationalUnit is one node of an organization's tree. What is shared with it is
// shared with the accounts of its whole subtree.
type OrganizationalUnit struct {
	Pos                 strictyaml.Pos       `yaml:"-" json:"-"`
	ID                  string               `yaml:"id" jsonschema:"pattern=^ou-[0-9a-z]{4\\,32}-[a-z0-9]{8\\,32}$"`
	Name                string               `yaml:"name,omitempty"`
	Accounts            []string             `yaml:"accounts,omitempty" jsonschema:"pattern=^[0-9]{12}$"`
	OrganizationalUnits []OrganizationalUnit `yaml:"organizationalUnits,omitempty"`
}

// BlockPublicAccess is the block public access setting for AMIs of one account in one
// region. Without one, publishing is blocked unless the file has a public image there:
// AWS did the same to existing accounts. (EC2 User Guide, Block public access to AMIs)
type BlockPublicAccess struct {
	Pos     strictyaml.Pos `yaml:"-" json:"-"`
	Account string         `yaml:"account" jsonschema:"pattern=^[0-9]{12}$"`
	Region  string         `yaml:"region"`
	State   string         `yaml:"state" jsonschema:"enum=block-new-sharing,enum=unblocked"`
	// ManagedBy is "account" when empty; under "declarative-policy" the account cannot
	// change the setting itself.
	ManagedBy string `yaml:"managedBy,omitempty" jsonschema:"enum=account,enum=declarative-policy"`
}

// Key is a customer managed key of KMS. Keys that images name exist without being listed,
// and so does the AWS managed key for EBS of every account in every region.
type Key struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	ARN string         `yaml:"arn" jsonschema:"pattern=^arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]+:[0-9]{12}:key/.+$"`
	// State is "Enabled" when empty.
	State       string `yaml:"state,omitempty" jsonschema:"enum=Enabled,enum=Disabled,enum=PendingDeletion"`
	Description string `yaml:"description,omitempty"`
}

// Quota overrides the documented quotas. Of several that fit, the last one wins.
// (EC2 User Guide, AMI quotas)
type Quota struct {
	Pos             strictyaml.Pos `yaml:"-" json:"-"`
	Account         string         `yaml:"account,omitempty" jsonschema:"pattern=^[0-9]{12}$"` // empty: every account
	Region          string         `yaml:"region,omitempty"`                                   // empty: every region
	PublicImages    *int           `yaml:"publicImages,omitempty" jsonschema:"minimum=0"`      // nil: 5
	SharingEntities *int           `yaml:"sharingEntities,omitempty" jsonschema:"minimum=0"`   // nil: 1000, per image
}
