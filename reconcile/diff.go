package reconcile

import (
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// Diff returns the fewest changes that turn what was observed into what is
// desired, sorted by image, verb and principal. An image whose permissions are
// unknown, that cannot be shared in its state, or that is in conflict has none.
func Diff(desired []Desired, observations Observations) []Change {
	var changes []Change
	for _, d := range desired {
		permissions, known := observations[d.Image.Image].Value()
		if known && d.Actionable() {
			changes = append(changes, diffImage(d, permissions)...)
		}
	}
	slices.SortFunc(changes, compareChanges)
	return changes
}

// Actionable reports whether the image's permissions can be changed at all:
// it is available, and its claims do not contradict each other.
func (d Desired) Actionable() bool {
	return d.Image.State == Available && len(d.Conflict) == 0
}

func diffImage(d Desired, permissions []principal.Principal) []Change {
	if inSync(d.Grants, permissions) {
		return nil
	}
	var changes []Change
	has := make(map[principal.Principal]bool, len(permissions))
	for _, p := range permissions {
		has[p] = true
	}
	wanted := make(map[principal.Principal]bool, len(d.Grants))
	for _, grant := range d.Grants {
		wanted[grant.Principal] = true
		if !has[grant.Principal] {
			change := newChange(give(grant.Principal), d.Image, grant.Principal, Declared, grant.Source)
			change.Note = grant.Reason
			if !grant.Until.IsZero() {
				change.Until = grant.Until.Format(time.DateOnly)
			}
			changes = append(changes, change)
		}
	}
	for _, grant := range d.Expired {
		if has[grant.Principal] {
			wanted[grant.Principal] = true // settled here, not below
			change := newChange(take(grant.Principal), d.Image, grant.Principal, Expired, grant.Source)
			change.Until = grant.Until.Format(time.DateOnly)
			change.Note = grant.Reason
			changes = append(changes, change)
		}
	}
	if d.Exclusive == nil {
		return changes
	}
	for _, p := range principal.Sorted(permissions) {
		if !wanted[p] {
			changes = append(changes, newChange(take(p), d.Image, p, Undeclared, d.Exclusive.Source))
		}
	}
	return changes
}

// inSync reports whether the permissions are just those that are granted, in the
// same order: so it is with most images, and found out without looking any up.
func inSync(grants []Grant, permissions []principal.Principal) bool {
	if len(grants) != len(permissions) {
		return false
	}
	for i := range grants {
		if grants[i].Principal != permissions[i] {
			return false
		}
	}
	return true
}

func give(p principal.Principal) Verb {
	if p.Kind == principal.Public {
		return VerbPublish
	}
	return VerbGrant
}

func take(p principal.Principal) Verb {
	if p.Kind == principal.Public {
		return VerbUnpublish
	}
	return VerbRevoke
}

// Patch returns the permissions after the changes, sorted.
func Patch(permissions []principal.Principal, changes []Change) []principal.Principal {
	after := slices.Clone(permissions)
	for _, change := range changes {
		after = slices.DeleteFunc(after, func(p principal.Principal) bool { return p == change.Principal.Principal })
		if change.Verb.Gives() {
			after = append(after, change.Principal.Principal)
		}
	}
	return principal.Sorted(after)
}
