package run_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

func (e *estate) diagnose() *reconcile.Diagnosis {
	return run.Diagnose(context.Background(), e.request(), e.cloud.openReader, e.cloud.openWriter, e.options)
}

// table writes a diagnosis as one line a lane.
func table(d *reconcile.Diagnosis) []string {
	var rows []string
	for _, lane := range d.Lanes {
		row := lane.Owner + " " + lane.Region
		for _, check := range lane.Checks() {
			row += " " + string(check.Status)
		}
		rows = append(rows, row)
	}
	return rows
}

func checkTable(t *testing.T, d *reconcile.Diagnosis, want ...string) {
	t.Helper()
	if got := table(d); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestADiagnosisTriesOnceWhatARunNeeds(t *testing.T) {
	e := newEstate(factory, lab)
	e.single("old", who(alice), who(alice))
	newer := picture(lab, "us-east-1", "newer")
	newer.Created = day(0)
	e.cloud.put(newer)
	e.share(lab, "newer", bob)
	d := e.diagnose()
	checkTable(t, d,
		"factory eu-west-1 ok ok skipped skipped skipped skipped",
		"factory us-east-1 ok ok skipped skipped skipped skipped",
		"lab us-east-1 ok ok ok skipped skipped ok")
	if d.Problems != 0 {
		t.Errorf("%d problems", d.Problems)
	}
	for op, want := range map[op]int{opEnterRead: 2, opEnterWrite: 1, opList: 3, opRead: 1, opTry: 1, opInspect: 0, opWrite: 0} {
		if got := e.cloud.countOp(op); got != want {
			t.Errorf("%s: %d calls, want %d", op, got, want)
		}
	}
	for _, c := range e.cloud.calls {
		if (c.op == opRead || c.op == opTry) && c.image != newer.Image {
			t.Errorf("%s on %s, which is not the newest", c.op, c.image)
		}
		if c.op == opEnterWrite && !slices.Equal(c.ids, []string{newer.ID}) {
			t.Errorf("entered for writing to change %v", c.ids)
		}
	}
}

func TestADiagnosisSaysWhereTheWayEnds(t *testing.T) {
	encrypted := func(e *estate) {
		image := picture(lab, "us-east-1", "secret")
		image.EncryptedSnapshots = []string{"snap-1"}
		e.cloud.put(image)
		e.share(lab, "secret", alice, world)
	}
	unsureOf := func(asked func(reconcile.Questions) bool) func(string, reconcile.Questions) reconcile.Inspection {
		return func(_ string, q reconcile.Questions) reconcile.Inspection {
			if asked(q) {
				return reconcile.Inspection{Obstacles: []reconcile.Obstacle{{Unsure: true, Kind: reconcile.Denied, Reason: "it cannot be asked", Hint: "allow it"}}}
			}
			return reconcile.Inspection{}
		}
	}
	blocked := func(_ string, q reconcile.Questions) reconcile.Inspection {
		return reconcile.Inspection{Obstacles: []reconcile.Obstacle{{Publishing: q.Publish, Reason: "is not for everybody", Hint: "open it"}}}
	}
	for _, c := range []struct {
		name     string
		fails    op
		inspect  func(string, reconcile.Questions) reconcile.Inspection
		want     string
		problems int
	}{
		{name: "nothing fails", want: "ok ok ok ok ok ok"},
		{name: "the account cannot be entered", fails: opEnterRead, want: "failed skipped skipped skipped skipped skipped", problems: 1},
		{name: "its images cannot be listed", fails: opList, want: "ok denied skipped ok skipped skipped", problems: 1},
		{name: "permissions cannot be read", fails: opRead, want: "ok ok denied ok ok ok", problems: 1},
		{name: "it cannot be entered for writing", fails: opEnterWrite, want: "ok ok ok ok ok failed", problems: 1},
		{name: "nothing may be changed", fails: opTry, want: "ok ok ok ok ok denied", problems: 1},
		{name: "the lock cannot be read", inspect: unsureOf(func(q reconcile.Questions) bool { return q.Publish }), want: "ok ok ok denied ok ok", problems: 1},
		{name: "publishing is blocked", inspect: blocked, want: "ok ok ok blocked ok ok", problems: 1},
		{name: "keys cannot be read", inspect: unsureOf(func(q reconcile.Questions) bool { return len(q.Encrypted) > 0 }), want: "ok ok ok ok denied ok", problems: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEstate(lab)
			encrypted(e)
			e.cloud.inspect = c.inspect
			e.cloud.fault = func(_ int, made call) fault {
				if made.op == c.fails {
					return denied
				}
				return fine
			}
			d := e.diagnose()
			checkTable(t, d, "lab us-east-1 "+c.want)
			if d.Problems != c.problems {
				t.Errorf("%d problems", d.Problems)
			}
			for _, check := range d.Lanes[0].Checks() {
				if check.Problem() && (check.Error == "" || check.Hint == "") || check.Status == reconcile.CheckSkipped && check.Because == "" {
					t.Errorf("%+v says too little", check)
				}
			}
		})
	}
}

