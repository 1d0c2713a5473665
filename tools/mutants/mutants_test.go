package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOnlyWhatNoTestNoticesSurvives has a module with a tested function, an
// untested one, one whose test stands in another package, and one with a change
// that does not compile.
func TestOnlyWhatNoTestNoticesSurvives(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n",
		"a/a.go": `package a

import "errors"

func Tested(n int) bool { return n > 3 }

func Untested(n int) bool { return n > 3 }

func Elsewhere() error { return failed }

func Doubled(s string) string { return s + s }

var failed = errors.New("failed")
`,
		"a/a_test.go": "package a\nimport \"testing\"\nfunc Test(t *testing.T) { if !Tested(4) || Tested(3) { t.Fail() } }\n",
		"b/b.go":      "package b\nimport \"example.com/m/a\"\nfunc B() bool { return a.Elsewhere() != nil }\n",
		"b/b_test.go": "package b\nimport \"testing\"\nfunc Test(t *testing.T) { if !B() { t.Fail() } }\n",
	})
	files, mutants, err := findMutants(root, []string{"a/*.go"})
	if err != nil || !slices.Equal(files, []string{"a/a.go"}) {
		t.Fatalf("%v, %v", files, err)
	}
	packages, err := listPackages(t.Context(), root, "./...")
	if err != nil {
		t.Fatal(err)
	}
	all, err := judge(t.Context(), root, packages, mutants)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]map[Verdict]int{}
	for _, j := range all {
		if verdicts[j.Function] == nil {
			verdicts[j.Function] = map[Verdict]int{}
		}
		verdicts[j.Function][j.Verdict]++
	}
	if v := verdicts["Tested"]; v[Killed] != 5 || len(v) != 1 {
		t.Errorf("Tested: %v", v)
	}
	if v := verdicts["Untested"]; v[Survived] != 5 || len(v) != 1 {
		t.Errorf("Untested: %v", v)
	}
	if v := verdicts["Elsewhere"]; v[Killed] != 1 || len(v) != 1 {
		t.Errorf("Elsewhere: the other package's test does not judge it: %v", v)
	}
	if v := verdicts["Doubled"]; v[Invalid] != 1 || v[Survived] != 1 {
		t.Errorf("Doubled: a change that does not compile is judged: %v", v)
	}
	var out bytes.Buffer
	if total := report(&out, files, all, nil); total.mutants != 12 || total.killed != 6 || total.survived != 6 {
		t.Errorf("the score is %+v", total)
	}
	if !strings.Contains(out.String(), "+func Untested(n int) bool { return n >= 3 }") {
		t.Errorf("the survivor is not shown:\n%s", &out)
	}
}

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheVerdictOnTheTests(t *testing.T) {
	o := options{threshold: 95}
	for _, c := range []struct {
		name  string
		score score
		stale []string
		good  bool
	}{
		{"enough are killed", score{mutants: 100, killed: 95, survived: 5}, nil, true},
		{"too few are killed", score{mutants: 100, killed: 94, survived: 6}, nil, false},
		{"equivalent ones do not count", score{mutants: 110, killed: 95, survived: 5, equivalent: 10}, nil, true},
		{"the list is out of date", score{mutants: 1, killed: 1}, []string{"line 1"}, false},
		{"nothing was tried", score{}, nil, false},
	} {
		if err := o.verdict(&c.score, c.stale); (err == nil) != c.good {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestTheListOfSurvivorsIsHeldAgainstTheCode(t *testing.T) {
	mutants, err := Mutants("a/a.go", []byte("package a\n\nfunc F() {\n\ta++\n\tb++\n\tc++\n}\n"))
	if err != nil || len(mutants) != 3 {
		t.Fatalf("%v, %v", mutants, err)
	}
	entries, err := parseKnown("# Why.\n" + mutants[0].Key() + "\n\tequivalent: nobody reads a\n" +
		mutants[1].Key() + "\n\taccepted: b is slow to test\na/a.go F remove: d++ => nothing\n\taccepted: it was there once\n")
	if err != nil {
		t.Fatal(err)
	}
	all := []judged{{mutants[0], Survived}, {mutants[1], Killed}, {mutants[2], Survived}}
	found := stale([]string{"a/a.go"}, mutants, all, entries, false)
	slices.Sort(found)
	if len(found) != 2 || !strings.Contains(found[0], "line 4") || !strings.Contains(found[1], "line 6") {
		t.Errorf("stale: %q", found)
	}
	if found := stale([]string{"b/b.go"}, nil, nil, entries, false); len(found) > 0 {
		t.Errorf("stale for another file: %q", found)
	}
	if total := report(&bytes.Buffer{}, []string{"a/a.go"}, all, entries); *total != (score{mutants: 3, killed: 1, equivalent: 1, survived: 1}) {
		t.Errorf("the score is %+v", total)
	}
	if sample := choose(mutants, entries, 5); len(sample) != 1 || sample[0].Key() != mutants[2].Key() {
		t.Errorf("a sample takes what is listed: %v", sample)
	}
}

func TestAListThatCannotBeUnderstoodIsAnError(t *testing.T) {
	for _, text := range []string{"key\n", "key\nother\n\taccepted: x\n", "\taccepted: x\n", "key\n\tbecause\n", "key\n\taccepted: x\nkey\n\taccepted: x\n"} {
		if entries, err := parseKnown(text); err == nil {
			t.Errorf("%q gives %v", text, entries)
		}
	}
}
