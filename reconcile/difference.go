package reconcile

// Difference is what two revisions of the manifests declare differently, found
// without any cloud: who gains and who loses access by declaration. Which images
// exist is not known, so its unit is the share.
type Difference struct {
	FormatVersion string `json:"format_version"`
	Base          string `json:"base"`           // the older revision, as it was asked for
	Head          string `json:"head,omitempty"` // the newer one; empty is the working tree
	// BaseCommit and HeadCommit are the commits that Base and Head were; empty for
	// the working tree.
	BaseCommit string            `json:"base_commit,omitempty"`
	HeadCommit string            `json:"head_commit,omitempty"`
	Summary    DifferenceSummary `json:"summary"`
	// Access is who gains and loses, sorted by share, kind and principal.
	Access []AccessDifference `json:"access"`
	// Edits are the entries of Directories behind Access, those that reach the most
	// shares first.
	Edits []Edit `json:"edits"`
	// Settings is everything else that differs, sorted by subject and key.
	Settings []SettingDifference `json:"settings"`
}

// DifferenceSummary counts a difference.
type DifferenceSummary struct {
	Shares   int `json:"shares"` // in which anything differs
	Gains    int `json:"gains"`  // entries of Access of this kind, Public included
	Losses   int `json:"losses"`
	Terms    int `json:"terms"`
	Public   int `json:"public"`   // shares that become public
	Settings int `json:"settings"` // entries of Settings
}

// DifferenceKind says in which direction a share's declaration changed for a
// principal.
type DifferenceKind string

// The kinds of difference. A permission holds from its declaration to the end of
// its last day.
const (
	DifferenceGains DifferenceKind = "gains" // holds in the newer revision only
	// DifferenceLoses is what holds in the older revision only, and an entry whose
	// last day is over that came or went.
	DifferenceLoses DifferenceKind = "loses"
	DifferenceTerm  DifferenceKind = "term" // holds in both, or in neither, until another day
)

// AccessDifference is what changes for one principal in one share.
type AccessDifference struct {
	Share     string         `json:"share"`
	Owner     string         `json:"owner"` // the owner account's name
	Kind      DifferenceKind `json:"kind"`
	Principal NamedPrincipal `json:"principal"`
	// Until is the last day in the newer revision (in the older one, where the newer
	// does not declare the principal), Before that in the older one where both do;
	// 2006-01-02, empty for good.
	Until  string `json:"until,omitempty"`
	Before string `json:"before,omitempty"`
	// Ended is set of a loss that the newer revision declares, until a day that is
	// over: the next apply revokes it, in an additive share too.
	Ended bool   `json:"ended,omitempty"`
	Note  string `json:"note,omitempty"` // why the manifest declares it, in its author's words
	// Through is the entry of a Directory whose edit causes the difference, such as
	// "group payments"; empty where the share itself was edited.
	Through string `json:"through,omitempty"`
	// Stays says why a loss takes nothing away: no apply will revoke it. Empty where
	// the next one does, if the cloud has it.
	Stays  string `json:"stays,omitempty"`
	Source Source `json:"source,omitzero"` // in the newer revision; in the older one, where the newer has none
}

// Edit is an entry of a Directory that differs, and how far that reaches.
type Edit struct {
	Entry  string   `json:"entry"`            // such as "group payments" or "account data-prod"
	Before string   `json:"before,omitempty"` // the id that the name stood for; empty unless it stands for another
	After  string   `json:"after,omitempty"`  // the id that it stands for now
	Shares []string `json:"shares"`           // whose declarations it changes, sorted
	Gains  int      `json:"gains"`
	Losses int      `json:"losses"`
	Source Source   `json:"source,omitzero"`
}

// SettingDifference is a value of a manifest that differs.
type SettingDifference struct {
	Subject string `json:"subject"` // kind and name, such as "ImageShare base" or "Policy guardrails"
	Key     string `json:"key"`     // such as "spec.mode"; empty where the whole document came or went
	Before  string `json:"before"`  // as YAML on one line; empty where there was none
	After   string `json:"after"`
	// Consequence says what follows that the values do not say; may be empty.
	Consequence string `json:"consequence,omitempty"`
	// Risk is set where the value loosens a guard or widens what is shared.
	Risk   bool   `json:"risk,omitempty"`
	Source Source `json:"source,omitzero"`
}

// EncodeDifference writes the difference as indented JSON.
func EncodeDifference(d *Difference) ([]byte, error) { return encode(d) }