func TestADiagnosisLeavesAloneWhatThePolicyIgnores(t *testing.T) {
	e := newEstate(lab)
	e.single("locked", nil, who(alice))
	e.declarations.Policy.Ignore = []reconcile.Ignore{{Image: "locked"}}
	checkTable(t, e.diagnose(), "lab us-east-1 ok ok skipped skipped skipped skipped")
	if n := e.cloud.countOp(opRead) + e.cloud.countOp(opTry); n != 0 {
		t.Errorf("%d calls about an ignored image", n)
	}
}

func TestADiagnosisNamesOwnersWithoutARole(t *testing.T) {
	entered := lab
	entered.Role = "arn:aws:iam::222222222222:role/amisync"
	d := newEstate(factory, entered).diagnose()
	for _, lane := range d.Lanes {
		if lane.Ambient != (lane.Owner == "factory") {
			t.Errorf("%s: ambient %v", lane.Owner, lane.Ambient)
		}
	}
}

// Whatever fails: nothing is written, every check has an outcome, and the
// number of problems is that of the checks that show one.
func TestADiagnosisWritesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEstate(factory, lab)
		for i := range rapid.IntRange(0, 4).Draw(t, "images") {
			e.single(fmt.Sprintf("image-%d", i), who(alice), who(bob))
		}
		faults := map[op]fault{}
		for _, o := range []op{opEnterRead, opEnterWrite, opList, opRead, opTry} {
			faults[o] = rapid.SampledFrom([]fault{fine, denied, throttled}).Draw(t, string(o))
		}
		e.cloud.fault = func(_ int, c call) fault { return faults[c.op] }
		before := e.cloud.state()
		d := e.diagnose()
		if fmt.Sprint(before) != fmt.Sprint(e.cloud.state()) || e.cloud.countOp(opWrite) > 0 {
			t.Fatal("it wrote")
		}
		problems := 0
		for _, lane := range d.Lanes {
			for _, check := range lane.Checks() {
				if check.Status == "" {
					t.Fatalf("%s of %s has no outcome", check.Name, lane.Lane)
				}
				if check.Problem() {
					problems++
				}
			}
		}
		if problems != d.Problems || len(d.Lanes) != 3 {
			t.Fatalf("%d problems in %d lanes, counted %d", problems, len(d.Lanes), d.Problems)
		}
	})
}

// The row says where and about what: below it stands the call that was refused, or
// the lock itself.
func TestADiagnosisSaysOnlyWhatItsRowDoesNot(t *testing.T) {
	for _, c := range []struct {
		obstacle     reconcile.Obstacle
		public, keys string
	}{
		{reconcile.Obstacle{Unsure: true, Kind: reconcile.Denied, Reason: "has a key that may be of no use: kms:DescribeKey on k: AccessDenied: no, where it is"},
			"kms:DescribeKey on k: AccessDenied: no, where it is", "kms:DescribeKey on k: AccessDenied: no, where it is"},
		{reconcile.Obstacle{Publishing: true, Reason: "is in account a and region r, where the lock is on"}, "the lock is on", ""},
		{reconcile.Obstacle{Publishing: true, Reason: "is not for everybody"}, "an image there is not for everybody", ""},
	} {
		e := newEstate(lab)
		image := picture(lab, "us-east-1", "secret")
		image.EncryptedSnapshots = []string{"snap-1"}
		e.cloud.put(image)
		e.share(lab, "secret", alice, world)
		e.cloud.inspect = func(string, reconcile.Questions) reconcile.Inspection {
			return reconcile.Inspection{Obstacles: []reconcile.Obstacle{c.obstacle}}
		}
		if lane := e.diagnose().Lanes[0]; lane.Public.Error != c.public || lane.Keys.Error != c.keys {
			t.Errorf("%q, %q", lane.Public.Error, lane.Keys.Error)
		}
	}
}
