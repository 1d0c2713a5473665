// Command mutants changes the code in small ways, one at a time, and tells which
// changes no test notices. Each of those is either a missing test, or code that
// nothing needs, or a change that means the same.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

type options struct {
	root, tests, known string
	sample             int
	threshold          float64
	patterns           []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	var o options
	flags := flag.NewFlagSet("mutants [FILE...]", flag.ExitOnError)
	flags.StringVar(&o.root, "root", ".", "the module's `directory`")
	flags.StringVar(&o.tests, "tests", "./reconcile/...", "the `packages` whose tests judge")
	flags.StringVar(&o.known, "known", "tools/mutants/survivors.txt", "the `file` that says why mutants survive, in the module's directory")
	flags.IntVar(&o.sample, "sample", 0, "try so many mutants only, evenly spread; those of the list are left out")
	flags.Float64Var(&o.threshold, "threshold", 95, "the least `percentage` that tests must kill")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if o.patterns = flags.Args(); len(o.patterns) == 0 {
		o.patterns = strings.Fields(targets)
	}
	return o.run(ctx)
}

func (o options) run(ctx context.Context) error {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	o.root = root
	content, err := os.ReadFile(filepath.Join(o.root, o.known))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	entries, err := parseKnown(string(content))
	if err != nil {
		return fmt.Errorf("%s: %w", o.known, err)
	}
	files, mutants, err := findMutants(o.root, o.patterns)
	if err != nil {
		return err
	}
	packages, err := listPackages(ctx, o.root, o.tests)
	if err != nil {
		return err
	}
	all, err := judge(ctx, o.root, packages, choose(mutants, entries, o.sample))
	if err != nil {
		return err
	}
	total := report(os.Stdout, files, all, entries)
	return o.verdict(total, stale(files, mutants, all, entries, slices.Equal(o.patterns, strings.Fields(targets))))
}

// verdict is an error if the tests are not good enough, or the list is wrong.
func (o options) verdict(total *score, stale []string) error {
	if len(stale) > 0 {
		slices.Sort(stale)
		return fmt.Errorf("%s is out of date:\n%s", o.known, strings.Join(stale, "\n"))
	}
	if total.mutants == 0 {
		return errors.New("there was nothing to try")
	}
	if total.percent() < o.threshold {
		return fmt.Errorf("the tests kill %.1f %% of the mutants, and must kill %g %%", total.percent(), o.threshold)
	}
	return nil
}
