package reconcile

// Code describes the findings of one code.
type Code struct {
	Code     string
	Title    string
	Severity Severity // without a policy that says otherwise
	// Stops is what its findings keep from being applied while they are errors.
	Stops Stop
	// Fixed means that the policy cannot lower the severity or make an exception:
	// the one way to allow it is a key of its own, or there is none.
	Fixed bool
}

// Codes returns every code of a finding, sorted.
func Codes() []Code {
	const (
		errs  = SeverityError
		warns = SeverityWarning
		notes = SeverityNote
	)
	return []Code{
		{"AMI001", "an image becomes public", errs, StopsRun, true},
		{"AMI002", "too many revokes in one run", errs, StopsRun, false},
		{"AMI003", "an image loses too large a part of its principals", errs, StopsRun, false},
		{"AMI004", "an image loses its last principal", errs, StopsRun, false},
		{"AMI005", "a protected principal is revoked", errs, StopsRun, false},
		{"AMI007", "an account that gains access has no name", notes, "", false},
		{"AMI008", "an image cannot be shared in its state", warns, StopsImage, false},
		{"AMI009", "an image cannot be made public", errs, StopsImage, false},
		{"AMI010", "an exception has expired", warns, "", false},
		{"AMI014", "a share or filter matches no image", warns, "", false},
		{"AMI015", "an image is public and no share claims it", errs, "", false},
		{"AMI016", "a grant expires within 14 days", notes, "", false},
		{"AMI017", "a rule of the policy is broken", errs, StopsRun, true},
		{"AMI018", "two exclusive shares claim an image", errs, StopsImage, true},
		{"AMI019", "an image cannot be shared at all", errs, StopsImage, false},
		{"AMI020", "a filter holds a revoke back", warns, "", true},
		{"AMI021", "a principal to be taken out is still declared", errs, StopsImage, true},
		{"AMI022", "somebody gains access whom the policy does not allow", errs, StopsRun, false},
		{"AMI023", "accounts are replaced by an organization or unit that may not hold them", warns, "", false},
		{"AMI024", "a public image is, or will soon be, deprecated", warns, "", false},
	}
}

// CodeOf returns the description of a code, or false.
func CodeOf(code string) (Code, bool) {
	for _, c := range Codes() {
		if c.Code == code {
			return c, true
		}
	}
	return Code{}, false
}
