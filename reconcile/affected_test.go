package reconcile_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/guard"
)

// drawEdited is another revision of declarations: some shares are gone, some
// came, and of some a single thing is another.
func drawEdited(t *rapid.T, base *reconcile.Declarations) *reconcile.Declarations {
	head, other := *base, drawDeclarations(t)
	head.Shares = nil
	for i := range max(len(base.Shares), len(other.Shares)) {
		if i >= len(base.Shares) {
			head.Shares = append(head.Shares, other.Shares[i])
			continue
		}
		share := base.Shares[i]
		switch rapid.IntRange(0, 9).Draw(t, "edit") {
		case 0:
			continue
		case 1:
			if i < len(other.Shares) {
				share = other.Shares[i]
			}
		case 2:
			share.Selector = drawSelector(t, share.Lanes)
		case 3:
			share.Mode = rapid.SampledFrom([]reconcile.Mode{reconcile.Exclusive, reconcile.Additive}).Draw(t, "mode")
		case 4:
			share.Grants = drawGrants(t)
		case 5:
			share.Lanes = share.Lanes[:1]
		}
		head.Shares = append(head.Shares, share)
	}
	return &head
}

// changesOn are the changes of an estate on the images that a share claims, and
// who claims these.
func (e estate) changesOn(share string) string {
	var lines []string
	changes := changesByImage(e.changes())
	for _, selected := range e.selection().Images {
		if selected.ClaimedBy(share) {
			lines = append(lines, fmt.Sprintf("%v: %+v %+v", selected.Image.Image, selected.Claims, changes[selected.Image.Image]))
		}
	}
	return strings.Join(lines, "\n")
}

// findingsOn are the verdicts of the guards on the images that a share claims.
// Sentences are left out: they hold names.
func (e estate) findingsOn(share string) string {
	selection, changes := e.selection(), e.changes()
	reconcile.Name(changes, e.declarations.Aliases)
	claimed := map[principal.Image]bool{}
	for _, selected := range selection.Images {
		claimed[selected.Image.Image] = selected.ClaimedBy(share)
	}
	var lines []string
	for _, f := range guard.Check(guard.Input{Declarations: e.declarations, At: noon, Inventory: e.inventory, Claimed: selection, Selection: selection,
		Desired: e.desired(), Observations: e.observations, Changes: changes}) {
		if claimed[f.Image.Image] {
			lines = append(lines, fmt.Sprint(f.Code, f.Severity, f.Stops, f.Image, f.Principal.Principal, f.Share))
		}
	}
	return strings.Join(lines, "\n")
}

// drawJudged is an estate with rules of its own, on who may lose access; and with
// room for any number of public images, which are counted over a whole run.
func drawJudged(t *rapid.T) estate {
	e := drawEstate(t)
	d := e.declarations
	d.Owners = slices.Clone(d.Owners)
	for i := range d.Owners {
		d.Owners[i].Quotas.PublicImages = 1000
	}
	for i, who := range everybody {
		d.Aliases[who] = fmt.Sprint("name-", i)
	}
	rules := []reconcile.Rule{
		{Name: "nameless", When: `principal.name == ""`, Severity: reconcile.SeverityError, Violated: func(s reconcile.RuleSubject) (bool, error) { return s.Change.Principal.Alias == "", nil }},
		{Name: "revokes", When: `change.verb == "revoke"`, Severity: reconcile.SeverityError, Violated: func(s reconcile.RuleSubject) (bool, error) { return s.Change.Verb.Takes(), nil }},
	}
	d.Policy.Rules = rules[rapid.IntRange(0, len(rules)).Draw(t, "rules"):]
	return e
}

