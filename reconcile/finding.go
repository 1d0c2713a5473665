package reconcile

import (
	"cmp"

	"github.com/amisync/amisync/principal"
)

// Severity grades a finding.
type Severity string

// The severities. Only an error can stop anything.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityNote    Severity = "note"
)

// Stop says what a finding of severity error keeps from being applied.
type Stop string

// What a finding stops. The zero value stops nothing.
const (
	StopsRun   Stop = "run"
	StopsImage Stop = "image"
)

// Finding is a risk, or the verdict of a rule, about a plan.
type Finding struct {
	Code     string   `json:"code"` // stable: AMI001 and on
	Severity Severity `json:"severity"`
	Stops    Stop     `json:"stops,omitempty"`
	Message  string   `json:"message"`
	// The subject: as much of it as applies.
	Image     NamedImage     `json:"image,omitzero"`
	Share     string         `json:"share,omitempty"`
	Principal NamedPrincipal `json:"principal,omitzero"`
	Source    Source         `json:"source,omitzero"`
	Hint      string         `json:"hint,omitempty"` // how to mend it
	// Excepted says why and until when the policy excepts the finding, which would
	// be more severe otherwise.
	Excepted string `json:"excepted,omitempty"`
}

// Refuses reports whether the finding keeps something from being applied.
func (f Finding) Refuses() bool { return f.Severity == SeverityError && f.Stops != "" }

var severityOrder = map[Severity]int{SeverityError: 0, SeverityWarning: 1, SeverityNote: 2}

// CompareFindings orders findings from the most severe on, then by code,
// subject, text and place.
func CompareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(severityOrder[a.Severity], severityOrder[b.Severity]),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Share, b.Share),
		cmp.Compare(a.Image.Account, b.Image.Account),
		cmp.Compare(a.Image.Region, b.Image.Region),
		cmp.Compare(a.Image.Name, b.Image.Name),
		cmp.Compare(a.Image.ID, b.Image.ID),
		cmp.Compare(a.Message, b.Message),
		principal.Compare(a.Principal.Principal, b.Principal.Principal),
		cmp.Compare(a.Source.File, b.Source.File),
		cmp.Compare(a.Source.Line, b.Source.Line),
		cmp.Compare(a.Source.Column, b.Source.Column),
	)
}
