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
	"strings"
)

// benchmarks are all that are known, in the order in which they run.
var benchmarks = []benchmark{}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

var errMissed = errors.New("a ratio is missed")

func run(ctx context.Context, args []string, out, talk io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(talk)
	only := flags.String("only", "", "run only the benchmarks whose `NAME` contains this")
	exact := flags.Bool("exact", false, "run only what counts calls, which is the same on every machine")
	file := flags.String("json", "", "write the measurements to `FILE`, too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var all []measurement
	for _, b := range benchmarks {
		if !strings.Contains(b.name, *only) || *exact && !b.exact {
			continue
		}
		fmt.Fprintf(talk, "%s: %s\n", b.name, b.about)
		measured, err := b.run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		all = append(all, measured...)
	}
	if len(all) == 0 {
		return errors.New("no benchmark of that name")
	}
	if *file != "" {
		var text bytes.Buffer
		if err := errors.Join(writeJSON(&text, all), os.WriteFile(*file, text.Bytes(), 0o644)); err != nil {
			return err
		}
	}
	if err := writeTable(out, all); err != nil {
		return err
	}
	for _, m := range all {
		if !m.Good {
			return errMissed
		}
	}
	return nil
}
