package adopt

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/schema"
)

func TestFamilyIsTheNameWithoutItsVersion(t *testing.T) {
	for name, want := range map[string]string{
		"base-1":                        "base-*",
		"base-v1.2.3":                   "base-*",
		"base-20261101":                 "base-*",
		"base-20261101-2":               "base-*",
		"base-20261101T060000Z":         "base-*",
		"base-2026-11-01":               "base-*",
		"base-2026.11.01.3":             "base-*",
		"recipe 2026-11-01T06-00-00.1Z": "recipe *",
		"team/base_1.2rc1":              "team/base_*",
		"base-1.2-20261101":             "base-1.2-*",
		"base-1.2.3-4":                  "base-1.2.3-*",

		// No version at the end, or nothing in front of it.
		"base":                  "",
		"base-arm64":            "",
		"base-2026-11-01-arm64": "",
		"base1":                 "",
		"-1":                    "",
		"":                      "",
		// A pattern would take these characters for its own.
		"base-*-1": "",
		"base?-1":  "",
	} {
		if got := family(name); got != want {
			t.Errorf("family(%q) = %q, want %q", name, got, want)
		}
	}
}

const (
	payments = "444455556666"
	data     = "777788889999"
	stranger = "123412341234"
)

func account(id string) principal.Principal {
	return principal.Principal{Kind: principal.Account, ID: id}
}

// builder collects images and what an estate knows of them.
type builder struct {
	estate Estate
	images []Image
	count  int
}

func newBuilder() *builder {
	return &builder{estate: Estate{
		Inventory: reconcile.Inventory{},
		Declarations: &reconcile.Declarations{
			Owners:  []reconcile.Owner{{Name: "factory", Provider: principal.AWS, Account: "111122223333", Regions: []string{"eu-west-1", "us-east-1"}}},
			Aliases: map[principal.Principal]string{account(payments): "payments", account(data): "data"},
		},
	}}
}

// listed adds an image to the inventory alone.
func (b *builder) listed(region, name string, state reconcile.State) reconcile.Image {
	b.count++
	image := reconcile.Image{Name: name, State: state, Created: time.Date(2026, 11, b.count, 0, 0, 0, 0, time.UTC),
		Image: principal.Image{Provider: principal.AWS, Account: "111122223333", Region: region, ID: fmt.Sprintf("ami-%08d", b.count)}}
	lane := reconcile.LaneOf(image.Image)
	others, _ := b.estate.Inventory[lane].Value()
	b.estate.Inventory[lane] = reconcile.Known(append(others, image))
	return image
}

// unclaimed adds an available image that no share claims.
func (b *builder) unclaimed(region, name string, accounts ...string) {
	var permissions []principal.Principal
	for _, id := range accounts {
		permissions = append(permissions, account(id))
	}
	b.images = append(b.images, Image{Image: b.listed(region, name, reconcile.Available), Permissions: principal.Sorted(permissions)})
}

