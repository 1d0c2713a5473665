package aws

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

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

// secretsOf returns what a request carries that nobody else may see. An external
// id that is a part of the role's ARN, such as its account, is no secret: refusals
// name the ARN.
func secretsOf(request *smithyhttp.Request) []string {
	secrets := []string{request.Header.Get("X-Amz-Security-Token"), request.Header.Get("X-Amz-Sso_bearer_token")}
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
	if id := form.Get("ExternalId"); !strings.Contains(form.Get("RoleArn"), id) {
		secrets = append(secrets, id)
	}
	return append(secrets, form.Get("WebIdentityToken"))
}

const (
	// longestMessage bounds what is shown of an answer, in bytes.
	longestMessage = 4 << 10
	// telling is how many bytes of a secret in a row are enough of it to be of use.
	telling = 12
	// shortSecret is the length below which a secret may be part of any word; it is
	// looked for as a whole word alone.
	shortSecret = 6
)

// withoutEcho returns the text that is to be shown of err: not more than anybody
// reads, and … for what it repeats of the secrets of the request.
func withoutEcho(text string, err error) string {
	if len(text) > longestMessage {
		text = strings.ToValidUTF8(text[:longestMessage], "") + "…"
	}
	request, _ := errors.AsType[failedRequest](err)
	hidden := make([]bool, len(text))
	for _, secret := range request.secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			hide(hidden, text, form)
		}
	}
	return masked(text, hidden)
}

// hide marks each run of the text that stands in the secret, too, and is long
// enough to tell something of it.
func hide(hidden []bool, text, secret string) {
	size := min(len(secret), telling)
	if size == 0 {
		return
	}
	parts := map[string]bool{}
	for i := range len(secret) - size + 1 {
		parts[secret[i:i+size]] = true
	}
	for i := 0; i+size <= len(text); i++ {
		if parts[text[i:i+size]] && (size >= shortSecret || isWord(text, i, i+size)) {
			for at := range size {
				hidden[i+at] = true
			}
		}
	}
}

// masked is the text with … for each run that is hidden.
func masked(text string, hidden []bool) string {
	var shown strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			shown.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			shown.WriteString("…")
		}
	}
	return shown.String()
}

// isWord reports whether neither a letter nor a digit goes on where the part of
// the text begins and ends.
func isWord(text string, begin, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:begin])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return !strings.ContainsFunc(string([]rune{before, after}), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
