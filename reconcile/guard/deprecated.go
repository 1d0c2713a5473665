package guard

import (
	"fmt"
	"time"

	"github.com/amisync/amisync/reconcile"
)

// deprecatedPublic reports images that become public and are deprecated, or soon
// will be. A public image has a deprecation date, two years after its creation at
// the latest; and AWS makes it private again where it is deprecated and nobody
// has launched it for six months.
// Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html,
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html
type deprecatedPublic struct{}

func (deprecatedPublic) Code() string { return "AMI024" }

func (deprecatedPublic) Analyze(in Input) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, change := range in.Changes {
		image, listed := in.images[change.Image.Image]
		if change.Verb != reconcile.VerbPublish || !listed || image.Created.IsZero() {
			continue
		}
		says, hint := in.deprecation(image)
		if says == "" {
			continue
		}
		findings = append(findings, reconcile.Finding{
			Image: change.Image, Principal: change.Principal, Source: change.Source,
			Message: fmt.Sprintf("%s becomes public and %s", title(change.Image), says), Hint: hint,
		})
	}
	return findings
}

// deprecation says what is wrong with the deprecation date of an image that is to
// be public, and what to do; empty where nothing is.
func (in Input) deprecation(image reconcile.Image) (says, hint string) {
	latest := image.Created.UTC().AddDate(2, 0, 0)
	const hidden = "others no longer find it in listings, and AWS makes it private once nobody has launched it for six months"
	switch {
	case !image.Deprecated.IsZero() && !image.Deprecated.After(in.At):
		return fmt.Sprintf("is deprecated since %s: %s", image.Deprecated.UTC().Format(time.DateOnly), hidden), "publish a newer image"
	case latest.Before(in.At):
		return fmt.Sprintf("was made on %s; AWS deprecates a public image two years after that: %s", image.Created.UTC().Format(time.DateOnly), hidden), "publish a newer image"
	case image.Deprecated.After(latest):
		return fmt.Sprintf("is to be deprecated on %s; a public image is deprecated on %s at the latest, two years after it was made",
				image.Deprecated.UTC().Format(time.DateOnly), latest.Format(time.DateOnly)),
			fmt.Sprintf("set its deprecation date to %s or before, or count on a newer image by then", latest.Format(time.DateOnly))
	}
	return "", ""
}
