package report

import (
	"io"
	"slices"
	"strings"

	"github.com/amisync/amisync/reconcile"
)

// WriteDiagnosis shows a row for each lane, what each problem is, and which
// owners have no role.
func (textWriter) WriteDiagnosis(w io.Writer, d *reconcile.Diagnosis, style Style) error {
	p := &page{style: style}
	p.checks(d.Lanes)
	p.problems(d.Lanes)
	p.ambient(d.Lanes)
	p.counts("Doctor",
		count{len(d.Lanes), "lane", "lanes", bold},
		count{d.Problems, "problem", "problems", red},
	)
	return p.writeTo(w)
}

// checks writes the table. Where the page is too narrow for it, the account goes,
// which the owner's name stands for as well, and then the space between columns.
func (p *page) checks(lanes []reconcile.LaneDiagnosis) {
	rows, gap := checkRows(lanes), 2
	if !p.fits(gap, rows) {
		for i, r := range rows {
			rows[i].cells = slices.Delete(r.cells, 1, 2)
		}
	}
	if !p.fits(gap, rows) {
		gap = 1
	}
	p.table(gap, rows)
}

func checkRows(lanes []reconcile.LaneDiagnosis) []row {
	header := []span{paint(bold, "OWNER"), paint(bold, "ACCOUNT"), paint(bold, "REGION")}
	for _, check := range (reconcile.LaneDiagnosis{}).Checks() {
		header = append(header, paint(bold, strings.ToUpper(check.Name)))
	}
	rows := []row{{cells: header}}
	for _, lane := range lanes {
		cells := []span{say(lane.Owner), say(lane.Account), say(lane.Region)}
		for _, check := range lane.Checks() {
			cells = append(cells, checkStatus(check.Status))
		}
		rows = append(rows, row{cells: cells})
	}
	return rows
}

func checkStatus(status reconcile.CheckStatus) span {
	switch status {
	case reconcile.CheckOK:
		return paint(green, string(status))
	case reconcile.CheckSkipped:
		return paint(faint, "-")
	}
	return paint(red, string(status))
}

func (p *page) problems(lanes []reconcile.LaneDiagnosis) {
	var remarks []remark
	for _, lane := range lanes {
		for _, check := range lane.Checks() {
			if check.Problem() {
				remarks = append(remarks, remark{label: checkStatus(check.Status), code: strings.ToUpper(check.Name),
					text: failure(check.Action, check.Error), places: []string{joined(" ", lane.Owner, lane.Account, lane.Region)}, hint: check.Hint})
			}
		}
	}
	p.remarks("Problems", remarks)
}

// ambient names the owners that are entered with the credentials that were
// found: no role's policy keeps a plan from writing there.
func (p *page) ambient(lanes []reconcile.LaneDiagnosis) {
	var remarks []remark
	told := map[string]bool{}
	for _, lane := range lanes {
		if lane.Ambient && !told[lane.Owner] {
			told[lane.Owner] = true
			remarks = append(remarks, remark{label: say("note"), text: "ambient credentials: IAM does not limit a plan to reading",
				places: []string{joined(" ", lane.Owner, lane.Account)}, hint: "give the OwnerAccount a `role`; `amisync iam-policy permissions` prints what it needs"})
		}
	}
	p.remarks("Notes", remarks)
}
