package unified

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	numbered := func(lines ...string) string { return strings.Join(lines, "\n") + "\n" }
	base := numbered("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20")
	for _, test := range []struct{ name, before, after, want string }{
		{"equal", base, base, ""},
		{"one line", base, strings.Replace(base, "10\n", "ten\n", 1), `--- a
+++ b
@@ -7,7 +7,7 @@
 7
 8
 9
-10
+ten
 11
 12
 13
`},
		{"near changes share a hunk, far ones do not",
			base, strings.NewReplacer("1\n2\n", "one\n2\n", "5\n6\n", "5\nsix\n", "20\n", "20\n21\n").Replace(base), `--- a
+++ b
@@ -1,9 +1,9 @@
-1
+one
 2
 3
 4
 5
-6
+six
 7
 8
 9
@@ -18,3 +18,4 @@
 18
 19
 20
+21
`},
		{"from nothing", "", "a\n", "--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n"},
		{"to nothing", "a\nb\n", "", "--- a\n+++ b\n@@ -1,2 +0,0 @@\n-a\n-b\n"},
		{"last line break", "a\nb", "a\nb\n", "--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
	} {
		if got := Diff("a", "b", test.before, test.after); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

func TestManyLines(t *testing.T) {
	var before, after strings.Builder
	for i := range 70_000 {
		before.WriteString(strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/7%11) + "\n")
	}
	after.WriteString(before.String() + "new\n")
	if got := Diff("a", "b", before.String(), after.String()); !strings.HasSuffix(got, "\n+new\n") || strings.Count(got, "\n") != 7 {
		t.Errorf("%d lines", strings.Count(got, "\n"))
	}
}

// Patch, which was not written here, makes the new text of the old one.
func TestPatchUnderstandsTheDifference(t *testing.T) {
	patch, err := exec.LookPath("patch")
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatal("patch is missing: apt-get install patch")
	case err != nil:
		t.Skip("patch is missing: apt-get install patch")
	}
	text := rapid.Custom(func(t *rapid.T) string {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "", "- d", "+ e", "@@"}), 0, 30).Draw(t, "lines")
		ending := rapid.SampledFrom([]string{"\n", ""}).Draw(t, "ending")
		if len(lines) == 0 {
			return ""
		}
		return strings.Join(lines, "\n") + ending
	})
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		if before == after {
			return
		}
		file := filepath.Join(dir, "file")
		if err := os.WriteFile(file, []byte(before), 0o644); err != nil {
			t.Fatal(err)
		}
		diff := Diff("file", "file", before, after)
		command := exec.Command(patch, "--silent", "--no-backup-if-mismatch", "--fuzz=0", file)
		command.Stdin = strings.NewReader(diff)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, diff)
		}
		got, err := os.ReadFile(file)
		if err != nil && after != "" { // patch removes a file that becomes empty
			t.Fatal(err)
		}
		if string(got) != after {
			t.Fatalf("patched to %q, want %q\n%s", got, after, diff)
		}
	})
}
