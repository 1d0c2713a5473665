package schema

import "github.com/amisync/amisync/internal/strictyaml"

// Directory gives names to principals, for use in image shares and policies.
type Directory struct {
	Header `yaml:",inline"`
	// The names. A name is unique among those of its sort in all directories.
	Spec DirectorySpec `yaml:"spec" jsonschema:"required"`
}

// DirectorySpec holds the names by sort.
type DirectorySpec struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// Accounts: name to account id (twelve digits, in quotes).
	Accounts map[string]string `yaml:"accounts,omitempty"`
	// AWS organizations: name to ARN.
	Organizations map[string]string `yaml:"organizations,omitempty"`
	// Organizational units: name to ARN.
	OrganizationalUnits map[string]string `yaml:"organizationalUnits,omitempty"`
	// Groups: name to members. A member may be a group.
	Groups map[string][]PrincipalRef `yaml:"groups,omitempty"`
}
