package reconcile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
)

// Verb is what a change does.
type Verb string

// The verbs of launch permissions. Further verbs (copy, a key's grant, a
// deprecation date) take a stage of their own in Order.
const (
	VerbGrant     Verb = "grant"
	VerbRevoke    Verb = "revoke"
	VerbPublish   Verb = "publish"   // grant to the public
	VerbUnpublish Verb = "unpublish" // revoke from the public
)

// Gives reports whether the verb gives access.
func (v Verb) Gives() bool { return v == VerbGrant || v == VerbPublish }

// Takes reports whether the verb takes access away.
func (v Verb) Takes() bool { return v == VerbRevoke || v == VerbUnpublish }

// Reason says why a change is needed.
type Reason string

const (
	// Declared: a manifest asks for it and the cloud lacks it.
	Declared Reason = "declared"
	// Undeclared: the cloud has it and an exclusive share does not ask for it.
	Undeclared Reason = "undeclared"
	// Expired: the last day of a time-bound grant is over.
	Expired Reason = "expired"
	// Evicted: the command names the principal to be taken out everywhere.
	Evicted Reason = "evicted"
)

// NamedImage is an image with its name, for people to read.
type NamedImage struct {
	principal.Image
	Name string `json:"name,omitempty"`
}

// NamedPrincipal is a principal with the name that a directory gives it.
type NamedPrincipal struct {
	principal.Principal
	Alias string `json:"alias,omitempty"` // empty where no directory names it
}

// Title is what messages call the principal: its name and id.
func (p NamedPrincipal) Title() string {
	if p.Alias == "" {
		return p.Principal.String()
	}
	return p.Alias + " (" + p.Principal.String() + ")"
}

// Change is one difference between what is declared and what is there.
type Change struct {
	// ID identifies the change by what it does: equal changes have equal ids in
	// every run.
	ID        string         `json:"id"`
	Verb      Verb           `json:"verb"`
	Image     NamedImage     `json:"image"`
	Principal NamedPrincipal `json:"principal"`
	Reason    Reason         `json:"reason"`
	Until     string         `json:"until,omitempty"` // last day of a time-bound grant, 2006-01-02
	Note      string         `json:"note,omitempty"`  // why the manifest declares it, in its author's words
	Source    Source         `json:"source"`
}

// key is what a change does and to what, without names, reasons, positions or
// times.
func (c Change) key() string {
	return strings.Join([]string{string(c.Image.Provider), c.Image.Account, c.Image.Region, c.Image.ID,
		string(c.Verb), string(c.Principal.Kind), c.Principal.ID}, "\x00")
}

func newChange(verb Verb, image Image, p principal.Principal, reason Reason, source Source) Change {
	c := Change{Verb: verb, Reason: reason, Source: source,
		Image: NamedImage{Image: image.Image, Name: image.Name}, Principal: NamedPrincipal{Principal: p}}
	c.ID = changeID(c)
	return c
}

func changeID(c Change) string {
	sum := sha256.Sum256([]byte(c.key()))
	return hex.EncodeToString(sum[:8])
}

// verbOrder is the order in which the changes of one image are listed.
var verbOrder = map[Verb]int{VerbGrant: 0, VerbPublish: 1, VerbUnpublish: 2, VerbRevoke: 3}

func compareChanges(a, b Change) int {
	return cmp.Or(
		principal.CompareImages(a.Image.Image, b.Image.Image),
		cmp.Compare(verbOrder[a.Verb], verbOrder[b.Verb]),
		principal.Compare(a.Principal.Principal, b.Principal.Principal),
	)
}

// SatisfiedBy reports whether the permissions already are as the change wants
// them.
func (c Change) SatisfiedBy(permissions []principal.Principal) bool {
	return slices.Contains(permissions, c.Principal.Principal) == c.Verb.Gives()
}
