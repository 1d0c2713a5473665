package simulator

import (
	"net/http"
	"sync"
)

// Options are what a Go program can do to a Server besides the cloud file. The zero
// value changes nothing.
type Options struct {
	// Clock is the source of all time; nil means the wall clock.
	Clock Clock
	// OnWrite is called at every effective write, in their order, before the answer is
	// sent. It holds up the whole cloud and must not call the Server.
	OnWrite func(Write)
	// Fault is asked at every call whose caller is known, before the faults of the cloud
	// file and of Inject; its zero value lets the call pass. Only Kind, Delay, Code,
	// Message and Status of the answer matter. It may be called concurrently.
	Fault func(Call) Fault
}

// Server is one simulated cloud. It is an http.Handler, safe for concurrent use.
type Server struct {
	options       Options
	behaviour     Behaviour
	file          File
	cloud         *cloud
	ec2, sts, kms *service
	buckets       buckets
	faults        *faults
	log           callLog
	mux           *http.ServeMux

	keysMu sync.RWMutex
	keys   map[string]*identity // by access key id
	minted int                  // temporary credentials handed out so far
}

// New makes a cloud of a file. All mistakes in the file are reported together, as
// strictyaml.Problems.
func New(file File, options Options) (*Server, error) {
	if err := check(file, nil).Err(); err != nil {
		return nil, err
	}
	if options.Clock == nil {
		options.Clock = wallClock{}
	}
	s := &Server{
		options: options,
		file:    file,
		cloud:   newCloud(file),
		ec2:     ec2Service(),
		sts:     stsService(),
		kms:     kmsService(),
		buckets: buckets{held: map[bucketKey]*bucket{}},
		mux:     http.NewServeMux(),
		keys:    map[string]*identity{},
	}
	if file.Behaviour != nil {
		s.behaviour = *file.Behaviour
	}
	s.faults = newFaults(s.behaviour.Seed, s.behaviour.Faults)
	for _, account := range file.Accounts {
		for _, u := range account.Users {
			s.keys[u.AccessKeyID] = s.cloud.userIdentity(account.ID, u)
		}
	}
	s.mux.HandleFunc("GET /_simulator/calls", s.serveCalls)
	s.mux.HandleFunc("GET /_simulator/state", s.serveState)
	s.mux.HandleFunc("/{$}", s.serveCall)
	return s, nil
}

// ServeHTTP answers EC2, STS and KMS at "/", and the simulator's own questions below
// "/_simulator/".
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }
