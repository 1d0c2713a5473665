package guard

import (
	"fmt"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// tooManyRevokes bounds what one run takes away over all images.
type tooManyRevokes struct{}

func (tooManyRevokes) Code() string { return "AMI002" }

func (tooManyRevokes) Analyze(in Input) []reconcile.Finding {
	limits := in.Declarations.Policy.Revokes
	revokes, losers := 0, map[principal.Principal]bool{}
	for _, lost := range in.counted {
		revokes += len(lost)
		for _, change := range lost {
			losers[change.Principal.Principal] = true
		}
	}
	var findings []reconcile.Finding
	over := func(message, limit string, needed int) {
		findings = append(findings, reconcile.Finding{
			Message: message, Source: in.Declarations.Policy.Source,
			Hint: "apply part of it (--share, --principal), or " + in.inPolicy(fmt.Sprintf("revokes: {%s: %d}", limit, needed)),
		})
	}
	if revokes > limits.Max {
		over(fmt.Sprintf("%s in one run, the policy allows %d", count(revokes, "revoke"), limits.Max), "max", revokes)
	}
	if len(losers) > limits.MaxPrincipals {
		over(fmt.Sprintf("%s lose access in one run, the policy allows %d", count(len(losers), "principal"), limits.MaxPrincipals), "maxPrincipals", len(losers))
	}
	return findings
}

// losesTooMuch bounds which part of its principals one image loses.
type losesTooMuch struct{}

func (losesTooMuch) Code() string { return "AMI003" }

func (losesTooMuch) Analyze(in Input) []reconcile.Finding {
	limit := in.Declarations.Policy.Revokes.MaxPercentPerImage
	highest := 0
	var findings []reconcile.Finding
	for _, desired := range in.Desired {
		lost := in.counted[desired.Image.Image]
		if desired.EmptyOnPurpose || len(lost) <= 1 {
			continue
		}
		before, _ := in.Observations[desired.Image.Image].Value()
		if len(lost)*100 <= limit*len(before) {
			continue
		}
		percent := (len(lost)*100 + len(before) - 1) / len(before) // rounded up, so that it is over the limit
		highest = max(highest, percent)
		share := in.declarer(lost[0])
		findings = append(findings, reconcile.Finding{
			Image: named(desired.Image), Share: share, Source: lost[0].Source,
			Message: fmt.Sprintf("%s loses %d of its %d principals (%d %%), the policy allows %d %%", title(named(desired.Image)), len(lost), len(before), percent, limit),
			Hint:    fmt.Sprintf("if that is meant, %s", in.inPolicy(in.exception("AMI003", share, desired.Image.Image))),
		})
	}
	for i := range findings {
		findings[i].Hint += fmt.Sprintf("; or there, for all shares, `revokes: {maxPercentPerImage: %d}`", highest)
	}
	return findings
}

// losesLast reports images that nobody could launch any more.
type losesLast struct{}

func (losesLast) Code() string { return "AMI004" }

func (losesLast) Analyze(in Input) []reconcile.Finding {
	changes := map[principal.Image][]reconcile.Change{}
	for _, change := range in.Changes {
		changes[change.Image.Image] = append(changes[change.Image.Image], change)
	}
	var findings []reconcile.Finding
	for _, desired := range in.Desired {
		image := desired.Image.Image
		if desired.EmptyOnPurpose || len(in.counted[image]) == 0 {
			continue
		}
		before, _ := in.Observations[image].Value()
		if len(reconcile.Patch(before, changes[image])) > 0 {
			continue
		}
		share := in.declarer(in.counted[image][0])
		findings = append(findings, reconcile.Finding{
			Image: named(desired.Image), Share: share, Source: in.counted[image][0].Source,
			Message: fmt.Sprintf("%s loses its last principal: only its owner could launch it", title(named(desired.Image))),
			Hint:    "if the image is to be private, write `launchPermissions: []` in its share, or " + in.inPolicy(in.exception("AMI004", share, image)),
		})
	}
	return findings
}

// protectedRevoke keeps the principals that the policy protects from losing
// anything.
type protectedRevoke struct{}

func (protectedRevoke) Code() string { return "AMI005" }

func (protectedRevoke) Analyze(in Input) []reconcile.Finding {
	policy := in.Declarations.Policy
	var findings []reconcile.Finding
	for _, change := range in.Changes {
		if change.Verb.Takes() && slices.Contains(policy.Protect, change.Principal.Principal) {
			findings = append(findings, reconcile.Finding{
				Image: change.Image, Share: in.declarer(change), Principal: change.Principal, Source: change.Source,
				Message: fmt.Sprintf("%s would lose %s, and the policy protects it", in.label(change.Principal.Principal), title(change.Image)),
				Hint: fmt.Sprintf("declare it again under the share's launchPermissions, `- %[1]s`, or take `%[1]s` out of `protect` in policy.yaml",
					in.reference(change.Principal.Principal)),
			})
		}
	}
	return findings
}
