package guard_test

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/guard"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func day(offset int) time.Time { return noon.Truncate(24*time.Hour).AddDate(0, 0, offset) }

func account(n int) principal.Principal {
	return principal.Principal{Kind: principal.Account, ID: fmt.Sprintf("2000000000%02d", n)}
}

func accounts(n int) []principal.Principal {
	var all []principal.Principal
	for i := range n {
		all = append(all, account(i+1))
	}
	return all
}

var (
	org  = principal.Principal{Kind: principal.Organization, ID: "arn:aws:organizations::123456789012:organization/o-exampleorg1"}
	lane = reconcile.Lane{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1"}
)

// world is what a plan is judged from: every image with who has it, and shares.
type world struct {
	shares []reconcile.Declaration
	images []reconcile.Image
	has    map[string][]principal.Principal // by image id
	policy reconcile.Policy
	scope  reconcile.Scope
	names  map[principal.Principal]string
	quotas reconcile.Quotas
	// inspection is what the lane answered.
	inspection reconcile.Inspection
	partial    bool
	made       []reconcile.Change // by an earlier part of the same plan
	elsewhere  []reconcile.Change // by other shards
	undeclared bool               // no OwnerAccount names the images' account
	unwritten  bool               // there is no Policy
}

func image(id string) reconcile.Image {
	return reconcile.Image{Image: principal.Image{Provider: lane.Provider, Account: lane.Account, Region: lane.Region, ID: id},
		Name: "base-" + id, State: reconcile.Available, Created: day(-1)}
}

func grants(principals ...principal.Principal) []reconcile.Grant {
	list := []reconcile.Grant{}
	for _, p := range principals {
		list = append(list, reconcile.Grant{Principal: p, Source: reconcile.Source{File: "base.yaml", Line: 9}})
	}
	return list
}

func until(offset int, principals ...principal.Principal) []reconcile.Grant {
	list := grants(principals...)
	for i := range list {
		list[i].Until = day(offset)
	}
	return list
}

func share(name string, mode reconcile.Mode, granted []reconcile.Grant) reconcile.Declaration {
	return reconcile.Declaration{Share: name, Owner: "factory", Lanes: []reconcile.Lane{lane}, Selector: reconcile.Selector{Name: "base-*"},
		Mode: mode, Grants: granted, Source: reconcile.Source{File: name + ".yaml", Line: 1}}
}

// one is a world of one image under one exclusive share.
func one(granted []reconcile.Grant, has ...principal.Principal) world {
	return world{shares: []reconcile.Declaration{share("base", reconcile.Exclusive, granted)}, images: []reconcile.Image{image("ami-1")},
		has: map[string][]principal.Principal{"ami-1": has}, policy: reconcile.DefaultPolicy()}
}

// with returns an altered copy, so that cases can share a world.
func (w world) with(alter func(*world)) world {
	w.shares, w.images, w.has = slices.Clone(w.shares), slices.Clone(w.images), maps.Clone(w.has)
	for i := range w.shares {
		w.shares[i].Grants = slices.Clone(w.shares[i].Grants)
	}
	w.policy.Exceptions, w.policy.Rules = slices.Clone(w.policy.Exceptions), slices.Clone(w.policy.Rules)
	w.policy.PublicShares, w.inspection.Obstacles = slices.Clone(w.policy.PublicShares), slices.Clone(w.inspection.Obstacles)
	alter(&w)
	return w
}

// check judges as a run does.
func (w world) check() []reconcile.Finding {
	d := &reconcile.Declarations{Owners: []reconcile.Owner{{Name: "factory", Provider: lane.Provider, Account: lane.Account, Regions: []string{lane.Region}, Quotas: w.quotas}},
		Shares: w.shares, Policy: w.policy, Aliases: w.names}
	d.Policy.Source = reconcile.Source{File: "policy.yaml", Line: 1}
	if w.unwritten {
		d.Policy.Source = reconcile.Source{}
	}
	if w.undeclared {
		d.Owners = nil
	}
	observations := reconcile.Observations{}
	for _, image := range w.images {
		if has, read := w.has[image.ID]; read {
			observations[image.Image] = reconcile.Known(has)
		}
	}
	inventory := reconcile.Inventory{lane: reconcile.Known(w.images)}
	claimed := reconcile.Select(d, inventory)
	selection := w.scope.Selection(claimed)
	desired := reconcile.Desire(d, selection, noon)
	changes, held := w.scope.Changes(reconcile.Diff(desired, observations))
	if w.scope.Evicts() {
		changes, held = reconcile.Evict(d, w.scope.Principals, w.images, claimed, observations, noon), nil
	}
	reconcile.Name(changes, w.names)
	reconcile.Name(held, w.names)
	return guard.Check(guard.Input{Declarations: d, Scope: w.scope, At: noon, Inventory: inventory, Claimed: claimed, Selection: selection,
		Desired: desired, Observations: observations, Changes: changes, Held: held, Partial: w.partial, Made: w.made, Elsewhere: w.elsewhere,
		Inspections: map[reconcile.Lane]reconcile.Inspection{lane: w.inspection}})
}

// of returns the findings of one rule.
func (w world) of(code string) []reconcile.Finding {
	return slices.DeleteFunc(w.check(), func(f reconcile.Finding) bool { return f.Code != code })
}

// verdict is one case for one rule.
type verdict struct {
	name  string
	world world
	says  []string // parts of the messages, one a finding; empty: quiet
}

func judge(t *testing.T, code string, severity reconcile.Severity, stops reconcile.Stop, cases []verdict) {
	t.Helper()
	fired := false
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			findings := c.world.of(code)
			if len(findings) != len(c.says) {
				t.Fatalf("%d findings, want %d: %+v", len(findings), len(c.says), findings)
			}
			for i, f := range findings {
				fired = true
				if f.Severity != severity || f.Stops != stops || f.Refuses() != (severity == reconcile.SeverityError && stops != "") {
					t.Errorf("severity %s, stops %q, refuses %v", f.Severity, f.Stops, f.Refuses())
				}
				if !strings.Contains(f.Message, c.says[i]) {
					t.Errorf("%q does not say %q", f.Message, c.says[i])
				}
				if f.Hint == "" || strings.HasSuffix(f.Message, ".") || strings.HasSuffix(f.Hint, ".") {
					t.Errorf("message %q, hint %q", f.Message, f.Hint)
				}
			}
		})
	}
	if !fired {
		t.Errorf("%s never fires in this test", code)
	}
}

