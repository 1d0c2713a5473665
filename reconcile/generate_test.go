package reconcile_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// The universe of the properties is small, so that what is generated meets:
// shares overlap, dates tie, permissions coincide.

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func day(offset int) time.Time { return noon.Truncate(24*time.Hour).AddDate(0, 0, offset) }

func account(id string) principal.Principal {
	return principal.Principal{Kind: principal.Account, ID: id}
}

var (
	org  = principal.Principal{Kind: principal.Organization, ID: "arn:aws:organizations::123456789012:organization/o-exampleorg1"}
	unit = principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"}

	everybody = []principal.Principal{principal.Everyone, org, unit,
		account("200000000001"), account("200000000002"), account("200000000003"), account("200000000004")}

	owners = []reconcile.Owner{
		{Name: "factory", Provider: principal.AWS, Account: "111111111111", Regions: []string{"eu-west-1", "us-east-1"}},
		{Name: "lab", Provider: principal.AWS, Account: "222222222222", Regions: []string{"us-east-1"}},
	}
)

func drawPrincipals() *rapid.Generator[[]principal.Principal] {
	return rapid.SliceOfDistinct(rapid.SampledFrom(everybody), func(p principal.Principal) principal.Principal { return p })
}

func drawImage(t *rapid.T, lane reconcile.Lane, id string) reconcile.Image {
	tags := map[string]string{}
	if channel := rapid.SampledFrom([]string{"", "stable", "beta"}).Draw(t, "channel"); channel != "" {
		tags["channel"] = channel
	}
	return reconcile.Image{
		Image:        principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: id},
		Name:         rapid.SampledFrom([]string{"base-1", "base-2", "base-3", "web/[1]", "web/[2]", ""}).Draw(t, "name"),
		State:        rapid.SampledFrom([]reconcile.State{reconcile.Available, reconcile.Available, reconcile.Available, reconcile.Pending, reconcile.Failed, reconcile.Disabled, "transient"}).Draw(t, "state"),
		Created:      day(-rapid.IntRange(0, 3).Draw(t, "age")),
		Architecture: rapid.SampledFrom([]string{"x86_64", "arm64"}).Draw(t, "architecture"),
		Tags:         tags,
		Public:       rapid.Bool().Draw(t, "public"),
	}
}

func drawInventory(t *rapid.T) reconcile.Inventory {
	inventory := reconcile.Inventory{}
	for _, owner := range owners {
		for _, lane := range owner.Lanes() {
			if rapid.IntRange(0, 5).Draw(t, "unknown lane") == 0 {
				inventory[lane] = reconcile.Unknown[[]reconcile.Image](fmt.Errorf("denied"))
				continue
			}
			var images []reconcile.Image
			for i := range rapid.IntRange(0, 6).Draw(t, "images") {
				images = append(images, drawImage(t, lane, fmt.Sprintf("ami-%08d", i)))
			}
			inventory[lane] = reconcile.Known(images)
		}
	}
	return inventory
}

func drawSelector(t *rapid.T, lanes []reconcile.Lane) reconcile.Selector {
	if rapid.IntRange(0, 4).Draw(t, "by id") == 0 {
		var s reconcile.Selector
		for i := range rapid.IntRange(1, 3).Draw(t, "ids") {
			lane := rapid.SampledFrom(lanes).Draw(t, "lane of the id")
			s.IDs = append(s.IDs, reconcile.ImageID{
				Image:  principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: fmt.Sprintf("ami-%08d", rapid.IntRange(0, 7).Draw(t, "id"))},
				Source: reconcile.Source{File: "share.yaml", Line: 100 + i},
			})
		}
		return s
	}
	s := reconcile.Selector{
		Name:         rapid.SampledFrom([]string{"", "*", "base-*", "base-?", "web/[*", "base-1"}).Draw(t, "pattern"),
		Architecture: rapid.SampledFrom([]string{"", "", "arm64"}).Draw(t, "architecture"),
		Newest:       rapid.IntRange(0, 3).Draw(t, "newest"),
	}
	if rapid.IntRange(0, 3).Draw(t, "by tag") == 0 {
		s.Tags = map[string]string{"channel": "stable"}
	}
	return s
}

func drawGrants(t *rapid.T) []reconcile.Grant {
	var grants []reconcile.Grant
	for i, p := range principal.Sorted(drawPrincipals().Draw(t, "declared")) {
		grant := reconcile.Grant{Principal: p, Source: reconcile.Source{File: "share.yaml", Line: 10 + i}}
		if rapid.IntRange(0, 2).Draw(t, "bound") == 0 {
			grant.Until = day(rapid.IntRange(-2, 2).Draw(t, "until"))
			grant.Reason = "INC-1"
		}
		grants = append(grants, grant)
	}
	return grants
}

func drawDeclarations(t *rapid.T) *reconcile.Declarations {
	d := &reconcile.Declarations{Owners: owners, Policy: reconcile.DefaultPolicy(), Aliases: map[principal.Principal]string{org: "acme"}}
	for i := range rapid.IntRange(0, 4).Draw(t, "shares") {
		owner := rapid.SampledFrom(owners).Draw(t, "owner")
		lanes := rapid.SliceOfNDistinct(rapid.SampledFrom(owner.Lanes()), 1, len(owner.Lanes()), func(l reconcile.Lane) reconcile.Lane { return l }).Draw(t, "lanes")
		slices.SortFunc(lanes, func(a, b reconcile.Lane) int { return strings.Compare(a.Region, b.Region) })
		d.Shares = append(d.Shares, reconcile.Declaration{
			Share: fmt.Sprintf("share-%d", i), Owner: owner.Name, Lanes: lanes, Selector: drawSelector(t, lanes),
			Mode:   rapid.SampledFrom([]reconcile.Mode{reconcile.Exclusive, reconcile.Additive}).Draw(t, "mode"),
			Grants: drawGrants(t),
			Source: reconcile.Source{File: "share.yaml", Line: i + 1},
		})
	}
	return d
}

