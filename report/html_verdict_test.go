package report_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// pageVerdict is the verdict of a page: each sentence with its tone.
func pageVerdict(t *testing.T, document render) string {
	t.Helper()
	var sentences []string
	for _, found := range regexp.MustCompile(`<(?:h1(?: class="(\w+)")?|p class="verdict ?(\w*)")>(.*?)</`).FindAllStringSubmatch(text(t, document, report.HTML, report.Style{}), -1) {
		sentences = append(sentences, strings.TrimSpace(found[1]+found[2]+" "+found[3]))
	}
	return strings.Join(sentences, " | ")
}

func TestNothingInAVerdictHidesAnother(t *testing.T) {
	const unknown = "warn Incomplete: 1 part of the cloud could not be read."
	publish := []reconcile.Change{change(reconcile.VerbPublish, lab, principal.Everyone, reconcile.Declared, 31), grant(base18, workloads, 14)}
	for want, p := range map[string]*reconcile.Plan{
		"1 image changes.":                                      {Changes: publish[1:]},
		"1 image changes. | " + unknown:                         {Changes: publish[1:], Incomplete: unread[:1]},
		"alarm 2 images change; 1 becomes PUBLIC.":              {Changes: publish},
		"alarm 2 images change; 1 becomes PUBLIC. | " + unknown: {Changes: publish, Incomplete: unread[:1]},
		"bad Refused: 1 error stops the run; nothing is applied until that is mended. | alarm 2 images would change; 1 would become PUBLIC. | " + unknown:                                        {Changes: publish, Incomplete: unread[:1], Findings: findings[3:4]},
		"warn In part: 1 error keeps its image from being changed; the rest can be applied. | alarm 2 images would change; 1 would become PUBLIC.":                                               {Changes: publish, Findings: findings[4:]},
		"warn Refused: 1 error keeps its image from being changed; nothing is left to apply. | No changes are known, but not everything could be read: the cloud may differ there. | " + unknown: {Incomplete: unread[:1], Findings: findings[4:]},
		"good No changes. The cloud is as declared.": {},
	} {
		p.Changes = slices.Clone(p.Changes) // they are sorted in place
		if got := pageVerdict(t, plan(finish(p))); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestTheVerdictOfAResultTellsWhatIsNotDone(t *testing.T) {
	applied := []reconcile.Outcome{{Change: grant(base18, workloads, 14), Status: reconcile.StatusApplied}}
	failed := []reconcile.Outcome{applied[0], {Change: grant(base11, contract, 16), Status: reconcile.StatusFailed}}
	for want, r := range map[string]*reconcile.Result{
		"good Applied: every change is in effect.":                                                        {Outcomes: applied},
		"bad 1 error keeps its image from being changed. | Applied: every change is in effect.":           {Outcomes: applied, Findings: findings[4:]},
		"Applied: every change is in effect. | warn 1 revoke is held back.":                               {Outcomes: applied, Findings: held(base11)},
		"good Applied: every change is in effect. | The run was interrupted when nothing was left to do.": {Outcomes: applied, Interrupted: true},
		"bad Applied in part: 1 change is not in effect: 1 failed.":                                       {Outcomes: failed},
		"warn Applied in part: 1 change is not in effect. | The run was interrupted.":                     {Interrupted: true, Outcomes: []reconcile.Outcome{applied[0], {Change: failed[1].Change, Status: "postponed"}}},
		"bad 1 error keeps its image from being changed. | Nothing was changed.":                          {Findings: findings[4:]},
		"Nothing was changed. | warn Incomplete: 1 part of the cloud could not be read.":                  {Incomplete: unread[:1]},
		"good Nothing was to be changed.":                                                                 {},
	} {
		r.Finish()
		if got := pageVerdict(t, result(r)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestPublicImagesOfNoManifestAreInTheVerdict(t *testing.T) {
	d := &reconcile.Drift{At: at}
	d.AddUnmanaged(lab, []principal.Principal{principal.Everyone}, nil)
	d.Finish()
	if got, want := pageVerdict(t, drift(d)), "bad Drift: the cloud is not as declared. | alarm 1 image is PUBLIC."; got != want {
		t.Errorf("got %s", got)
	}
}
