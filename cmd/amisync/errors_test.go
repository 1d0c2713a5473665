package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/reconcile"
)

// Whatever a manifest or a cloud makes of a message, no line of what is printed
// drives a terminal, or begins a command to a CI runner.
func TestNoMessageGivesOrders(t *testing.T) {
	order := regexp.MustCompile(`##[A-Za-z]*\[`)
	hostile := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"::", ":", " ", "\n", "\r", "\n::add-mask::x", "##[error]", "##", "[", "#", "\x1b[2J", "\u202e", "\u200b", "\u2028", "\xff", "text",
		}), 0, 5).Draw(t, "pieces"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := hostile.Draw(t, "a"), hostile.Draw(t, "b"), hostile.Draw(t, "c")
		problem := strictyaml.Problem{File: a, Line: 1, Column: 2, Message: b, Hint: c}
		var out bytes.Buffer
		printError(&out, errors.Join(
			errors.New(a), fmt.Errorf("reading: %w", hinted{errors.New(a), b}), &outcome{code: exitError, message: a, hint: b},
			&usageError{message: a, hint: b}, strictyaml.Problems{problem}, problem,
			&reconcile.Error{Kind: reconcile.Denied, Action: a, Subject: b, Hint: c, Err: errors.New(b)},
		))
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(strings.TrimSpace(line), "::") || order.MatchString(line) ||
				!strings.HasPrefix(line, "error: ") && !strings.HasPrefix(line, "hint: ") {
				t.Fatalf("a line of its own: %q", line)
			}
			for _, r := range line {
				if r != ' ' && (!unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r)) {
					t.Fatalf("%U in %q", r, line)
				}
			}
		}
	})
}