func TestWhatIsNotAffectedStaysTheSame(t *testing.T) {
	unaffected := 0
	rapid.Check(t, func(t *rapid.T) {
		was := drawJudged(t)
		is := was
		is.declarations = drawEdited(t, was.declarations)
		if rapid.Bool().Draw(t, "a name is all that is edited") {
			edited := *was.declarations
			edited.Aliases = maps.Clone(edited.Aliases)
			delete(edited.Aliases, rapid.SampledFrom(everybody).Draw(t, "whose"))
			is.declarations = &edited
		}
		affected := reconcile.Affected(was.declarations, is.declarations)
		if !slices.IsSorted(affected) || slices.ContainsFunc(affected, func(name string) bool { return is.declarations.Share(name) == nil }) {
			t.Fatalf("affected: %v", affected)
		}
		for _, share := range is.declarations.Shares {
			if slices.Contains(affected, share.Share) {
				continue
			}
			unaffected++
			if got, want := is.changesOn(share.Share), was.changesOn(share.Share); got != want {
				t.Fatalf("%s is not among those affected, %v:\n%s\nbefore:\n%s", share.Share, affected, got, want)
			}
			if got, want := is.findingsOn(share.Share), was.findingsOn(share.Share); got != want {
				t.Fatalf("%s is not among those affected, %v, and is judged otherwise:\n%s\nbefore:\n%s", share.Share, affected, got, want)
			}
		}
		if same := reconcile.Affected(is.declarations, is.declarations); len(same) > 0 {
			t.Fatalf("nothing differs, and %v are affected", same)
		}
	})
	if unaffected == 0 { // there are more than a hundred
		t.Error("every share was affected: nothing was tested")
	}
}

func TestAPlanOfTheAffectedSharesIsThatPartOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was := drawEstate(t)
		is := was
		is.declarations = drawEdited(t, was.declarations)
		scope := reconcile.Scope{Shares: reconcile.Affected(was.declarations, is.declarations)}
		if len(scope.Shares) == 0 {
			t.Skip("none is affected")
		}
		part := scope.Selection(is.selection())
		var want []reconcile.Change
		meant := map[principal.Image]bool{}
		for _, selected := range part.Images {
			meant[selected.Image.Image] = true
		}
		for _, change := range is.changes() {
			if meant[change.Image.Image] {
				want = append(want, change)
			}
		}
		got := reconcile.Diff(reconcile.Desire(is.declarations, part, noon), is.observations)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %v, want %v", short(got), short(want))
		}
	})
}

const policyText = "  revokes: {max: 10}\n  rules: [{name: tagged, when: \"true\", severity: warning, message: m}]\n  ignore: [{image: old-*, reason: r}]\n"

// threeShares are base and golden, which may mean the same images, and web;
// replacements edit them.
func threeShares(replacements ...string) string {
	text := manifest("OwnerAccount", "factory", factorySpec) + manifest("OwnerAccount", "lab", `id: "222222222222", role: "arn:aws:iam::222222222222:role/l", externalId: secret, regions: [us-east-1]`) +
		manifest("Directory", "acme", namesSpec) +
		manifest("ImageShare", "base", `owner: factory, images: {name: base-*}, launchPermissions: [{account: data}]`) +
		manifest("ImageShare", "golden", `owner: factory, images: {name: base-golden-*}, mode: additive, launchPermissions: [{group: partners}]`) +
		manifest("ImageShare", "web", `owner: lab, images: {name: web-*, newest: 2}, launchPermissions: [{account: "999900001111", until: 2027-01-31, reason: trial}]`)
	return strings.NewReplacer(replacements...).Replace(text)
}

