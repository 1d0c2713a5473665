package report_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

const (
	factory = "111122223333"
	labs    = "999900001111"
	orgARN  = "arn:aws:organizations::123456789012:organization/o-exampleorg1"
	ouARN   = "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"
)

var (
	at    = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	names = map[string]string{factory: "image-factory", labs: "labs"}

	payments  = account("210987654321")
	dataProd  = account("777788889999")
	contract  = account("444455556666")
	stranger  = account("333344445555")
	acme      = principal.Principal{Kind: principal.Organization, ID: orgARN}
	workloads = principal.Principal{Kind: principal.OrganizationalUnit, ID: ouARN}
	otherOU   = principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-22222222"}

	aliases = map[principal.Principal]string{
		payments: "payments-prod", dataProd: "data-prod", acme: "acme", workloads: "workloads/prod",
	}

	base18 = image(factory, "us-east-1", "ami-0a18a18a18a18a180", "base-al2023-2026.11.18")
	base11 = image(factory, "us-east-1", "ami-0a11a11a11a11a110", "base-al2023-2026.11.11")
	base04 = image(factory, "us-east-1", "ami-0a04a04a04a04a040", "base-al2023-2026.11.04")
	baseEU = image(factory, "eu-west-1", "ami-0e18e18e18e18e180", "base-al2023-2026.11.18")
	golden = image(factory, "us-east-1", "ami-0b01b01b01b01b010", "golden-nginx-7")
	lab    = image(labs, "ap-northeast-1", "ami-0c01c01c01c01c010", "")
)

func account(id string) principal.Principal {
	return principal.Principal{Kind: principal.Account, ID: id}
}

func image(account, region, id, name string) reconcile.NamedImage {
	return reconcile.NamedImage{Image: principal.Image{Provider: principal.AWS, Account: account, Region: region, ID: id}, Name: name}
}

func named(p principal.Principal) reconcile.NamedPrincipal {
	return reconcile.NamedPrincipal{Principal: p, Alias: aliases[p]}
}

func line(n int) reconcile.Source {
	return reconcile.Source{File: "manifests/images/base.yaml", Line: n, Column: 7}
}

// change is a change with an id that tests can predict.
func change(verb reconcile.Verb, i reconcile.NamedImage, p principal.Principal, reason reconcile.Reason, n int) reconcile.Change {
	return reconcile.Change{ID: string(verb) + "-" + i.ID + "-" + p.String(), Verb: verb, Image: i, Principal: named(p), Reason: reason, Source: line(n)}
}

func grant(i reconcile.NamedImage, p principal.Principal, n int) reconcile.Change {
	return change(reconcile.VerbGrant, i, p, reconcile.Declared, n)
}

func revoke(i reconcile.NamedImage, p principal.Principal) reconcile.Change {
	return change(reconcile.VerbRevoke, i, p, reconcile.Undeclared, 3)
}

func until(c reconcile.Change, day, note string) reconcile.Change {
	c.Until, c.Note = day, note
	return c
}

// ec2 are the limits of EC2.
func ec2() map[principal.Provider]reconcile.Limits {
	return map[principal.Provider]reconcile.Limits{principal.AWS: {List: "DescribeImages", Read: "DescribeImageAttribute", IDsPerList: 200,
		Buckets: map[string]reconcile.Bucket{"DescribeImageAttribute": {Size: 100, Refill: 20}, "ModifyImageAttribute": {Size: 100, Refill: 5}}}}
}

func finish(p *reconcile.Plan) *reconcile.Plan {
	p.At, p.Findings = at, slices.Clone(p.Findings) // they are sorted in place
	p.Inventory = reconcile.Counts{Lanes: 3, Listed: 120, Picked: 9, Retired: 14}
	p.Finish(aliases, map[principal.Provider]reconcile.Carrier{
		principal.AWS: func(changes []reconcile.Change) []reconcile.Call {
			return []reconcile.Call{{Action: "ModifyImageAttribute", Changes: changes}}
		},
	})
	p.Expected = p.Applying(ec2())
	return p
}

