package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

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
		), 0)
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

// On a terminal, what is said is broken between words, and nothing of it lost or
// made an order by standing at the beginning of a line.
func TestMessagesFitTheTerminal(t *testing.T) {
	word := rapid.SampledFrom([]string{"arn:aws:iam::111122223333:role/amisync", "the", "role", "`amisync doctor`", "::error", "says"})
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string { return strings.Join(rapid.SliceOfN(word, 1, 40).Draw(t, label), " ") }
		err := hinted{errors.New(text("error")), text("hint")}
		width := rapid.IntRange(40, 120).Draw(t, "width")
		var broken, whole bytes.Buffer
		printError(&broken, err, width)
		printError(&whole, err, 0)
		if n := strings.Count(whole.String(), "\n"); n != 2 {
			t.Fatalf("%d lines where there is no terminal: %q", n, whole.String())
		}
		unescaped := func(text string) string { return strings.ReplaceAll(text, `\x3a`, ":") }
		if !slices.Equal(strings.Fields(unescaped(broken.String())), strings.Fields(unescaped(whole.String()))) {
			t.Fatalf("%q became %q", whole.String(), broken.String())
		}
		for line := range strings.Lines(broken.String()) {
			if utf8.RuneCountInString(unescaped(line)) > width+len("\n") || strings.HasPrefix(line, "::") {
				t.Fatalf("a width of %d, and the line %q", width, line)
			}
		}
	})
}
