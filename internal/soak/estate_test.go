package soak

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// secret begins every external id. It must never be seen in what a run says.
const secret = "planted-secret"

// estate is what a seed draws to begin with: manifests, and images.
type estate struct {
	draw
	today        time.Time // midnight UTC
	declarations *reconcile.Declarations
	images       []reconcile.Image
}

func drawEstate(d draw, now time.Time) *estate {
	e := &estate{draw: d, today: now.Truncate(24 * time.Hour), declarations: &reconcile.Declarations{Aliases: map[principal.Principal]string{}}}
	for i, name := range []string{"factory", "lab", "vault"}[:1+d.IntN(3)] {
		e.declarations.Owners = append(e.declarations.Owners, e.owner(i, name))
	}
	for _, owner := range e.declarations.Owners {
		for _, region := range owner.Regions {
			for range 1 + d.IntN(4) {
				e.images = append(e.images, e.image(owner, region, now))
			}
		}
	}
	for i := range 1 + d.IntN(6) {
		e.declarations.Shares = append(e.declarations.Shares, e.share(i))
	}
	for i, p := range everybody[1:] {
		if d.oneIn(2) {
			e.declarations.Aliases[p] = "the-" + names[i+1]
		}
	}
	e.declarations.Policy = e.policy()
	return e
}

func (e *estate) owner(i int, name string) reconcile.Owner {
	account := fmt.Sprintf("11111111111%d", i+1)
	owner := reconcile.Owner{Name: name, Provider: principal.AWS, Account: account, Role: "arn:aws:iam::" + account + ":role/amisync",
		ExternalID: secret + "-" + name, Regions: []string{"us-east-1"}}
	for _, region := range []string{"eu-west-1", "ap-northeast-1"} {
		if e.oneIn(3) {
			owner.Regions = append(owner.Regions, region)
		}
	}
	slices.Sort(owner.Regions)
	if e.oneIn(3) {
		owner.Quotas.SharingEntities = 3 + e.IntN(4)
	}
	if e.oneIn(8) {
		owner.Quotas.PublicImages = 1 + e.IntN(2)
	}
	return owner
}

// image is one that the account may have made at any time; most can be shared.
func (e *estate) image(owner reconcile.Owner, region string, now time.Time) reconcile.Image {
	n := len(e.images) + 1
	image := reconcile.Image{
		Image: principal.Image{Provider: owner.Provider, Account: owner.Account, Region: region, ID: fmt.Sprintf("ami-%017x", n)},
		Name:  fmt.Sprintf("%s-%d", pick(e.draw, "base", "base", "web", "golden"), n), State: reconcile.Available,
		Created: now.Add(-time.Duration(e.IntN(60)) * time.Hour), Architecture: pick(e.draw, "x86_64", "arm64"),
		Tags: map[string]string{"channel": pick(e.draw, "stable", "edge")},
	}
	switch e.IntN(16) {
	case 0:
		image.State = pick(e.draw, reconcile.Pending, reconcile.Disabled, reconcile.Failed, "transient")
	case 1:
		image.EncryptedSnapshots = []string{"snap-1"}
		image.Obstacles = []reconcile.Obstacle{{Image: image.ID, Publishing: true, Reason: "has an encrypted snapshot"}}
	case 2:
		image.Obstacles = []reconcile.Obstacle{{Image: image.ID, Publishing: true, Reason: "has product codes"}}
	}
	return image
}

func (e *estate) share(i int) reconcile.Declaration {
	owner := pick(e.draw, e.declarations.Owners...)
	share := reconcile.Declaration{Share: fmt.Sprintf("share-%d", i), Owner: owner.Name, Lanes: owner.Lanes(), Mode: reconcile.Additive, Selector: e.selector(owner)}
	switch {
	case len(share.Selector.IDs) > 0: // their lanes are those that they lie in
		share.Lanes = slices.DeleteFunc(share.Lanes, func(lane reconcile.Lane) bool {
			return !slices.ContainsFunc(share.Selector.IDs, func(id reconcile.ImageID) bool { return reconcile.LaneOf(id.Image) == lane })
		})
	case e.oneIn(3):
		share.Lanes = []reconcile.Lane{pick(e.draw, share.Lanes...)}
	}
	if e.oneIn(12) || !slices.ContainsFunc(e.declarations.Shares, func(other reconcile.Declaration) bool { return contend(share, other) }) {
		share.Mode = pick(e.draw, reconcile.Exclusive, reconcile.Exclusive, reconcile.Exclusive, reconcile.Additive)
	}
	share.Grants = e.grants()
	return share
}

// contend reports whether two shares may well claim the same images; then both
// being exclusive would leave most images alone.
func contend(a, b reconcile.Declaration) bool {
	x, y := a.Selector.Name, b.Selector.Name
	apart := x != "" && y != "" && x[0] != y[0] && x != "*" && y != "*"
	return a.Owner == b.Owner && b.Mode == reconcile.Exclusive && !apart
}

func (e *estate) selector(owner reconcile.Owner) reconcile.Selector {
	if e.oneIn(6) {
		ids := map[principal.Image]bool{}
		for range 1 + e.IntN(3) {
			id := principal.Image{Provider: owner.Provider, Account: owner.Account, Region: pick(e.draw, owner.Regions...), ID: fmt.Sprintf("ami-%017x", 0xbad)}
			if len(e.images) > 0 && !e.oneIn(5) {
				if image := pick(e.draw, e.images...).Image; image.Account == owner.Account {
					id = image
				}
			}
			ids[id] = true
		}
		var s reconcile.Selector
		for _, id := range slices.SortedFunc(maps.Keys(ids), principal.CompareImages) {
			s.IDs = append(s.IDs, reconcile.ImageID{Image: id})
		}
		return s
	}
	s := reconcile.Selector{Name: pick(e.draw, "*", "base-*", "base-*", "web-*", "golden-*", "base-?", "")}
	if s.Name == "" || e.oneIn(5) {
		s.Tags = map[string]string{"channel": pick(e.draw, "stable", "edge")}
	}
	if e.oneIn(6) {
		s.Architecture = pick(e.draw, "x86_64", "arm64")
	}
	if e.oneIn(3) {
		s.Newest = 1 + e.IntN(2)
	}
	return s
}

// grants are none at times, bound in time at times, and rarely to the public.
func (e *estate) grants() []reconcile.Grant {
	grants := []reconcile.Grant{}
	if e.oneIn(8) {
		return grants
	}
	allOver := e.oneIn(12)
	wanted := e.some(accounts, 3) | e.some(groups, 5)
	if e.oneIn(6) {
		wanted |= public
	}
	for _, p := range wanted.list() {
		grant := reconcile.Grant{Principal: p}
		if allOver || e.oneIn(4) {
			grant.Until = e.day(pick(e.draw, -2, -1, 0, 0, 1, 30))
			grant.Reason = "a while"
		}
		if allOver {
			grant.Until = e.day(-2)
		}
		grants = append(grants, grant)
	}
	slices.SortFunc(grants, func(a, b reconcile.Grant) int { return principal.Compare(a.Principal, b.Principal) })
	return grants
}

func (e *estate) day(offset int) time.Time { return e.today.AddDate(0, 0, offset) }
