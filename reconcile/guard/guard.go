// Package guard judges a plan before anything is sent: each rule is an analyzer
// with a stable code that looks at what would change and returns findings. The
// analyzers are pure, know no cloud and never see a failed read as a value:
// images that could not be read have no changes to judge.
package guard

import (
	"fmt"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Input is all that rules may look at.
type Input struct {
	Declarations *reconcile.Declarations
	Scope        reconcile.Scope
	At           time.Time // decides which grants have expired
	// Partial means that the inventory holds the images of a saved plan alone.
	Partial bool
	// Inventory is what the lanes in scope list, Claimed what all shares select
	// from it, Selection the part of that in scope.
	Inventory    reconcile.Inventory
	Claimed      reconcile.Selection
	Selection    reconcile.Selection
	Desired      []reconcile.Desired
	Observations reconcile.Observations
	Changes      []reconcile.Change
	// Inspections are the answers to what was asked of lanes beyond that.
	Inspections map[reconcile.Lane]reconcile.Inspection
	// Held are revokes that the scope holds back; see reconcile.Scope.Changes.
	Held []reconcile.Change
}

// Analyzer is one rule. It holds no state.
type Analyzer interface {
	// Code is the rule's stable name, such as AMI001.
	Code() string
	// Analyze returns what the rule finds; code and order are seen to by Check.
	Analyze(Input) []reconcile.Finding
}

// Analyzers returns every rule, by code.
func Analyzers() []Analyzer {
	return []Analyzer{
		becomesPublic{}, tooManyRevokes{}, losesTooMuch{}, losesLast{}, protectedRevoke{}, unnamedAccount{},
		unshareableState{}, matchesNothing{}, publicUnclaimed{}, exclusiveConflict{}, heldRevoke{}, stillDeclared{},
	}
}

// Check runs every rule and returns the findings, sorted.
func Check(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, analyzer := range Analyzers() {
		for _, finding := range analyzer.Analyze(in) {
			finding.Code = analyzer.Code()
			findings = append(findings, finding)
		}
	}
	slices.SortFunc(findings, reconcile.CompareFindings)
	return findings
}

// counts reports whether a change is a revoke that the limits count. An expiry
// was decided in review; so was a principal that the command names together
// with --only-revoke.
func (in Input) counts(change reconcile.Change) bool {
	return change.Verb.Takes() && change.Reason != reconcile.Expired && !in.Scope.Evicts()
}

// revokesByImage groups the counted revokes.
func (in Input) revokesByImage() map[principal.Image][]reconcile.Change {
	revokes := map[principal.Image][]reconcile.Change{}
	for _, change := range in.Changes {
		if in.counts(change) {
			revokes[change.Image.Image] = append(revokes[change.Image.Image], change)
		}
	}
	return revokes
}

// listed returns the images of all known lanes.
func (in Input) listed() []reconcile.Image {
	var all []reconcile.Image
	for _, observed := range in.Inventory {
		images, _ := observed.Value()
		all = append(all, images...)
	}
	return all
}

func named(image reconcile.Image) reconcile.NamedImage {
	return reconcile.NamedImage{Image: image.Image, Name: image.Name}
}

// title is how messages call an image.
func title(image reconcile.NamedImage) string {
	if image.Name == "" {
		return image.ID
	}
	return image.Name
}

// label is how messages call a principal.
func (in Input) label(p principal.Principal) string {
	return reconcile.NamedPrincipal{Principal: p, Alias: in.Declarations.Aliases[p]}.Title()
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
