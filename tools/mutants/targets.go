package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// targets are the files whose mistakes would cost access or money.
const targets = `reconcile/guard/*.go reconcile/order.go reconcile/diff.go reconcile/desire.go reconcile/evict.go reconcile/scope.go
	reconcile/stale.go reconcile/policy.go reconcile/run/apply.go reconcile/run/image.go reconcile/run/recheck.go reconcile/run/plan.go
	reconcile/run/inspect.go reconcile/run/view.go`

// mutants returns the files that the patterns mean, and their mutants.
func findMutants(root string, patterns []string) (files []string, mutants []Mutant, err error) {
	for _, pattern := range patterns {
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, nil, err
		}
		if len(matches) == 0 {
			return nil, nil, fmt.Errorf("no file is called %s", pattern)
		}
		for _, path := range matches {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return nil, nil, err
			}
			file := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
			found, err := Mutants(file, source)
			if err != nil {
				return nil, nil, err
			}
			files, mutants = append(files, file), append(mutants, found...)
		}
	}
	return files, mutants, nil
}

// choose returns all mutants, or a sample of those that nothing is said of: the
// same sample for the same code.
func choose(mutants []Mutant, entries map[string]known, sample int) []Mutant {
	if sample == 0 {
		return mutants
	}
	unknown := slices.DeleteFunc(slices.Clone(mutants), func(m Mutant) bool { _, listed := entries[m.Key()]; return listed })
	var chosen []Mutant
	for i := range min(sample, len(unknown)) {
		chosen = append(chosen, unknown[i*len(unknown)/min(sample, len(unknown))])
	}
	return chosen
}
