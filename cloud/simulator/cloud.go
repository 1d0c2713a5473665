package simulator

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// lane is one account in one region.
type lane struct{ account, region string }

// cloud is everything that the actions read and write. mu guards what changes after
// the start: the images' versions, the set of images, and the settings in blocks.
type cloud struct {
	partition string
	regions   []string
	accounts  []Account
	roles     map[string]*role              // by ARN
	memberOf  map[string][]LaunchPermission // by account: the entries that cover it
	invalid   map[string]bool               // accounts that may not be entered
	quotas    []Quota
	keys      []Key // of the cloud file
	defaults  ImageDefaults
	orgARNs   map[string]string // ids of organizations and units to ARNs

	mu           sync.RWMutex
	images       map[string]*image // by id
	regionImages map[string][]*image
	laneImages   map[lane][]*image // like regionImages sorted by id
	blocks       map[lane]*publicBlock
}

// role is a Role with what follows from where it stands.
type role struct {
	Role
	account string
	arn     string
	may     policy
}

func newCloud(file File) *cloud {
	c := &cloud{
		partition:    file.partition(),
		regions:      slices.Clone(file.Regions),
		accounts:     file.Accounts,
		roles:        map[string]*role{},
		memberOf:     map[string][]LaunchPermission{},
		invalid:      map[string]bool{},
		quotas:       file.Quotas,
		keys:         file.Keys,
		defaults:     file.ImageDefaults,
		orgARNs:      file.organizationARNs(),
		images:       map[string]*image{},
		regionImages: map[string][]*image{},
		laneImages:   map[lane][]*image{},
		blocks:       map[lane]*publicBlock{},
	}
	for _, account := range file.Accounts {
		for _, r := range account.Roles {
			arn := iamARN(c.partition, account.ID, "role/"+r.Name)
			may, _ := r.policy() // checked
			c.roles[arn] = &role{r, account.ID, arn, may}
		}
	}
	for _, o := range file.Organizations {
		c.enroll(o)
	}
	for _, account := range file.InvalidAccounts {
		c.invalid[account] = true
	}
	for _, i := range file.Images {
		c.insert(newImage(i, c, time.Time{}))
	}
	c.blocks = newPublicBlocks(file.BlockPublicAccess, c.images)
	return c
}

func (f File) partition() string {
	if f.Partition == "" {
		return "aws"
	}
	return f.Partition
}

func iamARN(partition, account, resource string) string {
	return "arn:" + partition + ":iam::" + account + ":" + resource
}

// organizationARNs maps the ids of all organizations and units of the file to ARNs,
// which carry the management account's id. (EC2 User Guide, Share an AMI with
// organizations or OUs)
func (f File) organizationARNs() map[string]string {
	arns := map[string]string{}
	for _, o := range f.Organizations {
		prefix := "arn:" + f.partition() + ":organizations::" + o.ManagementAccount + ":"
		arns[o.ID] = prefix + "organization/" + o.ID
		walkUnits(o.OrganizationalUnits, nil, func(unit OrganizationalUnit, _ []OrganizationalUnit) {
			arns[unit.ID] = prefix + "ou/" + o.ID + "/" + unit.ID
		})
	}
	return arns
}

// walkUnits visits every unit below with the units above it.
func walkUnits(units, above []OrganizationalUnit, visit func(unit OrganizationalUnit, above []OrganizationalUnit)) {
	for _, unit := range units {
		visit(unit, above)
		walkUnits(unit.OrganizationalUnits, append(slices.Clone(above), unit), visit)
	}
}

// enroll remembers for each account of the organization which entries cover it: the
// organization's, its unit's, and those of the units above that.
func (c *cloud) enroll(o Organization) {
	whole := LaunchPermission{OrganizationArn: c.orgARNs[o.ID]}
	for _, account := range append([]string{o.ManagementAccount}, o.Accounts...) {
		c.memberOf[account] = []LaunchPermission{whole}
	}
	walkUnits(o.OrganizationalUnits, nil, func(unit OrganizationalUnit, above []OrganizationalUnit) {
		entries := []LaunchPermission{whole}
		for _, u := range append(above, unit) {
			entries = append(entries, LaunchPermission{OrganizationalUnitArn: c.orgARNs[u.ID]})
		}
		for _, account := range unit.Accounts {
			c.memberOf[account] = entries
		}
	})
}

// insert adds an image to the indexes. The caller holds mu, or is alone.
func (c *cloud) insert(i *image) {
	byID := func(a, b *image) int { return strings.Compare(a.ID, b.ID) }
	add := func(list []*image) []*image {
		at, _ := slices.BinarySearchFunc(list, i, byID)
		return slices.Insert(list, at, i)
	}
	c.images[i.ID] = i
	c.regionImages[i.Region] = add(c.regionImages[i.Region])
	l := lane{i.Owner, i.Region}
	c.laneImages[l] = add(c.laneImages[l])
}

// image finds an image of a region; an image of another region does not exist there.
func (c *cloud) image(region, id string) *image {
	if i := c.images[id]; i != nil && i.Region == region {
		return i
	}
	return nil
}

// quota returns the quotas of an account in a region.
func (c *cloud) quota(l lane) (publicImages, sharingEntities int) {
	publicImages, sharingEntities = 5, 1000
	for _, q := range c.quotas {
		if q.Account != "" && q.Account != l.account || q.Region != "" && q.Region != l.region {
			continue
		}
		if q.PublicImages != nil {
			publicImages = *q.PublicImages
		}
		if q.SharingEntities != nil {
			sharingEntities = *q.SharingEntities
		}
	}
	return publicImages, sharingEntities
}
