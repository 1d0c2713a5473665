package reconcile_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/schema"
)

// wording is an estate as it is written: what each name stands for, the entries
// of each group and the permissions of each share.
type wording struct {
	accounts       map[string]string
	groups, shares map[string][]string
}

func (w wording) text() string {
	directory := "accounts: {"
	for _, name := range slices.Sorted(maps.Keys(w.accounts)) {
		directory += fmt.Sprintf("%s: %q, ", name, w.accounts[name])
	}
	directory += "}, groups: {"
	for _, name := range slices.Sorted(maps.Keys(w.groups)) {
		directory += name + ": [" + strings.Join(w.groups[name], ", ") + "], "
	}
	text := manifest("OwnerAccount", "factory", factorySpec) + manifest("Directory", "names", directory+"}")
	for _, name := range slices.Sorted(maps.Keys(w.shares)) {
		text += manifest("ImageShare", name, "owner: factory, images: {name: "+name+"-*}, launchPermissions: ["+strings.Join(w.shares[name], ", ")+"]")
	}
	return text
}

// compiled is what is declared, or nil where the words contradict each other.
func (w wording) compiled() *reconcile.Declarations {
	estate, err := schema.Load(fstest.MapFS{"estate.yaml": {Data: []byte(w.text())}}, "")
	if err != nil {
		return nil
	}
	d, _ := estate.CompileOwners(schema.Options{})
	return d
}

var numbers = []string{"200000000001", "200000000002", "200000000003", "200000000004"}

// drawWording draws an estate in which most is as it was in another.
func drawWording(t *rapid.T, other *wording) wording {
	w := wording{map[string]string{}, map[string][]string{}, map[string][]string{}}
	kept := func(what string) bool { return other != nil && rapid.IntRange(0, 2).Draw(t, what+" is kept") > 0 }
	ids := rapid.Permutation(numbers).Draw(t, "ids")
	if kept("ids") {
		ids = []string{other.accounts["a"], other.accounts["b"]}
	}
	w.accounts["a"], w.accounts["b"] = ids[0], ids[1]
	entries := []string{"{account: a}", "{account: b}", `{account: "200000000001"}`, `{account: "200000000004"}`}
	for _, name := range []string{"inner", "middle", "outer"} {
		list := rapid.SliceOfNDistinct(rapid.SampledFrom(entries), 1, 3, rapid.ID[string]).Draw(t, name)
		if w.groups[name] = list; kept(name) {
			w.groups[name] = other.groups[name]
		}
		entries = append(entries, "{group: "+name+"}")
	}
	for _, name := range []string{"base", "golden", "web"} {
		list := rapid.SliceOfNDistinct(rapid.SampledFrom(append(entries, "{public: true}")), 0, 3, rapid.ID[string]).Draw(t, name)
		for i, until := range rapid.SliceOfN(rapid.SampledFrom([]string{"", "", ", until: 2027-01-31", ", until: 2026-11-21", ", until: 2026-11-20"}), len(list), len(list)).Draw(t, "until") {
			list[i] = strings.Replace(list[i], "}", until+"}", 1)
		}
		switch {
		case kept(name):
			if list, ok := other.shares[name]; ok {
				w.shares[name] = list
			}
		case rapid.IntRange(0, 3).Draw(t, "gone") > 0:
			w.shares[name] = list
		}
	}
	return w
}

// declaredAs is who is declared until when, by share.
func declaredAs(d *reconcile.Declarations) map[string]map[principal.Principal]string {
	all := map[string]map[principal.Principal]string{}
	for _, share := range d.Shares {
		for _, grant := range share.Grants {
			if all[share.Share] == nil {
				all[share.Share] = map[principal.Principal]string{}
			}
			until := ""
			if !grant.Until.IsZero() {
				until = grant.Until.Format(time.DateOnly)
			}
			all[share.Share][grant.Principal] = until
		}
	}
	return all
}

// over reports whether a last day is over at noon.
func over(until string) bool { return until != "" && until < noon.Format(time.DateOnly) }

// apply makes of what was declared what a difference says.
func apply(t *rapid.T, all map[string]map[principal.Principal]string, d *reconcile.Difference) {
	for _, a := range d.Access {
		if all[a.Share] == nil {
			all[a.Share] = map[principal.Principal]string{}
		}
		who, share := a.Principal.Principal, all[a.Share]
		until, had := share[who]
		gone := a.Kind == reconcile.DifferenceLoses && !a.Ended
		switch {
		case gone && (!had || until != a.Until), a.Kind == reconcile.DifferenceTerm && !had, a.Kind == reconcile.DifferenceGains && had && !over(until), !gone && until != a.Before,
			a.Ended != (a.Kind == reconcile.DifferenceLoses && !gone) || a.Ended && !over(a.Until):
			t.Fatalf("%+v is not what was declared: %v", a, share)
		case gone:
			delete(share, who)
		default:
			share[who] = a.Until
		}
		if len(share) == 0 {
			delete(all, a.Share)
		}
	}
}

func TestLawsOfDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was := drawWording(t, nil)
		is := drawWording(t, &was)
		base, head := was.compiled(), is.compiled()
		if base == nil || head == nil {
			t.Skip("an entry twice")
		}
		d := reconcile.DifferenceOf(base, head, noon)
		found := declaredAs(base)
		if apply(t, found, d); !reflect.DeepEqual(found, declaredAs(head)) {
			t.Fatalf("the difference does not lead from one to the other:\n%s\n%s\n%s", was.text(), is.text(), told(d))
		}
		if same := reconcile.DifferenceOf(base, was.compiled(), noon); same.Differs() || len(same.Edits) > 0 {
			t.Fatalf("an estate differs from itself: %s", told(same))
		}
		checkKinds(t, d, declaredAs(base), declaredAs(head))
		checkSwapped(t, d, reconcile.DifferenceOf(head, base, noon))
		for _, a := range d.Access {
			checkThrough(t, a, was, is, base, head)
		}
		checkEdits(t, d)
	})
}

// checkKinds holds what differs against what is declared.
func checkKinds(t *rapid.T, d *reconcile.Difference, before, after map[string]map[principal.Principal]string) {
	var want, got []string
	for _, share := range []string{"base", "golden", "web"} {
		for _, who := range everybody {
			was, had := before[share][who]
			is, has := after[share][who]
			held, holds := had && !over(was), has && !over(is)
			kind := reconcile.DifferenceTerm
			switch {
			case had == has && was == is:
				continue
			case holds && !held:
				kind = reconcile.DifferenceGains
			case held && !holds, had != has:
				kind = reconcile.DifferenceLoses
			}
			want = append(want, fmt.Sprint(share, who, kind, kind == reconcile.DifferenceLoses && has))
		}
	}
	for _, a := range d.Access {
		got = append(got, fmt.Sprint(a.Share, a.Principal.Principal, a.Kind, a.Ended))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// checkSwapped holds a difference against that of the way back.
func checkSwapped(t *rapid.T, d, back *reconcile.Difference) {
	both := map[string]bool{} // that both revisions declare: one of the ways is a term or tells the other day
	for _, a := range slices.Concat(d.Access, back.Access) {
		if a.Kind == reconcile.DifferenceTerm || a.Before != "" {
			both[a.Share+a.Principal.Principal.String()] = true
		}
	}
	list := func(d *reconcile.Difference) []string {
		var all []string
		for _, a := range d.Access {
			days := []string{a.Until, a.Before}
			slices.Sort(days)
			through := a.Through
			if both[a.Share+a.Principal.Principal.String()] {
				through = "" // where both sides were edited, the newer one is named
			}
			all = append(all, fmt.Sprint(a.Share, a.Principal.Principal, days, through))
		}
		slices.Sort(all)
		return all
	}
	if !slices.Equal(list(d), list(back)) {
		t.Fatalf("the way back is another:\n%s\n\n%s", told(d), told(back))
	}
}

// checkThrough holds that what is named as edited differs, and is on the way.
func checkThrough(t *rapid.T, a reconcile.AccessDifference, was, is wording, base, head *reconcile.Declarations) {
	if a.Through == "" {
		before, had := was.shares[a.Share]
		after, has := is.shares[a.Share]
		if had == has && slices.Equal(before, after) {
			t.Fatalf("nothing in the share was edited: %+v\n%s\n%s", a, was.text(), is.text())
		}
		return
	}
	x, y := base.Directory[a.Through], head.Directory[a.Through]
	if x.Principal == y.Principal && slices.Equal(x.Members, y.Members) {
		t.Fatalf("%s is the same in both: %+v\n%s\n%s", a.Through, a, was.text(), is.text())
	}
}

func checkEdits(t *rapid.T, d *reconcile.Difference) {
	gains, losses := 0, 0
	for _, a := range d.Access {
		if a.Through != "" && a.Kind == reconcile.DifferenceGains {
			gains++
		}
		if a.Through != "" && a.Kind == reconcile.DifferenceLoses {
			losses++
		}
		if !slices.ContainsFunc(d.Edits, func(e reconcile.Edit) bool { return e.Entry == a.Through && slices.Contains(e.Shares, a.Share) }) && a.Through != "" {
			t.Fatalf("no edit for %+v", a)
		}
	}
	for _, e := range d.Edits {
		gains, losses = gains-e.Gains, losses-e.Losses
	}
	if gains != 0 || losses != 0 {
		t.Fatalf("edits are counted wrongly: %s", told(d))
	}
}
