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
	for _, change := range in.Changes {
		if in.counts(change) {
			revokes++
			losers[change.Principal.Principal] = true
		}
	}
	var findings []reconcile.Finding
	over := func(message, limit string, needed int) {
		findings = append(findings, reconcile.Finding{
			Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Message: message, Source: in.Declarations.Policy.Source,
			Hint: fmt.Sprintf("apply part of it (--share, --principal), or raise the limit in policy.yaml: `spec: {revokes: {%s: %d}}`", limit, needed),
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
	revokes := in.revokesByImage()
	var findings []reconcile.Finding
	for _, desired := range in.Desired {
		lost := revokes[desired.Image.Image]
		before, _ := in.Observations[desired.Image.Image].Value()
		if desired.EmptyOnPurpose || len(lost) <= 1 || len(lost)*100 <= limit*len(before) {
			continue
		}
		percent := (len(lost)*100 + len(before) - 1) / len(before) // rounded up, so that it is over the limit
		findings = append(findings, reconcile.Finding{
			Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Image: named(desired.Image), Source: lost[0].Source,
			Message: fmt.Sprintf("%s loses %d of its %d principals (%d %%), the policy allows %d %%", title(named(desired.Image)), len(lost), len(before), percent, limit),
			Hint: fmt.Sprintf("take them out in smaller parts, write `launchPermissions: []` if the image is to be private, "+
				"or raise the limit in policy.yaml: `spec: {revokes: {maxPercentPerImage: %d}}`", percent),
		})
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
	revokes := in.revokesByImage()
	var findings []reconcile.Finding
	for _, desired := range in.Desired {
		image := desired.Image.Image
		before, _ := in.Observations[image].Value()
		if desired.EmptyOnPurpose || len(revokes[image]) == 0 || len(reconcile.Patch(before, changes[image])) > 0 {
			continue
		}
		findings = append(findings, reconcile.Finding{
			Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Image: named(desired.Image), Source: revokes[image][0].Source,
			Message: fmt.Sprintf("%s loses its last principal: only its owner could launch it", title(named(desired.Image))),
			Hint:    "if the image is to be private, write `launchPermissions: []` in its share",
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
				Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Image: change.Image, Principal: change.Principal, Source: change.Source,
				Message: fmt.Sprintf("%s would lose %s, and the policy protects it", in.label(change.Principal.Principal), title(change.Image)),
				Hint:    "declare it in the share again, or take it out of `protect` in policy.yaml",
			})
		}
	}
	return findings
}

// HeldRevoke is the code of findings about revokes that a filter holds back,
// which concern nobody who only looks.
const HeldRevoke = "AMI020"

// heldRevoke tells of revokes that a filter holds back.
type heldRevoke struct{}

func (heldRevoke) Code() string { return HeldRevoke }

func (heldRevoke) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, change := range in.Held {
		findings = append(findings, reconcile.Finding{
			Severity: reconcile.SeverityWarning, Image: change.Image, Principal: change.Principal, Source: change.Source,
			Message: fmt.Sprintf("the revoke of %s from %s is left out: the filter leaves out a grant that may replace it", in.label(change.Principal.Principal), title(change.Image)),
			Hint:    "run without the filter, so that nobody loses access in between; to take a principal out at once, name it: `apply --principal X --only-revoke`",
		})
	}
	return findings
}

// stillDeclared tells, when principals are to be taken out everywhere, which
// shares would let them in again.
type stillDeclared struct{}

func (stillDeclared) Code() string { return "AMI021" }

func (stillDeclared) Analyze(in Input) []reconcile.Finding {
	if !in.Scope.Evicts() {
		return nil
	}
	images := map[string]map[reconcile.Grant]int{} // by share and grant
	for _, selected := range in.Selection.Images {
		permissions, _ := in.Observations[selected.Image.Image].Value()
		for _, p := range in.Scope.Principals {
			if !slices.Contains(permissions, p) {
				continue
			}
			for share, grant := range reconcile.Keeps(in.Declarations, selected, p, in.At) {
				if images[share] == nil {
					images[share] = map[reconcile.Grant]int{}
				}
				images[share][grant]++
			}
		}
	}
	var findings []reconcile.Finding
	for share, grants := range images {
		for grant, n := range grants {
			findings = append(findings, reconcile.Finding{
				Severity: reconcile.SeverityError, Stops: reconcile.StopsImage, Share: share, Source: grant.Source,
				Principal: reconcile.NamedPrincipal{Principal: grant.Principal},
				Message:   fmt.Sprintf("%s keeps %s of share %s, which still declares it", in.label(grant.Principal), count(n, "image"), share),
				Hint:      "take it out of the share (or of the group that brings it in) and run this again",
			})
		}
	}
	return findings
}
