package main

import (
	"errors"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/reconcile"
)

// parse reads --shard of a command line as the commands do, in a pod of that
// completion index; "-" stands for no variable, and no arguments for no flag.
func parse(t *testing.T, index string, args ...string) (reconcile.Part, error) {
	t.Helper()
	env := func(name string) (string, bool) { return index, name == completionIndex && index != "-" }
	var found reconcile.Part
	app := &cli.App{Name: "amisync", Flags: []cli.Flag{shardFlag("")}, Action: func(c *cli.Context) (err error) {
		found, err = part(c, "shard", job, jobOf(env))
		return err
	}}
	return found, app.Run(append([]string{"amisync"}, args...))
}

func TestAPartIsReadFromTheFlagOrFromTheJob(t *testing.T) {
	for _, test := range []struct {
		index, value string
		want         reconcile.Part
	}{
		{"-", "1/3", reconcile.Part{Index: 1, Of: 3}},
		{"-", "3/3", reconcile.Part{Index: 3, Of: 3}},
		{"-", "10000/10000", reconcile.Part{Index: 10000, Of: 10000}},
		{"-", "1/1", reconcile.Part{}}, // the whole
		{"2", "1/3", reconcile.Part{Index: 1, Of: 3}},
		{"0", "job/3", reconcile.Part{Index: 1, Of: 3}}, // Kubernetes counts from 0
		{"2", "job/3", reconcile.Part{Index: 3, Of: 3}},
		{"0", "job/1", reconcile.Part{}},
	} {
		if got, err := parse(t, test.index, "--shard", test.value); err != nil || got != test.want {
			t.Errorf("--shard %s in pod %s is %v: %v", test.value, test.index, got, err)
		}
	}
	if got, err := parse(t, "1"); err != nil || !got.IsZero() {
		t.Errorf("without the flag the part is %v: %v", got, err)
	}
}

func TestAPartThatIsNoneIsWrongUsage(t *testing.T) {
	const forms = "such as --shard 2/7 or --shard job/7"
	for _, test := range []struct{ index, value, message, hint string }{
		{"-", "", `--shard: a part looks like 2/7, not ""`, forms}, // a variable that is not set
		{"-", "2", `--shard: a part looks like 2/7, not "2"`, forms},
		{"-", "a/b", `--shard: a part looks like 2/7, not "a/b"`, forms},
		{"-", "1/2/3", `--shard: a part looks like 2/7, not "1/2/3"`, forms},
		{"-", "1 /2", `--shard: a part looks like 2/7, not "1 /2"`, forms},
		{"-", "0/3", `--shard: of 3 parts, the first is 1/3 and the last 3/3; there is no "0/3"`, forms},
		{"-", "4/3", `--shard: of 3 parts, the first is 1/3 and the last 3/3; there is no "4/3"`, forms},
		{"-", "-1/3", `--shard: of 3 parts, the first is 1/3 and the last 3/3; there is no "-1/3"`, forms},
		{"-", "1/0", `--shard: there are 1 to 10000 parts, not 0`, forms},
		{"-", "1/10001", `--shard: there are 1 to 10000 parts, not 10001`, forms},
		{"-", "job/3", `--shard job/3: JOB_COMPLETION_INDEX is not set, so this is no pod of an Indexed Job`, "name the part: --shard 1/3"},
		{"", "job/3", `--shard job/3: JOB_COMPLETION_INDEX is a number, not ""`, "name the part: --shard 1/3"},
		{"one", "job/3", `--shard job/3: JOB_COMPLETION_INDEX is a number, not "one"`, "name the part: --shard 1/3"},
		{"3", "job/3", `--shard job/3: JOB_COMPLETION_INDEX is 3, and 3 parts have 0 to 2: give the Job 3 completions`, "name the part: --shard 1/3"},
		{"-1", "job/3", `--shard job/3: JOB_COMPLETION_INDEX is -1, and 3 parts have 0 to 2: give the Job 3 completions`, "name the part: --shard 1/3"},
		{"0", "job/0", `--shard: there are 1 to 10000 parts, not 0`, forms},
		{"0", "job/-3", `--shard: there are 1 to 10000 parts, not -3`, forms},
		{"0", "job/", `--shard: a part looks like 2/7, not "job/"`, forms},
		{"0", "day/3", `--shard: a part looks like 2/7, not "day/3"`, forms},
	} {
		_, err := parse(t, test.index, "--shard", test.value)
		usage, isUsage := errors.AsType[*usageError](err)
		if !isUsage || usage.message != test.message || usage.hint != test.hint {
			t.Errorf("--shard %q in pod %q: %v (%s)\nwant: %s (%s)", test.value, test.index, err, hintOf(err), test.message, test.hint)
		}
	}
}

func TestTheDaysInARowHaveAllTheParts(t *testing.T) {
	monday := time.Date(2026, 11, 23, 23, 59, 59, 0, time.UTC)
	seen := map[int]bool{}
	for i := range 7 {
		index, err := dayOf(monday.AddDate(0, 0, i))(7)
		if err != nil || index < 1 || index > 7 {
			t.Fatalf("day %d has the part %d: %v", i, index, err)
		}
		seen[index] = true
	}
	if len(seen) != 7 {
		t.Errorf("7 days have the parts %v", seen)
	}
	a, _ := dayOf(monday)(7)
	if b, _ := dayOf(monday.In(time.FixedZone("east", 14*60*60)))(7); a != b {
		t.Errorf("the part is %d in UTC and %d elsewhere at the same time", a, b)
	}
}
