package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// becomesPublic asks for two keys: the image share and the policy must both
// say that an image may be launched by the whole world.
type becomesPublic struct{}

func (becomesPublic) Code() string { return "AMI001" }

func (becomesPublic) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, change := range in.Changes {
		if change.Verb != reconcile.VerbPublish {
			continue
		}
		shares := in.declaring(change.Image.Image, principal.Everyone)
		approval, approved := in.approval(shares)
		finding := reconcile.Finding{Image: change.Image, Principal: change.Principal, Source: change.Source}
		if approved || in.Declarations.Policy.AllowPublic {
			finding.Severity = reconcile.SeverityWarning
			finding.Message = fmt.Sprintf("%s becomes public: every AWS account can launch it", title(change.Image))
			finding.Hint = "make sure that nothing in the image is secret; the share and the policy both allow it"
		} else {
			finding.Message = fmt.Sprintf("%s becomes public: every AWS account could launch it; the policy denies it", title(change.Image))
			finding.Hint = in.denied(shares)
		}
		if approved {
			finding.Message += fmt.Sprintf("; %s approved it for share %s, %s", approval.ApprovedBy, approval.Share, approval.Why())
		}
		findings = append(findings, finding)
	}
	return findings
}

// denied says how shares that want to publish go on.
func (in Input) denied(shares []string) string {
	var entries, over []string
	for _, share := range shares {
		i := slices.IndexFunc(in.Declarations.Policy.PublicShares, func(s reconcile.PublicShare) bool { return s.Share == share })
		if i >= 0 { // an approval in force would not be denied
			place := in.Declarations.Policy.PublicShares[i].Source
			over = append(over, fmt.Sprintf("%s:%d", place.File, place.Line))
			continue
		}
		entries = append(entries, fmt.Sprintf("{share: %s, approvedBy: <who>, reason: <why>}", share))
	}
	hint := fmt.Sprintf("remove `public: true` from share %s", enumerate(shares))
	if len(over) > 0 {
		return hint + ", or renew the approval that is over: `until` at " + enumerate(over)
	}
	return hint + ", or " + in.inPolicy("publicShares: ["+strings.Join(entries, ", ")+"]")
}

// approval returns the first entry in force that lets one of the shares publish.
func (in Input) approval(shares []string) (reconcile.PublicShare, bool) {
	for _, share := range shares {
		if approval, has := in.Declarations.Policy.Approval(share, in.At); has {
			return approval, true
		}
	}
	return reconcile.PublicShare{}, false
}

// publicUnclaimed reports images that the whole world can launch although no
// manifest speaks of them. The listing shows them without further calls.
type publicUnclaimed struct{}

func (publicUnclaimed) Code() string { return "AMI015" }

func (publicUnclaimed) Analyze(in Input) []reconcile.Finding {
	if len(in.Scope.Shares) > 0 || !in.Scope.HoldsPrincipal(principal.Everyone) {
		return nil // unclaimed images are in nobody's share
	}
	var findings []reconcile.Finding
	for image := range in.listed() {
		if image.Public && in.claimed[image.Image] == nil && in.Scope.HoldsImage(*image) && !in.Declarations.Ignores(*image, in.At) {
			findings = append(findings, reconcile.Finding{
				Message: fmt.Sprintf("%s is public and no manifest claims it", title(named(*image))),
				Hint:    "declare it in an image share (see `amisync import`), or make it private",
				Image:   named(*image),
			})
		}
	}
	return findings
}
