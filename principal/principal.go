// Package principal names those who may launch an image, and the images
// themselves, and knows what their ids look like at each provider.
//
// It is a leaf: values only, no cloud calls, standard library only.
package principal

import (
	"cmp"
	"fmt"
	"slices"
)

// Kind says what sort of principal holds a launch permission.
type Kind string

// The kinds of principal that launch permissions know.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchPermission.html
const (
	Account            Kind = "account"
	Organization       Kind = "organization"
	OrganizationalUnit Kind = "organizationalUnit"
	Public             Kind = "public" // EC2's group "all"
)

// Principal is one holder of a launch permission. It is comparable, so it
// serves as a map key. The zero value is no principal.
type Principal struct {
	Kind Kind `json:"kind"`
	// ID is an account id or an ARN, in the provider's own form. It is empty
	// for the public.
	ID string `json:"id,omitempty"`
}

// Everyone is the public principal.
var Everyone = Principal{Kind: Public}

// Overlaps reports whether someone could hold access through p and through
// other at once. Two different accounts never overlap. An organization, an OU
// or the public may reach whoever the other reaches: who is inside is not known
// here, so the answer for them is yes.
func (p Principal) Overlaps(other Principal) bool {
	return p == other || p.Kind != Account || other.Kind != Account
}

// Holds reports whether the ids alone prove that whoever holds access through
// other is inside p: they are the same, p is the public, or p is the
// organization that the ARN of the OU other names.
func (p Principal) Holds(other Principal) bool {
	return p == other || p.Kind == Public ||
		p.Kind == Organization && other.Kind == OrganizationalUnit && organizationOf(p.ID) != "" && organizationOf(p.ID) == organizationOf(other.ID)
}

// CanHold reports whether the ids leave it open that whoever holds access through
// other is inside p. Who is inside an organization or an OU is not known here,
// but an organization is inside no other and in no OU, an OU is in one
// organization alone, which its ARN names, and an account holds itself alone.
// Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html
func (p Principal) CanHold(other Principal) bool {
	switch {
	case p.Holds(other):
		return true
	case p.Kind != Organization && p.Kind != OrganizationalUnit:
		return false
	case other.Kind == OrganizationalUnit:
		mine, its := organizationOf(p.ID), organizationOf(other.ID)
		return mine == "" || its == "" || mine == its
	}
	return other.Kind == Account
}

// String is the principal in one word for messages: its id, or "public".
func (p Principal) String() string {
	if p.Kind == Public {
		return "public"
	}
	return p.ID
}

// width is the place of a kind among all, the widest first.
func (k Kind) width() int {
	switch k {
	case Organization:
		return 1
	case OrganizationalUnit:
		return 2
	case Account:
		return 3
	}
	return 0 // the public
}

// Compare orders principals from the widest kind to the narrowest, then by id.
func Compare(a, b Principal) int {
	return cmp.Or(cmp.Compare(a.Kind.width(), b.Kind.width()), cmp.Compare(a.ID, b.ID))
}

// Sorted returns the principals in the order of Compare, each once. The input
// is left as it was; the result is never nil.
func Sorted(principals []Principal) []Principal {
	sorted := append([]Principal{}, principals...)
	slices.SortFunc(sorted, Compare)
	return slices.Compact(sorted)
}

// Provider names a cloud. The zero value is invalid.
type Provider string

// The providers that the manifest language knows.
const (
	AWS Provider = "aws"
)

// Image refers to one image in one region of one owner account. It is
// comparable.
type Image struct {
	Provider Provider `json:"provider"`
	Account  string   `json:"account"`
	Region   string   `json:"region"`
	ID       string   `json:"id"`
}

// String is the reference in the form used in messages.
func (i Image) String() string { return fmt.Sprintf("%s (%s, %s)", i.ID, i.Account, i.Region) }

// CompareImages orders images by provider, account, region and id.
func CompareImages(a, b Image) int {
	return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account),
		cmp.Compare(a.Region, b.Region), cmp.Compare(a.ID, b.ID))
}
