package report

import (
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// scope says what a document leaves out, in the words of the command line, with
// the names that the document knows of principals.
func (p *page) scope(s reconcile.Scope, names map[principal.Principal]string) {
	if s.IsAll() {
		return
	}
	var filters []string
	add := func(flag string, values []string) {
		if len(values) > 0 {
			filters = append(filters, flag+"="+strings.Join(values, ","))
		}
	}
	add("owner", s.Owners)
	add("region", s.Regions)
	add("share", s.Shares)
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
	if s.Only != "" {
		filters = append(filters, "only "+string(s.Only))
	}
	p.space()
	p.prose(0, yellow, "filtered: "+strings.Join(filters, ", ")+"; other changes may exist")
}
