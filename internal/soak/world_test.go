package soak

import (
	"cmp"
	"fmt"
	"hash"
	"hash/fnv"
	"strings"
	"sync"

	"github.com/amisync/amisync/reconcile"
)

// world is one seed's simulation.
type world struct {
	draw
	estate       *estate
	declarations *reconcile.Declarations // the manifests of now
	members      members
	cloud        *cloud
	parallel     int
	broken       *variant // never nil
	arrivals     chan *ticket
	running      []*process

	// version counts whatever may make a saved plan stale.
	version int
	// alone means that nobody but the product does anything, the manifests stay as
	// they are, and no day passes.
	alone bool
	// Whether others did anything, and whether the manifests, or a command, came to
	// ask for something else than in the beginning.
	meddled, edited bool

	report report
	told   hash.Hash64 // over the trace
	quiet  bool        // keeps no trace
	// persists goes on after a violation, since others are waited for.
	persists bool

	left sync.Map // for variants that are broken on purpose
}

// report is what came of a seed.
type report struct {
	seed       uint64
	violations []string
	hits       map[string]int
	calls      int
	trace      []string
	hash       uint64
}

func newWorld(seed uint64, broken *variant, quiet bool) *world {
	return &world{draw: newDraw(seed), broken: cmp.Or(broken, &variant{}), persists: broken != nil, quiet: quiet,
		report: report{seed: seed, hits: map[string]int{}}, told: fnv.New64a()}
}

// hit counts something that happened, so that a batch can tell whether it tried
// what it is there to try.
func (w *world) hit(what string) { w.report.hits[what]++ }

// violate records what must not happen.
func (w *world) violate(format string, args ...any) {
	w.report.violations = append(w.report.violations, fmt.Sprintf(format, args...))
	w.note("VIOLATION: "+format, args...)
}

// failed reports whether to go no further.
func (w *world) failed() bool { return len(w.report.violations) > 0 && !w.persists }

func (w *world) note(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	w.told.Write([]byte(line))
	if !w.quiet {
		w.report.trace = append(w.report.trace, line)
	}
}

// tracef notes a call and what came of it.
func (w *world) tracef(t *ticket, format string, args ...any) {
	w.report.calls++
	w.note("%4d %s %s %s: %s", w.report.calls, t.name, t.op, strings.Join(strings.Fields(fmt.Sprint(t.account, " ", t.region, " ", t.image.ID, " ", t.ids, t.filter.IDs, t.filter.Names)), " "),
		strings.TrimSpace(fmt.Sprintf(format, args...)))
}
