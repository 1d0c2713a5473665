package aws

import (
	"context"
	"errors"

	"github.com/aws/smithy-go/middleware"

	"github.com/amisync/amisync/reconcile"
)

// untilStop returns a context that also ends once stop is closed.
func untilStop(ctx context.Context, stop <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// departure is a change on its way to the cloud. While it waits, for its pace,
// for credentials, for another attempt, Stop ends it; while an attempt is in
// flight, only its caller does.
type departure struct {
	caller context.Context
	stop   <-chan struct{}
	sent   bool // an attempt at least
}

type departureKey struct{}

// context is the one to make the call under.
func (d *departure) context() (context.Context, context.CancelFunc) {
	return untilStop(context.WithValue(d.caller, departureKey{}, d), d.stop)
}

// stopped reports whether the run is over, for the caller or by Stop.
func (d *departure) stopped() bool {
	select {
	case <-d.stop:
		return true
	default:
		return d.caller.Err() != nil
	}
}

// depart is the last step before an attempt is sent.
func depart(stack *middleware.Stack) error {
	return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("amisync/depart",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			d, changes := ctx.Value(departureKey{}).(*departure)
			switch {
			case !changes:
				return next.HandleFinalize(ctx, in)
			case d.stopped():
				return middleware.FinalizeOutput{}, middleware.Metadata{}, context.Canceled
			}
			d.sent = true
			inFlight, cancel := context.WithCancel(context.WithoutCancel(ctx))
			defer cancel()
			defer context.AfterFunc(d.caller, cancel)()
			return next.HandleFinalize(inFlight, in)
		}), middleware.After)
}

// notSent is the error of a change that was held back when the run was
// interrupted.
func notSent(action, subject string) *reconcile.Error {
	return &reconcile.Error{Kind: reconcile.NotSent, Action: action, Subject: subject,
		Err: errors.New("interrupted before it was sent"), Hint: "run again"}
}
