package reconcile_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
)

const termsText = `  revokes: {max: 10}
  protect: [{account: data}]
  allow: [{account: "999900001111"}]
  severities: {AMI003: warning}
  rules: [{name: tagged, when: "true", severity: warning, message: m}]
  ignore: [{image: old-*, reason: r, until: 2026-12-01}]
  exceptions: [{code: AMI004, reason: r, until: 2026-12-02}]
  publicShares: [{share: base, approvedBy: sam, reason: r, until: 2026-12-03}]
`

func TestWhatTheFingerprintOfDeclarationsIsOf(t *testing.T) {
	base := declared(t, threeShares(), termsText).Fingerprint(noon)
	for _, c := range []struct {
		name   string
		estate []string // replacements
		policy []string
		same   bool
	}{
		{name: "nothing", same: true},
		{name: "a place", estate: []string{"kind: OwnerAccount\nmetadata: {name: factory}", "\n\nkind: OwnerAccount\n\nmetadata: {name: factory}"}},
		{name: "a way to the same account", estate: []string{`[{account: data}]`, `[{account: "777788889999"}]`}, same: true},
		{name: "a name", estate: []string{`payments: "444455556666"`, `payroll: "444455556666"`, "{account: payments}", "{account: payroll}"}},
		{name: "a place in the policy", policy: []string{"  revokes", "\n  revokes"}},
		{name: "a role", estate: []string{":role/a", ":role/b"}, same: true},
		{name: "an external id", estate: []string{"externalId: secret", "externalId: other"}, same: true},
		{name: "quotas", estate: []string{"regions: [us-east-1]}", "regions: [us-east-1], quotas: {publicImages: 9}}"}},
		{name: "regions", estate: []string{"regions: [us-east-1]}", "regions: [us-east-1, eu-west-1]}"}},
		{name: "the name of an owner", estate: []string{"{name: lab}", "{name: labs}", "owner: lab", "owner: labs"}},
		{name: "the name of a share", estate: []string{"{name: web}", "{name: site}"}},
		{name: "a label", estate: []string{"{name: web}", "{name: web, labels: {team: a}}"}},
		{name: "a mode", estate: []string{"mode: additive, ", ""}},
		{name: "a share's owner", estate: []string{"owner: lab, images", "owner: factory, images"}},
		{name: "a pattern", estate: []string{"web-*", "web-x*"}},
		{name: "an architecture", estate: []string{"newest: 2", "newest: 2, architecture: arm64"}},
		{name: "a tag", estate: []string{"newest: 2", "newest: 2, tags: {a: b}"}},
		{name: "newest", estate: []string{"newest: 2", "newest: 3"}},
		{name: "a group", estate: []string{"partners: [", `partners: [{account: "333333333333"}, `}},
		{name: "until", estate: []string{"2027-01-31", "2027-02-28"}},
		{name: "a reason", estate: []string{"trial", "pilot"}},
		{name: "a limit", policy: []string{"max: 10", "max: 11"}},
		{name: "who is kept", policy: []string{"protect: [{account: data}]", `protect: [{account: "333333333333"}]`}},
		{name: "who is allowed", policy: []string{`"999900001111"}]`, `"333333333333"}]`}},
		{name: "nobody is allowed", policy: []string{`allow: [{account: "999900001111"}]`, "allow: []"}},
		{name: "a severity", policy: []string{"AMI003: warning", "AMI003: note"}},
		{name: "a condition", policy: []string{`"true"`, `"false"`}},
		{name: "what a rule says", policy: []string{"message: m", "message: n"}},
		{name: "what is ignored", policy: []string{"old-*", "older-*"}},
		{name: "the end of an exception", policy: []string{"2026-12-02", "2026-12-09"}},
		{name: "an approval", policy: []string{"sam", "kim"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := declared(t, threeShares(c.estate...), strings.NewReplacer(c.policy...).Replace(termsText))
			if got := d.Fingerprint(noon); (got == base) != c.same {
				t.Errorf("the fingerprint is the same: %v", got == base)
			}
		})
	}
}

func TestTheFingerprintChangesWhereATermOfThePolicyEnds(t *testing.T) {
	d := declared(t, threeShares(), termsText)
	var turns []string
	last := ""
	for at := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(time.Hour) {
		if now := d.Fingerprint(at); now != last {
			last = now
			turns = append(turns, at.Format("02 15h"))
		}
	}
	if got := strings.Join(turns, ", "); got != "28 00h, 02 00h, 03 00h, 04 00h" {
		t.Errorf("it changed at %s", got)
	}
}

// Whatever can change a plan changes the fingerprint, and nothing changes it by itself.
func TestDeclarationsThatAffectAnythingHaveAnotherFingerprint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was := drawDeclarations(t)
		is := drawEdited(t, was)
		names := func(d *reconcile.Declarations) []string { return slices.Sorted(maps.Keys(d.ByName())) }
		differ := len(reconcile.Affected(was, is)) > 0 || !slices.Equal(names(was), names(is))
		if got := was.Fingerprint(noon) != is.Fingerprint(noon); differ && !got {
			t.Fatal("the declarations differ, and the fingerprints do not")
		}
		same := *is
		same.Shares = slices.Clone(is.Shares)
		for i := range same.Shares {
			same.Shares[i].Selector.Tags = maps.Clone(same.Shares[i].Selector.Tags)
		}
		if same.Fingerprint(noon) != is.Fingerprint(noon) {
			t.Fatal("it is another where nothing changed")
		}
	})
}
