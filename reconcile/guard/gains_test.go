package guard_test

import (
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func unitOf(organization string) principal.Principal {
	return principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/" + organization + "/ou-ab12-11111111"}
}

func TestAMI022OnlyThoseWhomThePolicyAllowsGainAccess(t *testing.T) {
	allow := func(p ...principal.Principal) func(*world) {
		return func(w *world) { w.policy.Allow = append([]principal.Principal{}, p...) }
	}
	inside, outside := unitOf("o-exampleorg1"), unitOf("o-exampleorg2")
	judge(t, "AMI022", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"no list", one(grants(account(1))), nil},
		{"an account on the list", one(grants(account(1))).with(allow(account(1), org)), nil},
		{"an account that is not", one(grants(account(2))).with(allow(account(1))), []string{"200000000002 would gain base-ami-1, and is not among those whom the policy allows"}},
		{"two of them", one(grants(accounts(3)...)).with(allow(account(1))), []string{"200000000002", "200000000003"}},
		{"an empty list", one(grants(account(1))).with(allow()), []string{"200000000001"}},
		{"an account that may be in an allowed organization", one(grants(account(1))).with(allow(org)), []string{"200000000001"}},
		{"a unit whose ARN names an allowed organization", one(grants(inside)).with(allow(org)), nil},
		{"a unit of another organization", one(grants(outside)).with(allow(org)), []string{outside.ID}},
		{"an organization whose unit is allowed", one(grants(org)).with(allow(inside)), []string{org.ID}},
		{"access that is there already", one(grants(account(2)), account(2)).with(allow(account(1))), nil},
		{"a revoke", one(grants(account(1)), account(1), account(2)).with(allow(account(1))), nil},
		{"the public: said elsewhere", one(grants(principal.Everyone)).with(allow(account(1))), nil},
	})
	f := one(grants(account(2))).with(allow(org)).of("AMI022")[0]
	if !strings.HasSuffix(f.Hint, "add `{account: \"200000000002\"}` to `allow` in policy.yaml") || f.Share != "base" || f.Source.Line != 9 {
		t.Errorf("%+v", f)
	}
	f = one(grants(account(2))).with(allow(org)).with(func(w *world) { w.names = map[principal.Principal]string{account(2): "partner-logistics"} }).of("AMI022")[0]
	if !strings.HasSuffix(f.Hint, "add `{account: partner-logistics}` to `allow` in policy.yaml") || !strings.HasPrefix(f.Message, "partner-logistics (200000000002)") {
		t.Errorf("%+v", f)
	}
}

func TestAMI023AccountsThatAnOrganizationOrUnitReplaces(t *testing.T) {
	unit := unitOf("o-exampleorg1")
	eight := one(grants(unit), accounts(8)...)
	judge(t, "AMI023", reconcile.SeverityWarning, "", []verdict{
		{"by a unit", eight, []string{unit.ID + " replaces 8 accounts of base-ami-1, and whether they are inside it is not known here: 200000000001, 200000000002"}},
		{"by an organization", one(grants(org), account(1)), []string{org.ID + " replaces 1 account of base-ami-1, and whether they are inside it is not known here: 200000000001"}},
		{"by both", one(grants(org, unit), account(1)), []string{org.ID + " and " + unit.ID + " replaces"}},
		{"by one that was there", one(grants(unit), append(accounts(3), unit)...), nil},
		{"by an account", one(grants(account(9)), account(1)), nil},
		{"by the public: anybody can launch it", one(grants(principal.Everyone), account(1)), nil},
		{"an organization by its unit", one(grants(unit), org), nil},
		{"nobody leaves", one(grants(unit, account(1)), account(1)), nil},
		{"an account that has expired", one(append(grants(unit), until(-1, account(1))...), account(1)), nil},
		{"the grant is filtered out, and so are the revokes", eight.with(func(w *world) { w.scope.Only = reconcile.OnlyRevokes }), nil},
	})
	later := one(grants(unit), unit, account(1)).with(func(w *world) {
		gained := reconcile.Change{Verb: reconcile.VerbGrant, Image: reconcile.NamedImage{Image: image("ami-1").Image}, Principal: reconcile.NamedPrincipal{Principal: unit}, Source: grants(unit)[0].Source}
		other := gained
		other.Image.ID, other.Principal.Principal = "ami-2", org
		w.made = []reconcile.Change{other, gained}
	})
	if f := later.of("AMI023"); len(f) != 1 || f[0].Image.Name != "base-ami-1" || f[0].Source.Line != 9 ||
		!strings.HasPrefix(f[0].Message, unit.ID+" replaces 1 account of base-ami-1,") {
		t.Errorf("by one that the plan granted before: %+v", f)
	}
	if f := one(grants(unit), accounts(10)...).of("AMI023")[0]; !strings.HasSuffix(f.Message, ", 200000000009 and 200000000010") {
		t.Errorf("%+v", f)
	}
	if f := one(grants(unit), accounts(30)...).of("AMI023")[0]; !strings.Contains(f.Message, "30 accounts") || !strings.HasSuffix(f.Message, "200000000010 and 20 more") {
		t.Errorf("%+v", f)
	}
	if f := eight.of("AMI023")[0]; f.Image.ID != "ami-1" || f.Source.Line != 9 || !strings.Contains(f.Hint, "declare it as well") {
		t.Errorf("%+v", f)
	}
}

