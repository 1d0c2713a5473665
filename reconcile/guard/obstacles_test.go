package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

var (
	blocked   = reconcile.Obstacle{Publishing: true, Reason: "is where block public access is on", Hint: "turn it off"}
	encrypted = reconcile.Obstacle{Publishing: true, Reason: "has encrypted snapshots", Hint: "copy it"}
	managed   = reconcile.Obstacle{Image: "ami-1", Reason: "has a snapshot under an AWS-managed key", Hint: "copy it"}
)

// found adds obstacles that the lane was asked for.
func found(obstacles ...reconcile.Obstacle) func(*world) {
	return func(w *world) { w.inspection.Obstacles = append(w.inspection.Obstacles, obstacles...) }
}

// shown adds obstacles that the listing itself shows.
func shown(obstacles ...reconcile.Obstacle) func(*world) {
	return func(w *world) { w.images[0].Obstacles = obstacles }
}

func unsure(o reconcile.Obstacle) reconcile.Obstacle {
	o.Unsure = true
	return o
}

// public adds n public images that nobody claims.
func public(n int) func(*world) {
	return func(w *world) {
		for i := range n {
			stray := image("ami-stray-" + string(rune('a'+i)))
			stray.Name, stray.Public = stray.ID, true
			w.images = append(w.images, stray)
		}
	}
}

func TestAMI009ImagesThatCannotBecomePublic(t *testing.T) {
	published := one(grants(principal.Everyone))
	shared := one(grants(account(1)))
	swapped := one(grants(principal.Everyone)).with(func(w *world) {
		second := image("ami-2")
		second.Name, second.Public = "web-2", true
		w.images, w.has["ami-2"] = append(w.images, second), []principal.Principal{principal.Everyone}
		private := share("web", reconcile.Exclusive, nil)
		private.Selector.Name = "web-*"
		w.shares = append(w.shares, private)
	})
	judge(t, "AMI009", reconcile.SeverityError, reconcile.StopsImage, []verdict{
		{"nothing in the way", published, nil},
		{"of the whole lane", published.with(found(blocked)), []string{"base-ami-1 cannot be made public: it is where block public access is on"}},
		{"of the image", published.with(shown(encrypted)), []string{"base-ami-1 cannot be made public: it has encrypted snapshots"}},
		{"both", published.with(shown(encrypted)).with(found(blocked)), []string{"encrypted", "block public access"}},
		{"of another image", published.with(found(reconcile.Obstacle{Image: "ami-9", Publishing: true, Reason: "is odd"})), nil},
		{"of sharing at all: said elsewhere", published.with(found(managed)), nil},
		{"grants are no publication", shared.with(found(blocked)).with(shown(encrypted)), nil},
		{"public already", one(grants(principal.Everyone), principal.Everyone).with(found(blocked)).with(shown(encrypted)), nil},
		{"private again", one(nil, principal.Everyone).with(found(blocked)).with(shown(encrypted)), nil},
		{"publishing is filtered out", published.with(found(blocked)).with(func(w *world) { w.scope.Only = reconcile.OnlyRevokes }), nil},

		{"the last of the quota", published.with(public(4)), nil},
		{"over the quota", published.with(public(5)), []string{"base-ami-1 cannot be made public: it would be one of 6 public images in us-east-1, where 5 are allowed"}},
		{"over a quota of one's own", published.with(public(2)).with(func(w *world) { w.quotas.PublicImages = 2 }), []string{"one of 3 public images in us-east-1, where 2 are allowed"}},
		{"within a raised quota", published.with(public(5)).with(func(w *world) { w.quotas.PublicImages = 6 }), nil},
		{"over the quota already, and no more of them", shared.with(public(9)), nil},
		{"another becomes private", swapped.with(public(4)), nil},
		{"another becomes private, which is not enough", swapped.with(public(5)), []string{"one of 6"}},
		{"the listing shows it as public already", published.with(public(4)).with(func(w *world) { w.images[0].Public = true }), nil},
		{"the plan's own images do not show how many there are", published.with(public(9)).with(func(w *world) { w.partial = true }), nil},
	})
	judge(t, "AMI009", reconcile.SeverityWarning, "", []verdict{
		{"nobody knows", published.with(found(unsure(reconcile.Obstacle{Publishing: true, Reason: "is where block public access cannot be read", Hint: "allow it"}))),
			[]string{"whether base-ami-1 can be made public is not known: it is where block public access cannot be read"}},
	})
	f := published.with(public(5)).of("AMI009")[0]
	if !strings.Contains(f.Hint, "OwnerAccount factory: `quotas: {publicImages: 6}`") || f.Source.Line != 9 || f.Image.ID != "ami-1" {
		t.Errorf("%+v", f)
	}
}

func TestAMI009AndAMI019SayHowRevokesNeedNotWait(t *testing.T) {
	for code, w := range map[string]world{
		"AMI009": one(grants(principal.Everyone), account(1)).with(found(blocked)),
		"AMI019": one(grants(account(2)), account(1)).with(found(managed)),
	} {
		if f := w.of(code)[0]; !strings.Contains(f.Hint, "; with --only-revoke its revokes do not wait") {
			t.Errorf("%+v", f)
		}
		if f := w.with(func(w *world) { w.has["ami-1"] = nil }).of(code)[0]; strings.Contains(f.Hint, "revoke") {
			t.Errorf("nothing is revoked: %+v", f)
		}
	}
}

