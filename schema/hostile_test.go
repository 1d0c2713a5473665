package schema

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/amisync/amisync/internal/strictyaml"
)

// repeat is n texts, one after the other.
func repeat(n int, text func(i int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(text(i))
	}
	return all.String()
}

func namesOf(spec string) string {
	return "---\napiVersion: amisync/v1\nkind: Directory\nmetadata: {name: names}\nspec:\n" + spec
}

func manyAccounts(n int) string {
	return "  accounts:\n" + repeat(n, func(i int) string { return fmt.Sprintf("    account-%d: \"%012d\"\n", i, i) })
}

func shareOf(i int, permission string) string {
	return fmt.Sprintf("---\napiVersion: amisync/v1\nkind: ImageShare\nmetadata: {name: share-%d}\nspec: {owner: factory, images: {name: family-%d-*}, launchPermissions: [%s]}\n", i, i, permission)
}

func manyRegions(n int) string {
	return strings.Replace(minimal, "[us-east-1]", "["+repeat(n, func(i int) string { return fmt.Sprintf("us-east-%d,", i) })+"]", 1)
}

// large are estates by their number of entries: right ones, and ones that are
// wrong in every entry.
var large = map[string]func(n int) string{
	"accounts": func(n int) string { return minimal + namesOf(manyAccounts(n)) + shareOf(0, "") },
	"shares": func(n int) string {
		return minimal + repeat(n/10, func(i int) string { return shareOf(i, `{account: "210987654321"}`) })
	},
	"permissions": func(n int) string {
		return minimal + shareOf(0, repeat(n, func(i int) string { return fmt.Sprintf(`{account: "%012d"},`, i) }))
	},
	"unknown names": func(n int) string {
		return minimal + namesOf(manyAccounts(n)) + shareOf(0, repeat(n, func(i int) string { return fmt.Sprintf("{account: acount-%d},", i) }))
	},
	"regions": manyRegions,
	"a cycle": func(n int) string {
		return minimal + namesOf("  groups:\n"+repeat(n, func(i int) string { return fmt.Sprintf("    g%d: [{group: g%d}]\n", i, (i+1)%n) }))
	},
	"groups of groups": func(n int) string { // each twice the one before
		return minimal + namesOf("  groups:\n    g0: [{account: \"210987654321\"}]\n"+repeat(n, func(i int) string { return fmt.Sprintf("    g%d: [{group: g%d}, {group: g%d}]\n", i+1, i, i/2) }))
	},
	"a group in every group": func(n int) string {
		return minimal + namesOf(manyAccounts(n)+"  groups:\n    all: ["+repeat(n, func(i int) string { return fmt.Sprintf("{account: account-%d},", i) })+"]\n"+
			repeat(n, func(i int) string { return fmt.Sprintf("    g%d: [{group: all}]\n", i) }))
	},
}

// With four times the entries, loading takes about four times the time; with
// anything that grows by the square it would be sixteen.
func TestLoadingTakesTimeByTheSizeOfTheEstate(t *testing.T) {
	const n = 1000
	for name, text := range large {
		t.Run(name, func(t *testing.T) {
			small, big := timeToLoad(text(n)), timeToLoad(text(4*n))
			if big > 9*small+200*time.Millisecond {
				t.Errorf("%s, and %s with four times the entries", small, big)
			}
		})
	}
}

