package guard

import (
	"fmt"
	"slices"

	"github.com/amisync/amisync/reconcile"
)

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
			Image: change.Image, Principal: change.Principal, Source: change.Source,
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
			for share, grant := range reconcile.Keeps(in.shares, selected, p, in.At) {
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
				Share: share, Source: grant.Source,
				Principal: reconcile.NamedPrincipal{Principal: grant.Principal},
				Message:   fmt.Sprintf("%s keeps %s of share %s, which still declares it", in.label(grant.Principal), count(n, "image"), share),
				Hint:      "take it out of the share (or of the group that brings it in) and run this again",
			})
		}
	}
	return findings
}
