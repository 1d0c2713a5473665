package reconcile

import (
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// Source is a place in a manifest. The zero value means that no manifest says
// it (an image that was shared by hand, for example).
type Source struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`   // from 1
	Column int    `json:"column,omitempty"` // from 1
}

// Lane is one owner account in one region: the unit of credentials, rate
// limits and progress. It is comparable.
type Lane struct {
	Provider principal.Provider `json:"provider"`
	Account  string             `json:"account"`
	Region   string             `json:"region"`
}

// LaneOf returns the lane that an image lives in.
func LaneOf(image principal.Image) Lane {
	return Lane{Provider: image.Provider, Account: image.Account, Region: image.Region}
}

// Owner is an account that owns images, and how to get into it.
type Owner struct {
	Name     string
	Provider principal.Provider
	Account  string
	// Role is what to assume; empty means the ambient credentials, which must
	// then belong to Account.
	Role string
	// ExternalID accompanies the role; empty means none. It never appears in
	// output.
	ExternalID string
	// ExternalIDEnv is the environment variable that holds the external id; empty
	// where the manifest has it, or there is none.
	ExternalIDEnv string
	// NameActor makes role sessions carry who runs amisync as their source
	// identity, which the role's trust policy must allow.
	NameActor bool
	Regions   []string // as declared, sorted
	Quotas    Quotas
	Source    Source
}

// Quotas are an account's limits in each of its regions.
type Quotas struct {
	PublicImages    int // how many images may be public; zero means DefaultQuotas
	SharingEntities int // with how many principals, the public apart, an image may be shared; zero means DefaultQuotas
}

// DefaultQuotas are in force where nobody had them raised.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-quotas.html
func DefaultQuotas() Quotas { return Quotas{PublicImages: 5, SharingEntities: 1000} }

// Lanes returns the owner's lanes, one a region.
func (o Owner) Lanes() []Lane {
	lanes := make([]Lane, len(o.Regions))
	for i, region := range o.Regions {
		lanes[i] = Lane{Provider: o.Provider, Account: o.Account, Region: region}
	}
	return lanes
}

// Mode says what a share does about principals that it does not declare.
type Mode string

const (
	// Exclusive makes the declared principals the only ones.
	Exclusive Mode = "exclusive"
	// Additive never revokes what it did not declare.
	Additive Mode = "additive"
)

// Declaration is one image share, compiled: names resolved, source positions
// kept.
type Declaration struct {
	Share    string // the manifest's metadata.name
	Labels   map[string]string
	Owner    string   // the owner's name
	Regions  []string // as declared, sorted; empty means the owner's
	Lanes    []Lane   // sorted; never empty
	Selector Selector
	Mode     Mode
	// Grants are the declared permissions, sorted by principal, each principal
	// once. Empty means private on purpose.
	Grants []Grant
	// Entries are the entries of Directories (see Declarations.Directory) that the
	// share itself names.
	Entries []string
	Source  Source
}

// Publishes reports whether the share declares its images public.
func (d *Declaration) Publishes() bool {
	return slices.ContainsFunc(d.Grants, func(g Grant) bool { return g.Principal == principal.Everyone })
}

// Grant is a declared launch permission.
type Grant struct {
	Principal principal.Principal
	// Until is the last day (midnight UTC at its start) on which the permission
	// holds. Zero means for good.
	Until  time.Time
	Reason string // why it was declared, in the author's words; may be empty
	// Via is the way through Directories, nil where the share has the id itself.
	// It explains the grant and decides nothing.
	Via    *Via
	Source Source
}

// Via is the way from an image share to a principal, as far as it leads through
// Directories: one group in another, and a name at the end if there is one.
// Grants of many shares may have the same; it is not altered.
type Via struct {
	Entry string // see Declarations.Directory
	Next  *Via   // nil at the end
}

// Expired reports whether the grant's last day is over.
func (g Grant) Expired(at time.Time) bool {
	return over(g.Until, at)
}

// Outlasts reports whether g holds longer than other.
func (g Grant) Outlasts(other Grant) bool {
	return !other.Until.IsZero() && (g.Until.IsZero() || g.Until.After(other.Until))
}

// Selector says which of a lane's images a share is about: those with the IDs,
// or else those that match every criterion given.
type Selector struct {
	Name         string            // a pattern (see Match); empty matches every name
	Tags         map[string]string // tag values, exact
	Architecture string            // empty matches all
	// Newest is how many of the matched available images to pick, newest
	// first. Zero picks all that match.
	Newest int
	// IDs, where there are any, are the images; all other criteria are unset.
	IDs []ImageID
}

// ImageID is an image that a manifest names outright.
type ImageID struct {
	Image  principal.Image
	Source Source
}

// Declarations are all that an estate of manifests says.
type Declarations struct {
	Owners []Owner       // sorted by name
	Shares []Declaration // sorted by name
	Policy Policy
	// Aliases are the names that directories give to principals.
	Aliases map[principal.Principal]string
	// Directory is what Directories say, by key and name: "group payments",
	// "account data-prod".
	Directory map[string]Entry
}

// Entry is what a Directory says under a name.
type Entry struct {
	Principal principal.Principal // that is named; zero for a group
	// Members are a group's, as they are written: other entries, or a key and an id
	// such as "account 111122223333".
	Members []string
	Source  Source
}

// OwnerOf returns the owner with the account, or nil.
func (d *Declarations) OwnerOf(provider principal.Provider, account string) *Owner {
	for i := range d.Owners {
		if d.Owners[i].Provider == provider && d.Owners[i].Account == account {
			return &d.Owners[i]
		}
	}
	return nil
}

// OwnerNames returns the owners' names by account id.
func (d *Declarations) OwnerNames() map[string]string {
	names := make(map[string]string, len(d.Owners))
	for _, owner := range d.Owners {
		names[owner.Account] = owner.Name
	}
	return names
}

// Share returns the declaration of that name, or nil.
func (d *Declarations) Share(name string) *Declaration {
	for i := range d.Shares {
		if d.Shares[i].Share == name {
			return &d.Shares[i]
		}
	}
	return nil
}

// Ignores reports whether the policy leaves the image alone.
func (d *Declarations) Ignores(image Image, at time.Time) bool {
	for _, ignore := range d.Policy.Ignore {
		if !ignore.Over(at) && ignore.matches(&image) {
			owner := d.OwnerOf(image.Provider, image.Account)
			if owner != nil && (ignore.Owner == "" || ignore.Owner == owner.Name) {
				return true
			}
		}
	}
	return false
}

// ByName returns the declarations by share, for those who look up many.
func (d *Declarations) ByName() map[string]*Declaration {
	shares := make(map[string]*Declaration, len(d.Shares))
	for i := range d.Shares {
		shares[d.Shares[i].Share] = &d.Shares[i]
	}
	return shares
}
