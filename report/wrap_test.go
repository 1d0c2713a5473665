package report

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCodeThatFitsALineIsNeverBroken(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"see what is said by `aws ec2 go`; then", []string{"see what is said by", "`aws ec2 go`; then"}},
		{"first (`aws kms on`), then `b c` at the end", []string{"first (`aws kms on`),", "then `b c` at the end"}},
		{"run `one two three four five six` now or later", []string{"run `one two three", "four five six` now or", "later"}}, // too long for any line
		{"one ` alone is no code but text", []string{"one ` alone is no code", "but text"}},
		{"`a b` and `c d` and `e f` and `g h`", []string{"`a b` and `c d` and", "`e f` and `g h`"}},
	} {
		if got := wrap(c.text, 22); !slices.Equal(got, c.want) {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
	}
}

// Wrapping changes no word, and a line is too long only where one word is.
func TestWrappingOnlyBreaksLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching("[a-z`]{1,30}"), 1, 30).Draw(t, "words")
		width := rapid.IntRange(minimumWrap, 60).Draw(t, "width")
		lines := wrap(strings.Join(words, " "), width)
		if got := strings.Fields(strings.Join(lines, " ")); !slices.Equal(got, words) {
			t.Fatalf("%q became %q", words, got)
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > width && strings.Contains(line, " ") {
				t.Fatalf("%q is longer than %d", line, width)
			}
		}
	})
}
