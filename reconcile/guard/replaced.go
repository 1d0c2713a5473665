package guard

import (
	"fmt"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// replacedAccounts tells of accounts that lose their own entry while their image
// gains an organization or unit. Moving accounts under one entry is routine work,
// which the limits on revokes do not count; whether the accounts are inside, only
// people can say.
type replacedAccounts struct{}

func (replacedAccounts) Code() string { return "AMI023" }

func (replacedAccounts) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, changes := range reconcile.ByImage(in.Changes) {
		gained := in.widened(changes)
		var accounts, groups []string
		for _, change := range changes {
			if in.undecided(change) && replaced(change, gained) {
				accounts = append(accounts, in.label(change.Principal.Principal))
			}
		}
		if len(accounts) == 0 {
			continue
		}
		for _, change := range gained {
			groups = append(groups, in.label(change.Principal.Principal))
		}
		findings = append(findings, reconcile.Finding{
			Image: changes[0].Image, Source: gained[0].Source,
			Message: fmt.Sprintf("%s replaces %s of %s, and whether they are inside it is not known here: %s",
				enumerate(groups), count(len(accounts), "account"), title(changes[0].Image), enumerate(accounts)),
			Hint: "compare them with its members; an account that is not inside loses the image, so declare it as well",
		})
	}
	return findings
}

// undecided reports whether a change takes access away that nobody has decided
// on before. An expiry was decided in review; so was a principal that the command
// names together with --only-revoke.
func (in Input) undecided(change reconcile.Change) bool {
	return change.Verb.Takes() && change.Reason != reconcile.Expired && !in.Scope.Evicts()
}

// countedRevokes returns, by image, the revokes that the limits count, other
// shards' too: the undecided ones that nothing in the same run replaces.
func (in Input) countedRevokes() map[principal.Image][]reconcile.Change {
	revokes := map[principal.Image][]reconcile.Change{}
	for _, changes := range reconcile.ByImage(slices.Concat(in.Changes, in.Elsewhere)) {
		gained := in.widened(changes)
		for _, change := range changes {
			if in.undecided(change) && !replaced(change, gained) && !covered(change, gained) {
				revokes[change.Image.Image] = append(revokes[change.Image.Image], change)
			}
		}
	}
	return revokes
}

// widened returns the grants to organizations and units that the image gains, or
// gained by an earlier part of the same plan, for good: one that ends would take
// the accounts along unseen.
func (in Input) widened(changes []reconcile.Change) []reconcile.Change {
	return slices.DeleteFunc(slices.Concat(changes, in.made[changes[0].Image.Image]), func(c reconcile.Change) bool {
		return c.Verb != reconcile.VerbGrant || c.Principal.Kind == principal.Account || c.Until != ""
	})
}

// replaced reports whether a revoke takes an account out of an image that gains
// an organization or unit.
func replaced(revoke reconcile.Change, gained []reconcile.Change) bool {
	return revoke.Principal.Kind == principal.Account && len(gained) > 0
}

// covered reports whether the ids alone prove that who loses an entry keeps the
// access through another that the image gains: a unit through its organization.
func covered(revoke reconcile.Change, gained []reconcile.Change) bool {
	return slices.ContainsFunc(gained, func(c reconcile.Change) bool {
		return c.Principal.Holds(revoke.Principal.Principal)
	})
}
