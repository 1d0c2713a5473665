// Package guard judges a plan before anything is sent: each rule is an analyzer
// with a stable code that looks at what would change and returns findings. The
// analyzers are pure, know no cloud and never see a failed read as a value:
// images that could not be read have no changes to judge.
package guard

import (
	"iter"
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
	Changes      []reconcile.Change // sorted, as reconcile.Diff returns them
	// Elsewhere are changes of the same plan that other shards carry out, sorted.
	// They count in what bounds the whole run (AMI002); nothing else is said of them.
	Elsewhere []reconcile.Change
	// Inspections are the answers to what was asked of lanes beyond that.
	Inspections map[reconcile.Lane]reconcile.Inspection
	// Made are changes of the saved plan that is being carried out which are true
	// already.
	Made []reconcile.Change
	// Held are revokes that the scope holds back; see reconcile.Scope.Changes.
	Held []reconcile.Change

	// Set by Check, for look-ups: the images that Changes are about, as they are
	// listed, what Claimed says of an image, Made by image, the declarations by
	// share, and the revokes that the limits count, by image.
	images  map[principal.Image]reconcile.Image
	claimed map[principal.Image]*reconcile.Selected
	made    map[principal.Image][]reconcile.Change
	shares  map[string]*reconcile.Declaration
	counted map[principal.Image][]reconcile.Change
}

// Analyzer is one rule. It holds no state.
type Analyzer interface {
	// Code is the rule's stable name, such as AMI001.
	Code() string
	// Analyze returns what the rule finds. A finding without a severity takes what
	// reconcile.CodeOf says, with what it stops: an analyzer sets either only where
	// it differs. Code, order and what the policy says of it are seen to by Check.
	Analyze(Input) []reconcile.Finding
}

// Analyzers returns every rule, by code.
func Analyzers() []Analyzer {
	return []Analyzer{
		becomesPublic{}, tooManyRevokes{}, losesTooMuch{}, losesLast{}, protectedRevoke{}, unnamedAccount{},
		unshareableState{}, cannotPublish{}, expiredTerm{}, matchesNothing{}, publicUnclaimed{}, expiresSoon{},
		brokenRule{}, exclusiveConflict{}, cannotShare{}, heldRevoke{}, stillDeclared{}, notAllowed{},
		replacedAccounts{}, deprecatedPublic{},
	}
}

// Check runs every rule and returns the findings, as the policy grades and
// excepts them, sorted.
func Check(in Input) []reconcile.Finding { return check(in, Analyzers()) }

// CheckSaved runs the rules that need no more than a plan file holds of an image:
// who claims it, who may launch it and what is to change.
func CheckSaved(in Input) []reconcile.Finding { return check(in, savedAnalyzers()) }

func savedAnalyzers() []Analyzer {
	return []Analyzer{becomesPublic{}, losesTooMuch{}, losesLast{}, protectedRevoke{}, unnamedAccount{}, notAllowed{}, replacedAccounts{}}
}

// NeedsMore reports whether neither CheckSaved has findings of the code, nor does
// Check count what is elsewhere for it.
func NeedsMore(code string) bool {
	return code != tooManyRevokes{}.Code() && !slices.ContainsFunc(savedAnalyzers(), func(a Analyzer) bool { return a.Code() == code })
}

func check(in Input, analyzers []Analyzer) []reconcile.Finding {
	in.index()
	var findings []reconcile.Finding
	for _, analyzer := range analyzers {
		code, _ := reconcile.CodeOf(analyzer.Code())
		for _, finding := range analyzer.Analyze(in) {
			finding.Code = analyzer.Code()
			if finding.Severity == "" {
				finding.Severity, finding.Stops = code.Severity, code.Stops
			}
			findings = append(findings, in.Declarations.Policy.Judge(finding, in.picking(finding.Image.Image), in.At))
		}
	}
	slices.SortFunc(findings, reconcile.CompareFindings)
	return findings
}

// index sets what is looked up by image.
func (in *Input) index() {
	changed := map[principal.Image]bool{}
	for _, change := range in.Changes {
		changed[change.Image.Image] = true
	}
	in.images = make(map[principal.Image]reconcile.Image, len(changed))
	for image := range in.listed() {
		if changed[image.Image] {
			in.images[image.Image] = *image
		}
	}
	in.claimed = make(map[principal.Image]*reconcile.Selected, len(in.Claimed.Images))
	for i := range in.Claimed.Images {
		in.claimed[in.Claimed.Images[i].Image.Image] = &in.Claimed.Images[i]
	}
	in.made = map[principal.Image][]reconcile.Change{}
	for _, change := range in.Made {
		in.made[change.Image.Image] = append(in.made[change.Image.Image], change)
	}
	in.shares = in.Declarations.ByName()
	in.counted = in.countedRevokes()
}

// picking returns the names of the shares that pick the image, sorted.
func (in Input) picking(image principal.Image) []string {
	selected := in.claimed[image]
	if selected == nil {
		return nil
	}
	var shares []string
	for _, claim := range selected.Claims {
		if claim.Picked {
			shares = append(shares, claim.Share)
		}
	}
	return shares
}

// declaring returns the shares that pick the image and declare the principal, its
// last day not over.
func (in Input) declaring(image principal.Image, p principal.Principal) []string {
	return in.pickingWith(image, func(g reconcile.Grant) bool { return g.Principal == p && !g.Expired(in.At) })
}

// declarer returns the share that the change comes from: the one whose entry it
// carries out, or the exclusive one that does not declare it. It is "" where the
// command asks for the change.
func (in Input) declarer(change reconcile.Change) string {
	entry := func(g reconcile.Grant) bool {
		return g.Principal == change.Principal.Principal && g.Source == change.Source
	}
	for _, name := range in.picking(change.Image.Image) {
		share := in.shares[name]
		if change.Reason == reconcile.Undeclared && share.Mode == reconcile.Exclusive || slices.ContainsFunc(share.Grants, entry) {
			return name
		}
	}
	return ""
}

// pickingWith returns the shares that pick the image and declare a grant such as
// is wanted.
func (in Input) pickingWith(image principal.Image, wanted func(reconcile.Grant) bool) []string {
	var shares []string
	for _, name := range in.picking(image) {
		if slices.ContainsFunc(in.shares[name].Grants, wanted) {
			shares = append(shares, name)
		}
	}
	return shares
}

// listed returns the images of all known lanes.
func (in Input) listed() iter.Seq[*reconcile.Image] {
	return func(yield func(*reconcile.Image) bool) {
		for _, observed := range in.Inventory {
			images, _ := observed.Value()
			for i := range images {
				if !yield(&images[i]) {
					return
				}
			}
		}
	}
}
