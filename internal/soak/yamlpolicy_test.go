package soak

import (
	"fmt"
	"time"

	"github.com/amisync/amisync/reconcile"
)

func (r *referrer) policy(p reconcile.Policy) fields {
	spec := fields{"public": "deny", "revokes": fields{"max": p.Revokes.Max, "maxPrincipals": p.Revokes.MaxPrincipals, "maxPercentPerImage": p.Revokes.MaxPercentPerImage}}
	if p.AllowPublic {
		spec["public"] = "allow"
	}
	if len(p.Protect) > 0 {
		spec["protect"] = r.refs(p.Protect)
	}
	if len(p.Allow) > 0 {
		spec["allow"] = r.refs(p.Allow)
	}
	if len(p.Severities) > 0 {
		spec["severities"] = p.Severities
	}
	lists := map[string][]fields{}
	for _, s := range p.PublicShares {
		lists["publicShares"] = append(lists["publicShares"], decided(s.Term, fields{"share": s.Share, "approvedBy": s.ApprovedBy}))
	}
	for _, e := range p.Exceptions {
		f := decided(e.Term, fields{"code": e.Code})
		put(f, "share", e.Share)
		put(f, "image", e.Image)
		lists["exceptions"] = append(lists["exceptions"], f)
	}
	for _, i := range p.Ignore {
		f := decided(i.Term, fields{"image": i.Image})
		put(f, "owner", i.Owner)
		put(f, "region", i.Region)
		lists["ignore"] = append(lists["ignore"], f)
	}
	for _, rule := range p.Rules {
		f := fields{"name": rule.Name, "when": rule.Name, "severity": string(rule.Severity), "message": rule.Message}
		put(f, "stops", string(rule.Stops))
		lists["rules"] = append(lists["rules"], f)
	}
	for key, list := range lists {
		spec[key] = list
	}
	return spec
}

// decided adds why, and until when.
func decided(term reconcile.Term, f fields) fields {
	f["reason"] = term.Reason
	if !term.Until.IsZero() {
		f["until"] = term.Until.Format(time.DateOnly)
	}
	return f
}

// conditionOf takes the name of a rule for its condition.
func conditionOf(condition string) (func(reconcile.RuleSubject) (bool, error), error) {
	for _, rule := range rules() {
		if rule.Name == condition {
			return rule.Violated, nil
		}
	}
	return nil, fmt.Errorf("there is no condition %q", condition)
}
