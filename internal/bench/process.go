package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
)

// process is one run of the amisync that is built from here.
type process struct {
	wall  time.Duration
	busy  time.Duration // what it had of processors
	rss   int64         // its largest resident size, in bytes; zero where nobody says
	calls []simulator.Call
}

// amisync builds the command and returns where it is.
func amisync(ctx context.Context) (string, error) {
	path, err := filepath.Abs(filepath.Join("bin", "amisync"))
	if err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/amisync")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return path, nil
}

// amisync runs a command on the site, which must end well, and returns the
// calls that it made; those of others are left out.
func (s *site) amisync(ctx context.Context, arguments ...string) (process, error) {
	path, err := amisync(ctx)
	if err != nil {
		return process{}, err
	}
	s.ResetCalls()
	var talk bytes.Buffer
	command := exec.CommandContext(ctx, path, append(arguments, "--manifests", s.directory)...)
	command.Dir, command.Stderr = s.directory, &talk
	command.Env = s.Environment(os.Environ(), s.endpoint)
	began := time.Now()
	if err := command.Run(); err != nil {
		return process{}, fmt.Errorf("amisync %s: %w\n%s", strings.Join(arguments, " "), err, talk.String())
	}
	ended := command.ProcessState
	p := process{wall: time.Since(began), busy: ended.UserTime() + ended.SystemTime(), rss: resident(ended)}
	for _, call := range s.Calls() {
		if !strings.HasSuffix(call.Caller, "/rival") {
			p.calls = append(p.calls, call)
		}
	}
	return p, nil
}

// count is how many of the calls there were by action, attempts and pages
// included.
func (p process) count() map[string]int {
	counts := map[string]int{}
	for _, call := range p.calls {
		counts[call.Action]++
	}
	return counts
}

// throttled is which part of the calls was throttled.
func (p process) throttled() float64 {
	n := 0
	for _, call := range p.calls {
		if call.Code == "RequestLimitExceeded" {
			n++
		}
	}
	return float64(n) / float64(len(p.calls))
}

// note tells what is worth knowing besides the time.
func (p process) note() string {
	text := fmt.Sprintf("%d calls, %.1f %% throttled, %.1f s of processors", len(p.calls), 100*p.throttled(), p.busy.Seconds())
	if p.rss > 0 {
		text += fmt.Sprintf(", %d MiB resident", p.rss>>20)
	}
	return text
}
