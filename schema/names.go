package schema

import (
	"maps"
	"slices"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// names are what all directories define.
type names struct {
	principals map[principal.Kind]map[string]named
	ids        map[principal.Principal]strictyaml.Position
	groups     map[string]*group
	expanded   int // members of groups so far, counted at each use of a group
}

type named struct {
	member
	at strictyaml.Position
}

// member is a principal, with the way to it through Directories.
type member struct {
	principal principal.Principal
	via       *reconcile.Via // nil for an id
}

// principals are the members without the way to them.
func principals(members []member) []principal.Principal {
	var all []principal.Principal
	for _, m := range members {
		all = append(all, m.principal)
	}
	return all
}

// group is a named list of principals. Its members are all principals in it,
// including those of groups inside it, once expanded.
type group struct {
	at       strictyaml.Position
	refs     []PrincipalRef
	written  []string // the refs, as reconcile.Entry has them, once expanded
	members  []member
	depth    int  // levels of groups in it
	open     bool // being expanded
	expanded bool
}

// kinds that directories name, in the order of the manifest keys.
var namedKinds = []principal.Kind{principal.Account, principal.Organization, principal.OrganizationalUnit}

func newNames() *names {
	n := &names{
		principals: map[principal.Kind]map[string]named{},
		ids:        map[principal.Principal]strictyaml.Position{},
		groups:     map[string]*group{},
	}
	for _, kind := range namedKinds {
		n.principals[kind] = map[string]named{}
	}
	return n
}

// aliases is the way back from principals to their names.
func (n *names) aliases() map[principal.Principal]string {
	aliases := map[principal.Principal]string{}
	for _, kind := range namedKinds {
		for name, entry := range n.principals[kind] {
			if entry.principal.ID != "" {
				aliases[entry.principal] = name
			}
		}
	}
	return aliases
}

// directory is all that is defined.
func (n *names) directory() map[string]reconcile.Entry {
	entries := map[string]reconcile.Entry{}
	for _, kind := range namedKinds {
		for name, entry := range n.principals[kind] {
			entries[entryOf(string(kind), name)] = reconcile.Entry{Principal: entry.principal, Source: source(entry.at)}
		}
	}
	for name, group := range n.groups {
		entries[entryOf(keyGroup, name)] = reconcile.Entry{Members: group.written, Source: source(group.at)}
	}
	return entries
}

// entryOf is what an entry of a Directory is called.
func entryOf(key, name string) string { return key + " " + name }

// of returns the sorted names of a manifest key.
func (n *names) of(key string) []string {
	if key == keyGroup {
		return slices.Sorted(maps.Keys(n.groups))
	}
	return slices.Sorted(maps.Keys(n.principals[principal.Kind(key)]))
}

// keyOf returns the manifest key under which a name is defined, or "".
func (n *names) keyOf(name string) string {
	for _, key := range refKeys {
		if slices.Contains(n.of(key), name) {
			return key
		}
	}
	return ""
}
