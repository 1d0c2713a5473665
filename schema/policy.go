package schema

import "github.com/amisync/amisync/internal/strictyaml"

// PolicyFile is where the Policy stands, below the estate's root, so that code
// owners can guard it.
const PolicyFile = "policy.yaml"

// Policy bounds what a run may do. There is at most one, in policy.yaml at the
// root of the manifests.
type Policy struct {
	Header `yaml:",inline"`
	// The limits. What is left out keeps its default.
	Spec PolicySpec `yaml:"spec" jsonschema:"required"`
}

// PolicySpec holds the limits.
type PolicySpec struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// Whether images may be made public where an image share says so: deny (the default) or allow.
	Public string `yaml:"public,omitempty" jsonschema:"enum=deny,enum=allow,default=deny"`
	// How much one run may revoke.
	Revokes RevokeLimits `yaml:"revokes,omitempty"`
	// Principals that are never revoked.
	Protect []PrincipalRef `yaml:"protect,omitempty"`
}

// RevokeLimits bound what one run may take away.
type RevokeLimits struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The most permissions revoked in one run (default 100).
	Max *int `yaml:"max,omitempty" jsonschema:"minimum=0,default=100"`
	// The most different principals that lose a permission in one run (default 5).
	MaxPrincipals *int `yaml:"maxPrincipals,omitempty" jsonschema:"minimum=0,default=5"`
	// The largest part of an image's principals revoked in one run, in percent (default 50).
	MaxPercentPerImage *int `yaml:"maxPercentPerImage,omitempty" jsonschema:"minimum=0,maximum=100,default=50"`
}
