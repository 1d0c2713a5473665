package schema

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Compile resolves all names and returns what the estate declares. Env looks
// environment variables up, for external ids (as os.LookupEnv does); where it
// is nil, external ids from the environment stay empty. The error is of type
// strictyaml.Problems and tells everything that is wrong.
//
// An estate without image shares is an error: it would look as if every
// permission had been withdrawn.
func (e *Estate) Compile(env func(string) (string, bool)) (*reconcile.Declarations, error) {
	declarations, problems := e.compile(env)
	if len(e.Shares) == 0 {
		problems = append(problems, strictyaml.Position{File: e.Root}.Problem("there is no ImageShare among the manifests",
			"amisync import writes image shares for what is shared today"))
	}
	return result(declarations, problems)
}

// CompileOwners is Compile for those who need the owner accounts and the names
// of principals: the estate may lack image shares.
func (e *Estate) CompileOwners(env func(string) (string, bool)) (*reconcile.Declarations, error) {
	declarations, problems := e.compile(env)
	return result(declarations, problems)
}

func result(declarations *reconcile.Declarations, problems strictyaml.Problems) (*reconcile.Declarations, error) {
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return declarations, nil
}

func (e *Estate) compile(env func(string) (string, bool)) (*reconcile.Declarations, strictyaml.Problems) {
	c := &compiler{env: env, root: e.Root, owners: map[string]*owner{}, accounts: map[string]*owner{}, seen: map[string]strictyaml.Position{}}
	c.directories(e.Directories)
	for _, o := range e.Owners {
		c.owner(o)
	}
	for _, share := range e.Shares {
		c.share(share)
	}
	c.exclusiveClaims()
	return &reconcile.Declarations{
		Owners:  c.sortedOwners(),
		Shares:  c.sortedShares(),
		Policy:  c.policy(e.Policies),
		Aliases: c.names.aliases(),
	}, c.problems
}

// compiler gathers the declarations and the problems of one estate.
type compiler struct {
	env      func(string) (string, bool)
	root     string
	names    *names
	owners   map[string]*owner // by name
	accounts map[string]*owner // by account id
	shares   []compiledShare
	seen     map[string]strictyaml.Position // kind and name of each document
	problems strictyaml.Problems
}

func (c *compiler) report(at strictyaml.Position, hint, format string, args ...any) {
	c.problems = append(c.problems, at.Problem(fmt.Sprintf(format, args...), hint))
}

// shape reports an error of package principal about an id's form.
func (c *compiler) shape(at strictyaml.Position, err error) {
	if shape, ok := errors.AsType[*principal.ShapeError](err); ok {
		c.report(at, shape.Hint, "%s", shape.Message)
		return
	}
	c.report(at, "", "%s", err)
}

var documentName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// header checks what all documents have in common, and reports whether there is
// a spec to look into.
func (c *compiler) header(h Header) bool {
	c.problems = append(c.problems, h.Pos.Missing("metadata", "spec")...)
	if h.Pos.Has("metadata") {
		c.problems = append(c.problems, h.Metadata.Pos.Missing("name")...)
	}
	if h.Metadata.Pos.Has("name") {
		c.documentName(h)
	}
	return h.Pos.Has("spec")
}

func (c *compiler) documentName(h Header) {
	name, at := h.Metadata.Name, h.Metadata.Pos.Field("name")
	if !documentName.MatchString(name) || len(name) > 128 {
		c.report(at, "a name has letters, digits, dots, dashes and underscores, 128 at most", "%q cannot be a name", name)
	}
	key := h.Kind + "/" + name
	if first, taken := c.seen[key]; taken {
		c.report(at, "the other stands at "+first.String(), "there are two of %s %q", h.Kind, name)
		return
	}
	c.seen[key] = at
}

// known reports whether a value is one of the allowed ones, and a problem where
// it is not.
func (c *compiler) known(at strictyaml.Position, what, value string, allowed ...string) bool {
	if slices.Contains(allowed, value) {
		return true
	}
	c.report(at, strictyaml.DidYouMean(value, allowed, "write "+enumerate(allowed, "or")), "unknown %s %q", what, value)
	return false
}

// regions returns the region names that can be used, sorted; accept says
// whether one can be and reports where not.
func (c *compiler) regions(pos strictyaml.Pos, regions []string, accept func(region string, at strictyaml.Position) bool) []string {
	if len(regions) == 0 && pos.Has("regions") {
		c.report(pos.Field("regions"), "name at least one region", `"regions" is empty`)
	}
	var accepted []string
	for i, region := range regions {
		at := pos.Field("regions", i)
		switch {
		case slices.Contains(regions[:i], region):
			c.report(at, "remove it", "region %q is listed twice", region)
		case accept(region, at):
			accepted = append(accepted, region)
		}
	}
	slices.Sort(accepted)
	return accepted
}

func (c *compiler) sortedOwners() []reconcile.Owner {
	var owners []reconcile.Owner
	for _, o := range c.owners {
		owners = append(owners, o.Owner)
	}
	slices.SortFunc(owners, func(a, b reconcile.Owner) int { return cmp.Compare(a.Name, b.Name) })
	return owners
}

func (c *compiler) sortedShares() []reconcile.Declaration {
	var shares []reconcile.Declaration
	for _, s := range c.shares {
		shares = append(shares, s.Declaration)
	}
	slices.SortFunc(shares, func(a, b reconcile.Declaration) int { return cmp.Compare(a.Share, b.Share) })
	return shares
}

func source(at strictyaml.Position) reconcile.Source {
	return reconcile.Source{File: at.File, Line: at.Line, Column: at.Column}
}

// enumerate writes a list as people do: a, b or c.
func enumerate(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
