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
	return a.Lanes[0].Account == b.Lanes[0].Account && a.Selector.mayMeet(&b.Selector) &&
		slices.ContainsFunc(a.Lanes, func(lane Lane) bool { return slices.Contains(b.Lanes, lane) })
}

// account is the account that owns the share's images, as a lane without a region.
func (d *Declaration) account() Lane {
	return Lane{Provider: d.Lanes[0].Provider, Account: d.Lanes[0].Account}
}

// mayMeet reports whether two selectors could match the same image.
func (s *Selector) mayMeet(other *Selector) bool {
	switch {
	case len(s.IDs) > 0 && len(other.IDs) > 0:
		return slices.ContainsFunc(s.IDs, func(a ImageID) bool {
			return slices.ContainsFunc(other.IDs, func(b ImageID) bool { return a.Image == b.Image })
		})
	case s.Architecture != "" && other.Architecture != "" && s.Architecture != other.Architecture:
		return false
	}
	for key, value := range s.Tags {
		if its, both := other.Tags[key]; both && its != value {
			return false
		}
	}
	return patternsMayMeet(s.Name, other.Name)
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

// neighbours are shares by account, so arranged that those which could mean the
// same images as another are found among many.
type neighbours map[Lane][]neighbour

// neighbour is a share under the beginning that the names of its images have.
type neighbour struct {
	begin string
	*Declaration
}

// neighboursOf arranges the shares that are wanted.
func neighboursOf(shares []Declaration, wanted func(*Declaration) bool) neighbours {
	all := neighbours{}
	for i := range shares {
		if share := &shares[i]; wanted(share) {
			all[share.account()] = append(all[share.account()], neighbour{literal(share.Selector.Name), share})
		}
	}
	for _, list := range all {
		slices.SortStableFunc(list, func(a, b neighbour) int { return cmp.Compare(a.begin, b.begin) })
	}
	return all
}

// meeting returns those that may meet the share; nil meets none.
func (all neighbours) meeting(share *Declaration) iter.Seq[*Declaration] {
	return func(yield func(*Declaration) bool) {
		for other := range all.near(share) {
			if mayMeet(other, share) && !yield(other) {
				return
			}
		}
	}
}

// near returns those of the share's account whose images have names that begin as
// those of its own may; there is nothing near nil.
func (all neighbours) near(share *Declaration) iter.Seq[*Declaration] {
	return func(yield func(*Declaration) bool) {
		if share == nil {
			return
		}
		list, begin := all[share.account()], literal(share.Selector.Name)
		for n := range len(begin) + 1 {
			at, _ := slices.BinarySearchFunc(list, begin[:n], func(other neighbour, text string) int { return cmp.Compare(other.begin, text) })
			for _, other := range list[at:] {
				if other.begin != begin[:n] && (n < len(begin) || !strings.HasPrefix(other.begin, begin)) {
					break
				}
				if !yield(other.Declaration) {
					return
				}
			}
		}
	}
}
