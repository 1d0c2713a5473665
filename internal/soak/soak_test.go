package soak

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

var (
	firstSeed = flag.Uint64("soak.seed", 1, "the first `seed`")
	seeds     = flag.Int("soak.n", 300, "how many `seeds` to run")
)

// TestSoak runs the histories of many seeds. A seed that fails prints the command
// that replays it; with -v, one seed alone prints all calls.
func TestSoak(t *testing.T) {
	batch := runAll(t, *firstSeed, *seeds, !testing.Verbose() || *seeds > 1)
	for _, r := range batch.failed {
		t.Errorf("%s\n\tgo test ./internal/soak -run 'TestSoak$' -soak.seed=%d -soak.n=1 -v", r.violations[0], r.seed)
	}
	for _, r := range batch.traces {
		t.Log("\n" + strings.Join(r.trace, "\n"))
	}
	t.Logf("%d seeds from %d, %d calls, %d violations", *seeds, *firstSeed, batch.calls, batch.violations)
	for _, what := range slices.Sorted(maps.Keys(batch.hits)) {
		t.Logf("%8d  %s", batch.hits[what], what)
	}
	if *seeds >= 1000 || *seeds >= 300 && *firstSeed == 1 {
		for _, what := range expected() {
			if batch.hits[what] == 0 {
				t.Errorf("in %d seeds never: %s", *seeds, what)
			}
		}
	}
}

// results are the reports of a batch, added up.
type results struct {
	failed, traces    []report // the first few
	violations, calls int
	hits              map[string]int
	hashes            map[uint64]uint64 // by seed
}

// runAll runs a batch of seeds side by side.
func runAll(t *testing.T, first uint64, n int, quiet bool) *results {
	batch := &results{hits: map[string]int{}, hashes: map[uint64]uint64{}}
	var mutex sync.Mutex
	var next atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for worker := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
					r := runSeed(t, first+uint64(i)-1, nil, quiet)
					mutex.Lock()
					batch.add(r)
					mutex.Unlock()
				}
			})
		}
	})
	return batch
}

// runSeed runs one history in a bubble of its own; broken is nil for the product
// as it is.
func runSeed(t *testing.T, seed uint64, broken *variant, quiet bool) report {
	w := newWorld(seed, broken, quiet)
	seen := pprof.Labels("seed", fmt.Sprint(seed)) // in the trace of a panic, with GODEBUG=tracebacklabels=1
	pprof.Do(t.Context(), seen, func(context.Context) {
		synctest.Test(t, func(*testing.T) {
			w.arrivals = make(chan *ticket)
			w.simulate()
		})
	})
	w.report.hash = w.told.Sum64()
	return w.report
}

func (b *results) add(r report) {
	b.calls += r.calls
	b.hashes[r.seed] = r.hash
	for what, n := range r.hits {
		b.hits[what] += n
	}
	if len(r.trace) > 0 {
		b.traces = append(b.traces, r)
	}
	if len(r.violations) > 0 {
		b.violations++
		if len(b.failed) < 10 {
			b.failed = append(b.failed, r)
		}
	}
}

func TestTheSameSeedIsTheSameHistory(t *testing.T) {
	const n = 100
	first, second := runAll(t, *firstSeed, n, true), runAll(t, *firstSeed, n, true)
	for seed, hash := range first.hashes {
		if second.hashes[seed] != hash {
			t.Errorf("seed %d: two histories", seed)
		}
	}
	different := map[uint64]bool{}
	for _, hash := range first.hashes {
		different[hash] = true
	}
	if len(different) < n {
		t.Errorf("%d seeds make %d histories", n, len(different))
	}
}

func TestWhatIsBrokenOnPurposeIsFound(t *testing.T) {
	const most = 300
	for _, broken := range variants() {
		t.Run(broken.name, func(t *testing.T) {
			t.Parallel()
			missing, seed := broken.found, uint64(0)
			for seed = 1; len(missing) > 0 && seed <= most; seed++ {
				said := strings.Join(runSeed(t, seed, &broken, true).violations, "\n")
				missing = slices.DeleteFunc(slices.Clone(missing), func(words string) bool { return strings.Contains(said, words) })
			}
			for _, words := range missing {
				t.Errorf("in %d seeds nothing complains that … %s …", most, words)
			}
			t.Logf("found within %d seeds", seed-1)
		})
	}
}
