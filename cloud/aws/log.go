package aws

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// logCalls tells of every attempt, with what a person needs to count calls and
// nothing of what they carry.
func logCalls(log *slog.Logger, account, region string) func(*middleware.Stack) error {
	tell := middleware.FinalizeMiddlewareFunc("amisync/log",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			if !log.Enabled(ctx, slog.LevelDebug) {
				return next.HandleFinalize(ctx, in)
			}
			start := time.Now()
			out, metadata, err := next.HandleFinalize(ctx, in)
			attributes := []any{"action", awsmiddleware.GetOperationName(ctx), "account", account, "region", region, "took", time.Since(start).Round(time.Millisecond)}
			if err != nil {
				attributes = append(attributes, "error", callError("", "", err).Err.Error())
			}
			log.DebugContext(ctx, "call", attributes...)
			return out, metadata, err
		})
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(tell, "Retry", middleware.After)
	}
}

// sdkLog takes what the SDK itself has to say, which would go to standard error
// unasked.
type sdkLog struct{ log *slog.Logger }

// Logf implements logging.Logger.
func (l sdkLog) Logf(_ logging.Classification, format string, values ...any) {
	l.log.Debug("SDK: " + oneLine(fmt.Sprintf(format, values...)))
}
