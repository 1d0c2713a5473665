package unified

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What a difference says, done to the old text, gives the new one.
func FuzzDiff(f *testing.F) {
	f.Fuzz(func(t *testing.T, before, after string) {
		diff := Diff("a", "b", before, after)
		checkPatch(t, before, after, diff)
		if before != after { // as for large texts
			middle := replaceMiddle(slices.Collect(strings.Lines(before)), slices.Collect(strings.Lines(after)))
			checkPatch(t, before, after, render("a", "b", middle))
		}
	})
}

func checkPatch(t *testing.T, before, after, diff string) {
	t.Helper()
	if before == after {
		if diff != "" {
			t.Errorf("equal texts differ by %q", diff)
		}
		return
	}
	got, err := patch(before, diff)
	if err != nil || got != after {
		t.Errorf("%q changed by %q is %q (%v), want %q", before, diff, got, err, after)
	}
}

// Time and output grow with the texts, not with their square.
func TestLargeTextsAreComparedInOneGo(t *testing.T) {
	var before, after strings.Builder
	for n := range 200_000 {
		fmt.Fprintf(&before, "- %d\n", n)
		fmt.Fprintf(&after, "  - %d\n", n)
	}
	checkPatch(t, before.String(), after.String(), Diff("a", "b", before.String(), after.String()))
}

// patch is the simplest reader of unified differences: every line must be where
// the header of its hunk says.
func patch(text, diff string) (string, error) {
	var out strings.Builder
	rest := slices.Collect(strings.Lines(text))
	lines := slices.Collect(strings.Lines(diff))[2:] // the names
	at := 0
	for i, line := range lines {
		next := ""
		if i+1 < len(lines) {
			next = lines[i+1]
		}
		content := line[1:]
		if strings.HasPrefix(next, `\ No newline`) {
			content = strings.TrimSuffix(content, "\n")
		}
		switch line[0] {
		case '@':
			start := 0
			if _, err := fmt.Sscanf(line, "@@ -%d", &start); err != nil {
				return "", err
			}
			if !strings.HasPrefix(line, fmt.Sprintf("@@ -%d,0 ", start)) { // an empty range names the line before it
				start--
			}
			for ; at < start; at++ {
				out.WriteString(rest[at])
			}
		case ' ', '-':
			if at >= len(rest) || rest[at] != content {
				return "", fmt.Errorf("line %d is not %q", at+1, content)
			}
			if line[0] == ' ' {
				out.WriteString(content)
			}
			at++
		case '+':
			out.WriteString(content)
		case '\\':
		default:
			return "", fmt.Errorf("%q is no line of a difference", line)
		}
	}
	return out.String() + strings.Join(rest[at:], ""), nil
}
