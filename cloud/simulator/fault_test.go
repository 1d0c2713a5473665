package simulator_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"
)

// TestFaults says of each kind what the client gets and whether a write took effect.
func TestFaults(t *testing.T) {
	for kind, c := range map[simulator.FaultKind]struct {
		code   string // "" for success, "-" for an error without one
		status int
		effect bool
	}{
		simulator.FaultThrottle:             {"RequestLimitExceeded", 503, false},
		simulator.FaultInternalError:        {"InternalError", 500, false},
		simulator.FaultUnavailable:          {"Unavailable", 503, false},
		simulator.FaultAccessDenied:         {"UnauthorizedOperation", 403, false},
		simulator.FaultError:                {"Special", 418, false},
		simulator.FaultTimeout:              {"-", 0, false},
		simulator.FaultSlow:                 {"", 200, true},
		simulator.FaultDropBeforeEffect:     {"-", 0, false},
		simulator.FaultDropAfterEffect:      {"-", 0, true},
		simulator.FaultCutConnection:        {"-", 0, true},
		simulator.FaultSuccessWithoutEffect: {"", 200, false},
	} {
		t.Run(string(kind), func(t *testing.T) {
			f := start(t, smallCloud(), simulator.Options{})
			f.Inject(simulator.Fault{
				Action: "ResetImageAttribute", Image: second, Kind: kind,
				Code: "Special", Status: 418, Delay: time.Millisecond,
			})
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer cancel()
			_, err := f.ec2(owner).ResetImageAttribute(ctx, &ec2.ResetImageAttributeInput{ImageId: aws.String(second), Attribute: "launchPermission"})
			var api smithy.APIError
			if c.code != "-" {
				wantCode(t, err, c.code, c.status)
			} else if err == nil || errors.As(err, &api) {
				t.Errorf("error %v, want one of the connection", err)
			}
			if effect := len(f.LaunchPermissions(second)) == 0; effect != c.effect {
				t.Errorf("effect %v, want %v", effect, c.effect)
			}
			if calls := f.Calls(); kind != simulator.FaultTimeout && (calls[0].Fault != kind || calls[0].Status != c.status) {
				t.Errorf("logged %+v", calls[0])
			}
		})
	}
}

