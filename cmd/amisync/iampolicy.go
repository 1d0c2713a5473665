package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/cloud/aws"
	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
	"github.com/amisync/amisync/schema"
)

func iamPolicyCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "iam-policy", Usage: "print the least IAM policies that amisync needs, without any cloud access",
		Subcommands: []*cli.Command{
			{
				Name: "permissions", Usage: "what the role of each owner account has to be allowed",
				Flags:  flags(manifestsFlag(), ownerFlag(), &cli.BoolFlag{Name: "read-only", Usage: "for a role that looks and never applies"}),
				Action: t.permissionsPolicy,
			},
			{
				Name: "trust", Usage: "whom the role of each owner account has to trust",
				Flags:  flags(manifestsFlag(), ownerFlag(), &cli.StringFlag{Name: "caller", Usage: "`ARN` of the role or user that amisync runs as"}),
				Action: t.trustPolicy,
			},
			{
				Name: "caller", Usage: "what the role that amisync runs as has to be allowed",
				Flags:  flags(manifestsFlag(), ownerFlag()),
				Action: t.callerPolicy,
			},
			gitHubPolicyCommand(t),
		},
	}
}

func (t *tool) permissionsPolicy(c *cli.Context) error {
	e, err := t.readOwners(c)
	if err != nil {
		return err
	}
	policies := map[string]aws.Policy{}
	for _, owner := range e.owners {
		if publish := e.publishes(owner); c.Bool("read-only") {
			policies[owner.Name] = aws.ReadPermissions(owner, publish)
		} else {
			policies[owner.Name] = aws.Permissions(owner, publish)
		}
	}
	return t.printPolicies(policies)
}

func (t *tool) trustPolicy(c *cli.Context) error {
	e, err := t.readOwners(c)
	if err != nil {
		return err
	}
	if err := checkCaller(c, e.owners); err != nil {
		return err
	}
	policies := map[string]aws.Policy{}
	for _, owner := range e.owners {
		if owner.Role == "" {
			fmt.Fprintf(t.err, "OwnerAccount %s has no role, so nobody has to be trusted\n", owner.Name)
			continue
		}
		externalID := ""
		if e.hasExternalID(owner) {
			externalID = fmt.Sprintf("<external id of %s>", owner.Name)
			fmt.Fprintf(t.err, "write the external id of OwnerAccount %s where %s stands; amisync prints none\n", owner.Name, externalID)
		}
		policies[owner.Name] = aws.RoleTrust(c.String("caller"), externalID, owner.NameActor)
	}
	if len(policies) == 0 {
		return errNoRole
	}
	return t.printPolicies(policies)
}

func (t *tool) callerPolicy(c *cli.Context) error {
	e, err := t.readOwners(c)
	if err != nil {
		return err
	}
	var roles []string
	nameActor := false
	for _, owner := range e.owners {
		if owner.Role != "" {
			roles = append(roles, owner.Role)
			nameActor = nameActor || owner.NameActor
		}
	}
	if len(roles) == 0 {
		return errNoRole
	}
	return t.printJSON(aws.EnterPermissions(roles, nameActor))
}

var errNoRole = hinted{fmt.Errorf("no OwnerAccount has a role"), "without one, amisync uses the credentials that it finds; see `amisync iam-policy permissions` for what they need"}

// printPolicies prints one policy as it is, several by the names of their
// owners.
func (t *tool) printPolicies(policies map[string]aws.Policy) error {
	if len(policies) == 1 {
		for _, policy := range policies {
			return t.printJSON(policy)
		}
	}
	return t.printJSON(policies)
}

func (t *tool) printJSON(document any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return err
	}
	_, err := t.out.Write(report.SafeJSON(text.Bytes()))
	return err
}

// policyEstate is what the policies are made of.
type policyEstate struct {
	owners []reconcile.Owner // that --owner names, or all
	shares []reconcile.Declaration
	estate *schema.Estate
}

// readOwners reads the manifests; external ids from the environment are left
// out.
func (t *tool) readOwners(c *cli.Context) (*policyEstate, error) {
	if err := noArguments(c); err != nil {
		return nil, err
	}
	declarations, estate, err := owners(c, nil)
	if err != nil {
		return nil, err
	}
	s, err := t.scope(c, declarations, estate)
	if err != nil {
		return nil, err
	}
	e := &policyEstate{shares: declarations.Shares, estate: estate}
	for _, owner := range declarations.Owners {
		if len(s.Owners) == 0 || slices.Contains(s.Owners, owner.Name) {
			e.owners = append(e.owners, owner)
		}
	}
	return e, nil
}

// publishes reports whether a share makes images of the owner public.
func (e *policyEstate) publishes(owner reconcile.Owner) bool {
	return slices.ContainsFunc(e.shares, func(share reconcile.Declaration) bool { return share.Owner == owner.Name && share.Publishes() })
}

func (e *policyEstate) hasExternalID(owner reconcile.Owner) bool {
	return slices.ContainsFunc(e.estate.Owners, func(o schema.OwnerAccount) bool {
		return o.Metadata.Name == owner.Name && (o.Spec.ExternalID != "" || o.Spec.ExternalIDEnv != "")
	})
}

var (
	callerARN  = lazy.Regexp(`^arn:aws[a-z-]*:iam::[0-9]{12}:(?:role|user)/[\w+=,.@/-]+$`)
	sessionARN = lazy.Regexp(`^arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([^/]+)/`)
)

// checkCaller refuses callers that a trust policy should not name: wildcards,
// whole accounts, and sessions, which are gone tomorrow.
func checkCaller(c *cli.Context, owners []reconcile.Owner) error {
	caller := c.String("caller")
	hint := "write arn:aws:iam::<account>:role/<name>"
	if m := sessionARN().FindStringSubmatch(caller); m != nil {
		hint = fmt.Sprintf("this is a session; name its role: arn:%s:iam::%s:role/%s (with its path, if it has one)", m[1], m[2], m[3])
	}
	switch {
	case caller == "":
		return &usageError{message: "--caller says whom the role is to trust, and is missing", hint: hint}
	case !callerARN().MatchString(caller):
		return &usageError{message: fmt.Sprintf("--caller: %q is not the ARN of one role or user", caller), hint: hint}
	}
	for _, owner := range owners {
		if own := principal.Partition(owner.Role); own != "" && own != principal.Partition(caller) {
			return &usageError{message: fmt.Sprintf("--caller: the role of OwnerAccount %s is in partition %s, which %s cannot enter", owner.Name, own, caller),
				hint: "name the owners of one partition with --owner"}
		}
	}
	return nil
}
