package guard

import (
	"fmt"

	"github.com/amisync/amisync/reconcile"
)

// notAllowed reports grants to principals that the policy does not let in.
type notAllowed struct{}

func (notAllowed) Code() string { return "AMI022" }

func (notAllowed) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, change := range in.Changes {
		p := change.Principal.Principal
		if change.Verb != reconcile.VerbGrant || in.Declarations.Policy.Allows(p) {
			continue
		}
		findings = append(findings, reconcile.Finding{
			Image: change.Image, Principal: change.Principal, Share: in.declarer(change), Source: change.Source,
			Message: fmt.Sprintf("%s would gain %s, and is not among those whom the policy allows", in.label(p), title(change.Image)),
			Hint:    fmt.Sprintf("take it out of the share, or add `%s` to `allow` in policy.yaml", in.reference(p)),
		})
	}
	return findings
}
