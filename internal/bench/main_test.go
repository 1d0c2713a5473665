package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// counting are benchmarks that measure one ratio each.
func counting(ratios map[string]float64) []benchmark {
	var all []benchmark
	for _, name := range []string{"first", "second"} {
		all = append(all, benchmark{name: name, exact: name == "first", run: func(context.Context) ([]measurement, error) {
			return []measurement{held(name, "time", "s", ratios[name], 1, 2, "")}, nil
		}})
	}
	return all
}

func TestAMissedRatioIsAnError(t *testing.T) {
	for _, c := range []struct {
		second float64
		args   []string
		want   error
		shows  string
	}{
		{2, nil, nil, "ok"},
		{2.001, nil, errMissed, "MISSED"},
		{2.001, []string{"-exact"}, nil, "first"},
		{2.001, []string{"-only", "first"}, nil, "first"},
		{2.001, []string{"-only", "second"}, errMissed, "second"},
	} {
		var out strings.Builder
		err := run(t.Context(), counting(map[string]float64{"first": 1, "second": c.second}), c.args, &out, io.Discard)
		if !errors.Is(err, c.want) || !strings.Contains(out.String(), c.shows) {
			t.Errorf("%v with a ratio of %v: %v, want %v\n%s", c.args, c.second, err, c.want, &out)
		}
	}
}

func TestAPageKeepsTheRowsOfWhatDidNotRun(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	write := func(text string) {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	bench := func(first, second float64, args ...string) error {
		return run(t.Context(), counting(map[string]float64{"first": first, "second": second}), append(args, "-markdown", page), io.Discard, io.Discard)
	}
	expect := func(want string) {
		t.Helper()
		if data, err := os.ReadFile(page); err != nil || string(data) != want {
			t.Errorf("%s, %v\nwant:\n%s", data, err, want)
		}
	}
	const head = "| benchmark | what | value | bound | ratio | limit | verdict |\n| --- | --- | --- | --- | --- | --- | --- |\n"
	const first = "| first | time | 1 s | 1 s | 1.000 | 2.00 | ok |\n"

	write("before\n" + tableBegins + "| gone | with its benchmark |\n" + tableEnds + "after\n")
	if err := bench(1, 3); err != errMissed {
		t.Error(err)
	}
	expect("before\n" + tableBegins + head + first + "| second | time | 3 s | 1 s | 3.000 | 2.00 | MISSED |\n" + tableEnds + "after\n")
	if err := bench(9, 1.5, "-only", "second"); err != nil {
		t.Error(err)
	}
	expect("before\n" + tableBegins + head + first + "| second | time | 1.5 s | 1 s | 1.500 | 2.00 | ok |\n" + tableEnds + "after\n")

	write("no table\n")
	if err := bench(1, 1); err == nil {
		t.Error("a page without a table is written to")
	}
	expect("no table\n")
}
