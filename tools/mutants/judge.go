package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Verdict says what became of a mutant.
type Verdict string

const (
	Killed   Verdict = "killed"    // a test failed
	TimedOut Verdict = "timed out" // the tests did not end: noticed too
	Survived Verdict = "survived"
	Invalid  Verdict = "invalid" // it does not compile, and says nothing about tests
)

// judged is a mutant with what became of it.
type judged struct {
	Mutant
	Verdict
}

// memory bounds a test program's address space, in KiB, for mutants that grow
// without end.
const memory = 3 << 20

// testPackage is a package whose tests judge mutants.
type testPackage struct {
	path, directory string // the directory from the module's root, with slashes
	needs           []string
	flags           []string // for its test program
	program         string
	limit           time.Duration // how long its tests may take
}

// listPackages returns the packages that the pattern names.
func listPackages(ctx context.Context, root, pattern string) ([]testPackage, error) {
	command := exec.CommandContext(ctx, "go", "list", "-json=Dir,ImportPath,Deps,TestImports,XTestImports", pattern)
	command.Dir, command.Stderr = root, os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var packages []testPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir, ImportPath                 string
			Deps, TestImports, XTestImports []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		directory, err := filepath.Rel(root, p.Dir)
		if err != nil {
			return nil, err
		}
		imports := slices.Concat(p.TestImports, p.XTestImports)
		t := testPackage{path: p.ImportPath, directory: filepath.ToSlash(directory), needs: slices.Concat(p.Deps, imports), flags: []string{"-test.failfast"}}
		if slices.Contains(imports, "pgregory.net/rapid") { // the same cases each time, and no time spent on small ones
			t.flags = append(t.flags, "-rapid.seed=1", "-rapid.shrinktime=0s", "-rapid.nofailfile")
		}
		packages = append(packages, t)
	}
}

// judges returns the packages whose tests may notice a change of a file: its own
// first.
func judges(packages []testPackage, file string) []testPackage {
	own := slices.IndexFunc(packages, func(p testPackage) bool { return p.directory == path.Dir(file) })
	if own < 0 {
		return nil
	}
	those := []testPackage{packages[own]}
	for _, p := range packages {
		if slices.Contains(p.needs, packages[own].path) && p.path != packages[own].path {
			those = append(those, p)
		}
	}
	return those
}

// judge tries mutants, as many at a time as there are processors.
func judge(ctx context.Context, root string, packages []testPackage, mutants []Mutant) ([]judged, error) {
	temp, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	b := &build{root, temp, mutants, map[int]bool{}}
	if err := b.compile(ctx, packages); err != nil {
		return nil, err
	}
	for i := range packages {
		if err := packages[i].prepare(ctx, b); err != nil {
			return nil, err
		}
	}
	var next atomic.Int64
	var group sync.WaitGroup
	all, failures := make([]judged, len(mutants)), make([]error, runtime.NumCPU())
	for worker := range failures {
		group.Go(func() {
			for i := int(next.Add(1)); i <= len(mutants) && failures[worker] == nil; i = int(next.Add(1)) {
				verdict, err := b.try(ctx, packages, i)
				all[i-1], failures[worker] = judged{mutants[i-1], verdict}, err
				if i%100 == 0 {
					fmt.Fprintf(os.Stderr, "%d of %d mutants\n", i, len(mutants))
				}
			}
		})
	}
	group.Wait()
	return all, errors.Join(failures...)
}

// prepare builds the tests and runs them on the code as it is, which they must
// accept. They may take ten times as long with a mutant, and at least 20 seconds.
func (p *testPackage) prepare(ctx context.Context, b *build) (err error) {
	if p.program, err = b.tests(ctx, *p); err != nil {
		return err
	}
	p.limit = 10 * time.Minute
	began := time.Now()
	verdict, err := p.test(ctx, b.root, 0)
	if err == nil && verdict != Survived {
		err = fmt.Errorf("the tests of %s fail without any mutant", p.path)
	}
	p.limit = max(20*time.Second, 10*time.Since(began))
	return err
}

// try tells whether tests notice the mutant with the number.
func (b *build) try(ctx context.Context, packages []testPackage, number int) (Verdict, error) {
	if b.invalid[number] {
		return Invalid, nil
	}
	for _, p := range judges(packages, b.mutants[number-1].File) {
		if verdict, err := p.test(ctx, b.root, number); err != nil || verdict != Survived {
			return verdict, err
		}
	}
	return Survived, nil
}

// test runs the tests with the mutant.
func (p *testPackage) test(ctx context.Context, root string, number int) (Verdict, error) {
	limited, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	script := fmt.Sprintf(`ulimit -v %d; exec "$0" "$@"`, memory)
	command := exec.CommandContext(limited, "sh", append([]string{"-c", script, p.program}, p.flags...)...)
	command.Dir = filepath.Join(root, p.directory)
	command.Env = append(os.Environ(), fmt.Sprintf("%s=%d", variable, number))
	out, err := command.CombinedOutput()
	var failed *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case limited.Err() != nil:
		return TimedOut, nil
	case errors.As(err, &failed):
		return Killed, nil
	case err != nil:
		return "", fmt.Errorf("%s: %w\n%s", p.path, err, out)
	}
	return Survived, nil
}
