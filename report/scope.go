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
	switch {
	case s.None:
		p.filtered(unaffected(s), "nothing was read")
	case !s.IsAll():
		p.filtered(filters(s, names), "other changes may exist")
	}
}

// planScope is scope, and how the plan of a shard goes on.
func (p *page) planScope(plan *reconcile.Plan) {
	if s := plan.Scope; !s.Shard.IsZero() && !s.None {
		p.filtered(filters(s, planNames(plan)), "join it with those of the other shards: `amisync plan merge`")
		return
	}
	p.scope(plan.Scope, planNames(plan))
}

func (p *page) filtered(by, so string) {
	p.space()
	p.prose(0, yellow, "filtered: "+by+"; "+so)
}

// unaffected is why a scope leaves everything out.
func unaffected(s reconcile.Scope) string {
	if s.Since == "" {
		return "everything is left out"
	}
	return "no share is affected by what changed since " + s.Since
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
	if s.Since != "" && len(s.Shares) > 0 {
		filters = append(filters, fmt.Sprintf("%s affected by what changed since %s (%s)", number(len(s.Shares), "share", "shares"), s.Since, few(s.Shares, ", ")))
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
