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
	allowed := one(grants(principal.Everyone)).with(func(w *world) { w.policy.AllowPublic = true })
	judge(t, "AMI001", reconcile.SeverityWarning, "", []verdict{{"the policy allows it", allowed, []string{"becomes public"}}})
	f := one(grants(principal.Everyone)).of("AMI001")[0]
	if f.Source.File != "base.yaml" || f.Image.ID != "ami-1" || f.Principal.Principal != principal.Everyone || !strings.Contains(f.Hint, "public: allow") {
		t.Errorf("%+v", f)
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
