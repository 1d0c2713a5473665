package reconcile

import (
	"errors"
	"fmt"
)

// ErrorKind says what an error means for the run; behaviour depends on it,
// never on an error's text.
type ErrorKind string

const (
	// Uncertain means that nobody knows whether the call took effect: the
	// connection broke, the answer was no answer, the server failed inside.
	Uncertain ErrorKind = "uncertain"
	// NotSent means that the run was interrupted before the call was sent, so that
	// nothing took effect.
	NotSent ErrorKind = "not-sent"
	// Credentials means that the account could not be entered at all: none
	// found, expired, or the role was not to be assumed.
	Credentials ErrorKind = "credentials"
	// WrongAccount means that the credentials lead elsewhere than the manifest
	// says.
	WrongAccount ErrorKind = "wrong-account"
	// Denied means that the caller lacks the permission for this call.
	Denied ErrorKind = "denied"
	// Throttled means that the cloud kept refusing for the rate of calls.
	Throttled ErrorKind = "throttled"
	// NotFound means that the image is not, or no longer, there.
	NotFound ErrorKind = "not-found"
	// WrongState means that the image's state does not allow the call.
	WrongState ErrorKind = "wrong-state"
	// Refused means that the cloud rejects what was asked for, such as an
	// account that does not exist. Nothing of the call took effect; part of it
	// may be accepted when sent alone.
	Refused ErrorKind = "refused"
	// Quota means that a limit of the cloud is reached. Nothing of the call took
	// effect.
	Quota ErrorKind = "quota"
	// Invalid means that the cloud rejects the call for a reason that is not one
	// entry's: a setting forbids it, or it is malformed. Nothing took effect.
	Invalid ErrorKind = "invalid"
	// Unconfirmed means that the cloud accepted a change which then never
	// showed.
	Unconfirmed ErrorKind = "unconfirmed"
)

// Error is a failed call to a cloud.
type Error struct {
	Kind ErrorKind
	// Action is the call, as the cloud's access policies write it
	// ("ec2:DescribeImages"); empty where no call failed and Err says it all.
	Action string
	// Subject is what the call was about: an image, a region, an account, a role.
	Subject string
	// Hint says how to go on; may be empty.
	Hint string
	Err  error
}

// Error says which call failed on what and why.
func (e *Error) Error() string {
	switch {
	case e.Action == "":
		return e.Err.Error()
	case e.Subject == "":
		return fmt.Sprintf("%s: %v", e.Action, e.Err)
	}
	return fmt.Sprintf("%s on %s: %v", e.Action, e.Subject, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first Error in err's chain; Uncertain where
// there is none, and "" for nil.
func KindOf(err error) ErrorKind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Uncertain
}

var errNotRead = errors.New("it was not read")

// HintOf returns the hint of the first Error in err's chain, or "".
func HintOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Hint
	}
	return ""
}