var unread = []reconcile.Incomplete{
	{Provider: principal.AWS, Account: factory, Region: "us-east-1", Image: golden.ID, Name: golden.Name, Kind: reconcile.Throttled,
		Action: "ec2:DescribeImageAttribute", Error: "RequestLimitExceeded: Request limit exceeded.", Hint: "run again later, or with a smaller --parallel"},
	{Provider: principal.AWS, Account: labs, Region: "ap-northeast-1", Kind: reconcile.Denied,
		Action: "ec2:DescribeImages", Error: "UnauthorizedOperation: You are not authorized to perform this operation.", Hint: "amisync iam-policy prints the policy that the role needs"},
	{Provider: principal.AWS, Account: "555566667777", Kind: reconcile.Credentials,
		Action: "sts:AssumeRole", Error: "AccessDenied: not authorized to perform sts:AssumeRole", Hint: "amisync doctor checks the role"},
}

var findings = []reconcile.Finding{
	{Code: "AMI007", Severity: reconcile.SeverityNote, Message: "an account without a name", Principal: named(contract), Source: line(16), Hint: "name it in a Directory"},
	{Code: "AMI007", Severity: reconcile.SeverityNote, Message: "an account without a name", Principal: named(stranger), Hint: "name it in a Directory"},
	{Code: "AMI014", Severity: reconcile.SeverityWarning, Message: "the selector matched nothing in labs ap-northeast-1", Share: "base-al2023", Source: line(3)},
	{Code: "AMI005", Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Message: "payments-prod is protected and would lose its launch permission on this image", Image: base18,
		Principal: named(payments), Source: line(3), Hint: "declare it again, or take it off spec.protect in policy.yaml if it is really to go"},
	{Code: "AMI018", Severity: reconcile.SeverityError, Stops: reconcile.StopsImage, Message: "two exclusive shares claim this image: base-al2023 and everything", Image: golden,
		Hint: "narrow one of the selectors, or make one share additive"},
}

// held are findings about revokes that a filter holds back.
func held(images ...reconcile.NamedImage) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, i := range images {
		findings = append(findings, reconcile.Finding{Code: "AMI020", Severity: reconcile.SeverityWarning, Image: i, Principal: named(payments), Source: line(3),
			Message: "the revoke of payments-prod from " + i.Name + " is left out: the filter leaves out a grant that may replace it", Hint: "run without the filter"})
	}
	return findings
}

// stillDeclared is a finding that stops images without naming them.
var stillDeclared = []reconcile.Finding{{Code: "AMI021", Severity: reconcile.SeverityError, Stops: reconcile.StopsImage, Share: "base-al2023", Principal: named(dataProd),
	Source: line(12), Message: "data-prod keeps 3 images of share base-al2023, which still declares it", Hint: "take it out of the share and run this again"}}

// alike are findings that differ in their image alone, but for one.
func alike(images ...reconcile.NamedImage) []reconcile.Finding {
	var findings []reconcile.Finding
	for _, image := range images {
		lost := 3
		if image == golden {
			lost = 4
		}
		name := image.Name
		if name == "" {
			name = image.ID
		}
		findings = append(findings, reconcile.Finding{Code: "AMI003", Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Image: image, Source: line(3),
			Message: fmt.Sprintf("%s loses %d of its 5 principals, the policy allows 50 %%", name, lost), Hint: "take them out in smaller parts"})
	}
	return findings
}

func everyday() *reconcile.Plan {
	var changes []reconcile.Change
	for _, i := range []reconcile.NamedImage{base18, base11, base04} {
		changes = append(changes, grant(i, workloads, 14), grant(i, payments, 15))
	}
	changes = append(changes,
		until(grant(base18, contract, 16), "2027-01-31", "migration, INC-1234"),
		grant(baseEU, workloads, 14),
		revoke(golden, stranger), revoke(golden, otherOU),
		until(change(reconcile.VerbRevoke, golden, contract, reconcile.Expired, 22), "2026-10-31", "trial"),
		change(reconcile.VerbPublish, lab, principal.Everyone, reconcile.Declared, 31),
		revoke(lab, stranger),
	)
	return finish(&reconcile.Plan{Changes: changes, Access: accessOf(changes, acme, dataProd)})
}

// long is a plan for a cloud that takes one write in a hundred seconds.
func long() *reconcile.Plan {
	p, limits := everyday(), ec2()
	limits[principal.AWS].Buckets["ModifyImageAttribute"] = reconcile.Bucket{Size: 1, Refill: 0.01}
	p.Expected = p.Applying(limits)
	return p
}
