package guard

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/amisync/amisync/reconcile"
)

// expiredTerm reports exceptions, ignores and approvals of the policy that are
// over.
type expiredTerm struct{}

func (expiredTerm) Code() string { return "AMI010" }

func (expiredTerm) Analyze(in Input) []reconcile.Finding {
	return expiredTerms(in.Declarations.Policy, in.At)
}

// Expired tells of everything declared whose last day has passed: what AMI010 is
// about, and launch permissions. No cloud has been asked, so an expired
// permission may or may not still be there. It is sorted by place.
func Expired(d *reconcile.Declarations, at time.Time) []reconcile.Finding {
	findings := expiredTerms(d.Policy, at)
	told := map[reconcile.Source]bool{} // a group is one entry and many grants
	for _, share := range d.Shares {
		for _, grant := range share.Grants {
			if !grant.Expired(at) || told[grant.Source] {
				continue
			}
			told[grant.Source] = true
			findings = append(findings, reconcile.Finding{
				Source: grant.Source, Share: share.Share,
				Message: fmt.Sprintf("a launch permission of share %s has ended: its last day was %s", share.Share, grant.Until.Format(time.DateOnly)),
				Hint:    "`amisync apply` revokes it where it is still there and no other share declares it; remove the entry after that, or renew its `until`",
			})
		}
	}
	slices.SortStableFunc(findings, func(a, b reconcile.Finding) int {
		return cmp.Or(cmp.Compare(a.Source.File, b.Source.File), cmp.Compare(a.Source.Line, b.Source.Line), cmp.Compare(a.Source.Column, b.Source.Column))
	})
	return findings
}

func expiredTerms(policy reconcile.Policy, at time.Time) []reconcile.Finding {
	var findings []reconcile.Finding
	over := func(term reconcile.Term, what string) {
		if !term.Over(at) {
			return
		}
		findings = append(findings, reconcile.Finding{
			Source:  term.Source,
			Message: fmt.Sprintf("%s: its last day was %s", what, term.Until.Format(time.DateOnly)),
			Hint:    "remove the entry from policy.yaml, or renew its `until`",
		})
	}
	for _, e := range policy.Exceptions {
		over(e.Term, "the exception of "+e.Code+narrowed("for share ", e.Share)+narrowed("on image ", e.Image)+" no longer works")
	}
	for _, i := range policy.Ignore {
		over(i.Term, "image "+i.Image+narrowed("of owner ", i.Owner)+narrowed("in ", i.Region)+" is no longer ignored")
	}
	for _, s := range policy.PublicShares {
		over(s.Term, "share "+s.Share+" may no longer publish, as "+s.ApprovedBy+" approved")
	}
	return findings
}

// narrowed is the value with words before it, or nothing.
func narrowed(words, value string) string {
	if value == "" {
		return ""
	}
	return " " + words + value
}

// expiresSoon tells of grants whose last day is near.
type expiresSoon struct{}

func (expiresSoon) Code() string { return "AMI016" }

func (expiresSoon) Analyze(in Input) []reconcile.Finding {
	if in.Partial {
		return nil // a plan's own images say too little of how many there are
	}
	type reach struct {
		images int
		shares map[string]bool
	}
	reaches := map[reconcile.Grant]*reach{}
	for _, desired := range in.Desired {
		for _, grant := range desired.Grants {
			if grant.Until.IsZero() || grant.Until.After(in.At.AddDate(0, 0, 14)) || !in.Scope.HoldsPrincipal(grant.Principal) {
				continue
			}
			if reaches[grant] == nil {
				reaches[grant] = &reach{shares: map[string]bool{}}
			}
			reaches[grant].images++
			for _, share := range in.pickingWith(desired.Image.Image, func(g reconcile.Grant) bool { return g == grant }) {
				reaches[grant].shares[share] = true
			}
		}
	}
	var findings []reconcile.Finding
	for grant, r := range reaches {
		finding := reconcile.Finding{
			Principal: reconcile.NamedPrincipal{Principal: grant.Principal}, Source: grant.Source,
			Message: fmt.Sprintf("%s has %s of %s until %s only", in.label(grant.Principal), count(r.images, "image"), count(len(r.shares), "share"),
				grant.Until.Format(time.DateOnly)),
			Hint: "if it is to keep access, move `until` on or remove it; if not, there is nothing to do",
		}
		if grant.Reason != "" {
			finding.Message += "; reason: " + grant.Reason
		}
		if len(r.shares) == 1 {
			for share := range r.shares {
				finding.Share = share
			}
		}
		findings = append(findings, finding)
	}
	return findings
}
