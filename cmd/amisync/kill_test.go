package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
)

// TestAKilledRunTakesNothingAwayAndTheNextOneFinishes kills the real program at
// any call, and runs it again: see docs/reliability.md.
func TestAKilledRunTakesNothingAwayAndTheNextOneFinishes(t *testing.T) {
	const seeds = 50
	var killed, inApply, satisfied int
	var mutex sync.Mutex
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(seeds) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				k := newKilling(t, seed)
				k.run()
				mutex.Lock()
				defer mutex.Unlock()
				if k.struck {
					killed++
				}
				if k.inApply {
					inApply++
				}
				if k.satisfied {
					satisfied++
				}
			})
		}
	})
	t.Logf("%d of %d killed, %d of them after a write; %d found part of a saved plan done", killed, seeds, inApply, satisfied)
	if killed < seeds/2 || inApply < seeds/5 || satisfied == 0 {
		t.Error("too few runs were killed where it matters")
	}
}

// killing is one seed: an estate in a directory, a cloud, and a program that is
// killed when a certain call arrives.
type killing struct {
	*testing.T
	*rand.Rand
	*killEstate
	directory string
	cloud     *simulator.Server
	endpoint  string

	mutex     sync.Mutex
	calls     int // of the program that is to be killed, so far
	lethal    int // the call at which it dies; zero after that
	lost      bool
	command   *exec.Cmd
	ended     chan struct{}
	struck    bool // the program was killed
	written   bool // something was
	inApply   bool // it was killed after that
	satisfied bool // the run of a saved plan found part of it done
}

func newKilling(t *testing.T, seed uint64) *killing {
	r := rand.New(rand.NewPCG(seed, 0xdead))
	k := &killing{T: t, Rand: r, killEstate: drawKillEstate(r), directory: t.TempDir(), lethal: 3 + r.IntN(20), lost: r.IntN(2) == 0}
	k.writeManifests(t, filepath.Join(k.directory, "manifests"))
	var err error
	if k.cloud, err = simulator.New(k.file, simulator.Options{Fault: k.receive, OnWrite: k.judge}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(k.cloud)
	t.Cleanup(server.Close)
	k.endpoint = server.URL
	return k
}

func (k *killing) run() {
	saved := k.IntN(3) == 0
	apply := []string{"apply", "--auto-approve", "--out", "result.json"}
	if saved {
		apply = []string{"apply", "plan.json", "--out", "result.json"}
		k.spare(func() { k.must(0, "plan", "--out", "plan.json") })
	}
	k.amisync(apply...)
	k.mutex.Lock()
	k.lethal = 0
	k.mutex.Unlock()

	output := k.must(0, apply...)
	k.satisfied = saved && !strings.Contains(output, " 0 already satisfied")
	k.judgeEnd()
	k.must(0, "plan", "--detailed-exitcode")
	if _, err := os.Stat(filepath.Join(k.directory, "result.json")); err != nil {
		k.Error(err)
	}
}

// spare runs something that is not to be killed.
func (k *killing) spare(do func()) {
	lethal := k.lethal
	k.lethal = 0
	do()
	k.calls, k.lethal = 0, lethal
}

// must fails the test unless the program exits with the code.
func (k *killing) must(code int, args ...string) string {
	output, got := k.amisync(args...)
	if got != code {
		k.Fatalf("amisync %s exits %d, not %d:\n%s", strings.Join(args, " "), got, code, output)
	}
	return output
}

// amisync runs the program in a process of its own; the code is -1 if it was
// killed.
func (k *killing) amisync(args ...string) (output string, code int) {
	command := exec.Command("amisync", args...)
	command.Dir = k.directory
	command.Env = append(k.cloud.Environment(os.Environ(), k.endpoint), "NO_COLOR=1", "AMISYNC_LOG_LEVEL=warn")
	var text strings.Builder
	command.Stdout, command.Stderr = &text, &text
	k.mutex.Lock()
	err := command.Start()
	k.command, k.ended = command, make(chan struct{})
	k.mutex.Unlock()
	if err != nil {
		k.Fatal(err)
	}
	err = command.Wait()
	close(k.ended)
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		k.Fatal(err)
	}
	return text.String(), command.ProcessState.ExitCode()
}

// receive kills the program when the lethal call arrives, and holds the call until
// the program is gone. What else was on its way then is carried out, as it would
// be. Before that, some answers are lost or late.
func (k *killing) receive(simulator.Call) simulator.Fault {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.lethal == 0 {
		return simulator.Fault{}
	}
	if k.calls++; k.calls == k.lethal {
		k.lethal, k.struck, k.inApply = 0, true, k.written
		if err := k.command.Process.Kill(); err != nil {
			k.Error(err)
		}
		<-k.ended
		if k.lost {
			return simulator.Fault{Kind: simulator.FaultDropBeforeEffect}
		}
		return simulator.Fault{}
	}
	if k.IntN(8) > 0 {
		return simulator.Fault{}
	}
	kinds := []simulator.FaultKind{simulator.FaultDropBeforeEffect, simulator.FaultDropAfterEffect, simulator.FaultStaleRead, simulator.FaultSlow}
	return simulator.Fault{Kind: kinds[k.IntN(len(kinds))], Delay: 20 * time.Millisecond}
}

// judge fails if a write takes an image from an account that had it and is to
// have it.
func (k *killing) judge(w simulator.Write) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.written = true
	had, has, should := k.reach(w.Before), k.reach(w.After), k.reach(k.wanted[w.Image])
	for account := range had {
		if should[account] && !has[account] {
			k.Errorf("%s loses %s: %v became %v, which is to be %v", account, w.Image, w.Before, w.After, k.wanted[w.Image])
		}
	}
}

// judgeEnd fails unless every image has what the manifests say.
func (k *killing) judgeEnd() {
	for image, wanted := range k.wanted {
		has := k.cloud.LaunchPermissions(image)
		if len(has) != len(wanted) || slices.ContainsFunc(wanted, func(p simulator.LaunchPermission) bool { return !slices.Contains(has, p) }) {
			k.Errorf("%s has %v in the end and is to have %v", image, has, wanted)
		}
	}
}
