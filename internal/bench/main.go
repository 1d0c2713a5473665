package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
)

// benchmarks are all that are known, in the order in which they run.
var benchmarks = []benchmark{
	{name: "calls", about: "how many calls a plan and an apply take", exact: true, run: calls},
	{name: "changed", about: "a plan of the one share of 1,000 that was touched, among 10,000 images", exact: true, run: changed},
	{name: "converged", about: "a plan of which nothing comes, 4 lanes × 300 images × 40 principals, 25 ms away", run: again(2, converged)},
	{name: "apply", about: "every one of 4 lanes × 300 images changes", run: again(2, undisturbed)},
	{name: "storm", about: "the same, with throttles and server errors at random", run: again(2, stormy)},
	{name: "shared", about: "the same, beside a client that takes half of the refill", run: again(2, shared)},
	{name: "lag", about: "the same, where changes show after 2 s", run: again(2, lagging)},
	{name: "core", about: "from manifests to a plan of 100,000 images, without a network", run: again(2, core)},
	{name: "load", about: "10,000 manifests", run: again(2, load)},
	{name: "render", about: "reports of a plan with 20,000 changes", run: again(2, render)},
	{name: "startup", about: "before a command does anything", run: again(2, startup)},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, benchmarks, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

var errMissed = errors.New("a ratio is missed")

// run runs the benchmarks that the arguments name; errMissed means that all ran.
func run(ctx context.Context, benchmarks []benchmark, args []string, out, talk io.Writer) error {
	if len(args) > 0 && args[0] == alone {
		return doAlone(ctx, args[1:], out)
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(talk)
	only := flags.String("only", "", "run only the benchmarks whose `NAME` contains this")
	exact := flags.Bool("exact", false, "run only what counts calls, which is the same on every machine")
	file := flags.String("json", "", "write the measurements to `FILE`, too")
	page := flags.String("markdown", "", "write the measurements into the table of the page `FILE`, too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var all []measurement
	var names []string
	var failed error
	for _, b := range benchmarks {
		names = append(names, b.name)
		if !strings.Contains(b.name, *only) || *exact && !b.exact {
			continue
		}
		fmt.Fprintf(talk, "%s: %s\n", b.name, b.about)
		measured, err := b.run(ctx)
		if err != nil {
			failed = fmt.Errorf("%s: %w", b.name, err)
			break // what was measured until then is written all the same
		}
		all = append(all, measured...)
	}
	if failed == nil && len(all) == 0 {
		return errors.New("no benchmark of that name")
	}
	if *file != "" {
		var text bytes.Buffer
		if err := errors.Join(writeJSON(&text, all), os.WriteFile(*file, text.Bytes(), 0o644)); err != nil {
			return err
		}
	}
	if *page != "" {
		if err := updatePage(*page, names, all); err != nil {
			return err
		}
	}
	if err := writeTable(out, all); err != nil {
		return err
	}
	switch {
	case failed != nil:
		return failed
	case slices.ContainsFunc(all, missed):
		return errMissed
	}
	return nil
}
