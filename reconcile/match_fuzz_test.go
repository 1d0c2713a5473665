package reconcile_test

import (
	"strings"
	"testing"

	"github.com/amisync/amisync/reconcile"
)

func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{{"base-*", "base-1"}, {"*a*b?c", "xaybzc"}, {"[*]/?", "[x]/y"}, {"\xff?", "\xff世"}, {"*??", "€"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if strings.Count(pattern, "*") > 6 || len(name) > 40 {
			t.Skip("too much for the definition")
		}
		if got, want := reconcile.Match(pattern, name), matchReference(pattern, name); got != want {
			t.Errorf("Match(%q, %q) is %v", pattern, name, got)
		}
	})
}
