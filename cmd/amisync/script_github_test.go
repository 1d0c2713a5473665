package main

import (
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/amisync/amisync/internal/github/githubtest"
)

// scriptToken is the one that the GitHub of a script wants.
const scriptToken = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"

// scriptGitHubs holds the GitHub of each running script.
type scriptGitHubs struct {
	mutex   sync.Mutex
	servers map[*testscript.TestScript]*githubtest.Server
}

func newScriptGitHubs() *scriptGitHubs {
	return &scriptGitHubs{servers: map[*testscript.TestScript]*githubtest.Server{}}
}

// of is the script's GitHub, as long as it has nothing to complain about.
func (s *scriptGitHubs) of(ts *testscript.TestScript) *githubtest.Server {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	server := s.servers[ts]
	if server == nil {
		ts.Fatalf("there is no GitHub yet: use github")
	}
	if complaints := server.Complaints(); len(complaints) > 0 {
		ts.Fatalf("GitHub complains: %q", complaints)
	}
	return server
}

func (s *scriptGitHubs) start(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 0, "github")
	server := githubtest.New("/api/v3", scriptToken)
	server.PullRequest("aaaaaaa")
	listener := httptest.NewServer(server)
	ts.Defer(listener.Close)
	for name, value := range map[string]string{
		"GITHUB_TOKEN": scriptToken, "TOKEN": scriptToken, "GITHUB_REPOSITORY": githubtest.Repository, "GITHUB_API_URL": listener.URL + "/api/v3", "GITHUB_SERVER_URL": "https://github.example",
		"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/1/merge", "GITHUB_SHA": strings.Repeat("a", 40),
	} {
		ts.Setenv(name, value)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.servers[ts] = server
}

func user(ts *testscript.TestScript, name string) githubtest.User {
	u, known := map[string]githubtest.User{"actions": githubtest.Actions, "person": githubtest.Person, "stranger": githubtest.Stranger}[name]
	if !known {
		ts.Fatalf("nobody is called %s: there are actions, person and stranger", name)
	}
	return u
}

func issueNumber(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

func (s *scriptGitHubs) as(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "github-as WHO")
	s.of(ts).As(user(ts, args[0]))
}

func (s *scriptGitHubs) merge(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 2, "github-merge NUMBER COMMIT")
	s.of(ts).Merge(issueNumber(ts, args[0]), args[1])
}

func (s *scriptGitHubs) lock(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "github-lock NUMBER")
	s.of(ts).Lock(issueNumber(ts, args[0]))
}

func (s *scriptGitHubs) comment(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 3, "github-comment NUMBER WHO FILE")
	s.of(ts).Comment(issueNumber(ts, args[0]), user(ts, args[1]), ts.ReadFile(args[2]))
}

func (s *scriptGitHubs) fault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: github-fault METHOD PATH STATUS|limit|dropped [after] [BODY]")
	}
	var fault githubtest.Fault
	switch args[2] {
	case "limit":
		fault = githubtest.SecondaryLimit("1")
	case "dropped":
		fault.Drop = true
	default:
		fault.Status = issueNumber(ts, args[2])
	}
	fault.Method, fault.Path = args[0], args[1]
	for _, arg := range args[3:] {
		if arg == "after" {
			fault.After = true
		} else {
			fault.Body = arg
		}
	}
	s.of(ts).Inject(fault)
}

func (s *scriptGitHubs) calls(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 0, "github-calls")
	var lines []string
	for _, call := range s.of(ts).Calls() {
		lines = append(lines, call+"\n")
	}
	printLines(ts, lines, "no calls\n")
}

func (s *scriptGitHubs) state(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 0, "github-state")
	var lines []string
	for _, i := range s.of(ts).Issues() {
		line := fmt.Sprintf("%d %s %q", i.Number, strings.TrimSpace(i.State+" "+i.StateReason), i.Title)
		for _, label := range i.Labels {
			line += " " + label.Name
		}
		lines = append(lines, line+"\n")
		for n, c := range s.of(ts).Comments(i.Number) {
			lines = append(lines, fmt.Sprintf("  comment %d of %s\n", n+1, c.User.Login))
		}
	}
	printLines(ts, lines, "nothing\n")
}

func (s *scriptGitHubs) body(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: github-body NUMBER [COMMENT]")
	}
	number := issueNumber(ts, args[0])
	if len(args) == 1 {
		printLines(ts, []string{s.of(ts).Issues()[number-1].Body + "\n"}, "")
		return
	}
	comments, at := s.of(ts).Comments(number), issueNumber(ts, args[1])
	if at < 1 || at > len(comments) {
		ts.Fatalf("there are %d comments", len(comments))
	}
	printLines(ts, []string{comments[at-1].Body + "\n"}, "")
}
