package guard_test

import (
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestAMI007AccountsWithoutAName(t *testing.T) {
	twice := one(grants(account(1))).with(func(w *world) {
		w.images = append(w.images, image("ami-2"))
		w.has["ami-2"] = nil
	})
	judge(t, "AMI007", reconcile.SeverityNote, "", []verdict{
		{"an account gains access", one(grants(account(1))), []string{"account 200000000001 has no name"}},
		{"to two images: said once", twice, []string{"200000000001"}},
		{"to two images, beside another that gains one", twice.with(func(w *world) {
			w.shares = append(w.shares, share("second", reconcile.Additive, grants(account(2))))
			w.has["ami-1"] = accounts(2)[1:]
		}), []string{"200000000001", "200000000002"}},
		{"two accounts", one(grants(accounts(2)...)), []string{"200000000001", "200000000002"}},
		{"a named account", one(grants(account(1))).with(func(w *world) { w.names = map[principal.Principal]string{account(1): "data"} }), nil},
		{"an account that has it already", one(grants(account(1)), account(1)), nil},
		{"an account that loses access", one(grants(account(1)), account(1), account(2)), nil},
		{"an organization without a name", one(grants(org)), nil},
		{"the public", one(grants(principal.Everyone)), nil},
	})
	if f := one(grants(account(1))).of("AMI007")[0]; !strings.Contains(f.Hint, `"200000000001"`) || f.Source.Line != 9 {
		t.Errorf("%+v", f)
	}
}

func TestAFindingNamesTheShareThatAChangeComesFrom(t *testing.T) {
	w := one(grants(account(1))).with(func(w *world) {
		others := share("others", reconcile.Additive, grants(account(2)))
		sooner := share("sooner", reconcile.Additive, until(3, account(1)))
		sooner.Grants[0].Source.Line = 5
		w.shares = append([]reconcile.Declaration{others, sooner}, w.shares...)
		w.has["ami-1"] = accounts(3)[1:2]
	})
	if f := w.of("AMI007"); len(f) != 1 || f[0].Share != "base" || f[0].Source.Line != 9 {
		t.Errorf("%+v", f)
	}
}

func TestAMI008ImagesThatCannotBeShared(t *testing.T) {
	state := func(s reconcile.State) func(*world) {
		return func(w *world) { w.images[0].State, w.has = s, nil }
	}
	explicit := func(id string) func(*world) {
		return func(w *world) {
			w.shares[0].Selector = reconcile.Selector{IDs: []reconcile.ImageID{{Image: image(id).Image, Source: reconcile.Source{File: "base.yaml", Line: 5}}}}
		}
	}
	judge(t, "AMI008", reconcile.SeverityWarning, reconcile.StopsImage, []verdict{
		{"available", one(grants(account(1))), nil},
		{"pending", one(grants(account(1))).with(state(reconcile.Pending)), []string{"base-ami-1 is pending and cannot be shared"}},
		{"failed", one(grants(account(1))).with(state(reconcile.Failed)), []string{"is failed"}},
		{"disabled", one(grants(account(1))).with(state(reconcile.Disabled)), []string{"is disabled"}},
		{"a state of its own", one(grants(account(1))).with(state("transient")), []string{"is transient"}},
		{"pending, but nobody is to have it", one(nil).with(state(reconcile.Pending)), nil},
		{"disabled, but not among the newest", one(grants(account(1))).with(state(reconcile.Disabled)).with(func(w *world) { w.shares[0].Selector.Newest = 1 }), nil},
		{"disabled and in conflict: the conflict is said", one(grants(account(1))).with(state(reconcile.Disabled)).with(func(w *world) {
			w.shares = append(w.shares, share("other", reconcile.Exclusive, nil))
		}), nil},
		{"an explicit image that is there", one(grants(account(1))).with(explicit("ami-1")), nil},
		{"an explicit image that is not", one(grants(account(1))).with(explicit("ami-9")), []string{"ami-9 is gone: account 111122223333 does not own such an image in us-east-1"}},
	})
	if f := one(nil).with(explicit("ami-9")).of("AMI008")[0]; f.Source.Line != 5 || f.Share != "base" || f.Image.ID != "ami-9" {
		t.Errorf("%+v", f)
	}
	if f := one(grants(account(1))).with(state(reconcile.Pending)).of("AMI008")[0]; !strings.Contains(f.Hint, "first run after") {
		t.Errorf("%+v", f)
	}
}

func TestAMI014SelectorsThatMatchNothing(t *testing.T) {
	elsewhere := lane
	elsewhere.Region = "eu-west-1"
	nothing := func(w *world) { w.shares[0].Selector.Name = "nope-*" }
	judge(t, "AMI014", reconcile.SeverityWarning, "", []verdict{
		{"a match", one(nil), nil},
		{"no match", one(nil).with(nothing), []string{"share base matches no image in us-east-1"}},
		{"a match among pending ones", one(nil).with(func(w *world) { w.images[0].State = reconcile.Pending }), nil},
		{"a lane that could not be listed", one(nil).with(func(w *world) { w.shares[0].Lanes = []reconcile.Lane{elsewhere} }), nil},
		{"no match, but another share is asked for", one(nil).with(nothing).with(func(w *world) { w.scope.Shares = []string{"other"} }), nil},
		{"no match, but single images are asked for", one(nil).with(nothing).with(func(w *world) { w.scope.Images = []string{"ami-1"} }), nil},
		{"a filter by image that matches nothing", one(nil).with(func(w *world) { w.scope.Images = []string{"ami-1", "nope-*"} }), []string{"the filter --image nope-* matches no image"}},
		{"two shares", one(nil).with(nothing).with(func(w *world) {
			other := w.shares[0]
			other.Share = "other"
			w.shares = append(w.shares, other)
		}), []string{"share base", "share other"}},
	})
	if f := one(nil).with(nothing).of("AMI014")[0]; f.Share != "base" || f.Source.File != "base.yaml" {
		t.Errorf("%+v", f)
	}
}

func TestAMI018TwoExclusiveClaims(t *testing.T) {
	second := func(mode reconcile.Mode) func(*world) {
		return func(w *world) { w.shares = append(w.shares, share("other", mode, grants(account(2)))) }
	}
	judge(t, "AMI018", reconcile.SeverityError, reconcile.StopsImage, []verdict{
		{"one exclusive share", one(grants(account(1))), nil},
		{"an additive one beside it", one(grants(account(1))).with(second(reconcile.Additive)), nil},
		{"two exclusive ones", one(grants(account(1))).with(second(reconcile.Exclusive)), []string{"base-ami-1 is claimed by the exclusive shares base and other"}},
		{"two exclusive ones, one of them asked for", one(grants(account(1))).with(second(reconcile.Exclusive)).with(func(w *world) { w.scope.Shares = []string{"other"} }), []string{"base and other"}},
		{"two exclusive ones of a retired image", one(grants(account(1))).with(second(reconcile.Exclusive)).with(func(w *world) {
			newer := image("ami-2")
			newer.Created, newer.Name = day(0), "base-ami-2"
			w.images, w.has["ami-2"] = append(w.images, newer), accounts(2)
			w.shares[0].Selector.Newest = 1
			w.shares[1].Selector.Newest = 1
		}), []string{"base-ami-1 is", "base-ami-2 is"}},
	})
	if f := one(nil).with(second(reconcile.Exclusive)).of("AMI018")[0]; f.Source.File != "base.yaml" || f.Image.ID != "ami-1" {
		t.Errorf("%+v", f)
	}
}
