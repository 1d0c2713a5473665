package principal_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
)

func TestWhoIsInsideWhomAsFarAsIDsProveIt(t *testing.T) {
	account := principal.Principal{Kind: principal.Account, ID: "111122223333"}
	another := principal.Principal{Kind: principal.Account, ID: "444455556666"}
	organization := principal.Principal{Kind: principal.Organization, ID: org}
	inside := principal.Principal{Kind: principal.OrganizationalUnit, ID: unit}
	sibling := principal.Principal{Kind: principal.OrganizationalUnit, ID: unit[:len(unit)-1] + "2"}
	arn := func(kind principal.Kind, id string) principal.Principal {
		return principal.Principal{Kind: kind, ID: id}
	}
	for _, c := range []struct {
		name string
		p, q principal.Principal
		want bool
	}{
		{"an account and itself", account, account, true},
		{"an account and another", account, another, false},
		{"an organization and an OU whose ARN names it", organization, inside, true},
		{"the other way round", inside, organization, false},
		{"an organization and an account: nobody here knows", organization, account, false},
		{"an organization and its own management account", organization, arn(principal.Account, "123456789012"), false},
		{"an OU and an account", inside, account, false},
		{"an OU and its sibling", inside, sibling, false},
		{"an OU of another organization", organization, arn(principal.OrganizationalUnit, "arn:aws:organizations::123456789012:ou/o-exampleorg2/ou-ab12-11111111"), false},
		{"an OU of an organization whose id begins alike", organization, arn(principal.OrganizationalUnit, "arn:aws:organizations::123456789012:ou/o-exampleorg11/ou-ab12-11111111"), false},
		{"an OU under another management account", organization, arn(principal.OrganizationalUnit, "arn:aws:organizations::999999999999:ou/o-exampleorg1/ou-ab12-11111111"), false},
		{"an OU of another partition", organization, arn(principal.OrganizationalUnit, "arn:aws-cn:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"), false},
		{"within another partition", arn(principal.Organization, "arn:aws-cn:organizations::123456789012:organization/o-exampleorg1"),
			arn(principal.OrganizationalUnit, "arn:aws-cn:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"), true},
		{"ids that are no ARNs", arn(principal.Organization, "o-exampleorg1"), arn(principal.OrganizationalUnit, "ou-ab12-11111111"), false},
		{"an ARN with something behind it", organization, arn(principal.OrganizationalUnit, unit+"/ou-ab12-22222222"), false},
		{"the public and an account", principal.Everyone, account, true},
		{"the public and an organization", principal.Everyone, organization, true},
		{"an organization and the public", organization, principal.Everyone, false},
	} {
		if got := c.p.Holds(c.q); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWhoCanBeInsideWhomAsFarAsIDsLeaveItOpen(t *testing.T) {
	arn := func(kind principal.Kind, id string) principal.Principal {
		return principal.Principal{Kind: kind, ID: id}
	}
	account := arn(principal.Account, "111122223333")
	organization, inside := arn(principal.Organization, org), arn(principal.OrganizationalUnit, unit)
	sibling := arn(principal.OrganizationalUnit, unit[:len(unit)-1]+"2")
	another := arn(principal.Organization, "arn:aws:organizations::123456789012:organization/o-otherorg22")
	elsewhere := arn(principal.OrganizationalUnit, "arn:aws:organizations::123456789012:ou/o-otherorg22/ou-ab12-11111111")
	for _, c := range []struct {
		name string
		p, q principal.Principal
		want bool
	}{
		{"an account and itself", account, account, true},
		{"an account and another", account, arn(principal.Account, "444455556666"), false},
		{"an account and an OU", account, inside, false},
		{"an account and the public", account, principal.Everyone, false},
		{"an organization and an account", organization, account, true},
		{"an OU and an account", inside, account, true},
		{"an organization and its OU", organization, inside, true},
		{"an organization and another", another, organization, false},
		{"an organization and an OU of another", another, inside, false},
		{"an organization and an OU that names none", organization, arn(principal.OrganizationalUnit, "ou-ab12-11111111"), true},
		{"an organization that is no ARN, and an OU", arn(principal.Organization, "o-exampleorg1"), inside, true},
		{"an OU and its sibling, which may be its parent", inside, sibling, true},
		{"an OU and one of another organization", elsewhere, inside, false},
		{"an OU and its organization", inside, organization, false},
		{"an OU and another organization", elsewhere, organization, false},
		{"the public and an organization", principal.Everyone, organization, true},
		{"an organization and the public", organization, principal.Everyone, false},
		{"nobody and an account", principal.Principal{}, account, false},
	} {
		if got := c.p.CanHold(c.q); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// someone is a principal that may be inside one of the others, or hold it.
var someone = rapid.SampledFrom([]principal.Principal{principal.Everyone,
	{Kind: principal.Organization, ID: org}, {Kind: principal.Organization, ID: "arn:aws:organizations::123456789012:organization/o-exampleorg2"},
	{Kind: principal.Organization, ID: "o-exampleorg1"}, {Kind: principal.OrganizationalUnit, ID: unit},
	{Kind: principal.OrganizationalUnit, ID: unit[:len(unit)-1] + "2"}, {Kind: principal.OrganizationalUnit, ID: "ou-ab12-11111111"},
	{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-exampleorg2/ou-ab12-11111111"},
	{Kind: principal.Account, ID: "111122223333"}, {Kind: principal.Account, ID: "444455556666"}})

func TestWhoHoldsAnotherOverlapsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q, r := someone.Draw(t, "p"), someone.Draw(t, "q"), someone.Draw(t, "r")
		if !p.Holds(p) {
			t.Fatalf("%v does not hold itself", p)
		}
		if p.Holds(q) && !p.Overlaps(q) {
			t.Fatalf("%v holds %v and does not overlap it", p, q)
		}
		if p.Holds(q) && q.Holds(p) && p != q {
			t.Fatalf("%v and %v hold each other", p, q)
		}
		if p.Holds(q) && q.Holds(r) && !p.Holds(r) {
			t.Fatalf("%v holds %v, which holds %v, and %v does not", p, q, r, p)
		}
	})
}

// TestWhatIsProvenIsLeftOpen: what ids prove they leave open, and what holds for
// somebody holds for whoever is inside.
func TestWhatIsProvenIsLeftOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q, r := someone.Draw(t, "p"), someone.Draw(t, "q"), someone.Draw(t, "r")
		if p.Holds(q) && !p.CanHold(q) {
			t.Fatalf("%v holds %v and cannot hold it", p, q)
		}
		if p.CanHold(q) && !p.Overlaps(q) {
			t.Fatalf("%v can hold %v and does not overlap it", p, q)
		}
		if p.CanHold(q) && q.Holds(r) && !p.CanHold(r) {
			t.Fatalf("%v can hold %v, which holds %v, and %v cannot", p, q, r, p)
		}
		if p.Holds(q) && q.CanHold(r) && !p.CanHold(r) {
			t.Fatalf("%v holds %v, which can hold %v, and %v cannot", p, q, r, p)
		}
	})
}
