package reconcile_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
)

func TestANameFallsToExactlyOnePart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, of := rapid.String().Draw(t, "name"), rapid.IntRange(2, 40).Draw(t, "of")
		n := 0
		for k := range of {
			if (reconcile.Part{Index: k + 1, Of: of}).Holds(name) {
				n++
			}
		}
		if n != 1 || !(reconcile.Part{}).Holds(name) {
			t.Fatalf("%d of %d parts hold it", n, of)
		}
	})
}

func TestNamesThatAreCountedUpSpreadOverTheParts(t *testing.T) {
	const of, names = 7, 7_000
	for k := range of {
		held := 0
		for n := range names {
			if (reconcile.Part{Index: k + 1, Of: of}).Holds(fmt.Sprintf("base-%04d", n)) {
				held++
			}
		}
		if held < names/of*8/10 || held > names/of*12/10 {
			t.Errorf("part %d of %d has %d of %d names", k+1, of, held, names)
		}
	}
}

// What falls to a part must not change from one version to the next: those who
// look at one part a night would look at some names twice, and at others late.
func TestWhatFallsToAPartStaysAsItIs(t *testing.T) {
	for name, want := range map[string]int{"base": 2, "golden": 4, "lab-tools": 2} {
		for k := range 7 {
			if (reconcile.Part{Index: k + 1, Of: 7}).Holds(name) != (k+1 == want) {
				t.Errorf("%s: part %d", name, k+1)
			}
		}
	}
}

func TestAPartIsReadAsItIsWritten(t *testing.T) {
	for text, want := range map[string]reconcile.Part{"2/7": {Index: 2, Of: 7}, "7/7": {Index: 7, Of: 7}, "1/1": {}, "10000/10000": {Index: 10000, Of: 10000}} {
		got, err := reconcile.ParsePart(text)
		if err != nil || got != want || !want.IsZero() && got.String() != text {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2", "2/", "/7", "0/7", "8/7", "-1/7", "1/0", "1/-1", "1/10001", "1/2/3", "a/b", "1.5/7", " 1/7"} {
		if got, err := reconcile.ParsePart(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}