// timeToLoad is the processor's time, the less of two.
func timeToLoad(text string) time.Duration {
	fsys := fstest.MapFS{"a.yaml": {Data: []byte(text)}}
	least := time.Hour
	for range 2 {
		before := processorTime()
		if estate, err := Load(fsys, "manifests"); err == nil {
			_, _ = estate.Compile(Options{}) // right or wrong, it has been looked at
		}
		least = min(least, processorTime()-before)
	}
	return least
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// problemsOf are those of an estate in one file.
func problemsOfText(t *testing.T, text string) strictyaml.Problems {
	t.Helper()
	return problemsIn(t, fstest.MapFS{"a.yaml": {Data: []byte(text)}})
}

func problemsIn(t *testing.T, fsys fstest.MapFS) strictyaml.Problems {
	t.Helper()
	estate, err := Load(fsys, "manifests")
	if err == nil {
		_, err = estate.Compile(Options{})
	}
	if err == nil {
		return nil
	}
	return err.(strictyaml.Problems)
}

func TestEstatesBeyondAllMeasureAreRefused(t *testing.T) {
	for _, test := range []struct {
		name, text, want string
		more             int // files of the same
	}{
		{"regions", manyRegions(101), `manifests/a.yaml:4:37: 101 regions are more than the 100 that are read`, 0},
		{"a pattern", minimal + strings.Replace(shareOf(0, ""), "family-0-*", "'"+strings.Repeat("*a", 129)+"'", 1),
			`"name" has 258 bytes, more than the 256 of the longest pattern`, 0},
		{"mistakes", strings.Repeat("a: b\n---\n", 2000), `manifests: there are more mistakes than these; what follows was not read`, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{"a.yaml": {Data: []byte(test.text)}}
			for i := range test.more {
				fsys[fmt.Sprintf("b%d.yaml", i)] = fsys["a.yaml"]
			}
			problems := problemsIn(t, fsys)
			if !strings.Contains(problems.Error(), test.want) || len(problems) > maxProblems+strictyaml.MaxProblems {
				t.Errorf("%d problems: %.500v", len(problems), problems)
			}
		})
	}
	at := func(bytes, values int) strictyaml.Problems { // after so much was read
		l := loader{estate: &Estate{Root: "manifests"}, bytes: bytes, values: values}
		for _, name := range []string{"a.yaml", "b.yaml"} {
			if l.file(fstest.MapFS{name: {Data: []byte("# nothing\n---\n[1, 2, 3]\n")}}, name); l.exceeded() {
				break
			}
		}
		return l.problems
	}
	if problems := at(maxBytes-30, 0); !strings.Contains(problems.Error(), "manifests: the manifests have more than the 64 MiB that are read") || len(problems) != 3 {
		t.Error(problems)
	}
	if problems := at(0, maxValues-9); !strings.Contains(problems.Error(), "manifests: the manifests have more than the 2000000 values that are read") || len(problems) != 2 {
		t.Error(problems)
	}
	c := compiler{names: newNames()}
	c.names.expanded = maxMembers - 5
	three := make([]member, 3)
	for range 3 {
		three = c.counted(strictyaml.Position{File: "a.yaml", Line: 7}, three)
	}
	if want := "a.yaml:7: up to this group, groups stand for more than 2000000 principals in all"; three != nil || len(c.problems) != 1 || !strings.HasPrefix(c.problems.Error(), want) {
		t.Error(three, c.problems)
	}
	many := fstest.MapFS{}
	for i := range maxFiles + 1 {
		many[fmt.Sprintf("%d.yaml", i)] = &fstest.MapFile{}
	}
	if problems := problemsIn(t, many); problems.Error() != "manifests: cannot read the manifests: there are more than 50000 manifest files" {
		t.Errorf("%.500v", problems)
	}
}

// A name that holds what nobody sees, or that reads in another direction, would
// pass for another name in a review, however it is written.
func TestNamesAreWhatTheyLookLike(t *testing.T) {
	for _, name := range []string{`pay\u200bments`, `pay\u202ements`, `pay\u2066ments`, `payments\u00a0`, `pay\u00adments`, `\ufeffpayments`, `pay\u3164ments`,
		`pay\U000E0041ments`, `pay\u034fments`, `payments\ufe0f`, `pay\x1b[8mments`, `pay\nments`, `pay\u2028ments`, `pay\u180ements`} {
		for _, spec := range []string{`  accounts: {"%s": "210987654321"}`, `  groups: {"%s": [{account: "210987654321"}]}`} {
			problems := problemsOfText(t, minimal+shareOf(0, "")+namesOf(fmt.Sprintf(spec, name)))
			if len(problems) != 1 || problems[0].Line != 15 || problems[0].Column < 12 || !strings.HasSuffix(problems[0].Message, "cannot be a name") && !strings.Contains(problems[0].Message, "one line") {
				t.Errorf("%s: %v", name, problems)
			}
		}
	}
	for _, name := range []string{"payments prod", "équipe-données", "支払い", "команда", "a.b/c_d [e]"} {
		if problems := problemsOfText(t, minimal+shareOf(0, "")+namesOf(fmt.Sprintf(`  accounts: {"%s": "210987654321"}`, name))); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}
