package report

import (
	"fmt"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// namedInFilter is how many names of one filter are written: what changed since a
// revision may concern thousands of shares.
const namedInFilter = 5

// scope says what a document leaves out, in the words of the command line, with
// the names that the document knows of principals.
func (p *page) scope(s reconcile.Scope, names map[principal.Principal]string) {
	p.filtered(leftOut(s, names))
}

// planScope is scope, and how the plan of a shard goes on.
func (p *page) planScope(plan *reconcile.Plan) { p.filtered(planLeftOut(plan)) }

func (p *page) filtered(why string) {
	if why != "" {
		p.space()
		p.prose(0, yellow, "filtered: "+why)
	}
}

// leftOut is by what a scope leaves something out, and what follows; empty where it
// is everything.
func leftOut(s reconcile.Scope, names map[principal.Principal]string) string {
	return leaving(s, names, "other changes may exist")
}

// planLeftOut is leftOut of a plan.
func planLeftOut(plan *reconcile.Plan) string {
	so := "other changes may exist"
	switch {
	case plan.Seen == nil && !plan.Scope.Shard.IsZero():
		so = othersCarryOut
	case !plan.Scope.Shard.IsZero():
		so = "join it with those of the other shards: `amisync plan merge`"
	}
	return leaving(plan.Scope, planNames(plan), so)
}

const othersCarryOut = "the other shards carry out the rest of the plan"

// resultLeftOut is leftOut of a result.
func resultLeftOut(r *reconcile.Result) string {
	so := "other changes may exist"
	if !r.Scope.Shard.IsZero() {
		so = othersCarryOut
	}
	return leaving(r.Scope, resultNames(r), so)
}

func leaving(s reconcile.Scope, names map[principal.Principal]string, so string) string {
	by := filters(s, names)
	switch {
	case s.IsAll():
		return ""
	case s.None:
		by, so = unaffected(s, by), "nothing was read"
	}
	return joined("; ", by, so, GoneShares(s.Gone))
}

// unaffected is why a scope leaves everything out, given what else it lets through.
func unaffected(s reconcile.Scope, others string) string {
	if s.Since == "" {
		return joined(": ", "everything is left out", others)
	}
	who := noShare(others)
	if others != "" {
		who += " (" + others + ")"
	}
	return who + " is affected by what changed since " + s.Since
}

// noShare is what a scope that leaves everything out looks at, given what else it
// lets through.
func noShare(others string) string {
	if others == "" {
		return "no share"
	}
	return "no share that the filters let through"
}

// GoneShares says what follows for as many shares that are no longer there; empty
// for none.
func GoneShares(n int) string {
	if n == 0 {
		return ""
	}
	return number(n, "share is gone: what its", "shares are gone: what their") + " images have may stay, and only a plan of everything shows it"
}

// calm is the colour of what is as it should be, as far as a scope can tell.
func calm(s reconcile.Scope) color {
	if s.Gone > 0 {
		return yellow
	}
	return green
}

// filters are what a scope lets through.
func filters(s reconcile.Scope, names map[principal.Principal]string) string {
	var filters []string
	add := func(flag string, values []string) {
		if len(values) > 0 {
			filters = append(filters, flag+"="+few(values, ","))
		}
	}
	add("owner", s.Owners)
	add("region", s.Regions)
	if s.Since != "" && len(s.Shares) > 0 && !s.None {
		filters = append(filters, fmt.Sprintf("%s (%s) affected by what changed since %s", number(len(s.Shares), "share", "shares"), few(s.Shares, ", "), s.Since))
	} else {
		add("share", s.Shares)
	}
	add("image", s.Images)
	var principals []string
	for _, who := range s.Principals {
		if name := names[who]; name != "" {
			principals = append(principals, name+" ("+who.ID+")")
		} else {
			principals = append(principals, who.String())
		}
	}
	add("principal", principals)
	if !s.Sample.IsZero() {
		filters = append(filters, "sample "+s.Sample.String()+" of the shares")
	}
	if !s.Shard.IsZero() {
		filters = append(filters, "shard "+s.Shard.String()+" of the lanes")
	}
	if s.Only != "" {
		filters = append(filters, "only "+string(s.Only))
	}
	return strings.Join(filters, ", ")
}

// few joins the first names, and says how many more there are.
func few(names []string, separator string) string {
	if len(names) <= namedInFilter {
		return strings.Join(names, separator)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:namedInFilter], separator), len(names)-namedInFilter)
}
