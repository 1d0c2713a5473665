package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v89/github"

	"github.com/amisync/amisync/internal/lazy"
)

// Options say where a client leads and as whom.
type Options struct {
	URL        string // of the REST API, such as https://api.github.com or https://ghe.example/api/v3
	Token      string
	Repository string // OWNER/NAME
	// Tell is given a sentence whenever the client waits; nil means that nobody
	// listens.
	Tell func(message string)
	// Sleep waits, or returns the context's error; nil waits by the clock.
	Sleep func(ctx context.Context, d time.Duration) error
	Now   func() time.Time // nil means time.Now
}

// Client writes to one repository. It is for one goroutine.
type Client struct {
	api         *github.Client
	owner, name string
	token       string
	tell        func(string)
	sleep       func(context.Context, time.Duration) error
	now         func() time.Time
	waited      time.Duration // for rate limits, so far
	isOwn       func(*github.User) bool
}

const (
	// requestTime is how long one request may take, its answer included.
	requestTime = time.Minute
	// maxAnswer is how many bytes of an answer are read: more than a hundred
	// bodies have.
	maxAnswer = 64 << 20
)

var repositoryForm = lazy.Regexp(`^[A-Za-z0-9_-]+/[A-Za-z0-9._-]+$`)

// New makes a client. It sends nothing yet.
func New(o Options) (*Client, error) {
	base, err := checkURL(o.URL)
	if err != nil {
		return nil, err
	}
	if err := CheckRepository(o.Repository); err != nil {
		return nil, err
	}
	c := &Client{token: strings.TrimSpace(o.Token), tell: o.Tell, sleep: o.Sleep, now: o.Now}
	c.owner, c.name, _ = strings.Cut(o.Repository, "/")
	if c.tell == nil {
		c.tell = func(string) {}
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.api, err = github.NewClient(
		github.WithHTTPClient(&http.Client{Transport: bounded{http.DefaultTransport}, CheckRedirect: redirect, Timeout: requestTime}),
		github.WithAuthToken(c.token), github.WithURLs(&base, nil), github.WithUserAgent("amisync"),
		github.WithDisableRateLimitCheck(), // what to wait for is decided here
	)
	return c, err
}

// CheckRepository refuses what is not OWNER/NAME.
func CheckRepository(repository string) error {
	if !repositoryForm().MatchString(repository) || strings.HasSuffix(repository, "/.") || strings.HasSuffix(repository, "/..") {
		return fmt.Errorf("a repository is OWNER/NAME, not %q", repository)
	}
	return nil
}

// checkURL returns the URL with a slash at its end. A token travels to it, so
// nobody may listen on the way.
func checkURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("the URL of the API is no plain URL such as https://api.github.com") // it may hold a password
	}
	ip := net.ParseIP(u.Hostname())
	loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback) {
		return "", fmt.Errorf("the URL of the API, %s, does not begin with https://, so others could read the token", u.Redacted())
	}
	return strings.TrimRight(u.String(), "/") + "/", nil
}

// errRedirected is a redirection that is not followed.
var errRedirected = errors.New("GitHub sends the request elsewhere")

// redirect follows a repository that was renamed. The token goes with every
// request, so the host must be the same; and a request that writes must not
// become one that reads, which is what net/http makes of most redirections.
func redirect(next *http.Request, before []*http.Request) error {
	first := before[0]
	switch {
	case next.URL.Scheme != first.URL.Scheme || next.URL.Host != first.URL.Host:
		return fmt.Errorf("%w: to another host, %s, which must not see the token", errRedirected, next.URL.Host)
	case next.Method != first.Method:
		return fmt.Errorf("%w: the repository may have another name now", errRedirected)
	case len(before) > 3:
		return fmt.Errorf("%w, again and again", errRedirected)
	}
	return nil
}

// bounded ends answers that are too long.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, maxAnswer), response.Body}
	}
	return response, err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
