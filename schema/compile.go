package schema

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Options are what Compile takes from outside the manifests.
type Options struct {
	// Env looks environment variables up, for external ids (as os.LookupEnv does).
	// Where it is nil, external ids from the environment stay empty.
	Env func(string) (string, bool)
	// Rules compiles the conditions of the Policy's rules. Where it is nil, rules
	// are an error.
	Rules RuleCompiler
}

// RuleCompiler checks the condition of a rule and returns what decides it (see
// reconcile.Rule). Its error is of type strictyaml.Problems, with lines and
// columns of the condition.
type RuleCompiler func(condition string) (func(reconcile.RuleSubject) (bool, error), error)

// Compile resolves all names and returns what the estate declares. The error is
// of type strictyaml.Problems and tells everything that is wrong.
//
// An estate without image shares is an error: it would look as if every
// permission had been withdrawn.
func (e *Estate) Compile(options Options) (*reconcile.Declarations, error) {
	declarations, problems := e.compile(compiler{env: options.Env, rules: options.Rules})
	if len(e.Shares) == 0 {
		problems = append(problems, strictyaml.Position{File: e.Root}.Problem("there is no ImageShare among the manifests",
			"amisync import writes image shares for what is shared today"))
	}
	return result(declarations, problems)
}

// CompileOwners is Compile for those who need the owner accounts and the names
// of principals: the estate may lack image shares.
func (e *Estate) CompileOwners(options Options) (*reconcile.Declarations, error) {
	declarations, problems := e.compile(compiler{env: options.Env, rules: options.Rules})
	return result(declarations, problems)
}

func result(declarations *reconcile.Declarations, problems strictyaml.Problems) (*reconcile.Declarations, error) {
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return declarations, nil
}

func (e *Estate) compile(c compiler) (*reconcile.Declarations, strictyaml.Problems) {
	c.root, c.texts = e.Root, e.texts
	c.owners, c.accounts, c.seen = map[string]*owner{}, map[string]*owner{}, map[string]strictyaml.Position{}
	c.directories(e.Directories)
	for _, o := range e.Owners {
		c.owner(o)
	}
	for _, share := range e.Shares {
		c.share(share)
		c.shareNames = append(c.shareNames, share.Metadata.Name)
	}
	c.exclusiveClaims()
	return &reconcile.Declarations{
		Owners:    c.sortedOwners(),
		Shares:    c.sortedShares(),
		Policy:    c.policy(e.Policies),
		Aliases:   c.names.aliases(),
		Directory: c.names.directory(),
	}, c.problems
}

// compiler gathers the declarations and the problems of one estate.
type compiler struct {
	env   func(string) (string, bool)
	rules RuleCompiler
	// partial means that documents are missing from the estate, as Load has told,
	// and that nothing will come of this but further problems.
	partial    bool
	root       string
	texts      map[string][]byte // of policies, by file
	names      *names
	owners     map[string]*owner // by name
	accounts   map[string]*owner // by account id
	shares     []compiledShare
	shareNames []string                       // of all, for hints
	seen       map[string]strictyaml.Position // kind and name of each document, sort and key of entries
	problems   strictyaml.Problems
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

var documentName = lazy.Regexp(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

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
	c.name(at, name)
	key := h.Kind + "/" + name
	if first, taken := c.seen[key]; taken {
		c.report(at, "the other stands at "+first.String(), "there are two of %s %q", h.Kind, name)
		return
	}
	c.seen[key] = at
}

// name checks what a document or a rule is called.
func (c *compiler) name(at strictyaml.Position, name string) {
	if !documentName().MatchString(name) || len(name) > 128 {
		c.report(at, "a name has letters, digits, dots, dashes and underscores, 128 at most", "%q cannot be a name", name)
	}
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
	if len(regions) > maxRegions {
		c.report(pos.Field("regions"), "name those that hold images", "%d regions are more than the %d that are read", len(regions), maxRegions)
		return nil
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

func (c *compiler) ownerNames() []string { return slices.Sorted(maps.Keys(c.owners)) }

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
