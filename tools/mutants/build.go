package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Building once for all mutants is what makes trying them cheap: each function
// becomes a switch over its mutated bodies, and an environment variable says
// which of them runs. Number 0 is the code as it is.

const (
	variable = "MUTANT"
	chosen   = "mutantNumber" // the Go variable that holds it
)

// build is the code with all its mutants in it, outside the repository.
type build struct {
	root    string // the module's
	temp    string
	mutants []Mutant // by number, starting with 1
	invalid map[int]bool
}

// compile leaves out the mutants that do not compile, until all others do.
func (b *build) compile(ctx context.Context, packages []testPackage) error {
	arguments := []string{"build", "-gcflags=-e", "-overlay", b.overlayFile()}
	for _, p := range packages {
		arguments = append(arguments, p.path)
	}
	for {
		if err := b.overlay(); err != nil {
			return err
		}
		out, err := b.goCommand(ctx, arguments...)
		if err == nil {
			return nil
		}
		names := regexp.MustCompile(`mutant(\d+):\d+`).FindAllSubmatch(out, -1)
		if len(names) == 0 {
			return fmt.Errorf("the code does not compile: %w\n%s", err, out)
		}
		for _, name := range names {
			number, _ := strconv.Atoi(string(name[1]))
			b.invalid[number] = true
		}
	}
}

// tests builds the test program of a package and returns its path.
func (b *build) tests(ctx context.Context, p testPackage) (string, error) {
	program := filepath.Join(b.temp, strings.ReplaceAll(p.directory, "/", "_")+".test")
	out, err := b.goCommand(ctx, "test", "-c", "-vet=off", "-overlay", b.overlayFile(), "-o", program, p.path)
	if err != nil {
		return "", fmt.Errorf("the tests of %s do not compile: %w\n%s", p.path, err, out)
	}
	return program, nil
}

func (b *build) goCommand(ctx context.Context, arguments ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = b.root
	return command.CombinedOutput()
}

func (b *build) overlayFile() string { return filepath.Join(b.temp, "overlay.json") }

// overlay writes the files with the mutants in them, and where they belong.
func (b *build) overlay() error {
	numbers := map[string][]int{}
	for i, m := range b.mutants {
		if !b.invalid[i+1] {
			numbers[m.File] = append(numbers[m.File], i+1)
		}
	}
	replace := map[string]string{}
	put := func(file string, content []byte) error {
		to := filepath.Join(b.temp, strings.ReplaceAll(file, "/", "_"))
		replace[filepath.Join(b.root, file)] = to
		return os.WriteFile(to, content, 0o644)
	}
	for file, own := range numbers {
		source := b.mutants[own[0]-1].source
		choice := fmt.Sprintf("%s\n\nimport (\n\"os\"\n\"strconv\"\n)\n\nvar %s, _ = strconv.Atoi(os.Getenv(%q))\n", packageClause(source), chosen, variable)
		if err := errors.Join(put(file, b.merge(own)), put(path.Join(path.Dir(file), "mutant_number.go"), []byte(choice))); err != nil {
			return err
		}
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	return os.WriteFile(b.overlayFile(), content, 0o644)
}

func packageClause(source []byte) string {
	return string(regexp.MustCompile(`(?m)^package \w+`).Find(source))
}

// merge makes one file of the mutants with these numbers, which are all of one
// file.
func (b *build) merge(numbers []int) []byte {
	bodies := map[span][]int{}
	var order []span
	for _, number := range numbers {
		body := b.mutants[number-1].body
		if bodies[body] == nil {
			order = append(order, body)
		}
		bodies[body] = append(bodies[body], number)
	}
	slices.SortFunc(order, func(a, b span) int { return a.start - b.start })
	source, end := b.mutants[numbers[0]-1].source, 0
	var merged bytes.Buffer
	for _, body := range order {
		merged.Write(source[end:body.start])
		fmt.Fprintf(&merged, "\nswitch %s {\n", chosen)
		for _, number := range bodies[body] {
			fmt.Fprintf(&merged, "case %d:\n//line mutant%d:1\n%s\n", number, number, b.mutants[number-1].mutatedBody())
		}
		fmt.Fprintf(&merged, "default:\n//line unchanged:1\n%s\n}\n", source[body.start:body.end])
		end = body.end
	}
	merged.Write(source[end:])
	return merged.Bytes()
}
