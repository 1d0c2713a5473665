package report

import "github.com/amisync/amisync/reconcile"

// The codes of what is no finding. They are as stable as those of findings.
const (
	notRead            = "not-read"
	changeFailed       = "change-failed"
	changeSkipped      = "change-skipped"
	changeNotAttempted = "change-not-attempted"
	planStale          = "plan-stale"
	notListed          = "not-listed"
	driftRule          = "drift-" // and the kind of drift
)

// driftLevels say how much a kind of drift matters: access that nobody declared
// is an error, access that somebody lacks a warning.
var driftLevels = map[reconcile.DriftKind]reconcile.Severity{
	reconcile.DriftExtra:     reconcile.SeverityError,
	reconcile.DriftPublic:    reconcile.SeverityError,
	reconcile.DriftMissing:   reconcile.SeverityWarning,
	reconcile.DriftExpired:   reconcile.SeverityWarning,
	reconcile.DriftUnmanaged: reconcile.SeverityWarning,
	reconcile.DriftPending:   reconcile.SeverityNote,
}

// rules are the codes of all issues, those of findings first.
func rules() []reconcile.Code {
	all := append(reconcile.Codes(),
		reconcile.Code{Code: notRead, Title: "something could not be read", Severity: reconcile.SeverityError},
		reconcile.Code{Code: changeFailed, Title: "a change failed", Severity: reconcile.SeverityError},
		reconcile.Code{Code: changeSkipped, Title: "a change was held back", Severity: reconcile.SeverityWarning},
		reconcile.Code{Code: changeNotAttempted, Title: "a change was not attempted", Severity: reconcile.SeverityWarning},
		reconcile.Code{Code: planStale, Title: "a saved plan is stale", Severity: reconcile.SeverityError},
		reconcile.Code{Code: notListed, Title: "there is more than is listed", Severity: reconcile.SeverityError})
	for _, d := range directions {
		all = append(all, reconcile.Code{Code: driftRule + string(d.kind), Title: d.says, Severity: driftLevels[d.kind]})
	}
	return all
}

// ruleOf describes a code. One that is not known, such as a later amisync may
// write, is its own title and an error.
func ruleOf(code string) reconcile.Code {
	for _, r := range rules() {
		if r.Code == code {
			return r
		}
	}
	return reconcile.Code{Code: code, Title: code, Severity: reconcile.SeverityError}
}
