package guard_test

import (
	"slices"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// exactly compares all findings of one code, with all that they hold.
func exactly(t *testing.T, w world, code string, want ...reconcile.Finding) {
	t.Helper()
	if got := w.of(code); !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// data is the account that a directory names.
var data = reconcile.NamedPrincipal{Principal: account(1), Alias: "data"}

func aliases(w *world) { w.names = map[principal.Principal]string{data.Principal: data.Alias} }

// TestFindingsInFull has one finding of each code with all that it says and
// is about. A plan names the principals that have no alias here.
func TestFindingsInFull(t *testing.T) {
	const errs, warns, notes = reconcile.SeverityError, reconcile.SeverityWarning, reconcile.SeverityNote
	const run, alone = reconcile.StopsRun, reconcile.StopsImage
	base := reconcile.NamedImage{Image: image("ami-1").Image, Name: "base-ami-1"}
	stray := reconcile.NamedImage{Image: image("ami-stray-a").Image, Name: "ami-stray-a"}
	everyone := reconcile.NamedPrincipal{Principal: principal.Everyone}
	unnamed := reconcile.NamedPrincipal{Principal: account(2)}
	atShare, atGrant, atPolicy := reconcile.Source{File: "base.yaml", Line: 1}, reconcile.Source{File: "base.yaml", Line: 9}, reconcile.Source{File: "policy.yaml", Line: 1}
	told := map[string]bool{}
	for _, c := range []struct {
		world world
		want  reconcile.Finding
	}{
		{one(grants(principal.Everyone)), reconcile.Finding{
			Code: "AMI001", Severity: errs, Stops: run, Image: base, Principal: everyone, Source: atGrant,
			Message: "base-ami-1 becomes public: every AWS account could launch it; the policy denies it",
			Hint:    "remove `public: true` from share base, or set under `spec` in policy.yaml: `publicShares: [{share: base, approvedBy: <who>, reason: <why>}]`",
		}},
		{one(nil, accounts(6)...), reconcile.Finding{
			Code: "AMI002", Severity: errs, Stops: run, Source: atPolicy,
			Message: "6 principals lose access in one run, the policy allows 5",
			Hint:    "apply part of it (--share, --principal), or set under `spec` in policy.yaml: `revokes: {maxPrincipals: 6}`",
		}},
		{one(grants(accounts(7)[4:]...), accounts(7)...), reconcile.Finding{
			Code: "AMI003", Severity: errs, Stops: run, Image: base, Share: "base", Source: atShare,
			Message: "base-ami-1 loses 4 of its 7 principals (58 %), the policy allows 50 %",
			Hint: "if that is meant, set under `spec` in policy.yaml: `exceptions: [{code: AMI003, share: base, reason: <why>, until: 2026-12-05}]`; " +
				"or there, for all shares, `revokes: {maxPercentPerImage: 58}`",
		}},
		{one(until(-1, account(9)), account(1)), reconcile.Finding{
			Code: "AMI004", Severity: errs, Stops: run, Image: base, Share: "base", Source: atShare,
			Message: "base-ami-1 loses its last principal: only its owner could launch it",
			Hint: "if the image is to be private, write `launchPermissions: []` in its share, " +
				"or set under `spec` in policy.yaml: `exceptions: [{code: AMI004, share: base, reason: <why>, until: 2026-12-05}]`",
		}},
		{one(grants(account(9)), account(1)).with(func(w *world) { w.policy.Protect = accounts(1) }), reconcile.Finding{
			Code: "AMI005", Severity: errs, Stops: run, Image: base, Share: "base", Principal: data, Source: atShare,
			Message: "data (200000000001) would lose base-ami-1, and the policy protects it",
			Hint:    "declare it again under the share's launchPermissions, `- {account: data}`, or take `{account: data}` out of `protect` in policy.yaml",
		}},
		{one(grants(account(2))), reconcile.Finding{
			Code: "AMI007", Severity: notes, Share: "base", Principal: unnamed, Source: atGrant,
			Message: "account 200000000002 has no name",
			Hint:    "name it in a Directory: `accounts: {some-name: \"200000000002\"}`",
		}},
		{one(grants(account(1))).with(func(w *world) { w.images[0].State, w.has = reconcile.Pending, nil }), reconcile.Finding{
			Code: "AMI008", Severity: warns, Stops: alone, Image: base, Source: atGrant,
			Message: "base-ami-1 is pending and cannot be shared",
			Hint:    "it is shared by the first run after it has become available",
		}},
		{one(grants(principal.Everyone)).with(found(blocked)), reconcile.Finding{
			Code: "AMI009", Severity: errs, Stops: alone, Image: base, Source: atGrant,
			Message: "base-ami-1 cannot be made public: it is where block public access is on",
			Hint:    "turn it off",
		}},
		{one(nil).with(func(w *world) {
			w.policy.Exceptions = []reconcile.Exception{{Code: "AMI003", Term: reconcile.Term{Until: day(-1), Source: atPolicy}}}
		}), reconcile.Finding{
			Code: "AMI010", Severity: warns, Source: atPolicy,
			Message: "the exception of AMI003 no longer works: its last day was 2026-11-20",
			Hint:    "remove the entry from policy.yaml, or renew its `until`",
		}},
		{one(nil).with(func(w *world) { w.shares[0].Selector.Name = "nope-*" }), reconcile.Finding{
			Code: "AMI014", Severity: warns, Share: "base", Source: atShare,
			Message: "share base matches no image in us-east-1",
			Hint:    "compare its `images` with the names, tags and architectures there, or leave the region out of its `regions`",
		}},
		{one(nil).with(public(1)), reconcile.Finding{
			Code: "AMI015", Severity: errs, Image: stray,
			Message: "ami-stray-a is public and no manifest claims it",
			Hint:    "declare it in an image share (see `amisync import`), or make it private",
		}},
		{one(until(3, account(1)), account(1)), reconcile.Finding{
			Code: "AMI016", Severity: notes, Share: "base", Principal: reconcile.NamedPrincipal{Principal: account(1)}, Source: atGrant,
			Message: "data (200000000001) has 1 image of 1 share until 2026-11-24 only",
			Hint:    "if it is to keep access, move `until` on or remove it; if not, there is nothing to do",
		}},
		{one(grants(account(1))).with(rule(nil, noAccounts)), reconcile.Finding{
			Code: "AMI017", Severity: errs, Stops: run, Image: base, Principal: data, Source: atGrant,
			Message: "rule no-accounts: share with organizations only",
			Hint:    "change what the share declares; the rule is at policy.yaml:12",
		}},
		{one(nil).with(func(w *world) { w.shares = append(w.shares, share("other", reconcile.Exclusive, nil)) }), reconcile.Finding{
			Code: "AMI018", Severity: errs, Stops: alone, Image: base, Share: "base", Source: atShare,
			Message: "base-ami-1 is claimed by the exclusive shares base and other; it is left alone",
			Hint:    "narrow one selector, or make all but one of the shares `mode: additive`",
		}},
		{one(grants(account(1))).with(found(managed)), reconcile.Finding{
			Code: "AMI019", Severity: errs, Stops: alone, Image: base, Source: atGrant,
			Message: "base-ami-1 cannot be shared: it has a snapshot under an AWS-managed key",
			Hint:    "copy it",
		}},
		{one(grants(org), account(1)).with(func(w *world) { w.scope.Principals = accounts(1) }), reconcile.Finding{
			Code: "AMI020", Severity: warns, Image: base, Principal: data, Source: atShare,
			Message: "the revoke of data (200000000001) from base-ami-1 is left out: the filter leaves out a grant that may replace it",
			Hint:    "run without the filter, so that nobody loses access in between; to take a principal out at once, name it: `apply --principal X --only-revoke`",
		}},
		{one(grants(account(1)), account(1)).with(named(account(1))), reconcile.Finding{
			Code: "AMI021", Severity: errs, Stops: alone, Share: "base", Principal: reconcile.NamedPrincipal{Principal: account(1)}, Source: atGrant,
			Message: "data (200000000001) keeps 1 image of share base, which still declares it",
			Hint:    "take it out of the share (or of the group that brings it in) and run this again",
		}},
		{one(grants(account(1))).with(func(w *world) { w.policy.Allow = []principal.Principal{org} }), reconcile.Finding{
			Code: "AMI022", Severity: errs, Stops: run, Image: base, Share: "base", Principal: data, Source: atGrant,
			Message: "data (200000000001) would gain base-ami-1, and is not among those whom the policy allows",
			Hint:    "take it out of the share, or add `{account: data}` to `allow` in policy.yaml",
		}},
		{one(grants(org), account(1)), reconcile.Finding{
			Code: "AMI023", Severity: warns, Image: base, Source: atGrant,
			Message: org.ID + " replaces 1 account of base-ami-1, and whether they are inside it is not known here: data (200000000001)",
			Hint:    "compare them with its members; an account that is not inside loses the image, so declare it as well",
		}},
		{one(grants(principal.Everyone)).with(func(w *world) { w.images[0].Deprecated = day(-1) }), reconcile.Finding{
			Code: "AMI024", Severity: warns, Image: base, Principal: everyone, Source: atGrant,
			Message: "base-ami-1 becomes public and is deprecated since 2026-11-20: others no longer find it in listings, " +
				"and AWS makes it private once nobody has launched it for six months",
			Hint: "publish a newer image",
		}},
	} {
		told[c.want.Code] = true
		t.Run(c.want.Code, func(t *testing.T) { exactly(t, c.world.with(aliases), c.want.Code, c.want) })
	}
	for _, code := range reconcile.Codes() {
		if !told[code.Code] {
			t.Errorf("there is no finding of %s", code.Code)
		}
	}
}
