package simulator

import (
	"slices"
	"sync"
	"time"
)

// Call is one request as the cloud saw it. The zero value is no call: Number counts
// from 1.
type Call struct {
	Number  int       `json:"number"`
	Time    time.Time `json:"time"`
	Service string    `json:"service"` // "ec2", "sts" or "kms"
	Action  string    `json:"action"`
	Account string    `json:"account"` // owner of the credentials; its token bucket pays
	Region  string    `json:"region"`
	Caller  string    `json:"caller"`          // ARN of the user or assumed-role session
	Image   string    `json:"image,omitempty"` // where the call names exactly one
	Role    string    `json:"role,omitempty"`  // that AssumeRole asked for
	// SourceIdentity is that of the caller's session, or the one that AssumeRole asked for.
	SourceIdentity string `json:"sourceIdentity,omitempty"`
	DryRun         bool   `json:"dryRun,omitempty"`
	// Status is the HTTP status, 0 where the client got no whole answer.
	Status int `json:"status"`
	// Code is the error's code, empty on success.
	Code string `json:"code,omitempty"`
	// Fault is what the simulator did on purpose.
	Fault FaultKind `json:"fault,omitempty"`
}

// subject is the account that a fault's Account is compared with.
func (c Call) subject() string {
	if c.Role != "" {
		return accountOfARN(c.Role)
	}
	return c.Account
}

// callLog remembers every call, in the order of arrival.
type callLog struct {
	mu    sync.Mutex
	count int
	calls []Call
}

// number gives out the running numbers.
func (l *callLog) number() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	return l.count
}

func (l *callLog) add(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, c)
}

// Calls returns every answered call so far, sorted by number. A call without
// credentials that are known has no account and no caller.
func (s *Server) Calls() []Call {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	calls := slices.Clone(s.log.calls)
	slices.SortFunc(calls, func(a, b Call) int { return a.Number - b.Number })
	return calls
}

// ResetCalls empties the log. Numbers go on.
func (s *Server) ResetCalls() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.calls = nil
}
