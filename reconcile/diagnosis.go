package reconcile

import (
	"errors"
	"time"
)

// CheckStatus is how a check of a Diagnosis came out.
type CheckStatus string

const (
	CheckOK CheckStatus = "ok"
	// CheckDenied means that the cloud refused what was tried, because the caller
	// is not allowed it.
	CheckDenied CheckStatus = "denied"
	// CheckFailed means that it could not be found out, for want of credentials for
	// example, or that the way leads elsewhere than the manifest says.
	CheckFailed CheckStatus = "failed"
	// CheckBlocked means that it was found out, and that the account does not permit
	// what a share asks for.
	CheckBlocked CheckStatus = "blocked"
	// CheckSkipped means that there is no need or nothing to try it on.
	CheckSkipped CheckStatus = "skipped"
)

// Check is one thing that amisync has to be able to do in a lane.
type Check struct {
	Status CheckStatus `json:"status"`
	Kind   ErrorKind   `json:"kind,omitempty"`
	Action string      `json:"action,omitempty"`
	// Error says what went wrong; Because, why the check was skipped.
	Error   string `json:"error,omitempty"`
	Because string `json:"because,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// Problem reports whether somebody has to mend something.
func (c Check) Problem() bool {
	return c.Status == CheckDenied || c.Status == CheckFailed || c.Status == CheckBlocked
}

// CheckError is the check that ended with the error; nil means that it passed.
func CheckError(err error) Check {
	if err == nil {
		return Check{Status: CheckOK}
	}
	check := Check{Status: CheckFailed, Kind: KindOf(err), Error: err.Error()}
	if e, ok := errors.AsType[*Error](err); ok {
		check.Action, check.Error, check.Hint = e.Action, e.Err.Error(), e.Hint
	}
	if check.Kind == Denied || check.Kind == Credentials && check.Action == "sts:AssumeRole" {
		check.Status = CheckDenied
	}
	return check
}

// SkippedCheck is a check that was not made.
func SkippedCheck(because string) Check { return Check{Status: CheckSkipped, Because: because} }

// LaneDiagnosis is what amisync can do in one lane.
type LaneDiagnosis struct {
	Owner string `json:"owner"` // the owner account's name
	Lane
	// Ambient means that the owner has no role: reading and writing use the
	// credentials that were found, with all that they allow.
	Ambient bool `json:"ambient"`

	Enter Check `json:"enter"` // the account, for reading
	List  Check `json:"list"`  // its images
	Read  Check `json:"read"`  // the permissions of one image
	// Public is whether the account's lock on publishing can be read and is off, Keys
	// whether the keys of encrypted images can be read; both only where a run would
	// ask for it.
	Public Check `json:"public"`
	Keys   Check `json:"keys"`
	Change Check `json:"change"` // the permissions of one image: asked for, not done
}

// NamedCheck is a check with its name in documents.
type NamedCheck struct {
	Name string
	Check
}

// Checks returns the checks in the order in which a run would need them.
func (d LaneDiagnosis) Checks() []NamedCheck {
	return []NamedCheck{{"enter", d.Enter}, {"list", d.List}, {"read", d.Read}, {"public", d.Public}, {"keys", d.Keys}, {"change", d.Change}}
}

// Diagnosis is what amisync can do in each lane in scope.
type Diagnosis struct {
	FormatVersion string          `json:"format_version"`
	At            time.Time       `json:"at"`
	Problems      int             `json:"problems"` // checks that were denied, failed or blocked
	Lanes         []LaneDiagnosis `json:"lanes"`    // sorted by owner name and region
}

// Finish counts the problems.
func (d *Diagnosis) Finish() {
	d.FormatVersion, d.Problems, d.Lanes = FormatVersion, 0, orEmpty(d.Lanes)
	for _, lane := range d.Lanes {
		for _, check := range lane.Checks() {
			if check.Problem() {
				d.Problems++
			}
		}
	}
}

// EncodeDiagnosis writes the diagnosis as indented JSON.
func EncodeDiagnosis(d *Diagnosis) ([]byte, error) { return encode(d) }
