package aws

import (
	"context"
	"io"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// plainBody keeps a fast answer from losing the connection that it comes on.
// The SDK closes a request's body as soon as the answer has begun. Where net/http
// then asks the body's WriteTo whether there is more, the SDK's wrapper answers
// with io.EOF as an error, and net/http closes the connection: the answer ends
// in "use of closed network connection". Without a WriteTo there is no such
// error. (https://github.com/aws/aws-sdk-go-v2/issues/2737)
func plainBody(stack *middleware.Stack) error {
	return stack.Serialize.Add(middleware.SerializeMiddlewareFunc("amisync/plain-body",
		func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
			request, ok := in.Request.(*smithyhttp.Request)
			if stream, seekable := request.GetStream().(io.ReadSeeker); ok && seekable {
				plain, err := request.SetStream(struct{ io.ReadSeeker }{stream})
				if err != nil {
					return middleware.SerializeOutput{}, middleware.Metadata{}, err
				}
				in.Request = plain
			}
			return next.HandleSerialize(ctx, in)
		}), middleware.After)
}