func TestAMI019ImagesThatCannotBeShared(t *testing.T) {
	shared := one(grants(account(1)))
	limit := func(n int) func(*world) { return func(w *world) { w.quotas.SharingEntities = n } }
	elsewhere := func(owner string) func(*world) {
		return func(w *world) {
			w.shares[0].Selector = reconcile.Selector{IDs: []reconcile.ImageID{{Image: image("ami-9").Image, Source: reconcile.Source{File: "base.yaml", Line: 5}}}}
			w.inspection.Owners = map[string]string{"ami-9": owner}
		}
	}
	judge(t, "AMI019", reconcile.SeverityError, reconcile.StopsImage, []verdict{
		{"nothing in the way", shared, nil},
		{"an obstacle that was asked for", shared.with(found(managed)), []string{"base-ami-1 cannot be shared: it has a snapshot under an AWS-managed key"}},
		{"an obstacle that the listing shows", shared.with(shown(reconcile.Obstacle{Reason: "is odd", Hint: "mend it"})), []string{"base-ami-1 cannot be shared: it is odd"}},
		{"an obstacle for publishing", shared.with(found(blocked)), nil},
		{"who cannot be shared with cannot be made public", one(grants(principal.Everyone)).with(found(managed)), []string{"cannot be shared"}},
		{"an obstacle of another image", shared.with(found(reconcile.Obstacle{Image: "ami-9", Reason: "is odd"})), nil},
		{"revokes are still possible", one(grants(account(1)), account(1), account(2)).with(found(managed)), nil},

		{"as many as allowed", one(grants(accounts(3)...), accounts(2)...).with(limit(3)), nil},
		{"one too many", one(grants(accounts(4)...), accounts(2)...).with(limit(3)), []string{"base-ami-1 cannot be shared: it would have 4 principals, where 3 are allowed"}},
		{"over it on the way only", one(grants(accounts(6)[3:]...), accounts(3)...).with(limit(3)), nil},
		{"over it already, and fewer of them", one(grants(accounts(4)...), accounts(6)...).with(limit(3)), nil},
		{"over it already, and published", one(grants(append(accounts(4), principal.Everyone)...), accounts(4)...).with(limit(3)), nil},
		{"the public does not count", one(grants(append(accounts(3), principal.Everyone)...), accounts(2)...).with(limit(3)), nil},
		{"an additive share keeps what is there", one(grants(account(9)), accounts(3)...).with(limit(3)).with(func(w *world) { w.shares[0].Mode = reconcile.Additive }), []string{"4 principals"}},
		{"the default", one(grants(accounts(90)...)), nil},

		{"owned by another account", shared.with(elsewhere("999988887777")), []string{"ami-9 belongs to account 999988887777, not to 111122223333"}},
		{"owned by nobody", shared.with(elsewhere("")), nil},
		{"owned here after all", shared.with(elsewhere(lane.Account)), nil},
		{"owned by another account, and nothing is to be given", shared.with(elsewhere("999988887777")).with(func(w *world) { w.scope.Only = reconcile.OnlyRevokes }), []string{"ami-9 belongs to account 999988887777"}},
		{"owned by another account, and ignored", shared.with(elsewhere("999988887777")).with(func(w *world) { w.policy.Ignore = []reconcile.Ignore{{Image: "ami-9"}} }), nil},
	})
	judge(t, "AMI019", reconcile.SeverityWarning, "", []verdict{
		{"nobody knows", shared.with(found(unsure(reconcile.Obstacle{Reason: "has snapshots that cannot be read", Hint: "allow it"}))),
			[]string{"whether base-ami-1 can be shared is not known: it has snapshots that cannot be read"}},
		{"nobody knows whose it is", shared.with(elsewhere("")).with(found(unsure(reconcile.Obstacle{Image: "ami-9", Reason: "is not listed, and nobody knows whose it is", Hint: "ask"}))),
			[]string{"whether ami-9 can be shared is not known: it is not listed"}},
	})
	if f := one(grants(accounts(4)...)).with(limit(3)).of("AMI019")[0]; !strings.Contains(f.Hint, "OwnerAccount factory: `quotas: {sharingEntities: 4}`") {
		t.Errorf("%+v", f)
	}
	foreign := shared.with(elsewhere("999988887777"))
	if f := foreign.of("AMI019")[0]; f.Source.Line != 5 || f.Share != "base" || f.Image.ID != "ami-9" {
		t.Errorf("%+v", f)
	}
	unknown := shared.with(elsewhere("")).with(found(unsure(reconcile.Obstacle{Image: "ami-9", Reason: "is odd"})))
	if gone := append(foreign.of("AMI008"), unknown.of("AMI008")...); len(gone) > 0 {
		t.Errorf("an image that another account owns, or may own, is said to be gone: %+v", gone)
	}
}

func TestAMI019AtTheDefaultQuota(t *testing.T) {
	var many []principal.Principal
	for i := range 1001 {
		many = append(many, principal.Principal{Kind: principal.Account, ID: fmt.Sprintf("3000%08d", i)})
	}
	if f := one(grants(many...)).of("AMI019"); len(f) != 1 || !strings.Contains(f[0].Message, "would have 1001 principals, where 1000 are allowed") {
		t.Errorf("%+v", f)
	}
	if f := one(grants(many[:1000]...)).of("AMI019"); len(f) > 0 {
		t.Errorf("%+v", f)
	}
	undeclared := func(w *world) { w.undeclared = true }
	if f := one(grants(many...)).with(undeclared).of("AMI019"); len(f) != 1 || !strings.Contains(f[0].Hint, "OwnerAccount "+lane.Account+":") {
		t.Errorf("%+v", f)
	}
	if f := one(grants(many[:1000]...)).with(undeclared).of("AMI019"); len(f) > 0 {
		t.Errorf("%+v", f)
	}
}