// brief writes each share as a line.
func brief(shares []schema.ImageShare) string {
	var lines []string
	for _, share := range shares {
		line := share.Metadata.Name + ":"
		if share.Spec.Images.Name != "" {
			line += " " + share.Spec.Images.Name
		}
		for _, id := range share.Spec.Images.IDs {
			line += " " + id.ID
		}
		if len(share.Spec.Regions) > 0 {
			line += " in " + strings.Join(share.Spec.Regions, ",")
		}
		line += " for"
		for _, permission := range share.Spec.LaunchPermissions {
			line += " " + permission.Account
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func expectShares(t *testing.T, shares []schema.ImageShare, want ...string) {
	t.Helper()
	if got := brief(shares); got != strings.Join(want, "\n") {
		t.Errorf("shares:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func TestAFamilySharedAlikeGetsAPattern(t *testing.T) {
	b := newBuilder()
	b.unclaimed("us-east-1", "base-1", payments, stranger)
	b.unclaimed("us-east-1", "base-2", stranger, payments)
	b.unclaimed("eu-west-1", "base-1", payments, stranger)
	b.unclaimed("us-east-1", "web-1", data)
	expectShares(t, b.estate.Families(b.images),
		"base: base-* for 123412341234 payments",
		"web: web-* in us-east-1 for data")
}

func TestAFamilySharedDifferentlyGetsIDsForEachSetOfPermissions(t *testing.T) {
	b := newBuilder()
	b.unclaimed("us-east-1", "base-1", payments)
	b.unclaimed("us-east-1", "base-2", data)
	b.unclaimed("us-east-1", "base-3", payments)
	b.unclaimed("us-east-1", "base-4")
	expectShares(t, b.estate.Families(b.images),
		"base: ami-00000001 ami-00000003 in us-east-1 for payments",
		"base-2: ami-00000002 in us-east-1 for data")
}

func TestAPatternThatMatchesOthersIsNotUsed(t *testing.T) {
	t.Run("an image that a share claims already", func(t *testing.T) {
		b := newBuilder()
		b.unclaimed("us-east-1", "base-1", payments)
		b.listed("us-east-1", "base-2", reconcile.Available)
		expectShares(t, b.estate.Families(b.images), "base: ami-00000001 in us-east-1 for payments")
	})
	t.Run("another family", func(t *testing.T) {
		b := newBuilder()
		b.unclaimed("us-east-1", "base-1", payments)
		b.unclaimed("us-east-1", "base-arm64-1", payments)
		expectShares(t, b.estate.Families(b.images),
			"base: ami-00000001 in us-east-1 for payments",
			"base-arm64: base-arm64-* in us-east-1 for payments")
	})
	t.Run("one that cannot be shared does not count", func(t *testing.T) {
		b := newBuilder()
		b.unclaimed("us-east-1", "base-1", payments)
		b.listed("us-east-1", "base-2", reconcile.Disabled)
		expectShares(t, b.estate.Families(b.images), "base: base-* in us-east-1 for payments")
	})
	t.Run("one in another region does not count", func(t *testing.T) {
		b := newBuilder()
		b.unclaimed("us-east-1", "base-1", payments)
		b.listed("eu-west-1", "base-2", reconcile.Available)
		expectShares(t, b.estate.Families(b.images), "base: base-* in us-east-1 for payments")
	})
}

func TestImagesWithoutAVersionAreNoFamily(t *testing.T) {
	b := newBuilder()
	b.unclaimed("us-east-1", "alpha")
	b.unclaimed("us-east-1", "beta", payments)
	b.unclaimed("us-east-1", "gamma", payments)
	b.unclaimed("eu-west-1", "gamma", payments)
	b.unclaimed("us-east-1", "", payments)
	b.unclaimed("us-east-1", "", payments)
	expectShares(t, b.estate.Families(b.images),
		"ami-00000005: ami-00000005 in us-east-1 for payments",
		"ami-00000006: ami-00000006 in us-east-1 for payments",
		"beta: ami-00000002 in us-east-1 for payments",
		"gamma: ami-00000003 ami-00000004 for payments")
}

func TestSingleWritesAShareForEachSharedImage(t *testing.T) {
	b := newBuilder()
	b.unclaimed("us-east-1", "base-1", payments)
	b.unclaimed("us-east-1", "base-2", payments)
	b.unclaimed("eu-west-1", "base-1", payments)
	b.unclaimed("us-east-1", "base-3")
	expectShares(t, b.estate.Single(b.images),
		"base-1: ami-00000001 in us-east-1 for payments",
		"base-1-2: ami-00000003 in eu-west-1 for payments",
		"base-2: ami-00000002 in us-east-1 for payments")
}

func TestNamesAreFreeAndValid(t *testing.T) {
	names := map[string]bool{"base": true}
	for _, c := range []struct{ title, want string }{
		{"base-", "base-2"},
		{"base", "base-3"},
		{"team/my base (arm64) ", "team-my-base-arm64"},
		{"..", "image"},
		{"", "image-2"},
		{"größe", "gr-e"},
		{strings.Repeat("a", 200), strings.Repeat("a", 120)},
	} {
		if got := unused(names, c.title); got != c.want {
			t.Errorf("unused(%q) = %q, want %q", c.title, got, c.want)
		}
	}
}

func TestPermissionsKeepTheirKind(t *testing.T) {
	b := newBuilder()
	organization := principal.Principal{Kind: principal.Organization, ID: "arn:aws:organizations::123456789012:organization/o-exampleorg1"}
	unit := principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"}
	b.estate.Declarations.Aliases[unit] = "workloads"
	b.images = append(b.images, Image{Image: b.listed("us-east-1", "base-1", reconcile.Available),
		Permissions: principal.Sorted([]principal.Principal{principal.Everyone, organization, unit, account(data)})})
	var got []string
	for _, p := range b.estate.Families(b.images)[0].Spec.LaunchPermissions {
		got = append(got, fmt.Sprintf("%t|%s|%s|%s", p.Public, p.Account, p.Organization, p.OrganizationalUnit))
	}
	slices.Sort(got)
	want := []string{"false|data||", "false||" + organization.ID + "|", "false|||workloads", "true|||"}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("permissions %q, want %q", got, want)
	}
}
