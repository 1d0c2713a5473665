package schema

import "github.com/amisync/amisync/internal/strictyaml"

// APIVersion is the version of the manifest language.
const APIVersion = "amisync/v1"

// The kinds of document.
const (
	KindOwnerAccount = "OwnerAccount"
	KindDirectory    = "Directory"
	KindImageShare   = "ImageShare"
	KindPolicy       = "Policy"
)

// Header is what every document begins with.
type Header struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The version of the manifest language.
	APIVersion string `yaml:"apiVersion" jsonschema:"required,enum=amisync/v1"`
	// What the document declares.
	Kind string `yaml:"kind" jsonschema:"required"`
	// What the document is called.
	Metadata Metadata `yaml:"metadata" jsonschema:"required"`
}

// Metadata names a document.
type Metadata struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// The name, unique among the documents of its kind. Plans and reports show it.
	Name string `yaml:"name" jsonschema:"required,maxLength=128,pattern=^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	// Labels for people and reports; they have no effect.
	Labels map[string]string `yaml:"labels,omitempty"`
}

// PrincipalRef refers to principals by a name from a Directory or by their id.
// It has exactly one key.
type PrincipalRef struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// An account: its name in a Directory, or its twelve digits in quotes.
	Account string `yaml:"account,omitempty" jsonschema:"minLength=1"`
	// An AWS organization: its name in a Directory, or its ARN. Every account in it, now and later, may launch.
	Organization string `yaml:"organization,omitempty" jsonschema:"minLength=1"`
	// An organizational unit: its name in a Directory, or its ARN. Every account below it, now and later, may launch.
	OrganizationalUnit string `yaml:"organizationalUnit,omitempty" jsonschema:"minLength=1"`
	// A group from a Directory: all of its members.
	Group string `yaml:"group,omitempty" jsonschema:"minLength=1"`
}
