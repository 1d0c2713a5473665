package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
)

// killEstate is a random estate of one owner account: each image has a share of
// its own, so that what it is to have is plain.
type killEstate struct {
	file   simulator.File
	wanted map[string][]simulator.LaunchPermission // by image
}

const (
	killOrganization = "arn:aws:organizations::123456789012:organization/o-exampleorg1"
	killOuter        = "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"
	killInner        = "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-22222222"
)

// killMembers are the accounts behind each entry that is more than an account.
var killMembers = map[string][]string{
	killInner:        {"200000000001"},
	killOuter:        {"200000000001", "200000000002"},
	killOrganization: {"200000000001", "200000000002", "200000000003"},
	"all":            {"200000000001", "200000000002", "200000000003", "200000000004", "anybody"},
}

func drawKillEstate(r *rand.Rand) *killEstate {
	const owner = "111122223333"
	publicImages := 100 // as the manifests say
	e := &killEstate{wanted: map[string][]simulator.LaunchPermission{}, file: simulator.File{
		Regions: []string{"us-east-1", "eu-west-1"},
		Accounts: []simulator.Account{
			{ID: owner, Roles: []simulator.Role{{Name: "amisync", Trust: simulator.Trust{Principals: []string{"arn:aws:iam::999900001111:user/ci"}}}}},
			{ID: "999900001111", Users: []simulator.User{{Name: "ci", AccessKeyID: "AKIASIMULATOR0000001", SecretAccessKey: "not-a-secret", Default: true}}},
		},
		Organizations: []simulator.Organization{{ID: "o-exampleorg1", ManagementAccount: "123456789012", Accounts: killMembers[killOrganization][2:],
			OrganizationalUnits: []simulator.OrganizationalUnit{{ID: "ou-ab12-11111111", Accounts: killMembers[killOuter][1:],
				OrganizationalUnits: []simulator.OrganizationalUnit{{ID: "ou-ab12-22222222", Accounts: killMembers[killInner]}}}}}},
		BlockPublicAccess: []simulator.BlockPublicAccess{{Account: owner, Region: "us-east-1", State: "unblocked"}, {Account: owner, Region: "eu-west-1", State: "unblocked"}},
		Quotas:            []simulator.Quota{{PublicImages: &publicImages}},
		Behaviour:         &simulator.Behaviour{RateLimits: "off"},
	}}
	created := simulator.Time{Time: time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)}
	for i := range 2 + r.IntN(6) {
		image := simulator.Image{ID: fmt.Sprintf("ami-%017x", i+1), Name: fmt.Sprintf("image-%d", i+1), Owner: owner,
			Region: e.file.Regions[r.IntN(2)], CreationDate: created}
		for _, entry := range drawEntries(r) {
			image.LaunchPermissions.Public = image.LaunchPermissions.Public || entry.Group != ""
			if entry.UserID != "" {
				image.LaunchPermissions.Accounts = append(image.LaunchPermissions.Accounts, entry.UserID)
			}
			if entry.OrganizationArn != "" {
				image.LaunchPermissions.Organizations = append(image.LaunchPermissions.Organizations, entry.OrganizationArn)
			}
			if entry.OrganizationalUnitArn != "" {
				image.LaunchPermissions.OrganizationalUnits = append(image.LaunchPermissions.OrganizationalUnits, entry.OrganizationalUnitArn)
			}
		}
		e.file.Images = append(e.file.Images, image)
		e.wanted[image.ID] = drawEntries(r)
	}
	return e
}

// drawEntries draws launch permissions, now and then to all.
func drawEntries(r *rand.Rand) []simulator.LaunchPermission {
	var entries []simulator.LaunchPermission
	for _, p := range []string{"200000000001", "200000000002", "200000000003", "200000000004", killOrganization, killOuter, killInner} {
		if r.IntN(3) == 0 {
			entries = append(entries, entryFor(p))
		}
	}
	if r.IntN(6) == 0 {
		entries = append(entries, entryFor("all"))
	}
	return entries
}

// reach are the accounts that may launch an image with these permissions.
func (e *killEstate) reach(permissions []simulator.LaunchPermission) map[string]bool {
	accounts := map[string]bool{}
	for _, p := range permissions {
		if p.UserID != "" {
			accounts[p.UserID] = true
		}
		for _, account := range killMembers[p.String()] {
			accounts[account] = true
		}
	}
	return accounts
}

// writeManifests writes what declares the wanted permissions.
func (e *killEstate) writeManifests(t *testing.T, directory string) {
	const header = "apiVersion: amisync/v1\nkind: %s\nmetadata: {name: %s}\nspec:\n"
	var shares strings.Builder
	fmt.Fprintf(&shares, header, "OwnerAccount", "factory")
	shares.WriteString("  id: \"111122223333\"\n  role: arn:aws:iam::111122223333:role/amisync\n  regions: [us-east-1, eu-west-1]\n  quotas: {publicImages: 100}\n")
	for _, image := range e.file.Images {
		fmt.Fprintf(&shares, "---\n"+header, "ImageShare", image.Name)
		fmt.Fprintf(&shares, "  owner: factory\n  images: {ids: [{region: %s, id: %s}]}\n  launchPermissions:\n", image.Region, image.ID)
		for _, p := range e.wanted[image.ID] {
			fmt.Fprintf(&shares, "    - %s\n", manifestEntry(p))
		}
		if len(e.wanted[image.ID]) == 0 {
			shares.WriteString("    []\n")
		}
	}
	policy := fmt.Sprintf(header, "Policy", "guardrails") + "  public: allow\n  revokes: {max: 1000, maxPrincipals: 1000, maxPercentPerImage: 100}\n" +
		"  exceptions: [{code: AMI004, reason: only a test, until: 2099-12-31}]\n"
	for name, text := range map[string]string{"shares.yaml": shares.String(), "policy.yaml": policy} {
		if err := os.MkdirAll(directory, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func manifestEntry(p simulator.LaunchPermission) string {
	switch {
	case p.Group != "":
		return "public: true"
	case p.UserID != "":
		return fmt.Sprintf("account: %q", p.UserID)
	case p.OrganizationArn != "":
		return "organization: " + p.OrganizationArn
	}
	return "organizationalUnit: " + p.OrganizationalUnitArn
}
