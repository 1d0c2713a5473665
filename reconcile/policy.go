package reconcile

import (
	"cmp"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// Policy holds what guards every run.
type Policy struct {
	Name string // the manifest's metadata.name; empty where there is none
	// AllowPublic lets every share publish that says so; PublicShares names the
	// shares that may where it is false.
	AllowPublic  bool
	PublicShares []PublicShare
	Revokes      RevokeLimits
	Protect      []principal.Principal // never to be revoked
	// Allow, unless nil, are the only ones to whom access may be given, and those
	// inside them as far as ids prove it (see principal.Principal.Holds). The
	// public is not its business.
	Allow      []principal.Principal
	Severities map[string]Severity // by finding code; what is absent keeps its own
	Exceptions []Exception
	Ignore     []Ignore
	Rules      []Rule
	Source     Source // zero where no manifest declares a policy
}

// RevokeLimits bound what one run may take away.
type RevokeLimits struct {
	Max                int // revokes in one run
	MaxPrincipals      int // different principals revoked in one run
	MaxPercentPerImage int // of the principals an image has, 0 to 100
}

// DefaultPolicy is in force where no manifest declares another.
func DefaultPolicy() Policy {
	return Policy{Revokes: RevokeLimits{Max: 100, MaxPrincipals: 5, MaxPercentPerImage: 50}}
}

// Rule is a condition of the estate's own that every change must keep.
type Rule struct {
	Name     string
	When     string // the condition, as it is written
	Severity Severity
	Stops    Stop // what a violation keeps from being applied if Severity is error
	Message  string
	Hint     string // may be empty
	Source   Source
	// Violated reports whether the change breaks the rule. An error means that it
	// cannot be said, which counts as broken. It is safe for concurrent use.
	Violated func(RuleSubject) (bool, error) `json:"-"`
}

// RuleSubject is what a rule looks at.
type RuleSubject struct {
	Change Change
	Image  Image
	Owner  string   // the name of the image's owner
	Shares []string // the names of the shares that pick the image, sorted
}

// Approval returns the entry in force by which the share may make its images
// public, or false.
func (p *Policy) Approval(share string, at time.Time) (PublicShare, bool) {
	i := slices.IndexFunc(p.PublicShares, func(s PublicShare) bool { return s.Share == share && !s.Over(at) })
	if i < 0 {
		return PublicShare{}, false
	}
	return p.PublicShares[i], true
}

// Judge gives a finding what the policy makes of it: its severity, and then the
// exceptions in force. Shares are those that pick the finding's image. A finding
// that the policy raises to an error, and that would stop nothing, stops what its
// code does, or else the run.
func (p *Policy) Judge(f Finding, shares []string, at time.Time) Finding {
	code, _ := CodeOf(f.Code)
	if code.Fixed {
		return f
	}
	if severity, set := p.Severities[f.Code]; set && severity != f.Severity {
		f.Severity = severity
		if severity == SeverityError {
			f.Stops = cmp.Or(f.Stops, code.Stops, StopsRun)
		}
	}
	for _, exception := range p.Exceptions {
		if exception.Code == f.Code && !exception.Over(at) && exception.covers(f, shares) {
			f.Severity, f.Stops, f.Excepted, f.Hint = SeverityNote, "", exception.Why(), ""
			break
		}
	}
	return f
}

// Allows reports whether access may be given to the principal.
func (p *Policy) Allows(who principal.Principal) bool {
	return p.Allow == nil || who.Kind == principal.Public || slices.ContainsFunc(p.Allow, func(allowed principal.Principal) bool {
		return allowed.Holds(who)
	})
}

// matchesImage reports whether a filter, an id or a pattern for names, means the
// image. What has the form of an id is never a name: another image might be
// called so.
func matchesImage(filter string, image principal.Image, name string) bool {
	return filter == image.ID || name != "" && Match(filter, name) && principal.CheckImageID(image.Provider, filter) != nil
}
