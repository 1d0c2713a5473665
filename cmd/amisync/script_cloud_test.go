package main

import (
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"gopkg.in/yaml.v3"

	"github.com/amisync/amisync/cloud/simulator"
)

// scriptClouds holds the cloud of each running script.
type scriptClouds struct {
	files  string // of the command estate
	mutex  sync.Mutex
	clouds map[*testscript.TestScript]*scriptCloud
}

// scriptCloud is one script's cloud and the command that is being interrupted.
type scriptCloud struct {
	*simulator.Server
	mutex    sync.Mutex
	received map[string]int // calls, answered or not, by action
	command  *exec.Cmd
}

func newScriptClouds(files string) *scriptClouds {
	return &scriptClouds{files: files, clouds: map[*testscript.TestScript]*scriptCloud{}}
}

func (s *scriptClouds) of(ts *testscript.TestScript) *scriptCloud {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	cloud := s.clouds[ts]
	if cloud == nil {
		ts.Fatalf("there is no cloud yet: use estate, or cloud FILE")
	}
	return cloud
}

func (s *scriptClouds) estate(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 0, "estate")
	ts.Check(fs.WalkDir(os.DirFS(s.files), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		to := ts.MkAbs(name)
		if _, err := os.Stat(to); err == nil {
			return nil
		}
		data, err := os.ReadFile(filepath.Join(s.files, name))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	}))
	s.start(ts, false, []string{"cloud.yaml"})
}

func (s *scriptClouds) start(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "cloud FILE")
	file, err := simulator.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	cloud := &scriptCloud{received: map[string]int{}}
	cloud.Server, err = simulator.New(file, simulator.Options{Fault: cloud.receive})
	ts.Check(err)
	listener := httptest.NewServer(cloud)
	ts.Defer(listener.Close)
	for _, variable := range cloud.Environment(nil, listener.URL) {
		name, value, _ := strings.Cut(variable, "=")
		ts.Setenv(name, value)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.clouds[ts] = cloud
}

// receive counts a call on its arrival and lets it pass.
func (c *scriptCloud) receive(call simulator.Call) simulator.Fault {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.received[call.Action]++
	return simulator.Fault{}
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
	decoder := yaml.NewDecoder(strings.NewReader(args[0]))
	decoder.KnownFields(true)
	ts.Check(decoder.Decode(&fault))
	s.of(ts).Inject(fault)
}

func (s *scriptClouds) calm(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 0, "calm")
	s.of(ts).ClearFaults()
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
	printLines(ts, lines, "no calls\n")
}

func (s *scriptClouds) permissions(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "permissions IMAGE")
	var lines []string
	for _, entry := range s.of(ts).LaunchPermissions(args[0]) {
		lines = append(lines, fmt.Sprintln(entry))
	}
	printLines(ts, lines, "nobody\n")
}

// printLines gives a script lines to look at.
func printLines(ts *testscript.TestScript, lines []string, none string) {
	if len(lines) == 0 {
		lines = []string{none}
	}
	_, err := ts.Stdout().Write([]byte(strings.Join(lines, "")))
	ts.Check(err)
}

func (s *scriptClouds) await(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "await ACTION")
	cloud := s.of(ts)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		cloud.mutex.Lock()
		received := cloud.received[args[0]]
		cloud.mutex.Unlock()
		switch {
		case received > 0:
			return
		case time.Now().After(deadline):
			ts.Fatalf("no call of %s arrived", args[0])
		}
	}
}

func (s *scriptClouds) interrupt(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "interrupt INT|TERM")
	running := ts.BackgroundCmds()
	if len(running) != 1 {
		ts.Fatalf("%d commands run in the background, not one", len(running))
	}
	sent, known := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM}[args[0]]
	if !known {
		ts.Fatalf("unknown signal %s", args[0])
	}
	cloud := s.of(ts)
	cloud.command = running[0]
	ts.Check(running[0].Process.Signal(sent))
}

func (s *scriptClouds) exited(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, args, 1, "exited CODE")
	command := s.of(ts).command
	if command == nil || command.ProcessState == nil {
		ts.Fatalf("no interrupted command has been waited for")
	}
	checkCode(ts, args[0], command.ProcessState.ExitCode())
}
