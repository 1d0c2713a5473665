package report

import (
	"cmp"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/report/html"
)

// sum is what happens to a principal, and whether it has access in the end.
type sum struct {
	html.Cell
	who   principal.Principal
	holds bool
}

func (s sum) urgent() bool { return urgent(s.Mark) || s.who.Kind == principal.Public }

// sums say for how many images each principal has the same change: what is public
// or failed first, then what is given, each from the widest principal to the
// narrowest. Where these are too many, accounts with few images are left out.
func (s *accessStates) sums(whole string) ([]html.Sum, html.Gap) {
	type total struct {
		sum
		images int
	}
	counts := map[sum]int{}
	for _, row := range s.images {
		for p, state := range row.states {
			if state.changes {
				counts[sum{state.Cell, p, state.holds}]++
			}
		}
	}
	var totals []total
	for k, n := range counts {
		totals = append(totals, total{k, n})
	}
	inOrder := func(a, b total) int {
		return cmp.Or(urgentFirst(a.urgent(), b.urgent()), urgentFirst(a.holds, b.holds), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Mark, b.Mark), widestFirst(a.who, b.who))
	}
	all := len(totals)
	if all > listedSums {
		slices.SortFunc(totals, func(a, b total) int {
			return cmp.Or(urgentFirst(a.urgent(), b.urgent()), urgentFirst(a.who.Kind != principal.Account, b.who.Kind != principal.Account),
				cmp.Compare(b.images, a.images), inOrder(a, b))
		})
		totals = totals[:listedSums]
	}
	slices.SortFunc(totals, inOrder)
	var lines []html.Sum
	for _, t := range totals {
		lines = append(lines, html.Sum{Cell: t.Cell, Principal: s.principal(t.who), Images: images(t.images)})
	}
	return lines, missing(all-len(totals), all, "lines", "", whole)
}

func urgent(mark html.Mark) bool { return mark == html.Open || mark == html.Failed }
