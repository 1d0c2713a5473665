package aws

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// watched replaces the bucket of an action by one that is never refilled, so
// that what was taken can be counted, unless a call is throttled.
func watched(c *Cloud, account, region, action string, size int) (taken func() int) {
	p := newPace(reconcile.Bucket{Size: size, Refill: 1e-9})
	c.limits.paces[lane{account, region, action}] = p
	return func() int { return size - int(p.saved+0.5) }
}

func TestTheLimitSeesEveryAttemptAndEveryPage(t *testing.T) {
	serve(t, map[string]func(int) answer{
		"DescribeImages": func(n int) answer {
			switch n {
			case 0, 2: // each page at the second attempt
				return ec2Error(500, "InternalError", "An internal error has occurred.")
			case 1:
				return answer{http.StatusOK, describe("", "<nextToken>x</nextToken>")}
			}
			return answer{http.StatusOK, describe("", "")}
		},
		"DescribeImageAttribute": ok(permissionsOf(ami.ID, "")),
		"ModifyImageAttribute":   fails(500, "InternalError", "x"),
	})
	cloud := newCloud(t, Options{})
	lists := watched(cloud, ambientOwner.Account, "us-east-1", "DescribeImages", 10)
	elsewhere := watched(cloud, ambientOwner.Account, "eu-west-1", "DescribeImages", 10)
	reads := watched(cloud, ambientOwner.Account, "us-east-1", "DescribeImageAttribute", 10)
	writes := watched(cloud, ambientOwner.Account, "us-east-1", "ModifyImageAttribute", 10)
	reader, err := cloud.OpenReader(context.Background(), ambientOwner)
	if err != nil {
		t.Fatal(err)
	}
	writer, err := cloud.OpenWriter(context.Background(), ambientOwner, []principal.Image{ami})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.List(context.Background(), "us-east-1", reconcile.Filter{}); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Permissions(context.Background(), ami); err != nil {
		t.Fatal(err)
	}
	failed(t, writer.Do(context.Background(), oneGrant()), reconcile.Uncertain, "InternalError")
	want := map[string]int{"DescribeImages": 4, "DescribeImageAttribute": 1, "ModifyImageAttribute": 2}
	if made := cloud.Calls()[reconcile.LaneOf(ami)]; !maps.Equal(made, want) {
		t.Errorf("calls %v, want %v", made, want)
	}
	if lists() != 4 || elsewhere() != 0 || reads() != 1 || writes() != 2 {
		t.Errorf("lists %d, elsewhere %d, reads %d, writes %d", lists(), elsewhere(), reads(), writes())
	}
}

func TestReaderAndWriterShareTheLimitOfAnAccount(t *testing.T) {
	serve(t, map[string]func(int) answer{"DescribeImages": ok(describe("", ""))})
	cloud := newCloud(t, Options{})
	lists := watched(cloud, ambientOwner.Account, "us-east-1", "DescribeImages", 10)
	for range 2 {
		reader, err := cloud.OpenReader(context.Background(), ambientOwner)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := reader.List(context.Background(), "us-east-1", reconcile.Filter{}); err != nil {
			t.Fatal(err)
		}
	}
	if lists() != 2 {
		t.Errorf("%d", lists())
	}
}

func TestACallThatTheLimitWouldHoldBeyondItsDeadlineIsNotMade(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"DescribeImageAttribute": ok(permissionsOf(ami.ID, ""))})
	cloud := newCloud(t, Options{})
	watched(cloud, ambientOwner.Account, "us-east-1", "DescribeImageAttribute", 1)
	reader, err := cloud.OpenReader(context.Background(), ambientOwner)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Permissions(context.Background(), ami); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err = reader.Permissions(ctx, ami)
	failed(t, err, reconcile.Uncertain, "deadline")
	if got := len(s.of("DescribeImageAttribute")); got != 1 {
		t.Errorf("%d calls", got)
	}
}

func TestTheLimitsAreThoseThatAWSDocuments(t *testing.T) {
	l := newLimits(Options{})
	for action, want := range map[string]string{"DescribeImages": "100 20", "DescribeImageAttribute": "100 20", "DescribeSnapshots": "100 20", "GetImageBlockPublicAccessState": "100 20", "ModifyImageAttribute": "100 5"} {
		p := l.pace("1", "r", action)
		if got := fmt.Sprintf("%v %v", p.saved, p.refill); got != want {
			t.Errorf("%s: %s, want %s", action, got, want)
		}
	}
	first, again := l.pace("1", "r", "DescribeImages"), l.pace("1", "r", "DescribeImages")
	if first != again || first == l.pace("1", "s", "DescribeImages") {
		t.Error("a pace is not that of its account, region and action")
	}
	if l.pace("1", "r", "GetCallerIdentity") != nil || newLimits(Options{Unlimited: true}).pace("1", "r", "DescribeImages") != nil {
		t.Error("what has no limit is held back")
	}
}

func TestOtherLimitsTakeThePlaceOfTheDocumentedOnes(t *testing.T) {
	l := newLimits(Options{Buckets: map[string]reconcile.Bucket{"ModifyImageAttribute": {Size: 30, Refill: 1.5}}})
	if p := l.pace("1", "r", "ModifyImageAttribute"); p.saved != 30 || p.refill != 1.5 {
		t.Errorf("%v saved, a pace of %v", p.saved, p.refill)
	}
	if l.pace("1", "r", "DescribeImages") != nil {
		t.Error("what is not among the limits is held back")
	}
	if documented := buckets["ModifyImageAttribute"]; documented != (reconcile.Bucket{Size: 100, Refill: 5}) {
		t.Errorf("the documented limit became %v", documented)
	}
}