func TestWhichSharesAnEditReaches(t *testing.T) {
	for _, c := range []struct {
		name   string
		rule   string   // in both revisions
		estate []string // replacements
		policy []string
		want   string
	}{
		{name: "nothing", want: "[]"},
		{name: "another place", estate: []string{"kind: OwnerAccount\nmetadata: {name: factory}", "\n\nkind: OwnerAccount\n\nmetadata: {name: factory}"}, want: "[]"},
		{name: "another way to the same account", estate: []string{`[{account: data}]}`, `[{account: "777788889999"}]}`}, want: "[]"},
		{name: "a name that nobody uses", estate: []string{`accounts: {`, `accounts: {spare: "333333333333", `}, want: "[]"},
		{name: "a name that nobody uses, where a rule asks for names", rule: `principal.name != \"\"`, estate: []string{`accounts: {`, `accounts: {spare: "333333333333", `}, want: "[base golden web]"},
		{name: "another place of a name, where a rule asks for names", rule: `principal.name != \"\"`, estate: []string{`accounts: {`, `  accounts: {`}, want: "[]"},
		{name: "a place in the policy", policy: []string{"  revokes", "\n  revokes"}, want: "[]"},
		{name: "a limit of the policy", policy: []string{"max: 10", "max: 11"}, want: "[base golden web]"},
		{name: "a rule of the policy", policy: []string{`"true"`, `"false"`}, want: "[base golden web]"},
		{name: "what the policy ignores", policy: []string{"old-*", "older-*"}, want: "[base golden web]"},
		{name: "a group, and who may claim the same images", estate: []string{"partners: [", `partners: [{account: "333333333333"}, `}, want: "[base golden]"},
		{name: "the name of an account", estate: []string{`payments: "444455556666"`, `payroll: "444455556666"`, "{account: payments}", "{account: payroll}"}, want: "[base golden]"},
		{name: "a name for an account that is shared with by id", estate: []string{`accounts: {`, `accounts: {trial: "999900001111", `}, want: "[web]"},
		{name: "another last day", estate: []string{"2027-01-31", "2027-02-28"}, want: "[web]"},
		{name: "another reason", estate: []string{"trial", "pilot"}, want: "[web]"},
		{name: "more of the newest", estate: []string{"newest: 2", "newest: 3"}, want: "[web]"},
		{name: "a label", estate: []string{"{name: web}", "{name: web, labels: {team: a}}"}, want: "[web]"},
		{name: "the owner's role", estate: []string{":role/a", ":role/b"}, want: "[]"},
		{name: "the owner's external id", estate: []string{"externalId: secret", "externalId: other"}, want: "[]"},
		{name: "the owner's quotas", estate: []string{"regions: [us-east-1]}", "regions: [us-east-1], quotas: {publicImages: 9}}"}, want: "[web]"},
		{name: "the owner's regions", estate: []string{"regions: [us-east-1]}", "regions: [us-east-1, eu-west-1]}"}, want: "[web]"},
		{name: "a share that is called otherwise", estate: []string{"{name: web}", "{name: site}"}, want: "[site]"},
		{name: "a share that is gone, and who may claim its images", estate: []string{manifest("ImageShare", "base", `owner: factory, images: {name: base-*}, launchPermissions: [{account: data}]`), ""}, want: "[golden]"},
		{name: "a share that goes where another is", estate: []string{"images: {name: web-*, newest: 2}", "images: {name: web-*, newest: 2}, mode: additive", "owner: lab", "owner: factory"}, want: "[web]"},
		{name: "a share that was where another is", estate: []string{"{name: base-golden-*}", "{name: golden-*}"}, want: "[base golden]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := strings.Replace(policyText, `"true"`, `"`+cmp.Or(c.rule, "true")+`"`, 1)
			base, head := declared(t, threeShares(), policy), declared(t, threeShares(c.estate...), strings.NewReplacer(c.policy...).Replace(policy))
			if got := fmt.Sprint(reconcile.Affected(base, head)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEveryShareIsAffectedWhereThereWereNone(t *testing.T) {
	base := &reconcile.Declarations{Policy: reconcile.DefaultPolicy()}
	if got := fmt.Sprint(reconcile.Affected(base, declared(t, threeShares(), ""))); got != "[base golden web]" {
		t.Errorf("affected: %v", got)
	}
}

func TestAShareIsRemovedUnlessItIsOnlyCalledOtherwise(t *testing.T) {
	web := manifest("ImageShare", "web", `owner: lab, images: {name: web-*, newest: 2}, launchPermissions: [{account: "999900001111", until: 2027-01-31, reason: trial}]`)
	base := declared(t, threeShares(), policyText)
	for _, c := range []struct {
		name   string
		estate []string
		want   string
	}{
		{"nothing", nil, "[]"},
		{"an edit", []string{"newest: 2", "newest: 3"}, "[]"},
		{"another name", []string{"{name: web}", "{name: site}"}, "[]"},
		{"another name and other images", []string{"{name: web}", "{name: site}", "web-*", "site-*"}, "[web]"},
		{"it is deleted", []string{web, ""}, "[web]"},
	} {
		if got := fmt.Sprint(reconcile.Removed(base, declared(t, threeShares(c.estate...), policyText))); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
