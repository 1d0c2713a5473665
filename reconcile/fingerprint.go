package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/amisync/amisync/principal"
)

// fingerprintFormat goes into every fingerprint. It changes when the same
// declarations would be written otherwise.
const fingerprintFormat = "declarations 1"

// Fingerprint identifies all that plans follow from, on the day of at: owner
// accounts, shares, names, the policy, and what is in force of it. Declarations of
// one fingerprint lead to the same plan and the same findings, whatever the clouds
// hold. Places are a part of it, because findings go by them: it is of the very same
// manifests. How an account is entered is not.
func (d *Declarations) Fingerprint(at time.Time) string {
	hash := sha256.New()
	text := json.NewEncoder(hash) // it sorts the keys of maps, and ends each value
	write := func(value any) {
		if err := text.Encode(value); err != nil {
			panic("reconcile: plain values cannot fail to encode: " + err.Error())
		}
	}
	write(fingerprintFormat)
	write(d.Policy)
	write(d.Policy.inForce(at))
	write(d.names())
	write(len(d.Owners))
	for _, owner := range d.Owners {
		write(owner.unentered())
	}
	for i := range d.Shares {
		write(d.Shares[i].plain())
	}
	return "sha256:" + hex.EncodeToString(hash.Sum(nil))
}

// inForce is the policy without what is over.
func (p Policy) inForce(at time.Time) Policy {
	p.PublicShares = keep(p.PublicShares, func(s PublicShare) bool { return !s.Over(at) })
	p.Exceptions = keep(p.Exceptions, func(e Exception) bool { return !e.Over(at) })
	p.Ignore = keep(p.Ignore, func(i Ignore) bool { return !i.Over(at) })
	return p
}

// names are the aliases, by the text of their principals.
func (d *Declarations) names() map[string]string {
	names := make(map[string]string, len(d.Aliases))
	for p, name := range d.Aliases {
		names[p.String()] = name
	}
	return names
}

// plain is what a share says, without ways through Directories.
func (d *Declaration) plain() any {
	type grant struct {
		Principal principal.Principal
		Until     time.Time
		Reason    string
		Source    Source
	}
	grants := make([]grant, len(d.Grants))
	for i, g := range d.Grants {
		grants[i] = grant{g.Principal, g.Until, g.Reason, g.Source}
	}
	ids := make([]principal.Image, len(d.Selector.IDs))
	for i, id := range d.Selector.IDs {
		ids[i] = id.Image
	}
	return struct {
		Share, Owner       string
		Mode               Mode
		Lanes              []Lane
		Labels             map[string]string
		Name, Architecture string
		Tags               map[string]string
		Newest             int
		IDs                []principal.Image
		Grants             []grant
		Source             Source
	}{d.Share, d.Owner, d.Mode, d.Lanes, d.Labels, d.Selector.Name, d.Selector.Architecture, d.Selector.Tags, d.Selector.Newest, ids, grants, d.Source}
}
