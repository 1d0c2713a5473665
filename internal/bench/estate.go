package main

import (
	"context"
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	engine "github.com/amisync/amisync/reconcile/run"
)

// What the estate of the core's benchmark looks like, whatever its size.
const (
	owners          = 4
	groupMembers    = 15 // of each of two groups
	ownAccounts     = 8  // that each share names besides
	imagePrincipals = 2*groupMembers + ownAccounts + 2
	imagesAShare    = 400 // in all lanes
)

var (
	regions = []string{"us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1"}
	planned = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

// estate is manifests and the clouds that they are about, held in memory.
type estate struct {
	changes   int // half of them grants, half revokes
	manifests fstest.MapFS
	images    map[reconcile.Lane][]reconcile.Image
	answers   map[principal.Image]*answer
}

// answer is who has an image. It can be taken once: a cloud does not keep its
// answers in our memory.
type answer struct{ permissions []principal.Principal }

// newEstate has so many images, all of them picked, with 40 principals each; one
// in so many differs from what is declared by one principal, which every other
// of them lacks, and the others have too many.
func newEstate(images, oneIn int) *estate {
	shares := images / imagesAShare
	e := &estate{changes: images / oneIn, manifests: fstest.MapFS{}, images: map[reconcile.Lane][]reconcile.Image{}, answers: make(map[principal.Image]*answer, images)}
	e.write("policy.yaml", "Policy", "guardrails", fmt.Sprintf(`
  revokes: {max: %d, maxPrincipals: 5, maxPercentPerImage: 50}
  protect: [{account: payments-01}]
  ignore: [{image: "scratch-*", reason: made and thrown away by builds}]
`, images))
	e.directory()
	for owner := range owners {
		e.write(fmt.Sprintf("owner-%d.yaml", owner), "OwnerAccount", fmt.Sprintf("factory-%d", owner), fmt.Sprintf(`
  id: "%s"
  role: arn:aws:iam::%[1]s:role/amisync
  regions: [%s]
`, ownerID(owner), strings.Join(regions, ", ")))
	}
	for share := range shares {
		e.share(share)
		e.copies(share, oneIn)
	}
	return e
}

func (e *estate) write(file, kind, name, spec string) {
	text := fmt.Sprintf("apiVersion: amisync/v1\nkind: %s\nmetadata: {name: %s}\nspec:%s", kind, name, spec)
	e.manifests[file] = &fstest.MapFile{Data: []byte(text)}
}

// directory names the accounts of the two groups, an organization and a unit.
func (e *estate) directory() {
	var spec strings.Builder
	spec.WriteString("\n  accounts:\n")
	teams := []string{"payments", "data"}
	for g, team := range teams {
		for m := range groupMembers {
			fmt.Fprintf(&spec, "    %s-%02d: \"%s\"\n", team, m, memberID(g, m))
		}
	}
	fmt.Fprintf(&spec, "  organizations: {acme: %q}\n  organizationalUnits: {workloads/prod: %q}\n  groups:\n", organization, unit)
	for _, team := range teams {
		fmt.Fprintf(&spec, "    %s:\n", team)
		for m := range groupMembers {
			fmt.Fprintf(&spec, "      - account: %s-%02d\n", team, m)
		}
	}
	e.write("directory.yaml", "Directory", "acme", spec.String())
}

const (
	organization = "arn:aws:organizations::123456789012:organization/o-exampleorg1"
	unit         = "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"
)

func ownerID(owner int) string          { return fmt.Sprintf("1111%08d", owner) }
func memberID(group, member int) string { return fmt.Sprintf("2%03d%08d", group, member) }
func accountID(share, i int) string     { return fmt.Sprintf("3%07d%04d", share, i) }

func (e *estate) share(share int) {
	var spec strings.Builder
	fmt.Fprintf(&spec, `
  owner: factory-%d
  images: {name: base-%06d-*, tags: {channel: stable}, newest: %d}
  launchPermissions:
    - organization: acme
    - organizationalUnit: workloads/prod
    - group: payments
    - group: data
`, share%owners, share, imagesAShare)
	for i := range ownAccounts {
		fmt.Fprintf(&spec, "    - account: \"%s\"\n      reason: team %d\n", accountID(share, i), i)
	}
	e.write(fmt.Sprintf("images/share-%06d.yaml", share), "ImageShare", fmt.Sprintf("share-%06d", share), spec.String())
}

// copies adds the share's images, as many in each region, of which one in so many
// differs.
func (e *estate) copies(share, oneIn int) {
	for i := range imagesAShare {
		lane := reconcile.Lane{Provider: principal.AWS, Account: ownerID(share % owners), Region: regions[i%len(regions)]}
		image := reconcile.Image{
			Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: fmt.Sprintf("ami-%08x%09x", share, i)},
			Name:  fmt.Sprintf("base-%06d-%06d", share, i/len(regions)), State: reconcile.Available, Architecture: "arm64",
			Created: planned.Add(-time.Duration(i) * time.Hour), Tags: map[string]string{"channel": "stable", "commit": fmt.Sprintf("%040x", i)},
		}
		e.images[lane] = append(e.images[lane], image)
		has := holders(share)
		switch i % (2 * oneIn) {
		case 0: // to be granted
			has = has[1:]
		case oneIn: // to be revoked
			has = append(has, principal.Principal{Kind: principal.Account, ID: "999999999999"})
		}
		e.answers[image.Image] = &answer{has}
	}
}

// holders are the share's principals, as an answer of the cloud brings them:
// texts of their own.
func holders(share int) []principal.Principal {
	has := make([]principal.Principal, 0, imagePrincipals+1)
	has = append(has, principal.Principal{Kind: principal.Organization, ID: strings.Clone(organization)}, principal.Principal{Kind: principal.OrganizationalUnit, ID: strings.Clone(unit)})
	for g := range 2 {
		for m := range groupMembers {
			has = append(has, principal.Principal{Kind: principal.Account, ID: memberID(g, m)})
		}
	}
	for i := range ownAccounts {
		has = append(has, principal.Principal{Kind: principal.Account, ID: accountID(share, i)})
	}
	return has
}

// open is a engine.OpenReader whose answers cost nothing.
func (e *estate) open(_ context.Context, owner reconcile.Owner) (engine.Reader, error) {
	return reader{e, owner.Account}, nil
}

type reader struct {
	estate  *estate
	account string
}

// List implements engine.Reader.
func (r reader) List(_ context.Context, region string, _ reconcile.Filter) ([]reconcile.Image, error) {
	return r.estate.images[reconcile.Lane{Provider: principal.AWS, Account: r.account, Region: region}], nil
}

// Permissions implements engine.Reader, once for each image.
func (r reader) Permissions(_ context.Context, image principal.Image) ([]principal.Principal, error) {
	answer := r.estate.answers[image]
	permissions := answer.permissions
	answer.permissions = nil
	return permissions, nil
}

// Inspect implements engine.Reader.
func (reader) Inspect(context.Context, string, reconcile.Questions) reconcile.Inspection {
	return reconcile.Inspection{}
}
