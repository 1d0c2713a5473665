package schema

import "github.com/amisync/amisync/internal/strictyaml"

// ImageShare selects images and says who may launch them.
type ImageShare struct {
	Header `yaml:",inline"`
	// The images and their launch permissions.
	Spec ImageShareSpec `yaml:"spec" jsonschema:"required"`
}

// ImageShareSpec selects images and declares their launch permissions.
type ImageShareSpec struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The name of the OwnerAccount that owns the images.
	Owner string `yaml:"owner" jsonschema:"required"`
	// The regions to look in. Without it: all regions of the owner account.
	Regions []string `yaml:"regions,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// Which images: a selector, or explicit ids.
	Images Images `yaml:"images" jsonschema:"required"`
	// What becomes of launch permissions that are not declared: exclusive (the default) revokes them, additive leaves them alone.
	Mode string `yaml:"mode,omitempty" jsonschema:"enum=exclusive,enum=additive,default=exclusive"`
	// Who may launch the images. An empty list makes them private.
	LaunchPermissions []LaunchPermission `yaml:"launchPermissions" jsonschema:"required"`
}

// Images selects images by what they are called and tagged, or names them by
// id.
type Images struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// A pattern for the image's whole name: * is any run of characters, ? any one, all others stand for themselves.
	Name string `yaml:"name,omitempty" jsonschema:"minLength=1"`
	// Tags that the image must have, with exactly these values.
	Tags map[string]string `yaml:"tags,omitempty" jsonschema:"minProperties=1"`
	// The image's architecture.
	Architecture string `yaml:"architecture,omitempty" jsonschema:"enum=i386,enum=x86_64,enum=arm64,enum=x86_64_mac,enum=arm64_mac"`
	// How many of the matching available images to share, newest first, per region. Older ones are left as they are. Without it: all.
	Newest int `yaml:"newest,omitempty" jsonschema:"minimum=1"`
	// The images one by one, instead of all other keys.
	IDs []ImageID `yaml:"ids,omitempty" jsonschema:"minItems=1"`
}

// ImageID is one image in one region.
type ImageID struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The image's region.
	Region string `yaml:"region" jsonschema:"required"`
	// The image's id, ami-….
	ID string `yaml:"id" jsonschema:"required,pattern=^ami-([0-9a-f]{8}|[0-9a-f]{17})$"`
}

// LaunchPermission says who may launch, until when and why. It has exactly one
// of account, organization, organizationalUnit, group and public.
type LaunchPermission struct {
	PrincipalRef `yaml:",inline"`
	// Everyone, in every AWS account. The Policy must allow it too.
	Public bool `yaml:"public,omitempty" jsonschema:"enum=true"`
	// The last day (UTC) on which the permission holds. The first run after it revokes the permission.
	Until Date `yaml:"until,omitempty"`
	// Why, for those who read the manifest and the plan.
	Reason string `yaml:"reason,omitempty"`
}
