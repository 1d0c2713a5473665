package aws

import (
	"fmt"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/reconcile"
)

// maxSessionName is how many characters a session's name and a source identity
// may have; both are made of the same ones.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const maxSessionName = 64

var notInSessionName = lazy.Regexp(`[^\w+=,.@-]+`)

// sessionName is what CloudTrail shows: the purpose, who runs amisync and which
// run it is. Where that is too long, the actor is cut before the run.
func sessionName(purpose, actor, run string) string {
	name := "amisync-" + purpose
	if run = notInSessionName().ReplaceAllString(run, "-"); run != "" {
		run = "-" + run[:min(len(run), maxSessionName-len(name)-1)]
	}
	if actor = notInSessionName().ReplaceAllString(actor, "-"); actor != "" {
		actor = "-" + actor
		actor = strings.TrimSuffix(actor[:min(len(actor), maxSessionName-len(name)-len(run))], "-")
	}
	return name + actor + run
}

// sourceIdentity is who runs amisync, as a session carries it. A session without
// one would not be what the owner asks for.
func sourceIdentity(owner reconcile.Owner, actor string) (*string, error) {
	identity := notInSessionName().ReplaceAllString(actor, "-")
	identity = identity[:min(len(identity), maxSessionName)]
	if len(strings.Trim(identity, "-")) < 2 {
		return nil, &reconcile.Error{Kind: reconcile.Credentials, // nothing was called
			Err:  fmt.Errorf("OwnerAccount %s asks for a source identity, and who runs amisync is not known", owner.Name),
			Hint: "set AMISYNC_ACTOR to a name of at least two letters or digits"}
	}
	return &identity, nil
}
