package reconcile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/reconcile"
)

// What is declared and over is revoked by the next apply, in an additive share
// too; what is not declared is left alone there.
func TestAPermissionThatIsOverIsNone(t *testing.T) {
	const (
		none, good        = "", "{account: payments}"
		over, longOver    = "{account: payments, until: 2026-11-20}", "{account: payments, until: 2026-11-19}"
		lastDay, everyone = "{account: payments, until: 2026-11-21}", "{public: true}"
		everyoneOver      = "{public: true, until: 2024-01-31}"
	)
	const loses, gains, term = "base loses 444455556666 payments", "base gains 444455556666 payments", "base term 444455556666 payments"
	for _, test := range []struct{ base, head, want, additive string }{
		{over, good, gains + " until 2026-11-20→", ""},
		{over, lastDay, gains + " until 2026-11-20→2026-11-21", ""},
		{over, longOver, term + " until 2026-11-20→2026-11-19", ""},
		{over, none, loses + " until 2026-11-20", " stays: its last day is over, and now nothing revokes it any more"},
		{none, over, loses + " until →2026-11-20 (over)", ""},
		{good, over, loses + " until →2026-11-20 (over)", ""},
		{lastDay, over, loses + " until 2026-11-21→2026-11-20 (over)", ""},
		{lastDay, good, term + " until 2026-11-21→", ""},
		{lastDay, none, loses + " until 2026-11-21", " stays: the share is additive: what is there stays"},
		{everyoneOver, everyone, "base gains public  until 2024-01-31→", ""},
		{everyone, everyoneOver, "base loses public  until →2024-01-31 (over)", ""},
	} {
		for mode, stays := range map[string]string{"exclusive": "", "additive": test.additive} {
			share := func(launch string) *reconcile.Declarations {
				return declared(t, small("[{group: partners}]", "["+launch+"]", "owner: factory, images", "owner: factory, mode: "+mode+", images"), "")
			}
			d := reconcile.DifferenceOf(share(test.base), share(test.head), noon)
			if got := told(d); got != test.want+stays {
				t.Errorf("%s: %q → %q:\n%s\nwant\n%s", mode, test.base, test.head, got, test.want+stays)
			}
			if public := test.base == everyoneOver; (d.Summary.Public == 1) != public {
				t.Errorf("%q → %q: %+v", test.base, test.head, d.Summary)
			}
		}
	}
}

func shared(name, spec string) string { return manifest("ImageShare", name, "owner: factory, "+spec) }

func TestALossThatAnotherShareMakesRealIsNotSaidToStay(t *testing.T) {
	const x = `{account: "200000000001"}`
	tools := shared("tools", "mode: additive, images: {name: golden-eks-*}, launchPermissions: ["+x+"]")
	for name, test := range map[string]struct{ base, head, stays string }{
		"it leaves the images, and another comes": {tools,
			shared("golden", "images: {name: golden-eks-*}, launchPermissions: []") + shared("tools", "mode: additive, images: {name: base-ubuntu-*}, launchPermissions: []"), ""},
		"it leaves the regions, and another comes": {tools,
			shared("golden", "images: {name: '*'}, regions: [us-east-1], launchPermissions: []") + shared("tools", "regions: [eu-west-1], mode: additive, images: {name: golden-eks-*}, launchPermissions: []"), ""},
		"another stays, and it comes there": {tools, shared("tools", "mode: additive, images: {name: base-ubuntu-*}, launchPermissions: []"), ""},
		"another declares it until a day that is over": {shared("a", `mode: additive, images: {name: golden-*}, launchPermissions: [{account: "200000000001", until: 2026-01-31}]`) + tools,
			shared("a", `mode: additive, images: {name: golden-*}, launchPermissions: [{account: "200000000001", until: 2026-01-31}]`) + shared("tools", "mode: additive, images: {name: golden-eks-*}, launchPermissions: []"), ""},
		"another declares it until a day to come, and the share is gone": {shared("a", `mode: additive, images: {name: golden-*}, launchPermissions: [{account: "200000000001", until: 2099-01-31}]`) + tools,
			shared("a", `mode: additive, images: {name: golden-*}, launchPermissions: [{account: "200000000001", until: 2099-01-31}]`), ""},
		"another declares somebody else until a day": {tools, shared("a", `mode: additive, images: {name: golden-*}, launchPermissions: [{account: "200000000002", until: 2026-01-31}]`),
			"the share is gone: what is there stays"},
		"another declares it elsewhere until a day": {tools, shared("a", `mode: additive, images: {name: base-*}, launchPermissions: [{account: "200000000001", until: 2026-01-31}]`),
			"the share is gone: what is there stays"},
		"it becomes exclusive": {tools, strings.Replace(strings.Replace(tools, x, "", 1), "additive", "exclusive", 1), ""},
	} {
		d := reconcile.DifferenceOf(declared(t, small()+test.base, ""), declared(t, small()+test.head, ""), noon)
		i := slices.IndexFunc(d.Access, func(a reconcile.AccessDifference) bool {
			return a.Share == "tools" && a.Kind == reconcile.DifferenceLoses
		})
		if i < 0 || d.Access[i].Stays != test.stays {
			t.Errorf("%s:\n%s", name, told(d))
		}
	}
}

// What follows is not denied where the same change brings it about.
func TestNoSettingPromisesWhatAnotherShareBreaks(t *testing.T) {
	const everything = "images: {name: '*'}, launchPermissions: []"
	for name, test := range map[string]struct{ base, head, kept string }{
		"gone":    {shared("tools", "images: {name: tools-*}, launchPermissions: []"), "", "nothing is revoked: its images keep what they have"},
		"mode":    {shared("tools", "images: {name: tools-*}, launchPermissions: []"), shared("tools", "mode: additive, images: {name: tools-*}, launchPermissions: []"), "what the share does not declare is no longer revoked"},
		"regions": {shared("tools", "images: {name: tools-*}, launchPermissions: []"), shared("tools", "regions: [us-east-1], images: {name: tools-*}, launchPermissions: []"), "its images in the other regions keep what they have"},
		"newest":  {shared("tools", "images: {name: tools-*}, launchPermissions: []"), shared("tools", "images: {name: tools-*, newest: 1}, launchPermissions: []"), "fewer images are shared; the others keep what they have"},
	} {
		for others, kept := range map[string]bool{"": true, shared("all", "regions: [eu-west-1], "+everything): false, shared("all", "images: {name: web-*}, launchPermissions: []"): true, shared("all", "mode: additive, "+everything): true} {
			d := reconcile.DifferenceOf(declared(t, small()+test.base, ""), declared(t, small()+test.head+others, ""), noon)
			promised := slices.ContainsFunc(d.Settings, func(s reconcile.SettingDifference) bool {
				return s.Subject == "ImageShare tools" && s.Consequence == test.kept
			})
			broken := strings.Contains(told(d), "another share may mean the same images, and revoke there")
			if promised != kept || broken == kept {
				t.Errorf("%s, %q:\n%s", name, others, told(d))
			}
		}
	}
	here := shared("tools", "regions: [eu-west-1, us-east-1], images: {name: tools-*}, launchPermissions: []")
	head := strings.Replace(here, "eu-west-1, ", "", 1) + shared("all", "regions: [us-east-1], mode: additive, images: {name: '*'}, launchPermissions: [{account: data, until: 2099-01-31}]")
	if d := reconcile.DifferenceOf(declared(t, small()+here, ""), declared(t, small()+head, ""), noon); !strings.Contains(told(d), "its images in the other regions keep what they have") {
		t.Errorf("another share where the images are shared still is in the way:\n%s", told(d))
	}
}
