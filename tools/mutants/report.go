package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// score counts mutants. Those that do not compile are no mutants; equivalent
// ones are told apart, and left out of the percentage. What ran out of time is
// among the killed.
type score struct{ mutants, killed, timedOut, equivalent, survived int }

func (s *score) count(verdict Verdict, entry known) {
	switch {
	case verdict == Invalid:
		return
	case verdict == TimedOut:
		s.timedOut++
		s.killed++
	case verdict == Killed:
		s.killed++
	case entry.equivalent:
		s.equivalent++
	default:
		s.survived++
	}
	s.mutants++
}

// percent is the part of the mutants that was killed, of those that can be.
func (s *score) percent() float64 {
	if s.mutants == s.equivalent {
		return 100
	}
	return 100 * float64(s.killed) / float64(s.mutants-s.equivalent)
}

// report writes the survivors and a table of files, and returns the score.
func report(w io.Writer, files []string, all []judged, entries map[string]known) *score {
	total, scores := &score{}, map[string]*score{}
	for _, file := range files {
		scores[file] = &score{}
	}
	for _, j := range all {
		entry, listed := entries[j.Key()]
		total.count(j.Verdict, entry)
		scores[j.File].count(j.Verdict, entry)
		if j.Verdict == Survived && !listed {
			fmt.Fprintf(w, "%s:%d: survived\n%s\n%s\n", j.File, j.Line, j.Key(), j.Diff())
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FILE\tMUTANTS\tKILLED\tTIMED OUT\tEQUIVALENT\tSURVIVED\tSCORE")
	row := func(name string, s *score) {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%.1f %%\n", name, s.mutants, s.killed, s.timedOut, s.equivalent, s.survived, s.percent())
	}
	for _, file := range files {
		if scores[file].mutants > 0 {
			row(file, scores[file])
		}
	}
	row("all", total)
	table.Flush()
	return total
}

// stale returns what the list says of mutants that are not there any more, or
// that a test kills by now. A test that ran out of time proves nothing here.
func stale(files []string, mutants []Mutant, all []judged, entries map[string]known, whole bool) []string {
	exists, dead, looked := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, file := range files {
		looked[file] = true
	}
	for _, m := range mutants {
		exists[m.Key()] = true
	}
	for _, j := range all {
		dead[j.Key()] = j.Verdict == Killed || j.Verdict == Invalid
	}
	var found []string
	for key, entry := range entries {
		switch file, _, _ := strings.Cut(key, " "); {
		case !looked[file] && !whole:
		case !exists[key]:
			found = append(found, fmt.Sprintf("line %d: there is no such mutant: %s", entry.line, key))
		case dead[key]:
			found = append(found, fmt.Sprintf("line %d: a test kills it, take it out: %s", entry.line, key))
		}
	}
	return found
}
