package guard_test

import (
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestAMI001PublishingNeedsThePolicyToo(t *testing.T) {
	judge(t, "AMI001", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"an image becomes public", one(grants(principal.Everyone)), []string{"base-ami-1 becomes public"}},
		{"an image is public already", one(grants(principal.Everyone), principal.Everyone), nil},
		{"an image becomes private", one(grants(account(1)), principal.Everyone), nil},
		{"publishing is filtered out", one(grants(principal.Everyone)).with(func(w *world) { w.scope.Only = reconcile.OnlyRevokes }), nil},
		{"a publication that has expired", one(until(-1, principal.Everyone)), nil},
	})
	f := one(grants(principal.Everyone)).of("AMI001")[0]
	if f.Source.File != "base.yaml" || f.Image.ID != "ami-1" || f.Principal.Principal != principal.Everyone ||
		f.Hint != "remove `public: true` from share base, or set under `spec` in policy.yaml: `publicShares: [{share: base, approvedBy: <who>, reason: <why>}]`" {
		t.Errorf("%+v", f)
	}
}

func TestAMI001OncePolicyAndShareAgree(t *testing.T) {
	approved := func(share string, lastDay int) func(*world) {
		return func(w *world) {
			w.policy.PublicShares = append(w.policy.PublicShares, reconcile.PublicShare{Share: share, ApprovedBy: "jane", Term: reconcile.Term{Reason: "open source", Until: day(lastDay)}})
		}
	}
	published := one(grants(principal.Everyone))
	other := func(w *world) {
		w.shares = append(w.shares, share("other", reconcile.Additive, grants(account(1))))
		w.names = map[principal.Principal]string{account(1): "data"}
	}
	judge(t, "AMI001", reconcile.SeverityWarning, "", []verdict{
		{"the policy allows all", published.with(func(w *world) { w.policy.AllowPublic = true }), []string{"base-ami-1 becomes public: every AWS account can launch it"}},
		{"somebody approved this share", published.with(approved("base", 9)),
			[]string{"base-ami-1 becomes public: every AWS account can launch it; jane approved it for share base, until 2026-11-30: open source"}},
		{"on the last day", published.with(approved("base", 0)), []string{"until 2026-11-21"}},
		{"of several shares one is approved", published.with(func(w *world) {
			w.shares = append(w.shares, share("other", reconcile.Additive, grants(principal.Everyone)))
		}).with(approved("other", 1)), []string{"for share other"}},
		{"an approval that is over beside one in force", published.with(approved("base", -3)).with(approved("base", 3)), []string{"until 2026-11-24"}},
	})
	judge(t, "AMI001", reconcile.SeverityError, reconcile.StopsRun, []verdict{
		{"the approval is over", published.with(approved("base", -1)), []string{"the policy denies it"}},
		{"another share is approved", published.with(approved("else", 9)), []string{"the policy denies it"}},
		{"another share that picks the image is approved, and does not declare it", published.with(other).with(approved("other", 9)), []string{"the policy denies it"}},
		{"no severity helps", published.with(func(w *world) { w.policy.Severities = map[string]reconcile.Severity{"AMI001": reconcile.SeverityNote} }), []string{"the policy denies it"}},
		{"no exception helps", published.with(except(reconcile.Exception{Code: "AMI001"})), []string{"the policy denies it"}},
	})
	forever := published.with(func(w *world) {
		w.policy.PublicShares = []reconcile.PublicShare{{Share: "base", ApprovedBy: "jane", Term: reconcile.Term{Reason: "open source"}}}
	})
	if f := forever.of("AMI001")[0]; !strings.HasSuffix(f.Message, "jane approved it for share base, open source") {
		t.Error(f.Message)
	}
}

func TestAMI015PublicImagesThatNobodyClaims(t *testing.T) {
	public := func(w *world) { w.images[0].Public = true; w.images[0].Name = "stray" }
	judge(t, "AMI015", reconcile.SeverityError, "", []verdict{
		{"a public stray", one(nil).with(public), []string{"stray is public and no manifest claims it"}},
		{"a public image that a share claims", one(nil).with(func(w *world) { w.images[0].Public = true }), nil},
		{"a private stray", one(nil).with(func(w *world) { w.images[0].Name = "stray" }), nil},
		{"a filter by share", one(nil).with(public).with(func(w *world) { w.scope.Shares = []string{"base"} }), nil},
		{"a filter by principal", one(nil).with(public).with(func(w *world) { w.scope.Principals = accounts(1) }), nil},
		{"a filter by image that holds it", one(nil).with(public).with(func(w *world) { w.scope.Images = []string{"str*"} }), []string{"stray"}},
		{"a filter by image that does not", one(nil).with(public).with(func(w *world) { w.scope.Images = []string{"base-*"} }), nil},
		{"a retired public image is claimed", one(nil).with(func(w *world) {
			newer := image("ami-2")
			newer.Created = day(0)
			w.images[0].Public = true
			w.images = append(w.images, newer)
			w.shares[0].Selector.Newest = 1
		}), nil},
	})
}
