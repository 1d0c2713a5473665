package guard

import (
	"fmt"

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
		finding := reconcile.Finding{
			Severity: reconcile.SeverityError, Stops: reconcile.StopsRun,
			Message: fmt.Sprintf("%s becomes public: every AWS account could launch it; the policy denies it", title(change.Image)),
			Hint:    "remove `public: true` from the share, or allow it in policy.yaml: `spec: {public: allow}`",
			Image:   change.Image, Principal: change.Principal, Source: change.Source,
		}
		if in.Declarations.Policy.AllowPublic {
			finding.Severity, finding.Stops = reconcile.SeverityWarning, ""
			finding.Message = fmt.Sprintf("%s becomes public: every AWS account can launch it", title(change.Image))
			finding.Hint = "make sure that nothing in the image is secret; the share and the policy both allow it"
		}
		findings = append(findings, finding)
	}
	return findings
}

// publicUnclaimed reports images that the whole world can launch although no
// manifest speaks of them. The listing shows them without further calls.
type publicUnclaimed struct{}

func (publicUnclaimed) Code() string { return "AMI015" }

func (publicUnclaimed) Analyze(in Input) []reconcile.Finding {
	if len(in.Scope.Shares) > 0 || !in.Scope.HoldsPrincipal(principal.Everyone) {
		return nil // unclaimed images are in nobody's share
	}
	claimed := map[principal.Image]bool{}
	for _, selected := range in.Claimed.Images {
		claimed[selected.Image.Image] = true
	}
	var findings []reconcile.Finding
	for _, observed := range in.Inventory {
		images, _ := observed.Value()
		for _, image := range images {
			if image.Public && !claimed[image.Image] && in.Scope.HoldsImage(image) && !in.Declarations.Ignores(image, in.At) {
				findings = append(findings, reconcile.Finding{
					Severity: reconcile.SeverityError,
					Message:  fmt.Sprintf("%s is public and no manifest claims it", title(named(image))),
					Hint:     "declare it in an image share (see `amisync import`), or make it private",
					Image:    named(image),
				})
			}
		}
	}
	return findings
}
