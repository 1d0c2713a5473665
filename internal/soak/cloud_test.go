package soak

import (
	"maps"
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// cloud is what is really there. Only the scheduler's goroutine touches it.
type cloud struct {
	images map[principal.Image]*image
	// quotas are the owners', by account.
	quotas map[string]reconcile.Quotas
	// strict means that a call counts what it adds before what it removes.
	strict bool
	// blocked are lanes in which nothing may be published; locked are images under
	// a key that nobody else can use.
	blocked map[reconcile.Lane]bool
	locked  map[principal.Image]bool
	refuses set // principals that the cloud does not know at the moment
}

type image struct {
	reconcile.Image
	has set
	// old is what so many readings to come still show.
	old     set
	oldLeft int
}

func drawCloud(e *estate) *cloud {
	c := &cloud{images: map[principal.Image]*image{}, quotas: map[string]reconcile.Quotas{}, strict: !e.oneIn(4),
		blocked: map[reconcile.Lane]bool{}, locked: map[principal.Image]bool{}}
	listed := map[reconcile.Lane][]reconcile.Image{}
	for _, i := range e.images {
		listed[reconcile.LaneOf(i.Image)] = append(listed[reconcile.LaneOf(i.Image)], i)
		c.locked[i.Image] = len(i.EncryptedSnapshots) > 0 && e.oneIn(2)
	}
	for _, owner := range e.declarations.Owners {
		c.quotas[owner.Account] = owner.Quotas
		for _, lane := range owner.Lanes() {
			c.blocked[lane] = e.oneIn(8)
		}
	}
	want := wishes(e.declarations, listed, e.today)
	for _, i := range e.images {
		c.images[i.Image] = &image{Image: i, has: c.first(e, i, want[i.Image])}
	}
	return c
}

// first is what an image has to begin with: near what is wanted, or anything.
func (c *cloud) first(e *estate, i reconcile.Image, want *wish) set {
	has := e.some(accounts, 4) | e.some(groups, 6)
	if e.oneIn(2) {
		has = want.valid&^e.some(want.valid, 3) | e.some(accounts, 8)
	}
	if e.oneIn(10) {
		has |= public
	}
	if i.State != reconcile.Available {
		return 0 // disabling takes all of them, and nothing else can be shared
	}
	most := c.entities(i.Image)
	if most < accounts.size() && !e.oneIn(3) { // at the quota
		has = has&public | accounts
	}
	for (has &^ public).size() > most {
		has &= has - 1 // without its lowest
	}
	if len(i.Obstacles) > 0 {
		has &^= public
	}
	return has
}

func (c *cloud) entities(i principal.Image) int {
	if n := c.quotas[i.Account].SharingEntities; n > 0 {
		return n
	}
	return reconcile.DefaultQuotas().SharingEntities
}

func (c *cloud) publicQuota(i principal.Image) int {
	if n := c.quotas[i.Account].PublicImages; n > 0 {
		return n
	}
	return reconcile.DefaultQuotas().PublicImages
}

func (c *cloud) clone() *cloud {
	copied := *c
	copied.images = map[principal.Image]*image{}
	for id, i := range c.images {
		same := *i
		copied.images[id] = &same
	}
	copied.blocked, copied.locked = maps.Clone(c.blocked), maps.Clone(c.locked)
	return &copied
}

// calm ends all that is not lasting: every write shows, nobody is unknown.
func (c *cloud) calm() {
	c.refuses = 0
	for _, i := range c.images {
		i.oldLeft = 0
	}
}

// state is who has what, and listing what there is.
func (c *cloud) state() map[principal.Image]set {
	state := map[principal.Image]set{}
	for id, i := range c.images {
		state[id] = i.has
	}
	return state
}

func (c *cloud) listing() map[reconcile.Lane][]reconcile.Image {
	all := map[reconcile.Lane][]reconcile.Image{}
	for _, id := range c.ids() {
		lane := reconcile.LaneOf(id)
		all[lane] = append(all[lane], c.images[id].shown())
	}
	return all
}

func (c *cloud) ids() []principal.Image {
	return slices.SortedFunc(maps.Keys(c.images), principal.CompareImages)
}

// shown is the image as a listing has it.
func (i *image) shown() reconcile.Image {
	i.Image.Public = i.has&public != 0
	return i.Image
}

// refusal is why the cloud refuses a call, as a whole; empty if it does not.
func (c *cloud) refusal(i *image, gives, takes set) reconcile.ErrorKind {
	added := gives &^ i.has
	after := i.has&^takes | gives
	if c.strict {
		after |= i.has
	}
	switch {
	case i.State != reconcile.Available:
		return reconcile.WrongState
	case (gives|takes)&c.refuses != 0:
		return reconcile.Refused
	case added == 0:
		return ""
	case c.locked[i.Image.Image]:
		return reconcile.Invalid
	case (after &^ public).size() > c.entities(i.Image.Image):
		return reconcile.Quota
	case added&public == 0:
		return ""
	case c.unpublishable(i):
		return reconcile.Invalid
	case c.publicIn(reconcile.LaneOf(i.Image.Image)) >= c.publicQuota(i.Image.Image):
		return reconcile.Quota
	}
	return ""
}

func (c *cloud) unpublishable(i *image) bool {
	return c.blocked[reconcile.LaneOf(i.Image.Image)] || len(i.Obstacles) > 0
}

func (c *cloud) publicIn(lane reconcile.Lane) int {
	n := 0
	for id, i := range c.images {
		if reconcile.LaneOf(id) == lane && i.has&public != 0 {
			n++
		}
	}
	return n
}
