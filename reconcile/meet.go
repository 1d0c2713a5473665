package reconcile

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// mayMeet reports whether two shares could mean the same image. The answer is no
// only where the manifests prove it.
func mayMeet(a, b *Declaration) bool {
	if !slices.ContainsFunc(a.Lanes, func(lane Lane) bool { return slices.Contains(b.Lanes, lane) }) {
		return false
	}
	x, y := a.Selector, b.Selector
	switch {
	case len(x.IDs) > 0 && len(y.IDs) > 0:
		return slices.ContainsFunc(x.IDs, func(id ImageID) bool {
			return slices.ContainsFunc(y.IDs, func(other ImageID) bool { return id.Image == other.Image })
		})
	case x.Architecture != "" && y.Architecture != "" && x.Architecture != y.Architecture:
		return false
	}
	for key, value := range x.Tags {
		if other, both := y.Tags[key]; both && other != value {
			return false
		}
	}
	return patternsMayMeet(x.Name, y.Name)
}

// patternsMayMeet compares what patterns say for certain: how names begin and
// how they end.
func patternsMayMeet(a, b string) bool {
	if a == "" || b == "" {
		return true
	}
	end := func(s string) string { return s[strings.LastIndexAny(s, wild)+1:] }
	switch {
	case !strings.ContainsAny(a, wild):
		return Match(b, a)
	case !strings.ContainsAny(b, wild):
		return Match(a, b)
	}
	x, y := literal(a), literal(b)
	return (strings.HasPrefix(x, y) || strings.HasPrefix(y, x)) &&
		(strings.HasSuffix(end(a), end(b)) || strings.HasSuffix(end(b), end(a)))
}

const wild = "*?" // what stands for other characters in a pattern

// neighbours are shares, so arranged that those which could mean the same images
// as another are found among many.
type neighbours []neighbour

// neighbour is a share under the beginning that the names of its images have.
type neighbour struct {
	begin string
	*Declaration
}

// neighboursOf arranges the shares that are wanted.
func neighboursOf(shares []Declaration, wanted func(*Declaration) bool) neighbours {
	var all neighbours
	for i := range shares {
		if share := &shares[i]; wanted(share) {
			all = append(all, neighbour{literal(share.Selector.Name), share})
		}
	}
	slices.SortStableFunc(all, func(a, b neighbour) int { return cmp.Compare(a.begin, b.begin) })
	return all
}

// meeting returns those that may meet the share; nil meets none.
func (all neighbours) meeting(share *Declaration) iter.Seq[*Declaration] {
	return func(yield func(*Declaration) bool) {
		if share == nil {
			return
		}
		begin := literal(share.Selector.Name)
		for n := range len(begin) + 1 {
			at, _ := slices.BinarySearchFunc(all, begin[:n], func(other neighbour, text string) int { return cmp.Compare(other.begin, text) })
			for _, other := range all[at:] {
				if other.begin != begin[:n] && (n < len(begin) || !strings.HasPrefix(other.begin, begin)) {
					break
				}
				if mayMeet(other.Declaration, share) && !yield(other.Declaration) {
					return
				}
			}
		}
	}
}
