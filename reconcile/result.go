package reconcile

import (
	"cmp"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// Status says what happened to a change.
type Status string

const (
	StatusApplied      Status = "applied"           // sent, and seen in the cloud
	StatusSatisfied    Status = "already satisfied" // was so before anything was sent
	StatusFailed       Status = "failed"            // the cloud refused, or never showed it
	StatusSkipped      Status = "skipped"           // held back, because something it depends on failed or a rule forbids it
	StatusNotAttempted Status = "not attempted"     // the run ended before its turn
)

// Outcome is what happened to one change.
type Outcome struct {
	Change  Change    `json:"change"`
	Status  Status    `json:"status"`
	Because string    `json:"because,omitempty"` // why it is not applied
	Kind    ErrorKind `json:"kind,omitempty"`    // of the failure
	Hint    string    `json:"hint,omitempty"`
}

// ImageRecord holds an image's permissions before and after the run.
type ImageRecord struct {
	Image  NamedImage            `json:"image"`
	Before []principal.Principal `json:"before"`
	// After is what was read back last; null where it could not be read.
	After []principal.Principal `json:"after"`
	// Shares are those that pick the image, sorted; none where a principal is taken
	// out of an image that no share picks.
	Shares []string `json:"shares,omitempty"`
}

// Result is what an apply did.
type Result struct {
	FormatVersion string         `json:"format_version"`
	Digest        string         `json:"digest"` // of the plan
	Scope         Scope          `json:"scope"`  // of the plan, and of the run that carried it out
	StartedAt     time.Time      `json:"started_at"`
	EndedAt       time.Time      `json:"ended_at"`
	Interrupted   bool           `json:"interrupted,omitempty"`
	Actors        []Actor        `json:"actors"`
	Summary       map[Status]int `json:"summary"`
	Outcomes      []Outcome      `json:"outcomes"`
	Images        []ImageRecord  `json:"images"`
	Incomplete    []Incomplete   `json:"incomplete"`
	// Findings are those of the plan that was carried out. One that refuses kept its
	// image from being changed, or from being looked at.
	Findings []Finding `json:"findings,omitempty"`
	// Owners are the names of the owner accounts, by account id.
	Owners map[string]string `json:"owners,omitempty"`
}

// Actor is who made the calls in one account.
type Actor struct {
	Account  string `json:"account"`
	Identity string `json:"identity"` // the ARN of the session
}

// Finish sorts and counts.
func (r *Result) Finish() {
	r.FormatVersion = FormatVersion
	slices.SortFunc(r.Outcomes, func(a, b Outcome) int { return compareChanges(a.Change, b.Change) })
	slices.SortFunc(r.Images, func(a, b ImageRecord) int { return principal.CompareImages(a.Image.Image, b.Image.Image) })
	slices.SortFunc(r.Actors, func(a, b Actor) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Identity, b.Identity))
	})
	r.Summary = map[Status]int{}
	for _, outcome := range r.Outcomes {
		r.Summary[outcome.Status]++
	}
	r.Outcomes, r.Images, r.Incomplete, r.Actors = orEmpty(r.Outcomes), orEmpty(r.Images), orEmpty(r.Incomplete), orEmpty(r.Actors)
}

// Complete reports whether every change is in effect and everything could be
// read. What guards refused before it became a change is told by Refused.
func (r *Result) Complete() bool {
	missing := func(o Outcome) bool { return o.Status != StatusApplied && o.Status != StatusSatisfied }
	return len(r.Incomplete) == 0 && !slices.ContainsFunc(r.Outcomes, missing)
}

// Refused reports whether a finding kept something from being applied.
func (r *Result) Refused() bool { return slices.ContainsFunc(r.Findings, Finding.Refuses) }

// EncodeResult writes the result as indented JSON.
func EncodeResult(r *Result) ([]byte, error) { return encode(r) }
