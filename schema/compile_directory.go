package schema

import (
	"maps"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// maxGroupDepth is how many levels of groups there may be in a group.
const maxGroupDepth = 20

// directories gathers all names before any of them is looked up.
func (c *compiler) directories(documents []Directory) {
	c.names = newNames()
	for _, document := range documents {
		if !c.header(document.Header) {
			continue
		}
		spec := document.Spec
		c.principals(spec.Pos, "accounts", principal.Account, spec.Accounts)
		c.principals(spec.Pos, "organizations", principal.Organization, spec.Organizations)
		c.principals(spec.Pos, "organizationalUnits", principal.OrganizationalUnit, spec.OrganizationalUnits)
		c.groups(spec)
	}
	for _, name := range c.names.of(keyGroup) {
		c.expand(name, nil)
	}
}

func (c *compiler) principals(pos strictyaml.Pos, key string, kind principal.Kind, entries map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		p := principal.Principal{Kind: kind, ID: entries[name]}
		at := pos.Field(key, name)
		if !c.aliasName(pos.Key(key, name), name) {
			continue
		}
		if first, taken := c.names.principals[kind][name]; taken {
			c.report(pos.Key(key, name), "it is defined at "+first.at.String()+" already", "there are two %s named %q", key, name)
			continue
		}
		if err := p.Check(principal.AWS); err != nil {
			c.shape(at, err)
			p = principal.Principal{} // the name is known, what it stands for is not
		} else if first, taken := c.names.ids[p]; taken {
			c.report(at, "an id has one name, so that plans are clear; remove one", "%s has a name already (%s)", p, first)
		} else {
			c.names.ids[p] = at
		}
		c.names.principals[kind][name] = named{member{p, &reconcile.Via{Entry: entryOf(string(kind), name)}}, at}
	}
}

// aliasName reports whether a name can be told from an id.
func (c *compiler) aliasName(at strictyaml.Position, name string) bool {
	switch {
	case name == "" || strings.TrimSpace(name) != name || !strictyaml.Visible(name):
		c.report(at, "a name has one line of visible characters, and no space at its ends", "%+q cannot be a name", name)
	case looksLikeID(name), name == public:
		c.report(at, "choose another name; the id is the value", "the name %q would be taken for a principal's id", name)
	default:
		return true
	}
	return false
}

func (c *compiler) groups(spec DirectorySpec) {
	for _, name := range slices.Sorted(maps.Keys(spec.Groups)) {
		at := spec.Pos.Key("groups", name)
		if !c.aliasName(at, name) {
			continue
		}
		if first, taken := c.names.groups[name]; taken {
			c.report(at, "it is defined at "+first.at.String()+" already", "there are two groups named %q", name)
			continue
		}
		if len(spec.Groups[name]) == 0 {
			c.report(spec.Pos.Field("groups", name), "add a member, or remove the group", "group %q has no members", name)
		}
		c.names.groups[name] = &group{at: at, refs: spec.Groups[name]}
	}
}

// expand finds all principals of a group; path holds the groups that it is
// inside of.
func (c *compiler) expand(name string, path []string) []member {
	g := c.names.groups[name]
	switch {
	case g.expanded:
		return g.members
	case g.open:
		cycle := append(path[slices.Index(path, name):], name)
		c.report(g.at, "remove one of these memberships", "group %q contains itself: %s", name, strings.Join(cycle, " → "))
		return nil
	}
	g.open = true
	g.members = c.members(name, g, append(path, name))
	g.open, g.expanded = false, true
	if g.depth > maxGroupDepth {
		g.members = nil
	}
	if g.depth == maxGroupDepth+1 {
		c.report(g.at, "list the members themselves", "group %q has more than %d levels of groups in it", name, maxGroupDepth)
	}
	return g.members
}

// members returns the principals of a group, sorted, each by the way that is
// written first.
func (c *compiler) members(name string, g *group, path []string) []member {
	entry := entryOf(keyGroup, name)
	var members []member
	listed := map[string]bool{}
	for _, ref := range g.refs {
		key, value, ok := c.refKey(ref, refKeys)
		if !ok {
			continue
		}
		at := ref.Pos.Field(key)
		found := c.lookup(at, key, value, path)
		id := identity(key, value, found)
		if listed[id] {
			c.report(at, "remove it", "%q is listed twice in group %q", value, name)
		}
		listed[id] = true
		g.written = append(g.written, entryOf(key, value))
		for _, m := range found {
			members = append(members, member{m.principal, &reconcile.Via{Entry: entry, Next: m.via}})
		}
		if inner := c.names.groups[value]; key == keyGroup && inner != nil {
			g.depth = max(g.depth, inner.depth+1)
		}
	}
	slices.SortStableFunc(members, func(a, b member) int { return principal.Compare(a.principal, b.principal) })
	return slices.CompactFunc(members, func(a, b member) bool { return a.principal == b.principal })
}
