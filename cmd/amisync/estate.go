package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/rules"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/schema"
)

// declarations reads and compiles the manifests that --manifests names.
func (t *tool) declarations(c *cli.Context) (*reconcile.Declarations, *schema.Estate, error) {
	estate, err := schema.LoadDir(c.String("manifests"))
	if err != nil {
		return nil, nil, err
	}
	declarations, err := estate.Compile(schema.Options{Env: t.env, Rules: rules.Compile})
	return declarations, estate, err
}

// owners reads the manifests for commands that need no image share: those that
// come before the first one.
func owners(c *cli.Context, env func(string) (string, bool)) (*reconcile.Declarations, *schema.Estate, error) {
	estate, err := schema.LoadDir(c.String("manifests"))
	if err != nil {
		return nil, nil, err
	}
	declarations, err := estate.CompileOwners(schema.Options{Env: env, Rules: rules.Compile})
	if err == nil && len(declarations.Owners) == 0 {
		err = hinted{fmt.Errorf("there is no OwnerAccount in %s", estate.Root), "write one first: it says which account and regions to look in"}
	}
	return declarations, estate, err
}

// scope reads the filters and checks that what they name exists.
func (t *tool) scope(c *cli.Context, d *reconcile.Declarations, e *schema.Estate) (reconcile.Scope, error) {
	s := reconcile.Scope{Regions: sorted(c.StringSlice("region")), Shares: sorted(c.StringSlice("share")), Images: sorted(c.StringSlice("image"))}
	var owners, regions, shares []string
	for _, owner := range d.Owners {
		owners = append(owners, owner.Name, owner.Account)
		regions = append(regions, owner.Regions...)
	}
	for _, share := range d.Shares {
		shares = append(shares, share.Share)
	}
	if err := errors.Join(known(c, "owner", c.StringSlice("owner"), owners), known(c, "region", s.Regions, regions), known(c, "share", s.Shares, shares)); err != nil {
		return s, err
	}
	for _, owner := range d.Owners {
		if wanted := c.StringSlice("owner"); slices.Contains(wanted, owner.Name) || slices.Contains(wanted, owner.Account) {
			s.Owners = append(s.Owners, owner.Name)
		}
	}
	for _, reference := range c.StringSlice("principal") {
		found, err := e.Resolve(reference)
		if err != nil {
			problem, _ := errors.AsType[strictyaml.Problem](err)
			return s, &usageError{message: "--principal: " + problem.Message, hint: problem.Hint}
		}
		s.Principals = append(s.Principals, found...)
	}
	s.Principals = principal.Sorted(s.Principals)
	var err error
	if s.Sample, err = part(c, "sample", day, dayOf(t.now())); err != nil {
		return s, err
	}
	if s.Shard, err = part(c, "shard", job, jobOf(t.env)); err != nil {
		return s, err
	}
	// Where there are more shards than lanes, some of them have none.
	if len(d.Owners) > 0 && len(unsharded(s).Lanes(d)) == 0 {
		return s, &usageError{message: "the filters leave no account and region to look at", hint: "give fewer of them"}
	}
	s.Only, err = direction(c)
	return s, err
}

// direction reads --no-revoke and --only-revoke.
func direction(c *cli.Context) (reconcile.Direction, error) {
	switch noRevoke, onlyRevoke := c.Bool("no-revoke"), c.Bool("only-revoke"); {
	case noRevoke && onlyRevoke:
		return "", &usageError{message: "--no-revoke and --only-revoke together leave nothing to do", command: c.Command}
	case noRevoke:
		return reconcile.OnlyGrants, nil
	case onlyRevoke:
		return reconcile.OnlyRevokes, nil
	}
	return "", nil
}

// known reports the first name given to a filter that no manifest has.
func known(c *cli.Context, flag string, given, names []string) error {
	names = sorted(names)
	for _, name := range given {
		if !slices.Contains(names, name) {
			return &usageError{message: fmt.Sprintf("--%s: the manifests have no %s %q", flag, flag, name),
				hint: strictyaml.DidYouMean(name, names, "there are "+strings.Join(names, ", "))}
		}
	}
	return nil
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}
