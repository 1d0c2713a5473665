package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// unshareableState reports picked images that cannot be shared as they are.
type unshareableState struct{}

func (unshareableState) Code() string { return "AMI008" }

func (unshareableState) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, desired := range in.Desired {
		if desired.Image.State == reconcile.Available || len(desired.Grants) == 0 {
			continue // an image in conflict has no grants: see AMI018
		}
		hint := "nothing is done for it; deregister it, or narrow the share's selector"
		if desired.Image.State == reconcile.Pending {
			hint = "it is shared by the first run after it has become available"
		}
		findings = append(findings, reconcile.Finding{
			Image: named(desired.Image), Source: desired.Grants[0].Source, Hint: hint,
			Message: fmt.Sprintf("%s is %s and cannot be shared", title(named(desired.Image)), desired.Image.State),
		})
	}
	for _, gone := range in.gone() {
		if in.foreignOwner(gone.Image) != "" || len(in.obstacles(gone.Image, false)) > 0 {
			continue // see AMI019
		}
		findings = append(findings, reconcile.Finding{
			Share: gone.Share, Source: gone.Source,
			Image:   reconcile.NamedImage{Image: gone.Image},
			Message: fmt.Sprintf("%s is gone: account %s does not own such an image in %s", gone.Image.ID, gone.Image.Account, gone.Image.Region),
			Hint:    "take the id out of the share, or correct its region",
		})
	}
	return findings
}

// gone returns the explicit ids in scope that their lanes do not list.
func (in Input) gone() []reconcile.Gone {
	return slices.DeleteFunc(slices.Clone(in.Selection.Gone), func(g reconcile.Gone) bool {
		return in.Declarations.Ignores(reconcile.Image{Image: g.Image}, in.At)
	})
}

// foreignOwner returns the account that owns an image which the manifests look
// for elsewhere, or "" where nobody knows of one.
func (in Input) foreignOwner(image principal.Image) string {
	owner := in.Inspections[reconcile.LaneOf(image)].Owners[image.ID]
	if owner == image.Account {
		return ""
	}
	return owner
}

// exclusiveConflict reports images that two exclusive shares claim. Which of
// them is right cannot be known, so the image is left alone.
type exclusiveConflict struct{}

func (exclusiveConflict) Code() string { return "AMI018" }

func (exclusiveConflict) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, desired := range in.Desired {
		if len(desired.Conflict) == 0 {
			continue
		}
		finding := reconcile.Finding{
			Image: named(desired.Image), Share: desired.Conflict[0],
			Message: fmt.Sprintf("%s is claimed by the exclusive shares %s; it is left alone", title(named(desired.Image)), strings.Join(desired.Conflict, " and ")),
			Hint:    "narrow one selector, or make all but one of the shares `mode: additive`",
		}
		if share := in.shares[desired.Conflict[0]]; share != nil {
			finding.Source = share.Source
		}
		findings = append(findings, finding)
	}
	return findings
}

// matchesNothing reports shares whose selector finds no image in a lane.
type matchesNothing struct{}

func (matchesNothing) Code() string { return "AMI014" }

func (matchesNothing) Analyze(in Input) []reconcile.Finding {
	regions := map[string][]string{}
	var shares []string
	for _, unmatched := range in.Selection.Unmatched {
		if len(regions[unmatched.Share]) == 0 {
			shares = append(shares, unmatched.Share)
		}
		regions[unmatched.Share] = append(regions[unmatched.Share], unmatched.Lane.Region)
	}
	var findings []reconcile.Finding
	for _, filter := range in.Scope.Images {
		if !in.Partial && !in.Scope.None && in.Scope.Shard.IsZero() && !in.lists(reconcile.Scope{Images: []string{filter}}) {
			findings = append(findings, reconcile.Finding{
				Message: fmt.Sprintf("the filter --image %s matches no image in the lanes that were read", filter),
				Hint:    "write an image id, or a name in which * and ? stand for what differs",
			})
		}
	}
	for _, name := range shares {
		finding := reconcile.Finding{
			Share:   name,
			Message: fmt.Sprintf("share %s matches no image in %s", name, strings.Join(regions[name], ", ")),
			Hint:    "compare its `images` with the names, tags and architectures there, or leave the region out of its `regions`",
		}
		if share := in.shares[name]; share != nil {
			finding.Source = share.Source
		}
		findings = append(findings, finding)
	}
	return findings
}

// lists reports whether an image in scope is listed.
func (in Input) lists(scope reconcile.Scope) bool {
	for image := range in.listed() {
		if scope.HoldsImage(*image) {
			return true
		}
	}
	return false
}

// unnamedAccount reports accounts that gain access and that no directory names,
// so that a reviewer cannot tell who they are.
type unnamedAccount struct{}

func (unnamedAccount) Code() string { return "AMI007" }

func (unnamedAccount) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	type entry struct {
		principal principal.Principal
		share     string
	}
	seen := map[entry]bool{}
	for _, change := range in.Changes {
		p := change.Principal.Principal
		if change.Verb != reconcile.VerbGrant || p.Kind != principal.Account || in.Declarations.Aliases[p] != "" {
			continue
		}
		e := entry{p, in.declarer(change)}
		if seen[e] {
			continue
		}
		seen[e] = true
		findings = append(findings, reconcile.Finding{
			Principal: change.Principal, Share: e.share, Source: change.Source,
			Message: fmt.Sprintf("account %s has no name", p.ID),
			Hint:    fmt.Sprintf("name it in a Directory: `accounts: {some-name: \"%s\"}`", p.ID),
		})
	}
	return findings
}
