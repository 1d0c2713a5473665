package reconcile

import (
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
)

// Desired is what the manifests say about one picked image.
type Desired struct {
	Image Image
	// Grants are the permissions that the image should have, sorted by
	// principal: the union over the shares that pick it.
	Grants []Grant
	// Expired are the declared permissions whose last day is over and that no
	// share declares otherwise, sorted by principal.
	Expired []Grant
	// Exclusive is the exclusive share that picks the image: every other permission
	// is to be revoked. Nil where none picks it.
	Exclusive *Declaration
	// EmptyOnPurpose means that the exclusive share declares nobody.
	EmptyOnPurpose bool
	// Conflict holds the names of exclusive shares where more than one claims the
	// image; nothing else is set then, and the image is left alone.
	Conflict []string
}

// Desire says what each picked image of the selection should look like at the
// time. Images that are claimed and not picked do not appear, unless two
// exclusive shares claim them; nor do those that the policy ignores.
func Desire(declarations *Declarations, selection Selection, at time.Time) []Desired {
	shares := declarations.ByName()
	desired := make([]Desired, 0, len(selection.Images))
	known := map[string]Desired{} // images that are claimed alike are to look the same
	var key []byte
	for _, selected := range selection.Images {
		if declarations.Ignores(selected.Image, at) {
			continue
		}
		key = key[:0]
		for _, claim := range selected.Claims {
			key = append(key, claim.Share...)
			if claim.Picked {
				key = append(key, 1)
			}
			key = append(key, 0)
		}
		d, seen := known[string(key)]
		if !seen {
			d = desire(selected, shares, at)
			known[string(key)] = d
		}
		if selected.Picked() || len(d.Conflict) > 0 {
			d.Image = selected.Image
			desired = append(desired, d)
		}
	}
	return desired
}

// desire is what the claims on an image make of it.
func desire(selected Selected, shares map[string]*Declaration, at time.Time) Desired {
	if conflict := exclusiveClaims(selected, shares); len(conflict) > 1 {
		return Desired{Conflict: conflict}
	}
	var picking []*Declaration
	for _, claim := range selected.Claims {
		if share := shares[claim.Share]; claim.Picked && share != nil {
			picking = append(picking, share)
		}
	}
	return union(picking, at)
}

func exclusiveClaims(selected Selected, shares map[string]*Declaration) []string {
	var exclusive []string
	for _, claim := range selected.Claims {
		if share := shares[claim.Share]; share != nil && share.Mode == Exclusive {
			exclusive = append(exclusive, claim.Share)
		}
	}
	return exclusive
}

// union is what the shares want together of an image that they pick.
func union(shares []*Declaration, at time.Time) Desired {
	var d Desired
	valid := map[principal.Principal]Grant{}
	expired := map[principal.Principal]Grant{}
	for _, share := range shares {
		if share.Mode == Exclusive {
			d.Exclusive = share
			d.EmptyOnPurpose = len(share.Grants) == 0
		}
		for _, grant := range share.Grants {
			into := valid
			if grant.Expired(at) {
				into = expired
			}
			if known, has := into[grant.Principal]; !has || grant.Outlasts(known) {
				into[grant.Principal] = grant
			}
		}
	}
	for p := range valid {
		delete(expired, p)
	}
	d.Grants, d.Expired = sortedGrants(valid), sortedGrants(expired)
	return d
}

func sortedGrants(grants map[principal.Principal]Grant) []Grant {
	sorted := make([]Grant, 0, len(grants))
	for _, grant := range grants {
		sorted = append(sorted, grant)
	}
	slices.SortFunc(sorted, func(a, b Grant) int { return principal.Compare(a.Principal, b.Principal) })
	return sorted
}
