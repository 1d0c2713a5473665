package reconcile

import (
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// Policy holds what guards every run.
type Policy struct {
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

// Term is a decision with its reason, which may end.
type Term struct {
	Reason string
	// Until is the last day (midnight UTC at its start) on which it holds. Zero
	// means for good.
	Until  time.Time
	Source Source
}

// Over reports whether the last day has passed.
func (t Term) Over(at time.Time) bool { return over(t.Until, at) }

// over reports whether a last day, given as midnight UTC at its start, has
// passed. Zero never does.
func over(lastDay, at time.Time) bool {
	return !lastDay.IsZero() && !at.Before(lastDay.AddDate(0, 0, 1))
}

// PublicShare is a share whose images may become public.
type PublicShare struct {
	Term
	Share      string
	ApprovedBy string // who answers for it
}

// Exception turns the findings of a code into notes that stop nothing.
type Exception struct {
	Term
	Code  string
	Share string // empty: any
	Image string // an id, or a pattern for the name (see Match); empty: any
}

// Ignore leaves an image out of everything but the count of the newest: it is
// not read, not changed, and nothing is said of it.
type Ignore struct {
	Term
	Image  string // an id, or a pattern for the name (see Match)
	Owner  string // name; empty: any
	Region string // empty: any
}

// Rule is a condition of the estate's own that every change must keep.
type Rule struct {
	Name     string
	Severity Severity
	Stops    Stop // what a violation keeps from being applied if Severity is error
	Message  string
	Hint     string // may be empty
	Source   Source
	// Violated reports whether the change breaks the rule. An error means that it
	// cannot be said, which counts as broken. It is safe for concurrent use.
	Violated func(RuleSubject) (bool, error)
}

// RuleSubject is what a rule looks at.
type RuleSubject struct {
	Change Change
	Image  Image
	Owner  string   // the name of the image's owner
	Shares []string // the names of the shares that pick the image, sorted
}

// MayPublish reports whether the share may make its images public.
func (p *Policy) MayPublish(share string, at time.Time) bool {
	return p.AllowPublic || slices.ContainsFunc(p.PublicShares, func(s PublicShare) bool {
		return s.Share == share && !s.Over(at)
	})
}

// Allows reports whether access may be given to the principal.
func (p *Policy) Allows(who principal.Principal) bool {
	return p.Allow == nil || who.Kind == principal.Public || slices.ContainsFunc(p.Allow, func(allowed principal.Principal) bool {
		return allowed.Holds(who)
	})
}

// Ignores reports whether the image is to be left alone. Owner is its owner's
// name.
func (p *Policy) Ignores(image Image, owner string, at time.Time) bool {
	return slices.ContainsFunc(p.Ignore, func(i Ignore) bool {
		return !i.Over(at) && matchesImage(i.Image, image.ID, image.Name) &&
			(i.Owner == "" || i.Owner == owner) && (i.Region == "" || i.Region == image.Region)
	})
}

// matchesImage reports whether a filter, an id or a pattern for names, means the
// image.
func matchesImage(filter, id, name string) bool {
	return filter == id || name != "" && Match(filter, name)
}
