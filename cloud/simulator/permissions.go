package simulator

import (
	"cmp"
	"slices"
)

// LaunchPermission is one entry of an image's launch permissions. Exactly one field
// is set; the zero value is no entry at all. It is comparable.
// (EC2 API Reference, LaunchPermission)
type LaunchPermission struct {
	UserID                string `json:"userId,omitempty"`
	Group                 string `json:"group,omitempty"` // only "all"
	OrganizationArn       string `json:"organizationArn,omitempty"`
	OrganizationalUnitArn string `json:"organizationalUnitArn,omitempty"`
}

const groupAll = "all"

// String returns the value of the field that is set, "all" for the public entry.
func (p LaunchPermission) String() string {
	return p.UserID + p.Group + p.OrganizationArn + p.OrganizationalUnitArn
}

func (p LaunchPermission) public() bool { return p == LaunchPermission{Group: groupAll} }

func (p LaunchPermission) compare(q LaunchPermission) int {
	return cmp.Or(
		-cmp.Compare(p.Group, q.Group), // "all" first: it is what a reader looks for
		cmp.Compare(p.UserID, q.UserID),
		cmp.Compare(p.OrganizationArn, q.OrganizationArn),
		cmp.Compare(p.OrganizationalUnitArn, q.OrganizationalUnitArn),
	)
}

// permissions is a set: sorted, without duplicates, never changed in place.
type permissions []LaunchPermission

func newPermissions(entries []LaunchPermission) permissions {
	set := slices.Clone(entries)
	slices.SortFunc(set, LaunchPermission.compare)
	return slices.Compact(set)
}

func (s permissions) has(p LaunchPermission) bool {
	_, found := slices.BinarySearchFunc(s, p, LaunchPermission.compare)
	return found
}

// change returns the set with add in it and remove not in it. Adding what is there
// and removing what is not changes nothing.
func (s permissions) change(add, remove []LaunchPermission) permissions {
	gone := newPermissions(remove)
	kept := slices.DeleteFunc(slices.Clone(s), gone.has)
	return newPermissions(append(kept, add...))
}

// missing returns the entries that are not in the set.
func (s permissions) missing(entries []LaunchPermission) permissions {
	return slices.DeleteFunc(newPermissions(entries), s.has)
}

func (s permissions) equal(t permissions) bool { return slices.Equal(s, t) }

func (s permissions) public() bool { return s.has(LaunchPermission{Group: groupAll}) }

// entities counts what the sharing quota counts: accounts, organizations and
// organizational units, but not the public entry. (EC2 User Guide, AMI quotas)
func (s permissions) entities() int {
	if s.public() {
		return len(s) - 1
	}
	return len(s)
}

// covers reports whether an account that belongs to the given organizations and
// organizational units may launch: directly, through one of them, or because of "all".
func (s permissions) covers(account string, memberOf []LaunchPermission) bool {
	return s.public() || s.shared(account, memberOf)
}

// shared is covers without the public entry.
func (s permissions) shared(account string, memberOf []LaunchPermission) bool {
	return s.has(LaunchPermission{UserID: account}) || slices.ContainsFunc(memberOf, s.has)
}
