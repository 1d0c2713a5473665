package report_test

import (
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// reviewed is a plan with one of each thing that a reviewer has to see: a unit
// that replaces accounts, a grant for a time, a revoke, an image that would become
// public and must not, and an image that could not be read.
func reviewed() *reconcile.Plan {
	edge := image(factory, "us-east-1", "ami-0ed4ed4ed4ed4ed40", "edge-proxy-4")
	batch := image(factory, "eu-west-1", "ami-0ba12ba12ba12ba10", "batch-worker-12")
	var changes []reconcile.Change
	var found []reconcile.Finding
	for _, i := range []reconcile.NamedImage{base18, base11, base04} {
		changes = append(changes, grant(i, workloads, 14), revoke(i, payments), revoke(i, dataProd))
		found = append(found, reconcile.Finding{Code: "AMI023", Severity: reconcile.SeverityWarning, Image: i, Source: line(14),
			Message: "workloads/prod (ou-ab12-11111111) replaces 2 accounts of " + i.Name + " (" + i.ID + "), and whether they are inside it is not known here: payments-prod (210987654321), data-prod (777788889999)",
			Hint:    "compare them with its members; an account that is not inside loses the image, so declare it as well"})
	}
	changes = append(changes,
		grant(baseEU, workloads, 14),
		until(grant(baseEU, contract, 16), "2027-01-31", "migration, INC-1234"),
		revoke(golden, stranger),
		change(reconcile.VerbPublish, edge, principal.Everyone, reconcile.Declared, 31),
	)
	found = append(found,
		reconcile.Finding{Code: "AMI001", Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Image: edge, Principal: named(principal.Everyone), Share: "edge-proxy", Source: line(31),
			Message: "edge-proxy-4 (" + edge.ID + ") becomes public: every AWS account could launch it; the policy denies it",
			Hint:    "remove `public: true` from share edge-proxy, or set under `spec` in policy.yaml: `publicShares: [{share: edge-proxy, approvedBy: <who>, reason: <why>}]`"},
		reconcile.Finding{Code: "AMI007", Severity: reconcile.SeverityNote, Message: "an account without a name", Principal: named(contract), Source: line(16), Hint: "name it in a Directory"},
	)
	return finish(&reconcile.Plan{Changes: changes, Findings: found, Access: accessOf(changes),
		Incomplete: []reconcile.Incomplete{{Provider: principal.AWS, Account: factory, Region: "eu-west-1", Image: batch.ID, Name: batch.Name, Kind: reconcile.Throttled,
			Action: "ec2:DescribeImageAttribute", Error: "RequestLimitExceeded: Request limit exceeded.", Hint: "run again later, or with a smaller `--parallel`"}}})
}
