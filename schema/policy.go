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

// PolicySpec holds the limits, and the decisions to depart from them.
type PolicySpec struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// Whether images may be made public where an image share says so: deny (the default) or allow.
	Public string `yaml:"public,omitempty" jsonschema:"enum=deny,enum=allow,default=deny"`
	// The image shares that may make images public although public is deny.
	PublicShares []PublicShare `yaml:"publicShares,omitempty"`
	// How much one run may revoke.
	Revokes RevokeLimits `yaml:"revokes,omitempty"`
	// Principals that are never revoked.
	Protect []PrincipalRef `yaml:"protect,omitempty"`
	// The only principals that may gain access, and those inside them as far as ids tell. An empty list means nobody. Without it: all.
	Allow AllowList `yaml:"allow,omitempty"`
	// Severities of findings, by code: error, warning or note.
	Severities map[string]string `yaml:"severities,omitempty"`
	// Findings that are accepted for a while: they become notes that stop nothing.
	Exceptions []Exception `yaml:"exceptions,omitempty"`
	// Images that are left alone: not read, not changed, nothing said of them.
	Ignore []Ignore `yaml:"ignore,omitempty"`
	// Conditions of your own that no change may meet.
	Rules []Rule `yaml:"rules,omitempty" jsonschema:"maxItems=100"`
}

// AllowList is a list of principals for which absent (nil) and empty differ.
type AllowList []PrincipalRef

// IsZero reports whether the list is absent; an empty one is written.
func (l AllowList) IsZero() bool { return l == nil }

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

// PublicShare lets an image share make its images public.
type PublicShare struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The name of the ImageShare.
	Share string `yaml:"share" jsonschema:"required"`
	// Who has approved it and answers for it.
	ApprovedBy string `yaml:"approvedBy" jsonschema:"required,pattern=\\S"`
	// Why the images are for everyone.
	Reason string `yaml:"reason" jsonschema:"required,pattern=\\S"`
	// The last day (UTC) on which it holds. Images that are public then stay so. Without it: for good.
	Until Date `yaml:"until,omitempty"`
}

// Exception makes notes of findings, which stop nothing.
type Exception struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The code of the findings.
	Code string `yaml:"code" jsonschema:"required"`
	// Only findings about this ImageShare, or images that it picks. Without it: all.
	Share string `yaml:"share,omitempty"`
	// Only findings about this image: an id, or a pattern for the name. Without it: all.
	Image string `yaml:"image,omitempty" jsonschema:"minLength=1"`
	// Why the findings are accepted.
	Reason string `yaml:"reason" jsonschema:"required,pattern=\\S"`
	// The last day (UTC) on which the exception holds.
	Until Date `yaml:"until" jsonschema:"required"`
}

// Ignore leaves images alone.
type Ignore struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The image: an id, or a pattern for the name.
	Image string `yaml:"image" jsonschema:"required,pattern=[^*?]"`
	// Only images of this OwnerAccount. Without it: of all.
	Owner string `yaml:"owner,omitempty"`
	// Only images in this region. Without it: in all.
	Region string `yaml:"region,omitempty"`
	// Why the images are left alone.
	Reason string `yaml:"reason" jsonschema:"required,pattern=\\S"`
	// The last day (UTC) on which they are. Without it: for good.
	Until Date `yaml:"until,omitempty"`
}

// Rule is a condition that no change may meet.
type Rule struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The name, unique among the rules. Findings show it.
	Name string `yaml:"name" jsonschema:"required,maxLength=128,pattern=^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	// A CEL expression over change, principal, image and shares; true means that the change breaks the rule.
	When string `yaml:"when" jsonschema:"required,pattern=\\S"`
	// How severe a violation is: error (the default), warning or note.
	Severity string `yaml:"severity,omitempty" jsonschema:"enum=error,enum=warning,enum=note,default=error"`
	// What a violation of severity error keeps from being applied: the whole run (the default), or its image.
	Stops string `yaml:"stops,omitempty" jsonschema:"enum=run,enum=image,default=run"`
	// What is wrong, for those who read the plan.
	Message string `yaml:"message" jsonschema:"required,pattern=\\S"`
	// How to mend it.
	Hint string `yaml:"hint,omitempty"`
}
