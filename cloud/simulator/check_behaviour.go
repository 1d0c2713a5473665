package simulator

import (
	"math"
	"slices"
	"time"

	"github.com/amisync/amisync/internal/strictyaml"
)

var faultKinds = []string{
	string(FaultThrottle), string(FaultInternalError), string(FaultUnavailable), string(FaultAccessDenied),
	string(FaultError), string(FaultTimeout), string(FaultSlow), string(FaultDropBeforeEffect),
	string(FaultDropAfterEffect), string(FaultCutConnection), string(FaultMalformedXML), string(FaultWrongContent),
	string(FaultSuccessWithoutEffect), string(FaultStaleRead), string(FaultEmptyPageWithToken), string(FaultOtherAccount),
}

// settings checks block public access and quotas.
func (c *checker) settings() {
	for _, b := range c.file.BlockPublicAccess {
		c.knownAccount(b.Pos.Field("account"), b.Account)
		c.knownRegion(b.Pos.Field("region"), b.Region)
		c.once(b.Pos.Position(), "block public access of", b.Account+" in "+b.Region)
		if b.State == "" {
			c.report(b.Pos.Field("state"), "block-new-sharing or unblocked", "block public access needs a state")
		} else {
			c.oneOf(b.Pos, "state", b.State, blockNewSharing, unblocked)
		}
		c.oneOf(b.Pos, "managedBy", b.ManagedBy, "account", "declarative-policy")
	}
	for _, q := range c.file.Quotas {
		c.optionalLane(q.Pos, q.Account, q.Region)
		for key, n := range map[string]*int{"publicImages": q.PublicImages, "sharingEntities": q.SharingEntities} {
			if n != nil && *n < 0 {
				c.report(q.Pos.Field(key), "", "%s must be at least 0", key)
			}
		}
	}
}

// optionalLane checks what narrows a quota or a fault.
func (c *checker) optionalLane(pos strictyaml.Pos, account, region string) {
	if account != "" || pos.Has("account") {
		c.knownAccount(pos.Field("account"), account)
	}
	if region != "" || pos.Has("region") {
		c.knownRegion(pos.Field("region"), region)
	}
}

func (c *checker) behaviour(b Behaviour) {
	c.oneOf(b.Pos, "rateLimits", b.RateLimits, "documented", "off")
	c.notNegative(b.Pos, "latency", b.Latency)
	c.notNegative(b.Pos, "consistencyDelay", b.ConsistencyDelay)
	c.notNegative(b.Pos, "blockPublicAccessDelay", b.BlockPublicAccessDelay)
	for _, f := range b.Faults {
		c.fault(f)
	}
}

func (c *checker) notNegative(pos strictyaml.Pos, key string, d time.Duration) {
	if d < 0 {
		c.report(pos.Field(key), "", "%s must not be negative", key)
	}
}

func (c *checker) fault(f Fault) {
	if f.Kind == "" {
		c.report(f.Pos.Field("kind"), "kind: throttle", "the fault has no kind")
	} else {
		c.oneOf(f.Pos, "kind", string(f.Kind), faultKinds...)
	}
	c.optionalLane(f.Pos, f.Account, f.Region)
	c.optional(f.Pos, "image", imageIDForm(), f.Image, "an image id", "")
	if f.Action != "" || f.Pos.Has("action") {
		if actions := actionNames(); !slices.Contains(actions, f.Action) {
			hint := strictyaml.DidYouMean(f.Action, actions, "leave it out for all")
			c.report(f.Pos.Field("action"), hint, "the simulator has no action %q", f.Action)
		}
	}
	if f.Probability < 0 || f.Probability > 1 {
		c.report(f.Pos.Field("probability"), "", "probability must be from 0 to 1")
	}
	c.within(f.Pos, "count", f.Count, 1, math.MaxInt)
	c.within(f.Pos, "from", f.From, 1, math.MaxInt)
	c.within(f.Pos, "status", f.Status, 400, 599)
	c.notNegative(f.Pos, "delay", f.Delay)
	if f.Kind == FaultError && f.Code == "" {
		c.report(f.Pos.Field("code"), "code: InternalError", `a fault of kind "error" needs a code`)
	}
}
