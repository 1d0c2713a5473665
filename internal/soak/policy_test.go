package soak

import (
	"errors"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// policy leaves most runs alone: a run that a guard stops tests nothing further.
func (e *estate) policy() reconcile.Policy {
	p := reconcile.Policy{AllowPublic: !e.oneIn(4), Revokes: reconcile.RevokeLimits{Max: 1000, MaxPrincipals: 1000, MaxPercentPerImage: 100}}
	if e.oneIn(6) {
		p.Revokes = reconcile.RevokeLimits{Max: e.IntN(8), MaxPrincipals: e.IntN(5), MaxPercentPerImage: pick(e.draw, 0, 30, 50, 80)}
	}
	if e.oneIn(8) {
		p.Protect = e.some(accounts|groups, 6).list()
	}
	if e.oneIn(20) {
		p.Allow = (1<<firstAccount | e.some(accounts|groups, 2)).list()
	}
	if e.oneIn(10) {
		p.Severities = map[string]reconcile.Severity{pick(e.draw, "AMI007", "AMI008", "AMI014", "AMI015"): reconcile.SeverityError}
	} else if e.oneIn(10) {
		p.Severities = map[string]reconcile.Severity{pick(e.draw, "AMI003", "AMI004", "AMI005", "AMI022"): pick(e.draw, reconcile.SeverityWarning, reconcile.SeverityNote)}
	}
	for _, share := range e.declarations.Shares {
		if !p.AllowPublic && e.oneIn(2) {
			p.PublicShares = append(p.PublicShares, reconcile.PublicShare{Term: e.term(), Share: share.Share, ApprovedBy: "jane"})
		}
	}
	for _, code := range []string{"AMI002", "AMI003", "AMI004", "AMI005", "AMI022"} {
		if e.oneIn(5) {
			p.Exceptions = append(p.Exceptions, e.exception(code))
		}
	}
	for _, pattern := range []string{"golden-*", "web-*", "base-?"} {
		if e.oneIn(12) {
			p.Ignore = append(p.Ignore, e.ignore(pattern))
		}
	}
	for _, rule := range rules() {
		if e.oneIn(20) {
			p.Rules = append(p.Rules, rule)
		}
	}
	return p
}

func (e *estate) term() reconcile.Term {
	return reconcile.Term{Reason: "decided", Until: e.day(pick(e.draw, -1, 0, 1, 90))}
}

func (e *estate) exception(code string) reconcile.Exception {
	exception := reconcile.Exception{Term: e.term(), Code: code}
	if code == "AMI002" {
		return exception // counts the whole run, so nothing narrows it
	}
	if e.oneIn(2) {
		exception.Share = pick(e.draw, e.declarations.Shares...).Share
	}
	if e.oneIn(3) {
		exception.Image = "base-*"
	}
	return exception
}

func (e *estate) ignore(pattern string) reconcile.Ignore {
	ignore := reconcile.Ignore{Term: e.term(), Image: pattern}
	if e.oneIn(3) {
		ignore.Owner = pick(e.draw, e.declarations.Owners...).Name
	}
	if e.oneIn(3) {
		ignore.Region = "us-east-1"
	}
	return ignore
}

// rules are conditions as an estate would write them, and one that fails.
func rules() []reconcile.Rule {
	return []reconcile.Rule{
		{Name: "groups-for-golden", Severity: reconcile.SeverityError, Stops: reconcile.StopsImage, Message: "golden images are for groups",
			Violated: func(s reconcile.RuleSubject) (bool, error) {
				return s.Change.Verb == reconcile.VerbGrant && s.Change.Principal.Kind == principal.Account && s.Image.Name[0] == 'g', nil
			}},
		{Name: "keep-a1", Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Message: "a1 stays",
			Violated: func(s reconcile.RuleSubject) (bool, error) {
				return s.Change.Verb == reconcile.VerbRevoke && s.Change.Principal.Principal == everybody[firstAccount], nil
			}},
		{Name: "edge-is-hidden", Severity: reconcile.SeverityWarning, Message: "edge images are not for all",
			Violated: func(s reconcile.RuleSubject) (bool, error) {
				return s.Change.Verb == reconcile.VerbPublish && s.Image.Tags["channel"] == "edge", nil
			}},
		{Name: "cannot-be-said", Severity: reconcile.SeverityError, Stops: reconcile.StopsImage, Message: "nobody knows",
			Violated: func(s reconcile.RuleSubject) (bool, error) {
				if s.Owner == "vault" && s.Change.Verb.Gives() {
					return false, errors.New("no such key")
				}
				return false, nil
			}},
	}
}
