package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// except adds an exception that ends tomorrow.
func except(e reconcile.Exception) func(*world) {
	e.Term = reconcile.Term{Reason: "migration", Until: day(1)}
	return func(w *world) { w.policy.Exceptions = append(w.policy.Exceptions, e) }
}

func severity(code string, s reconcile.Severity) func(*world) {
	return func(w *world) { w.policy.Severities = map[string]reconcile.Severity{code: s} }
}

func TestThePolicyGradesFindings(t *testing.T) {
	emptied := one(until(-1, account(9)), account(1))                                                             // AMI004
	unnamed := one(grants(account(1)))                                                                            // AMI007
	nothing := one(nil).with(func(w *world) { w.shares[0].Selector.Name = "nope-*" })                             // AMI014
	stray := one(nil).with(func(w *world) { w.images[0].Public, w.images[0].Name = true, "stray" })               // AMI015
	pending := one(grants(account(1))).with(func(w *world) { w.images[0].State, w.has = reconcile.Pending, nil }) // AMI008
	for _, c := range []struct {
		name     string
		world    world
		code     string
		severity reconcile.Severity
		stops    reconcile.Stop
		refuses  bool
	}{
		{"a note that is made an error stops the run", unnamed, "AMI007", reconcile.SeverityError, reconcile.StopsRun, true},
		{"a note that is made a warning stops nothing", unnamed, "AMI007", reconcile.SeverityWarning, "", false},
		{"a warning that stops nothing as an error", nothing, "AMI014", reconcile.SeverityError, reconcile.StopsRun, true},
		{"a warning about an image as an error stops the image", pending, "AMI008", reconcile.SeverityError, reconcile.StopsImage, true},
		{"an error that is made a warning", emptied, "AMI004", reconcile.SeverityWarning, reconcile.StopsRun, false},
		{"an error that stops nothing stays one that stops nothing", stray, "AMI015", reconcile.SeverityError, "", false},
		{"an error that stops nothing as a note", stray, "AMI015", reconcile.SeverityNote, "", false},
	} {
		f := c.world.with(severity(c.code, c.severity)).of(c.code)
		if len(f) != 1 || f[0].Severity != c.severity || f[0].Stops != c.stops || f[0].Refuses() != c.refuses {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
	if f := unnamed.with(severity("AMI004", reconcile.SeverityError)).of("AMI007"); f[0].Severity != reconcile.SeverityNote {
		t.Errorf("the severity of another code: %+v", f)
	}
}

func TestFixedCodesKeepTheirSeverity(t *testing.T) {
	conflict := one(nil, account(1)).with(func(w *world) { w.shares = append(w.shares, share("other", reconcile.Exclusive, nil)) })
	f := conflict.with(severity("AMI018", reconcile.SeverityNote)).with(except(reconcile.Exception{Code: "AMI018"})).of("AMI018")
	if len(f) != 1 || !f[0].Refuses() || f[0].Excepted != "" {
		t.Errorf("%+v", f)
	}
}

func TestExceptionsMakeNotesOfFindings(t *testing.T) {
	emptied := one(until(-1, account(9)), account(1))
	shared := func(w *world) {
		w.shares = append(w.shares, share("second", reconcile.Additive, until(-1, account(8))))
	}
	for _, c := range []struct {
		name   string
		world  world
		except reconcile.Exception
		code   string
		works  bool
	}{
		{"of the code", emptied, reconcile.Exception{Code: "AMI004"}, "AMI004", true},
		{"of another code", emptied, reconcile.Exception{Code: "AMI003"}, "AMI004", false},
		{"of the image's id", emptied, reconcile.Exception{Code: "AMI004", Image: "ami-1"}, "AMI004", true},
		{"of another id", emptied, reconcile.Exception{Code: "AMI004", Image: "ami-2"}, "AMI004", false},
		{"of the image's name", emptied, reconcile.Exception{Code: "AMI004", Image: "base-*"}, "AMI004", true},
		{"of another name", emptied, reconcile.Exception{Code: "AMI004", Image: "web-*"}, "AMI004", false},
		{"of the share that picks the image", emptied, reconcile.Exception{Code: "AMI004", Share: "base"}, "AMI004", true},
		{"of another share that picks it, and does not take anybody out", emptied.with(shared), reconcile.Exception{Code: "AMI004", Share: "second"}, "AMI004", false},
		{"of a share that does not pick it", emptied, reconcile.Exception{Code: "AMI004", Share: "second"}, "AMI004", false},
		{"of share and image", emptied, reconcile.Exception{Code: "AMI004", Share: "base", Image: "base-*"}, "AMI004", true},
		{"of the share and another image", emptied, reconcile.Exception{Code: "AMI004", Share: "base", Image: "web-*"}, "AMI004", false},
		{"of a share that matches nothing", one(nil).with(func(w *world) { w.shares[0].Selector.Name = "nope-*" }), reconcile.Exception{Code: "AMI014", Share: "base"}, "AMI014", true},
		{"of the share that names an account without a name", one(grants(account(1))), reconcile.Exception{Code: "AMI007", Share: "base"}, "AMI007", true},
		{"of too many revokes", one(nil, accounts(6)...), reconcile.Exception{Code: "AMI002"}, "AMI002", true},
		{"of an image, where the finding is about none", one(nil, accounts(6)...), reconcile.Exception{Code: "AMI002", Image: "*"}, "AMI002", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := c.world.with(except(c.except)).of(c.code)
			if len(f) != 1 {
				t.Fatalf("%+v", f)
			}
			excepted := f[0].Severity == reconcile.SeverityNote && f[0].Stops == "" && f[0].Excepted == "until 2026-11-22: migration" && f[0].Hint == ""
			if excepted != c.works || !c.works && f[0].Excepted != "" {
				t.Errorf("%+v", f[0])
			}
		})
	}
}

func TestAnExceptionWorksOnItsLastDayAndNotAfter(t *testing.T) {
	for offset, works := range map[int]bool{-1: false, 0: true, 1: true} {
		w := one(until(-1, account(9)), account(1)).with(func(w *world) {
			w.policy.Exceptions = []reconcile.Exception{{Code: "AMI004", Term: reconcile.Term{Until: day(offset)}}}
		})
		if f := w.of("AMI004")[0]; f.Refuses() == works {
			t.Errorf("until %s: %+v", day(offset).Format("2006-01-02"), f)
		}
	}
}

func TestAnExceptionComesAfterTheSeverity(t *testing.T) {
	f := one(grants(account(1))).with(severity("AMI007", reconcile.SeverityError)).with(except(reconcile.Exception{Code: "AMI007"})).of("AMI007")
	if len(f) != 1 || f[0].Refuses() || f[0].Severity != reconcile.SeverityNote {
		t.Errorf("%+v", f)
	}
}

// TestRoutineWorkIsNotRefused is a working day: an account leaves, eight accounts
// move under their unit, grants expire, an image is made private, all in one run.
func TestRoutineWorkIsNotRefused(t *testing.T) {
	leaver, old := account(50), accounts(8)
	unit := principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"}
	w := world{has: map[string][]principal.Principal{}, policy: reconcile.DefaultPolicy(), names: map[principal.Principal]string{unit: "workloads/prod"}}
	add := func(family string, n int, granted []reconcile.Grant, has ...principal.Principal) {
		s := share(family, reconcile.Exclusive, granted)
		s.Selector.Name = family + "-*"
		w.shares = append(w.shares, s)
		for i := range n {
			i := image(fmt.Sprintf("ami-%s-%d", family, i))
			i.Name = fmt.Sprintf("%s-%s", family, i.ID)
			w.images, w.has[i.ID] = append(w.images, i), has
		}
	}
	add("offboarded", 40, grants(account(60)), account(60), leaver)
	add("moved", 10, grants(unit), append(old, leaver)...)
	add("expired", 30, append(grants(account(61)), until(-1, accounts(9)...)...), append(accounts(9), account(61))...)
	add("emptied", 5, nil, account(62), account(63))
	add("bound", 3, until(3, account(64)), account(64))
	for _, f := range w.check() {
		if f.Refuses() {
			t.Errorf("%s: %s", f.Code, f.Message)
		}
	}
	if f := w.of("AMI023"); len(f) != 10 || !strings.Contains(f[0].Message, "9 accounts") {
		t.Errorf("%+v", f)
	}
}

func TestAnExceptionForOneShareLetsNoOtherThrough(t *testing.T) {
	stranger := func(w *world) {
		w.shares = append(w.shares, share("stranger", reconcile.Additive, []reconcile.Grant{{Principal: account(66), Source: reconcile.Source{File: "stranger.yaml", Line: 5}}}))
	}
	allow := func(w *world) { w.policy.Allow = []principal.Principal{account(1)} }
	protect := func(w *world) { w.policy.Protect = []principal.Principal{account(2)} }
	for _, c := range []struct {
		name   string
		world  world
		except reconcile.Exception
	}{
		{"a grant of another share", one(grants(account(1)), account(1)).with(stranger).with(allow), reconcile.Exception{Code: "AMI022", Share: "base"}},
		{"a revoke of another share", one(grants(account(1)), account(1), account(2), account(66)).with(stranger).with(protect), reconcile.Exception{Code: "AMI005", Share: "stranger"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := c.world.with(except(c.except)).of(c.except.Code)
			if len(f) != 1 || !f[0].Refuses() {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestAnImageCalledLikeAnIDIsNotThatImage(t *testing.T) {
	const id = "ami-0123456789abcdef0"
	w := one(nil, accounts(8)...).with(func(w *world) { w.images[0].Name, w.shares[0].Selector.Name = id, "ami-*" })
	if f := w.with(except(reconcile.Exception{Code: "AMI002", Image: ""})).of("AMI002"); len(f) != 1 || f[0].Refuses() {
		t.Fatalf("%+v", f)
	}
	w.policy.Protect = accounts(1)
	if f := w.with(except(reconcile.Exception{Code: "AMI005", Image: id})).of("AMI005"); len(f) != 1 || !f[0].Refuses() {
		t.Errorf("%+v", f)
	}
}

func TestAGrantThatEndsReplacesNobody(t *testing.T) {
	organization := one(until(0, org), accounts(8)...)
	if f := organization.of("AMI023"); len(f) != 0 {
		t.Errorf("%+v", f)
	}
	if f := organization.of("AMI002"); len(f) != 1 || !f[0].Refuses() {
		t.Errorf("%+v", f)
	}
}

func TestHintsWriteTheWholePolicyWhereThereIsNone(t *testing.T) {
	for _, f := range one(nil, accounts(6)...).with(func(w *world) { w.unwritten = true }).of("AMI002") {
		if !strings.Contains(f.Hint, "write policy.yaml: `{apiVersion: amisync/v1, kind: Policy, metadata: {name: guardrails}, spec: {revokes: {maxPrincipals: 6}}}`") {
			t.Errorf("%+v", f)
		}
	}
}

func TestAnApprovalThatIsOverIsToBeRenewed(t *testing.T) {
	approval := func(share string, line int) reconcile.PublicShare {
		return reconcile.PublicShare{Share: share, ApprovedBy: "jane",
			Term: reconcile.Term{Reason: "open source", Until: day(-1), Source: reconcile.Source{File: "policy.yaml", Line: line}}}
	}
	two := one(grants(principal.Everyone)).with(func(w *world) {
		w.shares = append(w.shares, share("second", reconcile.Additive, grants(principal.Everyone)))
	})
	for _, c := range []struct {
		approvals []reconcile.PublicShare
		hint      string
	}{
		{[]reconcile.PublicShare{approval("base", 6)}, "or renew the approval that is over: `until` at policy.yaml:6"},
		{[]reconcile.PublicShare{approval("another", 5), approval("base", 6), approval("second", 7)}, "or renew the approval that is over: `until` at policy.yaml:6 and policy.yaml:7"},
		{nil, "`publicShares: [{share: base, approvedBy: <who>, reason: <why>}, {share: second, approvedBy: <who>, reason: <why>}]`"},
	} {
		f := two.with(func(w *world) { w.policy.PublicShares = c.approvals }).of("AMI001")
		if len(f) != 1 || !f[0].Refuses() || !strings.HasSuffix(f[0].Hint, c.hint) {
			t.Errorf("%+v", f)
		}
	}
}

func TestTheLimitInTheHintLetsAllImagesThrough(t *testing.T) {
	w := one(nil, accounts(6)...).with(func(w *world) {
		w.policy.Revokes = reconcile.RevokeLimits{Max: 100, MaxPrincipals: 100, MaxPercentPerImage: 10}
		w.shares[0].Grants = grants(account(1))
		w.images = append(w.images, image("ami-2"))
		w.has["ami-2"] = accounts(3)
	})
	for _, f := range w.of("AMI003") {
		if !strings.HasSuffix(f.Hint, "`revokes: {maxPercentPerImage: 84}`") {
			t.Errorf("%+v", f)
		}
	}
	if len(w.of("AMI003")) != 2 {
		t.Errorf("%+v", w.of("AMI003"))
	}
}
