package schema

import "github.com/amisync/amisync/internal/strictyaml"

// OwnerAccount is an account that owns images, and the way into it.
type OwnerAccount struct {
	Header `yaml:",inline"`
	// How the account is reached and where its images are.
	Spec OwnerAccountSpec `yaml:"spec" jsonschema:"required"`
}

// OwnerAccountSpec says how an owner account is reached.
type OwnerAccountSpec struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The cloud that the account belongs to.
	Provider string `yaml:"provider,omitempty" jsonschema:"enum=aws,default=aws"`
	// The account's id: twelve digits, in quotes.
	ID string `yaml:"id" jsonschema:"required,pattern=^[0-9]{12}$"`
	// The ARN of the role to assume. Without it the ambient credentials are used, which must then belong to the account.
	Role string `yaml:"role,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:iam::[0-9]{12}:role/"`
	// The external id that the role's trust policy asks for.
	ExternalID string `yaml:"externalId,omitempty" jsonschema:"minLength=2,maxLength=1224,pattern=^[A-Za-z0-9_+=\\,.@:/-]*$"`
	// The environment variable that holds the external id.
	ExternalIDEnv string `yaml:"externalIdEnv,omitempty" jsonschema:"pattern=^[A-Za-z_][A-Za-z0-9_]*$"`
	// The regions in which the account owns images.
	Regions []string `yaml:"regions" jsonschema:"required,minItems=1,uniqueItems=true"`
	// The account's quotas, where AWS has raised them.
	Quotas Quotas `yaml:"quotas,omitempty"`
	// Whether role sessions carry who runs amisync as their source identity. The role's trust policy must allow sts:SetSourceIdentity.
	SourceIdentity bool `yaml:"sourceIdentity,omitempty"`
}

// Quotas are limits of AWS on an account, in each of its regions.
type Quotas struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// How many images may be public (default 5).
	PublicImages int `yaml:"publicImages,omitempty" jsonschema:"minimum=1,default=5"`
	// With how many accounts, organizations and organizational units an image may be shared (default 1000).
	SharingEntities int `yaml:"sharingEntities,omitempty" jsonschema:"minimum=1,default=1000"`
}
