package report

import (
	"fmt"
	"path"
	"strings"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// kindWord is a kind of principal in one word.
func kindWord(kind principal.Kind) string {
	if kind == principal.OrganizationalUnit {
		return "OU"
	}
	return string(kind)
}

// who is a principal's name and id. An ARN is shortened to the id at its end
// where a name stands beside it.
func who(p reconcile.NamedPrincipal) string {
	switch {
	case p.Kind == principal.Public:
		return "everyone"
	case p.Alias == "":
		return p.ID
	case strings.HasPrefix(p.ID, "arn:"):
		return p.Alias + " " + path.Base(p.ID)
	}
	return p.Alias + " " + p.ID
}

// whole is a principal in a sentence.
func whole(p reconcile.NamedPrincipal) string {
	if p.Kind == "" || p.Kind == principal.Public {
		return p.String()
	}
	return kindWord(p.Kind) + " " + who(p)
}

// place is a position in a manifest, as editors and terminals understand it.
func place(s reconcile.Source) string {
	if s.File == "" || s.Line == 0 {
		return s.File
	}
	return fmt.Sprintf("%s:%d", s.File, s.Line)
}

// account is an owner account's name and id.
func (s Style) account(id string) string {
	if name := s.Names[id]; name != "" {
		return name + " " + id
	}
	return id
}

// owner is an owner account's name, or its id where it has none.
func (s Style) owner(id string) string {
	if name := s.Names[id]; name != "" {
		return name
	}
	return id
}

// image is an image's name and id with its lane, in a sentence.
func (s Style) image(i reconcile.NamedImage) string {
	return fmt.Sprintf("%s (%s %s)", joined(" ", i.Name, i.ID), s.owner(i.Account), i.Region)
}

// joined joins the parts that are not empty.
func joined(separator string, parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, separator)
}

// number is a count with its noun.
func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func images(n int) string { return number(n, "image", "images") }
