// Command licences lists the modules that are linked into the product, with their
// licences, and fails where one is missing, unknown, or not on the list of those
// that the product may be distributed with.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

// allowed are licences that ask for no more than their own text and copyright
// notices beside the binary. Any other needs a decision, and an entry here.
func allowed() []string {
	return []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}
}

func main() {
	root := flag.String("root", ".", "the module's `directory`")
	target := flag.String("package", "./cmd/amisync", "what is `linked`")
	texts := flag.String("texts", "", "write all licences and notices to a `file`, to go with the binary")
	flag.Parse()
	if err := run(context.Background(), *root, *target, *texts); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, target, texts string) error {
	modules, err := linked(ctx, root, target)
	if err != nil {
		return err
	}
	var problems []string
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "MODULE\tVERSION\tLICENCE")
	for _, m := range modules {
		names, wrong := m.check()
		fmt.Fprintf(table, "%s\t%s\t%s\n", m.path, m.version, cmp.Or(strings.Join(names, " and "), "?"))
		problems = append(problems, wrong...)
	}
	table.Flush()
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "\n"))
	}
	if texts == "" {
		return nil
	}
	return writeTexts(texts, modules)
}

// check returns the module's licences, and what is wrong with them.
func (m module) check() (names, problems []string) {
	names, err := m.licences()
	if err != nil {
		problems = append(problems, fmt.Sprintf("%s: %v", m.path, err))
	}
	for _, name := range names {
		if !slices.Contains(allowed(), name) {
			problems = append(problems, fmt.Sprintf("%s: %s is not an allowed licence", m.path, name))
		}
	}
	return names, problems
}

// writeTexts writes what the licences ask to be kept with copies of the product.
func writeTexts(file string, modules []module) error {
	var all strings.Builder
	for _, m := range modules {
		for _, path := range slices.Concat(m.licenceFiles, m.noticeFiles) {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&all, "==== %s %s: %s\n\n%s\n\n", m.path, m.version, filepath.Base(path), strings.TrimSpace(string(text)))
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(all.String()), 0o644)
}
