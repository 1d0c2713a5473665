package githubtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// User writes comments and issues.
type User struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"` // User or Bot
}

// Users that tests write as.
var (
	Actions  = User{41898282, "github-actions[bot]", "Bot"}
	Person   = User{1001, "octo-person", "User"}
	Stranger = User{1002, "octo-stranger", "User"}
)

// Label is an issue's.
type Label struct {
	Name string `json:"name"`
}

// Issue is an issue or a pull request.
type Issue struct {
	Number      int        `json:"number"`
	Title       string     `json:"title"`
	Body        string     `json:"body"`
	State       string     `json:"state"`
	StateReason string     `json:"state_reason,omitempty"`
	User        User       `json:"user"`
	Labels      []Label    `json:"labels"`
	URL         string     `json:"html_url"`
	ClosedAt    *time.Time `json:"closed_at"`
	Links       *struct{}  `json:"pull_request,omitempty"` // of a pull request

	updated  int
	locked   bool
	merge    string // the commit that merged the pull request
	commits  []string
	base     string
	comments []*Comment
}

// Comment is a comment on an issue or a pull request.
type Comment struct {
	ID   int64  `json:"id"`
	Body string `json:"body"`
	User User   `json:"user"`
	URL  string `json:"html_url"`
}

// Server is one repository, acme/images, and what its API knows. It is safe for
// concurrent use.
type Server struct {
	mutex      sync.Mutex
	prefix     string
	token      string
	viewer     User // who the token belongs to
	issues     []*Issue
	labels     bool // issues take labels
	disabled   bool
	sequence   int64
	faults     []*Fault
	calls      []string
	complaints []string
}

// New makes a repository without issues whose API wants the token, which is the
// one of a workflow. The prefix stands before every path: "" for github.com,
// "/api/v3" for a server of one's own.
func New(prefix, token string) *Server {
	return &Server{prefix: prefix, token: token, viewer: Actions, labels: true}
}

// Repository is the one that a server has.
const Repository = "acme/images"

// site is where people would see it.
const site = "https://github.example/" + Repository

// routes are what the API knows: methods, paths below the repository, and who
// answers.
var routes = []struct {
	method string
	path   *regexp.Regexp
	answer func(s *Server, r *call) (int, any)
}{
	{"GET", regexp.MustCompile(`^/user$`), (*Server).getUser},
	{"GET", regexp.MustCompile(`^/repos/acme/images/issues$`), (*Server).listIssues},
	{"POST", regexp.MustCompile(`^/repos/acme/images/issues$`), (*Server).createIssue},
	{"PATCH", regexp.MustCompile(`^/repos/acme/images/issues/(\d+)$`), (*Server).editIssue},
	{"GET", regexp.MustCompile(`^/repos/acme/images/issues/(\d+)/comments$`), (*Server).listComments},
	{"POST", regexp.MustCompile(`^/repos/acme/images/issues/(\d+)/comments$`), (*Server).createComment},
	{"PATCH", regexp.MustCompile(`^/repos/acme/images/issues/comments/(\d+)$`), (*Server).editComment},
	{"DELETE", regexp.MustCompile(`^/repos/acme/images/issues/comments/(\d+)$`), (*Server).deleteComment},
	{"GET", regexp.MustCompile(`^/repos/acme/images/commits/([0-9a-f]+)/pulls$`), (*Server).listPulls},
}

// call is a request on its way to an answer.
type call struct {
	*http.Request
	id   int64  // in the path
	word string // the same as text
	body map[string]any
	next string // URL of the next page
}

// ServeHTTP answers a request, or does what a fault says.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c := &call{Request: r, body: s.check(r)}
	path := strings.TrimPrefix(r.URL.Path, s.prefix)
	s.calls = append(s.calls, r.Method+" "+path)
	fault := s.fault(r.Method, path)
	if fault != nil && !fault.After {
		fault.answer(w)
		return
	}
	status, answer := s.route(c, path)
	if fault != nil {
		fault.answer(w)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if c.next != "" {
		w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next"`, c.next))
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		_ = json.NewEncoder(w).Encode(answer) // a client that is gone is no matter
	}
}

func (s *Server) route(c *call, path string) (int, any) {
	if c.Header.Get("Authorization") != "Bearer "+s.token {
		return refusal(http.StatusUnauthorized, "Bad credentials")
	}
	for _, route := range routes {
		if m := route.path.FindStringSubmatch(path); m != nil && route.method == c.Method {
			if len(m) > 1 {
				c.word = m[1]
				c.id, _ = strconv.ParseInt(m[1], 10, 64)
			}
			return route.answer(s, c)
		}
	}
	if !strings.HasPrefix(path, "/repos/"+Repository+"/") && strings.HasPrefix(path, "/repos/") {
		return refusal(http.StatusNotFound, "Not Found") // a repository that is not there is no mistake of the client's
	}
	s.complain("unknown request: %s %s", c.Method, path)
	return refusal(http.StatusNotFound, "Not Found")
}

// check looks at what every request has to carry, and returns its body.
func (s *Server) check(r *http.Request) map[string]any {
	if !strings.HasPrefix(r.URL.Path, s.prefix+"/") {
		s.complain("%s is not below %s", r.URL.Path, s.prefix)
	}
	if accept := r.Header.Get("Accept"); !strings.HasPrefix(accept, "application/vnd.github.") {
		s.complain("%s %s: Accept is %q", r.Method, r.URL.Path, accept)
	}
	if version := r.Header.Get("X-GitHub-Api-Version"); version != "2022-11-28" {
		s.complain("%s %s: X-GitHub-Api-Version is %q", r.Method, r.URL.Path, version)
	}
	if r.UserAgent() != "amisync" {
		s.complain("User-Agent is %q", r.UserAgent())
	}
	if r.Method == "GET" && strings.Contains(r.URL.Path, "/repos/") && r.URL.Query().Get("per_page") != "100" {
		s.complain("%s %s: per_page is not 100", r.Method, r.URL)
	}
	if r.Method != "POST" && r.Method != "PATCH" {
		return nil
	}
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get("Content-Type") != "application/json" {
		s.complain("%s %s: no JSON: %v", r.Method, r.URL.Path, err)
	}
	if text, _ := body["body"].(string); len([]rune(text)) > 65_536 {
		s.complain("%s %s: the body is too long: %d", r.Method, r.URL.Path, len(text))
	}
	return body
}

func (s *Server) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

func refusal(status int, message string) (int, any) {
	return status, map[string]any{"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status)}
}

// page is the part of a list that a request asks for.
func page[T any](c *call, list []T) []T {
	query := c.URL.Query()
	size, _ := strconv.Atoi(cmp.Or(query.Get("per_page"), "30"))
	number, _ := strconv.Atoi(cmp.Or(query.Get("page"), "1"))
	begin := min(size*(number-1), len(list))
	end := min(begin+size, len(list))
	if end < len(list) {
		query.Set("page", strconv.Itoa(number+1))
		c.next = "http://" + c.Host + c.URL.Path + "?" + query.Encode()
	}
	return slices.Clone(list[begin:end])
}

func (s *Server) next() int64 {
	s.sequence++
	return s.sequence
}
