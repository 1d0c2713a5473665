package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// writeTable shows measurements for people.
func writeTable(w io.Writer, all []measurement) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "BENCHMARK\tWHAT\tVALUE\tBOUND\tRATIO\tLIMIT\tVERDICT\tNOTE")
	for _, m := range all {
		fmt.Fprintln(table, strings.Join(append(m.cells(), m.Note), "\t"))
	}
	return table.Flush()
}

// cells are a measurement's row of a table.
func (m measurement) cells() []string {
	verdict := "ok"
	if !m.Good {
		verdict = "MISSED"
	}
	amount := func(x float64) string { return strings.TrimSpace(fmt.Sprintf("%.4g %s", x, m.Unit)) }
	return []string{m.Benchmark, m.What, amount(m.Value), amount(m.Bound), fmt.Sprintf("%.3f", m.Ratio), fmt.Sprintf("%.2f", m.Limit), verdict}
}

func writeJSON(w io.Writer, all []measurement) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Measurements []measurement `json:"measurements"`
	}{all})
}

// What stands between these marks of a page is written by this program.
const (
	tableBegins = "<!-- table of make bench-docs -->\n"
	tableEnds   = "<!-- end of the table -->\n"
)

// updatePage writes the measurements into the table of a Markdown page. Rows of
// benchmarks that did not run stay as they are; names are all benchmarks, in
// order.
func updatePage(file string, names []string, all []measurement) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(data), tableBegins)
	table, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		return errors.New(file + " has no place for the table")
	}
	page := before + tableBegins + markdownTable(table, names, all) + tableEnds + after
	return os.WriteFile(file, []byte(page), 0o644)
}

// markdownTable is the table with new rows for what was measured.
func markdownTable(old string, names []string, all []measurement) string {
	rows := map[string][]string{}
	for _, m := range all {
		rows[m.Benchmark] = append(rows[m.Benchmark], markdownRow(m.cells()))
	}
	text := markdownRow([]string{"benchmark", "what", "value", "bound", "ratio", "limit", "verdict"}) + markdownRow(slices.Repeat([]string{"---"}, 7))
	for _, name := range names {
		if rows[name] == nil {
			for line := range strings.Lines(old) {
				if strings.HasPrefix(line, "| "+name+" |") {
					rows[name] = append(rows[name], line)
				}
			}
		}
		text += strings.Join(rows[name], "")
	}
	return text
}

func markdownRow(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
