package reconcile_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
)

// matchReference is Match written down as its definition says, by recursion.
func matchReference(pattern, name string) bool {
	if pattern == "" {
		return name == ""
	}
	_, p := utf8.DecodeRuneInString(pattern)
	_, n := utf8.DecodeRuneInString(name)
	switch {
	case pattern[0] == '*':
		return matchReference(pattern[1:], name) || name != "" && matchReference(pattern, name[n:])
	case name == "":
		return false
	}
	return (pattern[0] == '?' || pattern[:p] == name[:n]) && matchReference(pattern[p:], name[n:])
}

func TestMatchAgreesWithItsDefinition(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"a", "b", "*", "?", "[", "]", "/", "\\", "é", "世", "\xff", "\xfe", "\u0301", "\uFFFD", "-", "."})
	text := rapid.Map(rapid.SliceOfN(pieces, 0, 8), func(parts []string) string { return strings.Join(parts, "") })
	rapid.Check(t, func(t *rapid.T) {
		pattern, name := text.Draw(t, "pattern"), text.Draw(t, "name")
		if got, want := reconcile.Match(pattern, name), matchReference(pattern, name); got != want {
			t.Fatalf("Match(%q, %q) is %v", pattern, name, got)
		}
	})
}

func TestPatternsOfNames(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"**", "a", true}, {"?", "", false},
		{"base-*", "base-", true}, {"base-*", "xbase-1", false}, {"base-*", "base", false},
		{"*-arm64", "base-arm64-old", false}, {"*-arm64*", "base-arm64-old", true},
		{"amzn/[2023]*", "amzn/[2023] x86", true}, {"amzn/[2023]*", "amzn/2", false}, {"[ab]", "a", false}, {"[a", "[a", true},
		{"a/*", "a/b/c", true}, {"a?b", "a/b", true},
		{`a\*`, `a\b`, true}, {`a\*`, "a*", false},
		{"?", "世", true}, {"?", "é", true}, {"?", "e\u0301", false}, {"??", "é", false}, {"*??", "€", false},
		{"\xff", "\xff", true}, {"\xff", "\xfe", false}, {"\xff", "\uFFFD", false}, {"?", "\xff", true}, {"??", "\xe2\x82", true},
		{"Base", "base", false},
		{strings.Repeat("a*", 50) + "b", strings.Repeat("a", 5000), false}, // does not blow up
	} {
		if got := reconcile.Match(c.pattern, c.name); got != c.want {
			t.Errorf("Match(%.20q, %.20q) is %v", c.pattern, c.name, got)
		}
	}
}
