package aws

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// failedRequest is an error that knows what its request had to keep to itself. A
// cloud that refuses a signature repeats all of it, and so may whatever stands in
// between.
type failedRequest struct {
	error
	secrets []string
}

func (f failedRequest) Unwrap() error { return f.error }

// rememberSecrets makes errors know the secrets of their requests.
func rememberSecrets(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("amisync/remember-secrets",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleDeserialize(ctx, in)
			if request, ok := in.Request.(*smithyhttp.Request); ok && err != nil {
				err = failedRequest{err, secretsOf(request)}
			}
			return out, metadata, err
		}), middleware.Before)
}

// withoutEcho returns the text that is to be shown of err, or what is left of it
// where it repeats the secrets of the request: the code, if it is one.
func withoutEcho(text string, err error) string {
	request, failed := errors.AsType[failedRequest](err)
	if !failed || !repeats(text, request.secrets) {
		return text
	}
	withheld := "what the answer says repeats secrets of the request, so it is not shown"
	if api, ok := apiError(err); ok && kinds[api.ErrorCode()] != "" {
		return api.ErrorCode() + ": " + withheld
	}
	return withheld
}

// secretsOf returns what a request carries that nobody else may see.
func secretsOf(request *smithyhttp.Request) []string {
	secrets := []string{request.Header.Get("X-Amz-Security-Token")}
	body, seekable := request.GetStream().(io.ReadSeeker)
	if !seekable {
		return secrets
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return secrets
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return secrets
	}
	form, _ := url.ParseQuery(string(text)) // what is no form has none of these
	return append(secrets, form.Get("ExternalId"), form.Get("WebIdentityToken"))
}

// repeats reports whether the text holds one of the secrets, or enough of it in a
// row to be of use, as it is or as a form has it.
func repeats(text string, secrets []string) bool {
	const telling = 12
	for _, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			for i := 0; form != "" && i <= max(len(form)-telling, 0); i++ {
				if strings.Contains(text, form[i:min(i+telling, len(form))]) {
					return true
				}
			}
		}
	}
	return false
}
