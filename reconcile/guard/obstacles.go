package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// cannotPublish reports images that are to become public and that the cloud would
// not let: something about them or their account forbids it, or the quota of
// public images is used up.
type cannotPublish struct{}

func (cannotPublish) Code() string { return "AMI009" }

func (cannotPublish) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	public := in.publicAfter()
	for _, changes := range reconcile.ByImage(in.Changes) {
		i := slices.IndexFunc(changes, func(c reconcile.Change) bool { return c.Verb == reconcile.VerbPublish })
		if i < 0 {
			continue
		}
		for _, obstacle := range in.obstacles(changes[0].Image.Image, true) {
			findings = append(findings, blocked(changes, changes[i], "made public", obstacle))
		}
		lane := reconcile.LaneOf(changes[i].Image.Image)
		owner, quotas := in.quotas(lane)
		if after := public[lane]; after > quotas.PublicImages {
			findings = append(findings, blocked(changes, changes[i], "made public", reconcile.Obstacle{
				Reason: fmt.Sprintf("would be one of %d public images in %s, where %d are allowed", after, lane.Region, quotas.PublicImages),
				Hint: fmt.Sprintf("make others private; if AWS has raised the quota, set under `spec` of OwnerAccount %s: `quotas: {publicImages: %d}`",
					owner, after),
			}))
		}
	}
	return findings
}

// cannotShare reports images that are to be shared and that the cloud would not
// let, and those that another account owns.
type cannotShare struct{}

func (cannotShare) Code() string { return "AMI019" }

func (cannotShare) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, changes := range reconcile.ByImage(in.Changes) {
		i := slices.IndexFunc(changes, func(c reconcile.Change) bool { return c.Verb.Gives() })
		if i < 0 {
			continue
		}
		for _, obstacle := range in.obstacles(changes[i].Image.Image, false) {
			findings = append(findings, blocked(changes, changes[i], "shared", obstacle))
		}
		if obstacle, over := in.overSharingQuota(changes); over {
			findings = append(findings, blocked(changes, changes[i], "shared", obstacle))
		}
	}
	return append(findings, in.elsewhere()...)
}

// elsewhere reports explicit ids that are missing because another account owns
// them, or perhaps does.
func (in Input) elsewhere() []reconcile.Finding {
	var findings []reconcile.Finding
	for _, gone := range in.gone() {
		finding := reconcile.Finding{Image: reconcile.NamedImage{Image: gone.Image}, Share: gone.Share, Source: gone.Source}
		if owner := in.foreignOwner(gone.Image); owner != "" {
			finding.Message = fmt.Sprintf("%s belongs to account %s, not to %s: only its owner can share it", gone.Image.ID, owner, gone.Image.Account)
			finding.Hint = fmt.Sprintf("take the id out of the share, or declare account %s as an OwnerAccount and name that in the share", owner)
			findings = append(findings, finding)
			continue
		}
		for _, obstacle := range in.obstacles(gone.Image, false) {
			findings = append(findings, stuck(finding, "shared", obstacle))
		}
	}
	return findings
}

// obstacles returns what stands in the way of publishing the image, or of sharing
// it at all.
func (in Input) obstacles(image principal.Image, publishing bool) []reconcile.Obstacle {
	all := slices.Concat(in.images[image].Obstacles, in.Inspections[reconcile.LaneOf(image)].Obstacles)
	return slices.DeleteFunc(all, func(o reconcile.Obstacle) bool {
		return o.Publishing != publishing || o.Image != "" && o.Image != image.ID
	})
}

// blocked is the finding that an obstacle stands in the way of a change, one of
// all the changes of its image. What is taken away would wait with it.
func blocked(changes []reconcile.Change, change reconcile.Change, what string, obstacle reconcile.Obstacle) reconcile.Finding {
	takes := slices.ContainsFunc(changes, func(c reconcile.Change) bool { return c.Verb.Takes() })
	if takes && !obstacle.Unsure {
		obstacle.Hint = strings.TrimPrefix(obstacle.Hint+"; with --only-revoke its revokes do not wait for that", "; ")
	}
	return stuck(reconcile.Finding{Image: change.Image, Source: change.Source}, what, obstacle)
}

// stuck completes a finding about an image that something stands in the way of.
func stuck(f reconcile.Finding, what string, obstacle reconcile.Obstacle) reconcile.Finding {
	f.Hint = obstacle.Hint
	f.Message = fmt.Sprintf("%s cannot be %s: it %s", title(f.Image), what, obstacle.Reason)
	if obstacle.Unsure {
		f.Severity = reconcile.SeverityWarning
		f.Message = fmt.Sprintf("whether %s can be %s is not known: it %s", title(f.Image), what, obstacle.Reason)
	}
	return f
}
