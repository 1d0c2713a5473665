package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"gopkg.in/yaml.v3"

	"github.com/amisync/amisync/cloud/simulator"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"amisync": func() { os.Exit(runMain(os.Args, processStreams())) },
	})
}

// TestScripts runs every testdata/script/*.txtar: amisync as a process against
// a simulated cloud of its own. Besides testscript's commands a script has
//
//	cloud FILE                  start a cloud; the environment leads there
//	byhand IMAGE [+P | -P]...   change launch permissions as a person would;
//	                            P is all, an account id or an ARN
//	state IMAGE STATE           move an image to a state (deregistered, disabled, ...)
//	fault YAML                  inject a fault, written as in a cloud file
//	calls                       print the calls since the last time, counted
//	permissions IMAGE           print who may launch the image, a line each
//
// UPDATE_SCRIPTS=1 rewrites the expected output in the scripts.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	clouds := &scriptClouds{servers: map[*testscript.TestScript]*simulator.Server{}}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(root, "testdata", "script"),
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ROOT", root)
			env.Setenv("NO_COLOR", "1")
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("AWS_CONFIG_FILE", os.DevNull)
			env.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"cloud": clouds.start, "byhand": clouds.byHand, "state": clouds.state, "fault": clouds.fault,
			"calls": clouds.calls, "permissions": clouds.permissions,
		},
	})
}

// scriptClouds holds the cloud of each running script.
type scriptClouds struct {
	mutex   sync.Mutex
	servers map[*testscript.TestScript]*simulator.Server
}

func (s *scriptClouds) start(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "cloud FILE")
	file, err := simulator.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	server, err := simulator.New(file, simulator.Options{})
	ts.Check(err)
	listener := httptest.NewServer(server)
	ts.Defer(listener.Close)
	for _, variable := range server.Environment(listener.URL) {
		name, value, _ := strings.Cut(variable, "=")
		ts.Setenv(name, value)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.servers[ts] = server
}

func (s *scriptClouds) of(ts *testscript.TestScript) *simulator.Server {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	server := s.servers[ts]
	if server == nil {
		ts.Fatalf("there is no cloud yet: use cloud FILE")
	}
	return server
}

func (s *scriptClouds) byHand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: byhand IMAGE [+P | -P]...")
	}
	var add, remove []simulator.LaunchPermission
	for _, arg := range args[1:] {
		switch arg[0] {
		case '+':
			add = append(add, entryFor(arg[1:]))
		case '-':
			remove = append(remove, entryFor(arg[1:]))
		default:
			ts.Fatalf("%q begins with neither + nor -", arg)
		}
	}
	ts.Check(s.of(ts).Share(args[0], add, remove))
}

func entryFor(principal string) simulator.LaunchPermission {
	switch {
	case principal == "all":
		return simulator.LaunchPermission{Group: "all"}
	case strings.Contains(principal, ":organization/"):
		return simulator.LaunchPermission{OrganizationArn: principal}
	case strings.Contains(principal, ":ou/"):
		return simulator.LaunchPermission{OrganizationalUnitArn: principal}
	}
	return simulator.LaunchPermission{UserID: principal}
}

func (s *scriptClouds) state(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 2, "state IMAGE STATE")
	ts.Check(s.of(ts).SetImageState(args[0], args[1]))
}

func (s *scriptClouds) fault(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "fault YAML")
	var fault simulator.Fault
	ts.Check(yaml.Unmarshal([]byte(args[0]), &fault))
	s.of(ts).Inject(fault)
}

func (s *scriptClouds) calls(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 0, "calls")
	counts := map[string]int{}
	for _, call := range s.of(ts).Calls() {
		counts[strings.Join([]string{call.Account, call.Region, call.Service + ":" + call.Action}, " ")]++
	}
	s.of(ts).ResetCalls()
	var lines []string
	for call, n := range counts {
		lines = append(lines, fmt.Sprintf("%s %d\n", call, n))
	}
	slices.Sort(lines)
	_, err := ts.Stdout().Write([]byte(strings.Join(lines, "")))
	ts.Check(err)
}

func (s *scriptClouds) permissions(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "permissions IMAGE")
	for _, entry := range s.of(ts).LaunchPermissions(args[0]) {
		_, err := fmt.Fprintln(ts.Stdout(), entry)
		ts.Check(err)
	}
}

func expect(ts *testscript.TestScript, neg bool, args []string, n int, usage string) {
	if neg || len(args) != n {
		ts.Fatalf("usage: %s", usage)
	}
}
