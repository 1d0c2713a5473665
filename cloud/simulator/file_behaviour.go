package simulator

import (
	"time"

	"github.com/amisync/amisync/internal/strictyaml"
)

// Behaviour is how the cloud behaves beyond its documented answers. The zero value is
// an undisturbed cloud with the documented rate limits.
type Behaviour struct {
	Pos strictyaml.Pos `yaml:"-" json:"-"`
	// Latency of every answer.
	Latency time.Duration `yaml:"latency,omitempty"`
	// RateLimits: "documented" (also when empty) or "off".
	RateLimits string `yaml:"rateLimits,omitempty" jsonschema:"enum=documented,enum=off"`
	// ConsistencyDelay is how long reads of images lag behind writes.
	ConsistencyDelay time.Duration `yaml:"consistencyDelay,omitempty"`
	// BlockPublicAccessDelay is how long block public access takes to change: up to ten
	// minutes in AWS. (EC2 User Guide, Manage block public access for AMIs)
	BlockPublicAccessDelay time.Duration `yaml:"blockPublicAccessDelay,omitempty"`
	// Seed decides, together with what is called how often, which calls a fault with a
	// probability hits. The order in which concurrent calls arrive does not.
	Seed   int     `yaml:"seed,omitempty"`
	Faults []Fault `yaml:"faults,omitempty"`
}

// FaultKind says what goes wrong. The zero value is no fault.
type FaultKind string

// The kinds of faults. Without effect means that the call changes nothing.
const (
	FaultThrottle      FaultKind = "throttle"      // RequestLimitExceeded, without effect
	FaultInternalError FaultKind = "internalError" // HTTP 500, without effect
	FaultUnavailable   FaultKind = "unavailable"   // HTTP 503, without effect
	FaultAccessDenied  FaultKind = "accessDenied"  // as if a policy forbade it
	FaultError         FaultKind = "error"         // Fault.Code and so on, without effect

	FaultTimeout          FaultKind = "timeout"          // no answer until the client gives up, without effect
	FaultSlow             FaultKind = "slow"             // the call waits for Fault.Delay, then works
	FaultDropBeforeEffect FaultKind = "dropBeforeEffect" // the connection closes, without effect
	FaultDropAfterEffect  FaultKind = "dropAfterEffect"  // takes effect, the answer is lost
	FaultCutConnection    FaultKind = "cutConnection"    // takes effect, the connection closes in mid-answer

	FaultMalformedXML         FaultKind = "malformedXml"         // takes effect, the answer does not parse
	FaultWrongContent         FaultKind = "wrongContent"         // a proxy's HTML page with HTTP 200, without effect
	FaultSuccessWithoutEffect FaultKind = "successWithoutEffect" // a write answers success and changes nothing
	FaultStaleRead            FaultKind = "staleRead"            // a read answers as before the last write of each image
	FaultEmptyPageWithToken   FaultKind = "emptyPageWithToken"   // DescribeImages: no images, a token to go on with
	FaultOtherAccount         FaultKind = "otherAccount"         // AssumeRole: the session is of the caller's own account
)

// Fault is something that goes wrong with certain calls. Empty fields fit every call.
type Fault struct {
	Pos    strictyaml.Pos `yaml:"-" json:"-"`
	Action string         `yaml:"action,omitempty" jsonschema:"pattern=^[A-Za-z]+$"` // such as "DescribeImages"
	// Account owns the credentials of the call; for AssumeRole it owns the role.
	Account string    `yaml:"account,omitempty" jsonschema:"pattern=^[0-9]{12}$"`
	Region  string    `yaml:"region,omitempty"`
	Image   string    `yaml:"image,omitempty" jsonschema:"pattern=^ami-([0-9a-f]{8}|[0-9a-f]{17})$"`
	Kind    FaultKind `yaml:"kind" jsonschema:"enum=throttle,enum=internalError,enum=unavailable,enum=accessDenied,enum=error,enum=timeout,enum=slow,enum=dropBeforeEffect,enum=dropAfterEffect,enum=cutConnection,enum=malformedXml,enum=wrongContent,enum=successWithoutEffect,enum=staleRead,enum=emptyPageWithToken,enum=otherAccount"`
	// Probability that a fitting call is hit; zero means always.
	Probability float64 `yaml:"probability,omitempty" jsonschema:"minimum=0,maximum=1"`
	// Count is how many calls are hit at most; zero means no limit.
	Count int `yaml:"count,omitempty" jsonschema:"minimum=1"`
	// From is the first fitting call that may be hit, counted from 1; zero means 1.
	From int `yaml:"from,omitempty" jsonschema:"minimum=1"`
	// Delay is for kind "slow".
	Delay time.Duration `yaml:"delay,omitempty"`
	// Code, Message and Status (HTTP; zero means 400) are for kind "error".
	Code    string `yaml:"code,omitempty"`
	Message string `yaml:"message,omitempty"`
	Status  int    `yaml:"status,omitempty" jsonschema:"minimum=400,maximum=599"`
}
