package githubtest

import (
	"io"
	"net/http"
	"strings"
)

// Fault is what happens to requests instead of an answer.
type Fault struct {
	Method string // of the requests that it is about; "" is all
	Path   string // that their paths hold
	Skip   int    // so many of them pass before
	Times  int    // so many it meets then; 0 is one

	After   bool // the request is carried out, and only its answer is lost
	Drop    bool // the connection breaks
	Status  int
	Headers map[string]string
	Body    string
}

// Inject has a fault happen.
func (s *Server) Inject(f Fault) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	f.Times = max(f.Times, 1)
	s.faults = append(s.faults, &f)
}

// fault is what happens to a request, or nil.
func (s *Server) fault(method, path string) *Fault {
	for _, f := range s.faults {
		switch {
		case f.Times == 0 || f.Method != "" && f.Method != method || !strings.Contains(path, f.Path):
		case f.Skip > 0:
			f.Skip--
		default:
			f.Times--
			return f
		}
	}
	return nil
}

func (f *Fault) answer(w http.ResponseWriter) {
	if f.Drop {
		panic(http.ErrAbortHandler)
	}
	for name, value := range f.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body) // a client that is gone is no matter
}

// SecondaryLimit is how GitHub refuses what comes too fast.
// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
func SecondaryLimit(retryAfter string) Fault {
	return Fault{Status: http.StatusForbidden, Headers: map[string]string{"Retry-After": retryAfter},
		Body: `{"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
 "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`}
}

// PrimaryLimit is how GitHub refuses what comes too often. The reset is a time
// in seconds since 1970.
func PrimaryLimit(reset string) Fault {
	return Fault{Status: http.StatusForbidden, Headers: map[string]string{"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset},
		Body: `{"message": "API rate limit exceeded for installation."}`}
}