func TestFaultsOfReads(t *testing.T) {
	describe := func(kind simulator.FaultKind) (*ec2.DescribeImagesOutput, error) {
		f := start(t, smallCloud(), simulator.Options{})
		f.Inject(simulator.Fault{Action: "DescribeImages", Kind: kind, Count: 1})
		return f.ec2(owner).DescribeImages(context.Background(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
	}
	for _, kind := range []simulator.FaultKind{simulator.FaultMalformedXML, simulator.FaultCutConnection, simulator.FaultWrongContent} {
		if out, err := describe(kind); err == nil {
			t.Errorf("%s: an answer with %d images", kind, len(out.Images))
		}
	}
	out, err := describe(simulator.FaultEmptyPageWithToken)
	must(t, err)
	if len(out.Images) != 0 || aws.ToString(out.NextToken) == "" {
		t.Errorf("%d images, token %v; want an empty page that goes on", len(out.Images), out.NextToken)
	}
}

func TestEmptyPageLeadsOn(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	f.Inject(simulator.Fault{Kind: simulator.FaultEmptyPageWithToken, From: 2, Count: 1})
	var got []string
	pages := ec2.NewDescribeImagesPaginator(f.ec2(owner), &ec2.DescribeImagesInput{MaxResults: aws.Int32(1)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		must(t, err)
		got = append(got, ids(page.Images)...)
	}
	wantImages(t, got, first, second)
}

func TestStaleRead(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	must(t, f.modify(second, nil, []types.LaunchPermission{user(consumer)}))
	f.Inject(simulator.Fault{Kind: simulator.FaultStaleRead, Count: 1})
	wantEntries(t, f.read(second), consumer)
	wantEntries(t, f.read(second))
}

// hits returns which of n equal calls are hit.
func (f *fixture) hits(n int) (hits []int) {
	for k := range n {
		if _, err := f.ec2(owner).DescribeRegions(context.Background(), nil); err != nil {
			hits = append(hits, k+1)
		}
	}
	return hits
}

func TestFaultsFromTheKthCallOn(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	f.Inject(simulator.Fault{Action: "DescribeRegions", Region: region, Account: owner, Kind: simulator.FaultThrottle, From: 2, Count: 3})
	if got := f.hits(6); !slices.Equal(got, []int{2, 3, 4}) {
		t.Errorf("hit calls %v", got)
	}
}

func TestFaultsWithAProbabilityDependOnTheSeed(t *testing.T) {
	with := func(seed int) []int {
		file := smallCloud()
		file.Behaviour.Seed = seed
		file.Behaviour.Faults = []simulator.Fault{{Kind: simulator.FaultInternalError, Probability: 0.3}}
		return start(t, file, simulator.Options{}).hits(100)
	}
	one := with(1)
	if len(one) < 15 || len(one) > 45 {
		t.Errorf("%d of 100 calls hit at a probability of 0.3", len(one))
	}
	if !slices.Equal(one, with(1)) || slices.Equal(one, with(2)) {
		t.Error("the seed does not decide")
	}
}

func TestFaultsFromGo(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{Fault: func(c simulator.Call) simulator.Fault {
		if c.Number == 3 && c.Action == "DescribeRegions" && c.Account == owner {
			return simulator.Fault{Kind: simulator.FaultUnavailable}
		}
		return simulator.Fault{}
	}})
	if got := f.hits(4); !slices.Equal(got, []int{3}) {
		t.Errorf("hit calls %v", got)
	}
}

func TestFaultOfAssumeRoleIsThatOfTheRolesAccount(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	f.Inject(simulator.Fault{Action: "AssumeRole", Account: owner, Kind: simulator.FaultAccessDenied})
	_, err := f.assume()
	wantCode(t, err, "AccessDenied", 403)
	f.ClearFaults()
	f.Inject(simulator.Fault{Action: "AssumeRole", Account: ci, Kind: simulator.FaultAccessDenied})
	_, err = f.assume()
	must(t, err)
}

func TestLatency(t *testing.T) {
	file := smallCloud()
	file.Behaviour.Latency = time.Minute
	clock := simulator.NewManualClock(start2026)
	f := start(t, file, simulator.Options{Clock: clock})
	done := make(chan error)
	go func() {
		_, err := f.ec2(owner).DescribeRegions(context.Background(), nil)
		done <- err
	}()
	for {
		select {
		case err := <-done:
			must(t, err)
			if passed := clock.Now().Sub(start2026); passed < time.Minute {
				t.Errorf("answered after %s", passed)
			}
			return
		case <-time.After(5 * time.Millisecond):
			clock.Advance(20 * time.Second)
		}
	}
}

func TestConsistencyDelay(t *testing.T) {
	file := smallCloud()
	file.Behaviour.ConsistencyDelay = 5 * time.Second
	clock := simulator.NewManualClock(start2026)
	f := start(t, file, simulator.Options{Clock: clock})
	must(t, f.modify(second, []types.LaunchPermission{user(stranger)}, nil))
	wantEntries(t, f.read(second), consumer)
	wantImages(t, f.list(stranger, ec2.DescribeImagesInput{}))
	clock.Advance(3 * time.Second)
	must(t, f.modify(second, nil, []types.LaunchPermission{user(consumer)}))
	clock.Advance(2 * time.Second)
	wantEntries(t, f.read(second), consumer, stranger)
	clock.Advance(3 * time.Second)
	wantEntries(t, f.read(second), stranger)

	must(t, f.AddImage(newImage("ami-0a00000000000000a", "new build")))
	wantImages(t, f.list(owner, ec2.DescribeImagesInput{Owners: []string{"self"}}), first, second)
	_, err := f.ec2(owner).DescribeImages(context.Background(), &ec2.DescribeImagesInput{ImageIds: []string{"ami-0a00000000000000a"}})
	wantCode(t, err, "InvalidAMIID.NotFound", 400)
	clock.Advance(5 * time.Second)
	wantImages(t, f.list(owner, ec2.DescribeImagesInput{Owners: []string{"self"}}), first, second, "ami-0a00000000000000a")
}

func TestMistakesInGoAreReportedTogether(t *testing.T) {
	file := smallCloud()
	file.Images[0].Owner, file.Images[1].Region = "1", "mars"
	_, err := simulator.New(file, simulator.Options{})
	if err == nil || !strings.Contains(err.Error(), `no account "1"`) || !strings.Contains(err.Error(), `no region "mars"`) {
		t.Errorf("error %v", err)
	}
}
