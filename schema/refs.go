package schema

import (
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
)

// The keys that name principals are their kinds, and these two.
const (
	keyGroup = "group"
	public   = string(principal.Public)
)

var (
	refKeys        = []string{string(principal.Account), string(principal.Organization), string(principal.OrganizationalUnit), keyGroup}
	permissionKeys = append(slices.Clone(refKeys), public)
)

// refKey returns the one key of an entry that says which principal is meant,
// and its value.
func (c *compiler) refKey(ref PrincipalRef, allowed []string) (key, value string, ok bool) {
	var present []string
	for _, key := range allowed {
		if ref.Pos.Has(key) {
			present = append(present, key)
		}
	}
	switch len(present) {
	case 0:
		c.report(ref.Pos.Position(), "write one of "+enumerate(allowed, "or"), "this entry names no principal")
		return "", "", false
	case 1:
		return present[0], ref.value(present[0]), true
	}
	c.report(ref.Pos.Position(), "write an entry for each", "this entry has %s, but can name one principal only", enumerate(present, "and"))
	return "", "", false
}

func (r PrincipalRef) value(key string) string {
	switch key {
	case string(principal.Account):
		return r.Account
	case string(principal.Organization):
		return r.Organization
	case string(principal.OrganizationalUnit):
		return r.OrganizationalUnit
	case keyGroup:
		return r.Group
	}
	return ""
}

// lookup returns the principals behind a name or an id under a manifest key;
// none after a problem. Path holds the groups around it.
func (c *compiler) lookup(at strictyaml.Position, key, value string, path []string) []member {
	if value == "" {
		c.report(at, "write a name from a Directory, or an id", "%q is empty", key)
		return nil
	}
	if key == keyGroup {
		if c.names.groups[value] == nil {
			c.unknownName(at, key, value)
			return nil
		}
		return c.counted(at, c.expand(value, path))
	}
	kind := principal.Kind(key)
	if entry, ok := c.names.principals[kind][value]; ok {
		if entry.principal.ID == "" {
			return nil // reported in the directory
		}
		return []member{entry.member}
	}
	p := principal.Principal{Kind: kind, ID: value}
	err := p.Check(principal.AWS)
	switch {
	case err == nil:
		return []member{{principal: p}}
	case looksLikeID(value):
		c.shape(at, err)
	default:
		c.unknownName(at, key, value)
	}
	return nil
}

// counted returns the members of a group that is used, unless groups that stand
// in many places have grown beyond what fits into memory.
func (c *compiler) counted(at strictyaml.Position, members []member) []member {
	before := c.names.expanded
	c.names.expanded += len(members)
	switch {
	case c.names.expanded <= maxMembers:
		return members
	case before <= maxMembers:
		c.report(at, "share with an organizational unit or an organization, which count as one",
			"up to this group, groups stand for more than %d principals in all", maxMembers)
	}
	return nil
}

func (c *compiler) unknownName(at strictyaml.Position, key, name string) {
	hint := "define it under " + key + "s in a Directory"
	switch key {
	case keyGroup:
	case string(principal.Account):
		hint += ", or write its id"
	default:
		hint += ", or write its ARN"
	}
	if len(c.problems) > maxGuesses {
		c.report(at, hint, "unknown %s %q", key, name)
		return
	}
	if other := c.names.keyOf(name); other != "" {
		hint = "the name is defined under " + other + "s: write " + other + ": " + name
	} else {
		hint = strictyaml.DidYouMean(name, c.names.of(key), hint)
	}
	c.report(at, hint, "unknown %s %q", key, name)
}

var idLike = lazy.Regexp(`^(?:[0-9-]+|(?:o|ou|r)-[0-9a-z-]*[0-9][0-9a-z-]*)$`)

// looksLikeID tells a mistyped id from a mistyped name.
func looksLikeID(text string) bool {
	return strings.HasPrefix(text, "arn:") || idLike().MatchString(text)
}

// identity is equal for entries that mean the same: a name and the id that it
// stands for.
func identity(key, value string, found []member) string {
	if key != keyGroup && len(found) == 1 {
		value = found[0].principal.ID
	}
	return key + " " + value
}