func TestAccountsThatAreReplacedDoNotCountAsRevokes(t *testing.T) {
	unit := unitOf("o-exampleorg1")
	for _, c := range []struct {
		name  string
		world world
		codes []string // of AMI002, AMI003 and AMI005
	}{
		{"eight accounts by a unit", one(grants(unit), accounts(8)...), nil},
		{"by a unit that was there already", one(grants(unit), append(accounts(8), unit)...), []string{"AMI002", "AMI003"}},
		{"by an account", one(grants(account(9)), accounts(8)...), []string{"AMI002", "AMI003"}},
		{"by the public", one(grants(principal.Everyone), accounts(8)...), []string{"AMI002", "AMI003"}},
		{"units by their organization", one(grants(org), unit, unitOf("o-exampleorg1")).with(limits(0, 0, 0)), nil},
		{"a unit by another organization", one(grants(org), unitOf("o-exampleorg2")).with(limits(0, 9, 100)), []string{"AMI002"}},
		{"a protected account among them", one(grants(unit), accounts(8)...).with(func(w *world) { w.policy.Protect = accounts(1) }), []string{"AMI005"}},
		{"a publication beside them", one(grants(unit), append(accounts(8), principal.Everyone)...).with(limits(0, 9, 100)), []string{"AMI002"}},
	} {
		var codes []string
		for _, f := range c.world.check() {
			if f.Code == "AMI002" || f.Code == "AMI003" || f.Code == "AMI005" {
				codes = append(codes, f.Code)
			}
		}
		if strings.Join(codes, " ") != strings.Join(c.codes, " ") {
			t.Errorf("%s: %v, want %v", c.name, codes, c.codes)
		}
	}
}

func TestAMI024PublicImagesThatAreSoonDeprecated(t *testing.T) {
	dated := func(created, deprecated time.Time) world {
		return one(grants(principal.Everyone)).with(func(w *world) { w.images[0].Created, w.images[0].Deprecated = created, deprecated })
	}
	years := func(n int) time.Time { return noon.AddDate(n, 0, 0) }
	judge(t, "AMI024", reconcile.SeverityWarning, "", []verdict{
		{"no date", dated(day(-1), time.Time{}), nil},
		{"a date within two years of its creation", dated(day(-1), day(300)), nil},
		{"a date exactly two years after it", dated(day(-1), day(-1).AddDate(2, 0, 0)), nil},
		{"a later date", dated(day(-1), day(0).AddDate(2, 0, 0)), []string{"base-ami-1 becomes public and is to be deprecated on 2028-11-21; a public image is deprecated on 2028-11-20 at the latest"}},
		{"deprecated", dated(day(-30), day(-1)), []string{"base-ami-1 becomes public and is deprecated since 2026-11-20"}},
		{"deprecated just now", dated(day(-30), noon), []string{"is deprecated since"}},
		{"deprecated in a second", dated(day(-30), noon.Add(time.Second)), nil},
		{"two years old", dated(years(-2), time.Time{}), nil},
		{"older than that", dated(years(-2).Add(-time.Second), time.Time{}), []string{"base-ami-1 becomes public and was made on 2024-11-21; AWS deprecates a public image two years after that"}},
		{"old, with a date to come", dated(years(-3), years(1)), []string{"was made on 2023-11-21"}},
		{"nobody knows when it was made", dated(time.Time{}, day(-1)), nil},
		{"public already", one(grants(principal.Everyone), principal.Everyone).with(func(w *world) { w.images[0].Deprecated = day(-1) }), nil},
		{"not public", one(grants(account(1))).with(func(w *world) { w.images[0].Deprecated = day(-1) }), nil},
	})
	if f := dated(day(-1), years(5)).of("AMI024")[0]; !strings.Contains(f.Hint, "2028-11-20 or before") || f.Source.Line != 9 {
		t.Errorf("%+v", f)
	}
}
