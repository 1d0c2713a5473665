package aws

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	// maxAnswer bounds the body of one answer, decompressed, in bytes. A page of
	// images with fifty tags of the greatest length each takes some 25 MiB.
	maxAnswer = 64 << 20
	// maxRefusal bounds the body of an answer that is an error: a code and a message.
	maxRefusal = 1 << 20
	// maxTags bounds the tags in one answer, since an element of a few bytes takes
	// hundreds once it is read: a hundred elements for each image of a page is much.
	maxTags = 1_000_000
)

// badAnswer says what is wrong with an answer, as a clause about it.
type badAnswer string

func (b badAnswer) Error() string { return string(b) }

// boundAnswer keeps what answers from using up the memory, be it AWS or not.
func boundAnswer(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("amisync/bound-answer",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleDeserialize(ctx, in)
			if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response.Body != nil {
				body := &boundBody{ReadCloser: response.Body, most: maxAnswer}
				if response.StatusCode >= http.StatusMultipleChoices {
					body.most = maxRefusal
				}
				response.Body = body
			}
			return out, metadata, err
		}), middleware.After)
}

// boundBody is a body that ends in an error rather than too late.
type boundBody struct {
	io.ReadCloser
	most, size, tags int
	bad              error // what every further read ends in
}

// Read implements io.Reader.
func (b *boundBody) Read(p []byte) (int, error) {
	if b.bad != nil {
		return 0, b.bad
	}
	n, err := b.ReadCloser.Read(p)
	b.size += n
	b.tags += bytes.Count(p[:n], []byte("<"))
	switch {
	case b.size > b.most:
		b.bad = badAnswer(fmt.Sprintf("it is larger than %d MiB", b.most>>20))
	case b.tags > maxTags:
		b.bad = badAnswer(fmt.Sprintf("it holds more than %d tags", maxTags))
	default:
		return n, err
	}
	return 0, b.bad
}
