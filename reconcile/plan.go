package reconcile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// FormatVersion is the version of the plan, result and drift documents.
// Readers ignore fields that they do not know and refuse another major version.
const FormatVersion = "1.0"

// Plan is what would be done and what is known to stand in its way. It is a
// plain value: it can be written, read and compared.
type Plan struct {
	FormatVersion string    `json:"format_version"`
	Digest        string    `json:"digest"` // see Digest
	At            time.Time `json:"at"`     // when it was made; decides which grants have expired
	// Declared identifies the declarations that it was made with, on that day (see
	// Declarations.Fingerprint); empty in plans of older versions.
	Declared  string            `json:"declared,omitempty"`
	Scope     Scope             `json:"scope"`
	Owners    map[string]string `json:"owners,omitempty"` // names of the owner accounts, by account id
	Summary   Summary           `json:"summary"`
	Inventory Counts            `json:"inventory"`
	// Checks counts the calls beyond listings and permissions that the plan took,
	// by action: those that find out in time what would be refused.
	Checks map[string]int `json:"checks,omitempty"`
	// Selection tells how each changed image was selected, so that the plan can
	// be recomputed without listing every image again.
	Selection  []PlannedImage `json:"selection"`
	Changes    []Change       `json:"changes"`
	Steps      []Step         `json:"steps"`
	Findings   []Finding      `json:"findings"`
	Incomplete []Incomplete   `json:"incomplete"`
	// Expected is what carrying the plan out takes.
	Expected Expected `json:"expected,omitzero"`
	// Access is who may launch the images that were read, before any change.
	Access Access `json:"access,omitzero"`
	// Seen is what a plan of one shard saw, for the plan of the whole; nil in other
	// plans.
	Seen *Seen `json:"seen,omitempty"`
	// Checksum covers the whole document, so that a plan altered by accident or by
	// hand is noticed. EncodePlan sets it. It has no key and stops no attacker:
	// whoever can replace the file can choose its time and the ranks in it. What
	// the manifests do not ask for at that time and rank is never done.
	Checksum string `json:"checksum"`
}

// Summary counts a plan's changes.
type Summary struct {
	Images  int `json:"images"` // with at least one change
	Grants  int `json:"grants"`
	Revokes int `json:"revokes"` // unpublish included
	Public  int `json:"public"`  // images that become public
	Copies  int `json:"copies"`
	Other   int `json:"other"`
	Unknown int `json:"unknown"` // entries of Incomplete
}

// Counts says how much was looked at.
type Counts struct {
	Lanes   int `json:"lanes"`
	Listed  int `json:"listed"`
	Picked  int `json:"picked"`
	Retired int `json:"retired"`           // claimed, no longer among the newest, left alone
	Ignored int `json:"ignored,omitempty"` // claimed, and the policy ignores them
}

// PlannedImage is an image of a plan with the shares that claim it.
type PlannedImage struct {
	Image  NamedImage `json:"image"`
	Claims []Claim    `json:"claims"`
}

// Incomplete is something that could not be read. Nothing is planned for it.
type Incomplete struct {
	Provider principal.Provider `json:"provider"`
	Account  string             `json:"account"`
	Region   string             `json:"region,omitempty"` // empty: all of the account
	Image    string             `json:"image,omitempty"`  // empty: all of the region
	Name     string             `json:"name,omitempty"`   // the image's
	Kind     ErrorKind          `json:"kind"`
	Action   string             `json:"action,omitempty"`
	Error    string             `json:"error"`
	Hint     string             `json:"hint,omitempty"`
	// Uncovered means that it could not be read when the plan was made that is carried
	// out, which therefore leaves it out, whether it can be read by now or not.
	Uncovered bool `json:"uncovered,omitempty"`
}

// Finish puts a plan that holds changes, findings and incomplete reads into its
// final form: named, sorted, counted, ordered into steps, digested.
func (p *Plan) Finish(aliases map[principal.Principal]string, carriers map[principal.Provider]Carrier) {
	p.FormatVersion = FormatVersion
	Name(p.Changes, aliases)
	for i := range p.Findings {
		p.Findings[i].Principal.Alias = aliases[p.Findings[i].Principal.Principal]
	}
	slices.SortFunc(p.Changes, compareChanges)
	slices.SortFunc(p.Findings, CompareFindings)
	slices.SortFunc(p.Incomplete, func(a, b Incomplete) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account),
			cmp.Compare(a.Region, b.Region), cmp.Compare(a.Image, b.Image))
	})
	p.Steps = Order(p.Changes, carriers)
	p.Summary = summarize(p.Changes, p.Incomplete)
	p.Digest = Digest(p.Scope, p.Changes)
	// Lists are never null in JSON.
	p.Changes, p.Findings, p.Incomplete = orEmpty(p.Changes), orEmpty(p.Findings), orEmpty(p.Incomplete)
	p.Selection = orEmpty(p.Selection)
}

// Name gives the principals of changes their names, in place.
func Name(changes []Change, aliases map[principal.Principal]string) {
	for i := range changes {
		changes[i].Principal.Alias = aliases[changes[i].Principal.Principal]
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func summarize(changes []Change, incomplete []Incomplete) Summary {
	s := Summary{Unknown: len(incomplete), Images: len(ByImage(changes))}
	for _, change := range changes {
		switch change.Verb {
		case VerbGrant:
			s.Grants++
		case VerbRevoke, VerbUnpublish:
			s.Revokes++
		case VerbPublish:
			s.Public++
		default:
			s.Other++
		}
	}
	return s
}

// digestFormat goes into every digest. It changes with the major version of the
// documents only, since readers of one major version take each other's plans.
const digestFormat = "1.0"

// Digest identifies what a plan does: its format, scope and changes. Names,
// reasons, positions and times do not enter it, nor does the order in which the
// scope lists its filters. Changes must be sorted.
func Digest(scope Scope, changes []Change) string {
	keys := make([]string, len(changes))
	for i, change := range changes {
		keys[i] = change.key()
	}
	canonical, err := json.Marshal(struct {
		Format  string   `json:"format"`
		Scope   Scope    `json:"scope"`
		Changes []string `json:"changes"`
	}{digestFormat, scope.canonical(), keys})
	if err != nil {
		panic("reconcile: strings cannot fail to encode: " + err.Error())
	}
	sum := sha256.Sum256(canonical)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Refused reports whether a finding keeps something of the plan from being
// applied.
func (p *Plan) Refused() bool { return slices.ContainsFunc(p.Findings, Finding.Refuses) }

// Stopped reports whether a finding forbids the whole run.
func (p *Plan) Stopped() bool {
	return slices.ContainsFunc(p.Findings, func(f Finding) bool { return f.Refuses() && f.Stops == StopsRun })
}
