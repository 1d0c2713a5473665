package main

import (
	"errors"
	"maps"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/cloud/aws"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// rated reads --rate, given once for each value.
func rated(values ...string) (found map[string]reconcile.Bucket, err error) {
	tool := &tool{streams: streams{env: func(string) (string, bool) { return "", false }}}
	app := &cli.App{Name: "amisync", Flags: []cli.Flag{rateFlag()}, DisableSliceFlagSeparator: true, Action: func(c *cli.Context) (err error) {
		found, err = tool.rates(c)
		return err
	}}
	args := []string{"amisync"}
	for _, value := range values {
		args = append(args, "--rate", value)
	}
	return found, app.Run(args)
}

// but are the documented limits with others in the place of some.
func but(others map[string]reconcile.Bucket) map[string]reconcile.Bucket {
	limits := aws.Limits().Buckets
	maps.Copy(limits, others)
	return limits
}

func TestARateIsAPartOfTheLimitsOrOfOneAction(t *testing.T) {
	lookup := reconcile.Bucket{Size: 50, Refill: 10}
	half := map[string]reconcile.Bucket{"DescribeImages": lookup, "DescribeImageAttribute": lookup, "DescribeSnapshots": lookup,
		"GetImageBlockPublicAccessState": lookup, "ModifyImageAttribute": {Size: 50, Refill: 2.5}}
	fast := map[string]reconcile.Bucket{"ModifyImageAttribute": {Size: 100, Refill: 20}}
	both := maps.Clone(half)
	maps.Copy(both, fast)
	for _, c := range []struct {
		values []string
		want   map[string]reconcile.Bucket
	}{
		{nil, but(nil)},
		{[]string{"100%"}, but(nil)},
		{[]string{"50%"}, but(half)},
		{[]string{"50.0%"}, but(half)},
		{[]string{"ModifyImageAttribute=20"}, but(fast)},
		{[]string{"50%", "ModifyImageAttribute=20"}, but(both)},
		{[]string{"ModifyImageAttribute=20,50%"}, but(both)},
		{[]string{" 50% , ModifyImageAttribute=20 "}, but(both)},
		{[]string{"1000%", "ModifyImageAttribute=0.1,DescribeImages=1,DescribeSnapshots=1,GetImageBlockPublicAccessState=1000"}, but(map[string]reconcile.Bucket{
			"DescribeImageAttribute": {Size: 1000, Refill: 200}, "ModifyImageAttribute": {Size: 100, Refill: 0.1}, "DescribeImages": {Size: 100, Refill: 1},
			"DescribeSnapshots": {Size: 100, Refill: 1}, "GetImageBlockPublicAccessState": {Size: 100, Refill: 1000}})},
	} {
		if got, err := rated(c.values...); err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%q: %v, %v; want %v", c.values, got, err, c.want)
		}
	}
	if got, err := rated("1.4%"); err != nil || got["DescribeImages"].Size != 1 {
		t.Errorf("the smallest size is %v, %v", got, err)
	}
}

func TestARateThatIsNoneIsWrongUsage(t *testing.T) {
	const forms = "write 50% for half of the documented limits, or ModifyImageAttribute=2.5 for one action"
	const raised = "100% is what AWS documents; more is for accounts whose limits it has raised"
	const actions = "the actions with a limit are DescribeImageAttribute, DescribeImages, DescribeSnapshots, GetImageBlockPublicAccessState, ModifyImageAttribute"
	for _, c := range []struct {
		values        []string
		message, hint string
	}{
		{[]string{""}, `--rate: "" is neither a percentage nor ACTION=CALLS_PER_SECOND`, forms}, // a variable that is not set
		{[]string{"50"}, `--rate: "50" is neither a percentage nor ACTION=CALLS_PER_SECOND`, forms},
		{[]string{"50%,"}, `--rate: "" is neither a percentage nor ACTION=CALLS_PER_SECOND`, forms},
		{[]string{"ModifyImageAttribute"}, `--rate: "ModifyImageAttribute" is neither a percentage nor ACTION=CALLS_PER_SECOND`, forms},
		{[]string{"0%"}, `--rate: a percentage is from 1% to 1000%, not "0%"`, raised},
		{[]string{"0.9%"}, `--rate: a percentage is from 1% to 1000%, not "0.9%"`, raised},
		{[]string{"-50%"}, `--rate: a percentage is from 1% to 1000%, not "-50%"`, raised},
		{[]string{"1001%"}, `--rate: a percentage is from 1% to 1000%, not "1001%"`, raised},
		{[]string{"NaN%"}, `--rate: a percentage is from 1% to 1000%, not "NaN%"`, raised},
		{[]string{"half%"}, `--rate: a percentage is from 1% to 1000%, not "half%"`, raised},
		{[]string{"50%,60%"}, `--rate: there are two percentages, 50% and 60%`, "give one"},
		{[]string{"50%", "50%"}, `--rate: there are two percentages, 50% and 50%`, "give one"},
		{[]string{"ModifyImageAttribute=0"}, `--rate: ModifyImageAttribute is called from 0.1 to 1000 times a second, not "0"`, "AWS documents 5 a second: ModifyImageAttribute=5"},
		{[]string{"DescribeImages=Inf"}, `--rate: DescribeImages is called from 0.1 to 1000 times a second, not "Inf"`, "AWS documents 20 a second: DescribeImages=20"},
		{[]string{"DescribeImages=50%"}, `--rate: DescribeImages is called from 0.1 to 1000 times a second, not "50%"`, "a percentage stands alone and goes for every action: --rate 50%"},
		{[]string{"DescribeImages=2", "DescribeImages=3"}, `--rate: DescribeImages has two rates, 2 and 3`, "give one for each action"},
		{[]string{"ModifyImageAtribute=2"}, `--rate: no action "ModifyImageAtribute" has a limit`, "did you mean ModifyImageAttribute? " + actions},
		{[]string{"ec2:describeimages=2"}, `--rate: no action "ec2:describeimages" has a limit`, "did you mean DescribeImages? " + actions},
		{[]string{"CopyImage=2"}, `--rate: no action "CopyImage" has a limit`, actions},
	} {
		_, err := rated(c.values...)
		usage, wrong := errors.AsType[*usageError](err)
		if !wrong || usage.message != c.message || usage.hint != c.hint {
			t.Errorf("%q: %v\n hint %s", c.values, err, hintOf(err))
		}
	}
}

func TestEachImageOfAPhaseTakesOneCallOutOfTheBucketsThatAreConfigured(t *testing.T) {
	configured, err := rated("10%", "ModifyImageAttribute=3")
	if err != nil {
		t.Fatal(err)
	}
	phases := paces(configured)[principal.AWS]
	read, change := reconcile.Bucket{Size: 10, Refill: 2}, reconcile.Bucket{Size: 100, Refill: 3}
	if r, a := phases[run.Reading], phases[run.Applying]; len(phases) != 2 || len(r) != 1 || r[0] != read || len(a) != 2 || a[0] != change || a[1] != read {
		t.Errorf("%v", phases)
	}
}
