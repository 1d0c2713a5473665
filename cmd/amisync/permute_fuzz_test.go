package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// However a command line is written, no argument is lost, doubled or changed by
// putting flags in front, flags keep the value behind them, and the order among
// arguments stays.
func FuzzPermute(f *testing.F) {
	f.Fuzz(func(t *testing.T, line string) {
		args := append([]string{"amisync"}, strings.Split(line, " ")...)
		app := newApp(&tool{streams: streams{out: io.Discard, err: io.Discard}, now: time.Now})
		before := slices.Clone(args)
		after := permute(app, args)
		if !slices.Equal(args, before) {
			t.Errorf("%q was changed in place to %q", before, args)
		}
		if !slices.Equal(slices.Sorted(slices.Values(after)), slices.Sorted(slices.Values(args))) {
			t.Errorf("%q became %q", args, after)
		}
		if again := permute(app, after); !slices.Equal(again, after) {
			t.Errorf("%q became %q and then %q", args, after, again)
		}
		if i, j := slices.Index(args, "--"), slices.Index(after, "--"); i >= 0 && args[1] != "simulate" && j >= 0 && len(args)-i > len(after)-j {
			t.Errorf("%q became %q: something behind -- came in front", args, after)
		}
	})
}