// drawObservations reads some of the images, as a cloud would list them: in any
// order.
func drawObservations(t *rapid.T, inventory reconcile.Inventory) reconcile.Observations {
	observations := reconcile.Observations{}
	for _, image := range listed(inventory) {
		switch rapid.IntRange(0, 6).Draw(t, "reading") {
		case 0:
			observations[image.Image] = reconcile.Unknown[[]principal.Principal](fmt.Errorf("throttled"))
		case 1: // never read
		default:
			observations[image.Image] = reconcile.Known(drawPrincipals().Draw(t, "observed"))
		}
	}
	return observations
}

// listed are the images of the known lanes, in one order.
func listed(inventory reconcile.Inventory) []reconcile.Image {
	var all []reconcile.Image
	for _, observed := range inventory {
		images, _ := observed.Value()
		all = append(all, images...)
	}
	slices.SortFunc(all, func(a, b reconcile.Image) int { return principal.CompareImages(a.Image, b.Image) })
	return all
}

// estate is all that goes into a plan.
type estate struct {
	declarations *reconcile.Declarations
	inventory    reconcile.Inventory
	observations reconcile.Observations
}

func drawEstate(t *rapid.T) estate {
	inventory := drawInventory(t)
	return estate{drawDeclarations(t), inventory, drawObservations(t, inventory)}
}

func (e estate) selection() reconcile.Selection {
	return reconcile.Select(e.declarations, e.inventory)
}

func (e estate) desired() []reconcile.Desired {
	return reconcile.Desire(e.declarations, e.selection(), noon)
}

func (e estate) changes() []reconcile.Change { return reconcile.Diff(e.desired(), e.observations) }

// shuffled is the same estate, told in another order.
func (e estate) shuffled(t *rapid.T) estate {
	inventory := reconcile.Inventory{}
	for lane, observed := range e.inventory {
		if images, known := observed.Value(); known {
			observed = reconcile.Known(rapid.Permutation(images).Draw(t, "images"))
		}
		inventory[lane] = observed
	}
	observations := reconcile.Observations{}
	for image, observed := range e.observations {
		if permissions, known := observed.Value(); known {
			observed = reconcile.Known(rapid.Permutation(permissions).Draw(t, "permissions"))
		}
		observations[image] = observed
	}
	declarations := *e.declarations
	declarations.Shares = rapid.Permutation(declarations.Shares).Draw(t, "shares")
	for i := range declarations.Shares {
		share := &declarations.Shares[i]
		share.Grants = rapid.Permutation(share.Grants).Draw(t, "grants")
		share.Selector.IDs = rapid.Permutation(share.Selector.IDs).Draw(t, "ids")
	}
	return estate{&declarations, inventory, observations}
}

func changesByImage(changes []reconcile.Change) map[principal.Image][]reconcile.Change {
	groups := map[principal.Image][]reconcile.Change{}
	for _, change := range changes {
		groups[change.Image.Image] = append(groups[change.Image.Image], change)
	}
	return groups
}

func ids(changes []reconcile.Change) []string {
	list := make([]string, len(changes))
	for i, change := range changes {
		list[i] = change.ID
	}
	return list
}

// short writes changes as "verb principal", for comparisons that people read.
func short(changes []reconcile.Change) []string {
	list := []string{}
	for _, change := range changes {
		list = append(list, fmt.Sprintf("%s %s", change.Verb, change.Principal.Principal))
	}
	return list
}

func sameSet(a, b []principal.Principal) bool {
	return slices.Equal(principal.Sorted(a), principal.Sorted(b))
}

func keysOf[K comparable, V any](m map[K]V) []K { return slices.Collect(maps.Keys(m)) }

// carryAll is a cloud like EC2, where one call carries everything.
func carryAll(changes []reconcile.Change) []reconcile.Call {
	return []reconcile.Call{{Action: "Modify", Changes: changes}}
}

var carriers = map[principal.Provider]reconcile.Carrier{principal.AWS: carryAll}

// one is an estate of one image with one exclusive share that picks it.
func one(declared []reconcile.Grant, observed ...principal.Principal) estate {
	lane := owners[1].Lanes()[0]
	image := reconcile.Image{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: "ami-00000001"},
		Name: "base-1", State: reconcile.Available, Created: day(-1)}
	return estate{
		declarations: &reconcile.Declarations{Owners: owners, Policy: reconcile.DefaultPolicy(), Shares: []reconcile.Declaration{{
			Share: "base", Owner: "lab", Lanes: []reconcile.Lane{lane}, Selector: reconcile.Selector{Name: "base-*"},
			Mode: reconcile.Exclusive, Grants: declared, Source: reconcile.Source{File: "base.yaml", Line: 3}}}},
		inventory:    reconcile.Inventory{lane: reconcile.Known([]reconcile.Image{image})},
		observations: reconcile.Observations{image.Image: reconcile.Known(observed)},
	}
}

func grants(principals ...principal.Principal) []reconcile.Grant {
	var list []reconcile.Grant
	for _, p := range principals {
		list = append(list, reconcile.Grant{Principal: p})
	}
	return list
}