func TestCodesAreUniqueSortedAndWellFormed(t *testing.T) {
	var codes []string
	for _, analyzer := range guard.Analyzers() {
		codes = append(codes, analyzer.Code())
		if !regexp.MustCompile(`^AMI[0-9]{3}$`).MatchString(analyzer.Code()) {
			t.Errorf("%q is no code", analyzer.Code())
		}
	}
	if !slices.IsSorted(codes) || len(slices.Compact(slices.Clone(codes))) != len(codes) {
		t.Errorf("codes %v", codes)
	}
	for _, code := range reconcile.Codes() {
		if !slices.Contains(codes, code.Code) {
			t.Errorf("no analyzer finds %s", code.Code)
		}
	}
	if len(codes) != len(reconcile.Codes()) {
		t.Error("an analyzer's code has no description")
	}
}

func TestAPlanWithoutRisksHasNoFindings(t *testing.T) {
	w := one(grants(account(1), account(2)), account(1), account(3)).with(func(w *world) {
		w.names = map[principal.Principal]string{account(2): "data"}
	})
	if findings := w.check(); len(findings) > 0 {
		t.Errorf("%+v", findings)
	}
}

func TestFindingsCarryTheirCodeAndAreSorted(t *testing.T) {
	w := one(grants(principal.Everyone, account(9)), accounts(6)...)
	findings := w.check()
	var codes []string
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	if want := []string{"AMI001", "AMI002", "AMI003", "AMI007"}; !slices.Equal(codes, want) {
		t.Errorf("codes %v, want %v", codes, want)
	}
	if !slices.IsSortedFunc(findings, reconcile.CompareFindings) {
		t.Error("not sorted")
	}
}

func TestAFailedReadSatisfiesAndViolatesNoRule(t *testing.T) {
	w := one(nil, accounts(9)...).with(func(w *world) { w.has = nil })
	if findings := w.check(); len(findings) > 0 {
		t.Errorf("%+v", findings)
	}
	unknown := reconcile.Inventory{lane: reconcile.Unknown[[]reconcile.Image](errors.New("denied"))}
	d := &reconcile.Declarations{Shares: w.shares, Policy: w.policy}
	selection := reconcile.Select(d, unknown)
	if findings := guard.Check(guard.Input{Declarations: d, Inventory: unknown, Claimed: selection, Selection: selection}); len(findings) > 0 {
		t.Errorf("%+v", findings)
	}
}
