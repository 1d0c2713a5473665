package report

import (
	"fmt"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// fate is what becomes of the access of somebody who loses an entry on an image,
// the worst last.
type fate int

const (
	keeps           fate = iota // ids prove it
	mayKeep                     // who is inside is not known here
	keepsForATime               // ids prove it, until a last day
	mayKeepForATime             // who is inside is not known here, and there is a last day
	untold                      // no way in is known, and the plan does not say who may launch the image
	lost                        // no way in is known
	fates
)

// fateSays says it of images, and through whom, in the order of fates.
var fateSays = [fates]string{
	"keeps access to %s through %s",
	"**may keep access** to %s through %s, if it is inside",
	"keeps access to %s, **for a time only**, through %s",
	"**may keep access** to %s, **for a time only**, through %s, if it is inside",
	"who else may launch %s **is not in this plan**%s",
	"**no other way in** to %s is known%s",
}

// kept is what becomes of somebody's access who loses an entry on images. The
// zero value says nothing.
type kept struct {
	on      [fates]int      // how many images
	through [fates][]string // whom, as Markdown, each once
	worst   fate
}

// kept looks at every image of a revoke.
func (b background) kept(t turn) kept {
	var k kept
	if b.images == nil || t.verb != reconcile.VerbRevoke {
		return k
	}
	relations := make([]relation, len(b.wide))
	var seen [fates]map[way]bool
	var ways []way
	for _, i := range t.on {
		var at fate
		at, ways = b.fate(t.who.Principal, b.images[i.Image], relations, ways[:0])
		k.on[at]++
		k.worst = max(k.worst, at)
		if seen[at] == nil {
			seen[at] = map[way]bool{}
		}
		for _, w := range ways {
			if !seen[at][w] {
				seen[at][w] = true
				k.through[at] = append(k.through[at], joined(" until ", b.spans[w.who], codeIfAny(w.until)))
			}
		}
	}
	return k
}

// relation is whether somebody is inside another, as far as ids tell. The zero
// value has not been looked up.
type relation int8

const (
	outside relation = iota + 1
	maybeInside
	inside
)

// relate looks a relation up, once.
func (b background) relate(who principal.Principal, wide int, known []relation) relation {
	if known[wide] == 0 {
		p := b.wide[wide].Principal
		switch {
		case p == who || !p.CanHold(who):
			known[wide] = outside
		case p.Holds(who):
			known[wide] = inside
		default:
			known[wide] = maybeInside
		}
	}
	return known[wide]
}

// fate is the best that the ways into an image leave to somebody, and those that
// do, appended to through.
func (b background) fate(who principal.Principal, i *around, known []relation, through []way) (fate, []way) {
	best := lost
	if !i.told {
		best = untold
	}
	for _, w := range i.ways {
		var at fate
		switch related := b.relate(who, w.who, known); {
		case related == outside:
			continue
		case related == inside && w.until == "":
			at = keeps
		case related == inside:
			at = keepsForATime
		case w.until == "":
			at = mayKeep
		default:
			at = mayKeepForATime
		}
		if at < best {
			best, through = at, through[:0]
		}
		if at == best {
			through = append(through, w)
		}
	}
	return best, through
}

// remarks are what to know of a turn beside its reason: whether it is held back,
// and whether who loses an entry keeps access through a wider one.
func (b background) remarks(t turn) []string {
	held := 0
	for _, i := range t.on {
		if b.stopped[i.Image] {
			held++
		}
	}
	var remarks []string
	add := func(n int, format, through string) {
		if n > 0 {
			remarks = append(remarks, fmt.Sprintf(format, ofImages(n, len(t.on)), through))
		}
	}
	add(held, "**held back** for %s: a finding stops the image%s", "")
	for at, n := range t.kept.on {
		add(n, fateSays[at], some(t.kept.through[at], 2))
	}
	return remarks
}

// ofImages says for how many of a turn's images something holds.
func ofImages(n, all int) string {
	switch {
	case all == 1:
		return "it"
	case n == all:
		return "all of them"
	}
	return fmt.Sprintf("%d of %d", n, all)
}

// keeping says how many of those who lose an entry may keep access to all of its
// images, and how many lose one, or nothing where nobody keeps any as far as is
// known.
func keeping(all []turn) string {
	var worst [fates]int
	for _, t := range all {
		if t.verb == reconcile.VerbRevoke {
			worst[t.kept.worst]++
		}
	}
	var texts []string
	add := func(n int, says string) {
		switch {
		case n > 0 && texts == nil:
			texts = append(texts, fmt.Sprintf("%d of them %s", n, says))
		case n > 0:
			texts = append(texts, fmt.Sprintf("%d %s", n, says))
		}
	}
	add(worst[keeps]+worst[mayKeep], "may keep it through an organization, a unit or the public")
	add(worst[keepsForATime]+worst[mayKeepForATime], "may keep it for a time only")
	add(worst[untold], "may or may not keep it: who else has access is not in this plan")
	if texts == nil {
		return ""
	}
	add(worst[lost], "without another way in that is known")
	return " (" + strings.Join(texts, "; ") + ")"
}
