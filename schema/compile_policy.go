package schema

import (
	"fmt"
	"math"
	"path"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func (c *compiler) policy(documents []Policy) reconcile.Policy {
	policy := reconcile.DefaultPolicy()
	for i, document := range documents {
		at := document.Pos.Position()
		if want := path.Join(c.root, PolicyFile); at.File != want {
			c.report(at, "move it to "+want+", where code owners can guard it", "a Policy stands in the wrong file")
		}
		if i > 0 {
			c.report(at, "the other stands at "+documents[0].Pos.Position().String(), "there is more than one Policy")
		}
		if c.header(document.Header) {
			spec := document.Spec
			c.limits(spec, &policy)
			policy.Protect = c.mentioned(spec.Protect)
			if spec.Pos.Has("allow") {
				policy.Allow = c.mentioned(spec.Allow)
			}
			policy.PublicShares = c.publicShares(spec)
			policy.Severities = c.severities(spec)
			policy.Exceptions = c.exceptions(spec)
			policy.Ignore = c.ignored(spec)
			policy.Rules = c.policyRules(spec)
		}
		policy.Name, policy.Source = document.Metadata.Name, source(at)
	}
	return policy
}

func (c *compiler) limits(spec PolicySpec, policy *reconcile.Policy) {
	if spec.Pos.Has("public") && c.known(spec.Pos.Field("public"), "value for public", spec.Public, "deny", "allow") {
		policy.AllowPublic = spec.Public == "allow"
	}
	revokes := spec.Revokes
	c.limit(revokes.Pos, "max", revokes.Max, math.MaxInt, &policy.Revokes.Max)
	c.limit(revokes.Pos, "maxPrincipals", revokes.MaxPrincipals, math.MaxInt, &policy.Revokes.MaxPrincipals)
	c.limit(revokes.Pos, "maxPercentPerImage", revokes.MaxPercentPerImage, 100, &policy.Revokes.MaxPercentPerImage)
}

func (c *compiler) limit(pos strictyaml.Pos, key string, declared *int, most int, limit *int) {
	switch {
	case declared == nil:
	case *declared < 0:
		c.report(pos.Field(key), "0 allows no revoke at all", "%q must be 0 or more", key)
	case *declared > most:
		c.report(pos.Field(key), fmt.Sprintf("%d allows everything", most), "%q must be %d or less", key, most)
	default:
		*limit = *declared
	}
}

// mentioned returns the principals that the entries refer to; never nil, so that
// a written [] is told from nothing.
func (c *compiler) mentioned(refs []PrincipalRef) []principal.Principal {
	var mentioned []principal.Principal
	for _, ref := range refs {
		if key, value, ok := c.refKey(ref, refKeys); ok {
			mentioned = append(mentioned, principals(c.lookup(ref.Pos.Field(key), key, value, nil))...)
		}
	}
	return principal.Sorted(mentioned)
}
