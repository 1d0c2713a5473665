package reconcile

import (
	"cmp"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// DriftKind says in which direction the cloud departs from the manifests.
type DriftKind string

const (
	DriftMissing   DriftKind = "missing"   // declared, not there
	DriftExtra     DriftKind = "extra"     // there, not declared
	DriftPublic    DriftKind = "public"    // public, and nobody declared it
	DriftPending   DriftKind = "pending"   // missing on an image that is still young
	DriftExpired   DriftKind = "expired"   // its last day is over, still there
	DriftUnmanaged DriftKind = "unmanaged" // shared, and no manifest claims the image
)

// Deviation is one way in which the cloud differs from the manifests.
type Deviation struct {
	Kind      DriftKind      `json:"kind"`
	Image     NamedImage     `json:"image"`
	Principal NamedPrincipal `json:"principal"`
	Source    Source         `json:"source,omitzero"`
}

// Drift is how the cloud differs from the manifests.
type Drift struct {
	FormatVersion string            `json:"format_version"`
	At            time.Time         `json:"at"`
	Scope         Scope             `json:"scope"`
	Shares        *int              `json:"shares,omitempty"` // that were looked at, none may fall to a sample; nil where an older version does not say
	Summary       map[DriftKind]int `json:"summary"`
	Unknown       int               `json:"unknown"`
	Deviations    []Deviation       `json:"deviations"`
	Findings      []Finding         `json:"findings"`
	Incomplete    []Incomplete      `json:"incomplete"`
	// Owners are the names of the owner accounts, by account id.
	Owners map[string]string `json:"owners,omitempty"`
	// Access is who may launch the images that were read.
	Access Access `json:"access,omitzero"`
}

// DriftOf reads a plan as drift. A missing grant on an image younger than grace
// is pending: the nightly apply will see to it.
func DriftOf(plan *Plan, created map[principal.Image]time.Time, grace time.Duration) *Drift {
	d := &Drift{FormatVersion: FormatVersion, At: plan.At, Scope: plan.Scope, Unknown: len(plan.Incomplete),
		Deviations: []Deviation{}, Findings: plan.Findings, Incomplete: plan.Incomplete, Owners: plan.Owners, Access: plan.Access}
	for _, change := range plan.Changes {
		kind := driftKind(change, plan.At.Sub(created[change.Image.Image]) < grace)
		d.Deviations = append(d.Deviations, Deviation{Kind: kind, Image: change.Image, Principal: change.Principal, Source: change.Source})
	}
	return d
}

// AddUnmanaged adds the permissions of an image that no manifest claims.
func (d *Drift) AddUnmanaged(image NamedImage, permissions []principal.Principal, aliases map[principal.Principal]string) {
	for _, p := range permissions {
		d.Deviations = append(d.Deviations, Deviation{Kind: DriftUnmanaged, Image: image, Principal: NamedPrincipal{Principal: p, Alias: aliases[p]}})
	}
}

// Finish counts the deviations, kinds that do not occur included, and sorts them
// by image, kind and principal.
func (d *Drift) Finish() {
	d.Summary = map[DriftKind]int{DriftMissing: 0, DriftExtra: 0, DriftPublic: 0, DriftPending: 0, DriftExpired: 0, DriftUnmanaged: 0}
	for _, deviation := range d.Deviations {
		d.Summary[deviation.Kind]++
	}
	slices.SortFunc(d.Deviations, func(a, b Deviation) int {
		return cmp.Or(principal.CompareImages(a.Image.Image, b.Image.Image), cmp.Compare(a.Kind, b.Kind),
			principal.Compare(a.Principal.Principal, b.Principal.Principal))
	})
}

func driftKind(change Change, young bool) DriftKind {
	switch {
	case change.Reason == Expired:
		return DriftExpired
	case change.Verb == VerbUnpublish:
		return DriftPublic
	case change.Verb.Takes():
		return DriftExtra
	case young:
		return DriftPending
	}
	return DriftMissing
}

// Found reports whether anything differs that somebody should look at; pending
// grants do not count.
func (d *Drift) Found() bool {
	return slices.ContainsFunc(d.Deviations, func(v Deviation) bool { return v.Kind != DriftPending })
}

// EncodeDrift writes the drift as indented JSON.
func EncodeDrift(d *Drift) ([]byte, error) { return encode(d) }
