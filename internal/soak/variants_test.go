package soak

import (
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

func variants() []variant {
	const loses, calls = ", which they are to have", "readings back for"
	return []variant{
		{name: "a failed reading taken for no permissions", found: []string{"and does not say so", "which it could not read", "was not shown who has it"},
			reads: func(a *account, _ reconcile.Owner) run.Reader { return emptyOnError{a} }},
		{name: "a failed listing taken for no images", found: []string{"could not list"},
			reads: func(a *account, _ reconcile.Owner) run.Reader { return noImagesOnError{a} }},
		{name: "a listing without its last page", found: []string{"which a share picks", "the manifests want"},
			reads: func(a *account, _ reconcile.Owner) run.Reader { return shortListing{a} }},
		{name: "an external id in an error", found: []string{"holds a secret"},
			reads: func(a *account, o reconcile.Owner) run.Reader { return talkative{a, o} }},
		{name: "everything read twice", found: []string{"twice for one plan", "asks twice"},
			reads: func(a *account, _ reconcile.Owner) run.Reader { return readsTwice{a} }},
		{name: "what was sent taken for what is there", found: []string{"is applied; the cloud has", "before it has seen that the image is public", "the last reading was"},
			reads: func(a *account, _ reconcile.Owner) run.Reader { return assuming{a} }, writes: func(a *account) run.Writer { return remembering{a} }},
		{name: "nothing sent at all", found: []string{"and is to have", "a second plan has", "drift finds"},
			reads: func(a *account, _ reconcile.Owner) run.Reader { return assuming{a} }, writes: func(a *account) run.Writer { return idle{a} }},
		{name: "an old reading taken for the reading back", found: []string{"not complete, though nothing is in the way"},
			reads: func(a *account, _ reconcile.Owner) run.Reader { return cached{a} }},
		{name: "an image given up once it has failed", found: []string{"an undisturbed run makes it"},
			reads: func(a *account, _ reconcile.Owner) run.Reader { return choosy{a} }, writes: func(a *account) run.Writer { return resigned{a} }},
		{name: "revokes in a call of their own, first", found: []string{loses, calls},
			carries: func(changes []reconcile.Change) []reconcile.Call { return apart(changes, false) }},
		{name: "revokes in a call of their own, last", found: []string{calls},
			carries: func(changes []reconcile.Change) []reconcile.Call { return apart(changes, true) }},
		{name: "a writer that sends revokes first", found: []string{loses},
			writes: func(a *account) run.Writer { return takesFirst{a} }},
		{name: "a writer that revokes more than it is told to", found: []string{loses, "which its plan does not name"},
			writes: func(a *account) run.Writer { return greedy{a} }},
		{name: "a run that goes on where a guard stops it", careless: true, found: []string{
			"AMI001", "AMI002", "AMI003", "AMI004", "AMI005", "AMI009", "AMI017", "AMI019", "AMI022"}},
		{name: "a saved plan carried out though it is stale", found: []string{"which the saved plan does not name"}, trusting: true},
		{name: "no image ignored", found: []string{"reads ami-", "which the policy ignores"},
			forgets: func(d *reconcile.Declarations) { d.Policy.Ignore = nil }},
		{name: "every share taken for an additive one", found: []string{"which two exclusive shares claim", "and is to have"},
			forgets: func(d *reconcile.Declarations) {
				for i := range d.Shares {
					d.Shares[i].Mode = reconcile.Additive
				}
			}},
	}
}
