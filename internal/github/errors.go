package github

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-github/v89/github"

	"github.com/amisync/amisync/reconcile"
)

// errNoAnswer means that GitHub said yes, and nothing else.
var errNoAnswer = errors.New("GitHub answers without saying what it did")

// failure says what a failed request means.
func (c *Client) failure(op operation, err error) *reconcile.Error {
	e := &reconcile.Error{Kind: kindOf(err), Action: op.action, Subject: op.subject, Err: errors.New(c.masked(message(err)))}
	switch e.Kind {
	case reconcile.Credentials:
		e.Hint = "give it a token that is valid: env GITHUB_TOKEN, in a workflow ${{ github.token }}"
	case reconcile.Denied:
		e.Hint = fmt.Sprintf("give the job `permissions: %s`; tokens of pull requests from forks can only read, and a locked conversation takes nothing", op.permission)
	case reconcile.NotFound:
		e.Hint = fmt.Sprintf("is the name right, and may the token see it? A job needs `permissions: %s`", op.permission)
	case reconcile.Uncertain:
		e.Hint = "run it again: it looks first at what is there"
	case reconcile.Invalid:
		e.Hint = "name the repository as it is called now with --repository, and the API with --api-url"
	case reconcile.Refused:
		e.Hint = "are issues enabled in the repository, and does it still take new ones?"
	}
	return e
}

// kindOf reads the kind from the status, and the headers, of the answer.
func kindOf(err error) reconcile.ErrorKind {
	response, _ := answerOf(err)
	switch {
	case errors.Is(err, errRedirected):
		return reconcile.Invalid
	case response == nil:
		return reconcile.Uncertain
	case limited(err, response):
		return reconcile.Throttled
	}
	switch status := response.StatusCode; {
	case status == http.StatusUnauthorized:
		return reconcile.Credentials
	case status == http.StatusForbidden:
		return reconcile.Denied
	case status == http.StatusNotFound:
		return reconcile.NotFound
	case status >= 500:
		return reconcile.Uncertain
	}
	return reconcile.Refused // 410 and 422 among them
}

// limited reports whether a rate limit refused the request. Secondary limits are
// told by their documentation, or by naming a time.
// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
func limited(err error, response *http.Response) bool {
	_, primary := errors.AsType[*github.RateLimitError](err)
	_, secondary := errors.AsType[*github.AbuseRateLimitError](err)
	return primary || secondary || response.StatusCode == http.StatusTooManyRequests ||
		response.StatusCode == http.StatusForbidden && response.Header.Get("Retry-After") != ""
}

// answerOf is the answer that an error is about, nil where there is none, and
// what it says went wrong.
func answerOf(err error) (*http.Response, string) {
	switch e := err.(type) {
	case *github.ErrorResponse:
		said := e.Message
		for _, detail := range e.Errors {
			said += ", " + strings.Join(strings.Fields(detail.Resource+" "+detail.Field+" "+detail.Code+" "+detail.Message), " ")
		}
		return e.Response, said
	case *github.TwoFactorAuthError:
		return e.Response, e.Message
	case *github.RateLimitError:
		return e.Response, e.Message
	case *github.AbuseRateLimitError:
		return e.Response, e.Message
	case *url.Error: // without its URL, which says no more than the operation
		return nil, e.Err.Error()
	}
	return nil, err.Error()
}

// message is what went wrong, in a line.
func message(err error) string {
	response, said := answerOf(err)
	switch {
	case response == nil:
		return said
	case said == "":
		return fmt.Sprintf("GitHub answers %d", response.StatusCode)
	}
	return fmt.Sprintf("GitHub answers %d: %s", response.StatusCode, said)
}

const (
	// longestMessage bounds what is shown of an answer, in bytes.
	longestMessage = 1 << 10
	// telling is how many bytes of a token in a row are enough of it to be of use.
	telling = 8
)

// masked is a text without what it repeats of the token, whose author may be
// anybody who stands in between.
func (c *Client) masked(text string) string {
	if len(text) > longestMessage {
		text = strings.ToValidUTF8(text[:longestMessage], "") + "…"
	}
	var shown strings.Builder
	for i := 0; i < len(text); {
		n := 0 // of bytes from here that stand in the token
		for i+n < len(text) && strings.Contains(c.token, text[i:i+n+1]) {
			n++
		}
		if n >= min(telling, max(len(c.token), 1)) {
			shown.WriteString("…")
			i += n
			continue
		}
		shown.WriteByte(text[i])
		i++
	}
	return shown.String()
}
