package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const module = "github.com/amisync/amisync"

// startup measures what every command costs before it does anything.
func startup(ctx context.Context) ([]measurement, error) {
	path, err := amisync(ctx)
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp(".", ".bench-") // in the module, for its dependencies
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(directory)
	links, err := onlyLinks(ctx, directory)
	if err != nil {
		return nil, err
	}
	ours, err := initialisation(ctx, path)
	if err != nil {
		return nil, err
	}
	version, bare, err := alternately(ctx, 150, []string{path, "version"}, []string{links})
	if err != nil {
		return nil, err
	}
	return []measurement{
		held("startup", "initialisation of our own packages", "ms", milliseconds(ours), 1, 1, "bound: a millisecond"),
		held("startup", "`amisync version`", "ms", milliseconds(version), milliseconds(bare), 1.2, "median of 150; bound: a program that imports the same and does nothing"),
	}, nil
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// onlyLinks builds a program that imports what amisync imports, and does nothing.
func onlyLinks(ctx context.Context, directory string) (string, error) {
	imports, err := exec.CommandContext(ctx, "go", "list", "-f", `{{join .Imports "\n"}}`, "./cmd/amisync").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	var program strings.Builder
	program.WriteString("package main\n\nimport (\n")
	for path := range strings.FieldsSeq(string(imports)) {
		fmt.Fprintf(&program, "\t_ %q\n", path)
	}
	program.WriteString(")\n\nfunc main() {}\n")
	if err := os.WriteFile(filepath.Join(directory, "main.go"), []byte(program.String()), 0o644); err != nil {
		return "", err
	}
	links, err := filepath.Abs(filepath.Join(directory, "links"))
	if err != nil {
		return "", err
	}
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", links, "./"+filepath.ToSlash(directory)).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return links, nil
}

func within(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// initialisation is the least time that our packages took before main, of ten
// runs.
func initialisation(ctx context.Context, path string) (time.Duration, error) {
	var least time.Duration
	for range 10 {
		var trace bytes.Buffer
		command := exec.CommandContext(ctx, path, "version")
		command.Env, command.Stderr = append(os.Environ(), "GODEBUG=inittrace=1"), &trace
		if err := command.Run(); err != nil {
			return 0, err
		}
		sum := time.Duration(0)
		for line := range strings.Lines(trace.String()) {
			// init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes, 0 allocs
			words := strings.Fields(line)
			if len(words) < 5 || words[0] != "init" || !within(words[1]) && words[1] != "main" {
				continue
			}
			clock, err := time.ParseDuration(words[4] + "ms")
			if err != nil {
				return 0, err
			}
			sum += clock
		}
		if least == 0 || sum < least {
			least = sum
		}
	}
	return least, nil
}

// alternately runs two commands in turn and returns the median of the times that
// each took.
func alternately(ctx context.Context, times int, a, b []string) (time.Duration, time.Duration, error) {
	var took [2][]time.Duration
	for range times {
		for i, command := range [][]string{a, b} {
			start := time.Now()
			if err := exec.CommandContext(ctx, command[0], command[1:]...).Run(); err != nil {
				return 0, 0, err
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	slices.Sort(took[0])
	slices.Sort(took[1])
	return took[0][times/2], took[1][times/2], nil
}
