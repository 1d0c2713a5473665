package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/cloud/aws"
	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// gitHubPolicyCommand prints the trust policy of a role for GitHub Actions.
func gitHubPolicyCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "github", Usage: "the trust policy of a role that a workflow of GitHub Actions assumes",
		Description: "Trusts one repository, and in it a branch (main, where nothing is said), an environment, or pull requests.\n" +
			"Tokens of repositories that were made, renamed or transferred on or after 2026-07-15, or that opted in, have ids:\n" +
			"name those ORG@ORGID/REPO@REPOID. To find the ids: " + `gh api repos/ORG/REPO --jq '"\(.owner.id) \(.id)"'`,
		Flags: flags(manifestsFlag(),
			&cli.StringFlag{Name: "repository", Usage: "the repository, as `ORG/REPO`, or ORG@ORGID/REPO@REPOID where its tokens have ids"},
			&cli.StringFlag{Name: "branch", Value: "main", Usage: "trust workflows on this `BRANCH`"},
			&cli.StringFlag{Name: "environment", Usage: "trust jobs in this `ENVIRONMENT`"},
			&cli.BoolFlag{Name: "pull-request", Usage: "trust workflows on pull requests: for a role that only reads"},
			&cli.StringFlag{Name: "account", Usage: "`ID` of the account that the role is in; default: the one OwnerAccount without a role"},
			&cli.StringFlag{Name: "partition", Usage: "the `PARTITION` of that account; default: that of the OwnerAccounts"},
		),
		Action: t.gitHubPolicy,
	}
}

func (t *tool) gitHubPolicy(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	subject, err := gitHubSubject(c)
	if err != nil {
		return err
	}
	partition, account, err := gitHubAccount(c)
	if err != nil {
		return err
	}
	return t.printJSON(aws.GitHubTrust(partition, account, subject))
}

// gitHubRepository is a repository's name in a token, with both ids or neither.
// Source: https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
var gitHubRepository = lazy.Regexp(`^[A-Za-z0-9_-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$`)

// gitHubSubject is the subject of the tokens to trust. What may stand for more
// than one repository, branch or environment is refused.
// Source: https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
func gitHubSubject(c *cli.Context) (string, error) {
	repository := c.String("repository")
	if ids := gitHubRepository().FindStringSubmatch(repository); ids == nil || (ids[1] == "") != (ids[2] == "") {
		return "", &usageError{message: fmt.Sprintf("--repository is one repository, not %q", repository), hint: "write --repository ORG/REPO, or ORG@ORGID/REPO@REPOID"}
	}
	branch := strings.TrimPrefix(c.String("branch"), "refs/heads/")
	for _, flag := range [][2]string{{"branch", branch}, {"environment", c.String("environment")}} {
		name, value := flag[0], flag[1]
		if c.IsSet(name) && (value == "" || strings.ContainsAny(value, "*?")) {
			return "", &usageError{message: fmt.Sprintf("--%s names one %s, not %q", name, name, value), command: c.Command}
		}
	}
	var given []string
	for _, name := range []string{"branch", "environment", "pull-request"} {
		if c.IsSet(name) {
			given = append(given, "--"+name)
		}
	}
	subject := "repo:" + repository
	switch {
	case len(given) > 1:
		return "", &usageError{message: strings.Join(given, " and ") + " say different things", hint: "make a role for each"}
	case c.IsSet("environment"):
		return subject + ":environment:" + strings.ReplaceAll(c.String("environment"), ":", "%3A"), nil
	case c.Bool("pull-request"):
		return subject + ":pull_request", nil
	}
	return subject + ":ref:refs/heads/" + branch, nil
}

// gitHubAccount is the account of the role, and its partition: as the flags say,
// or else the manifests. With an account, there need not be any.
func gitHubAccount(c *cli.Context) (partition, account string, err error) {
	partition, account = c.String("partition"), c.String("account")
	if known := []string{"aws", "aws-cn", "aws-us-gov"}; c.IsSet("partition") && !slices.Contains(known, partition) {
		return "", "", &usageError{message: fmt.Sprintf("--partition: %q is none", partition), hint: "there are " + strings.Join(known, ", ")}
	}
	if err := principal.CheckAccount(principal.AWS, account); c.IsSet("account") && err != nil {
		return "", "", &usageError{message: "--account: " + err.Error(), hint: "an account id has 12 digits"}
	}
	if partition != "" && account != "" {
		return partition, account, nil
	}
	if _, err := os.Stat(c.String("manifests")); errors.Is(err, fs.ErrNotExist) && account != "" {
		return "aws", account, nil
	}
	declarations, _, err := owners(c, nil)
	switch {
	case err != nil:
		return "", "", err
	case account != "":
		partition, err = onePartition(declarations.Owners)
		return partition, account, err
	}
	ambient := slices.DeleteFunc(declarations.Owners, func(o reconcile.Owner) bool { return o.Role != "" })
	if len(ambient) != 1 {
		return "", "", &usageError{message: "--account is missing: which account is the role in?", hint: "it is the account whose credentials amisync starts with"}
	}
	own, account := partitionOf(ambient[0]), ambient[0].Account
	if partition != "" && partition != own {
		return "", "", &usageError{message: fmt.Sprintf("--partition: OwnerAccount %s is in %s, not in %s", ambient[0].Name, own, partition), hint: "leave --partition out, or name another --account"}
	}
	return own, account, nil
}

// onePartition is the partition that all owners are in: credentials belong to one.
func onePartition(owners []reconcile.Owner) (string, error) {
	var partitions []string
	for _, owner := range owners {
		partitions = append(partitions, partitionOf(owner))
	}
	if partitions = sorted(partitions); len(partitions) > 1 {
		return "", &usageError{message: "--partition is missing: OwnerAccounts are in " + strings.Join(partitions, " and "), hint: "name the one that the account is in"}
	}
	return partitions[0], nil
}

func partitionOf(owner reconcile.Owner) string {
	return principal.RegionPartition(owner.Provider, owner.Regions[0])
}
