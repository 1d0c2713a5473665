package aws

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

const modified = `<ModifyImageAttributeResponse><return>true</return></ModifyImageAttributeResponse>`

// stopping is a cloud whose run can be interrupted, and a way to change it.
func stopping(t *testing.T) (cloud *Cloud, writer *Writer, stop chan struct{}) {
	t.Helper()
	stop = make(chan struct{})
	cloud = newCloud(t, Options{Stop: stop})
	writer, err := cloud.OpenWriter(context.Background(), ambientOwner, []principal.Image{ami})
	if err != nil {
		t.Fatal(err)
	}
	return cloud, writer, stop
}

func TestChangesThatWaitForThePaceAreNotSentOnceTheRunIsStopped(t *testing.T) {
	s := serve(t, map[string]func(int) answer{"ModifyImageAttribute": ok(modified), "DescribeImageAttribute": ok(permissionsOf(ami.ID, ""))})
	cloud, writer, stop := stopping(t)
	watched(cloud, ambientOwner.Account, ami.Region, "ModifyImageAttribute", 1)
	if err := writer.Do(context.Background(), oneGrant()); err != nil {
		t.Fatal(err)
	}
	const waiting = 5
	results := make(chan error)
	for range waiting {
		go func() { results <- writer.Do(context.Background(), oneGrant()) }()
	}
	close(stop)
	for range waiting {
		failed(t, <-results, reconcile.NotSent, "interrupted before it was sent")
	}
	// With the bucket full again, still nothing is sent.
	watched(cloud, ambientOwner.Account, ami.Region, "ModifyImageAttribute", 10)
	failed(t, writer.Do(context.Background(), oneGrant()), reconcile.NotSent, "interrupted before it was sent")
	if made := s.of("ModifyImageAttribute"); len(made) != 1 {
		t.Errorf("%d changes were sent", len(made))
	}
	reader, err := cloud.OpenReader(context.Background(), ambientOwner)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Permissions(context.Background(), ami); err != nil {
		t.Errorf("what was changed cannot be read back: %v", err)
	}
}

func TestAChangeInFlightEndsWellWhenTheRunIsStopped(t *testing.T) {
	var stop chan struct{}
	serve(t, map[string]func(int) answer{"ModifyImageAttribute": func(int) answer {
		close(stop)
		return answer{http.StatusOK, modified}
	}})
	_, writer, channel := stopping(t)
	stop = channel
	if err := writer.Do(context.Background(), oneGrant()); err != nil {
		t.Error(err)
	}
}

func TestAChangeThatFailedIsNotSentAgainOnceTheRunIsStopped(t *testing.T) {
	for _, code := range []string{"InternalError", "RequestLimitExceeded"} {
		var stop chan struct{}
		s := serve(t, map[string]func(int) answer{"ModifyImageAttribute": func(int) answer {
			close(stop)
			return ec2Error(503, code, "x")
		}})
		_, writer, channel := stopping(t)
		stop = channel
		failed(t, writer.Do(context.Background(), oneGrant()), reconcile.Uncertain, "interrupted")
		if made := s.of("ModifyImageAttribute"); len(made) != 1 {
			t.Errorf("%s: %d changes were sent", code, len(made))
		}
	}
}

func TestTheCallerEndsAChangeInFlight(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, map[string]func(int) answer{})
	s.raw = map[string]http.HandlerFunc{"ModifyImageAttribute": func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}}
	_, writer, _ := stopping(t)
	failed(t, writer.Do(ctx, oneGrant()), reconcile.Uncertain, "interrupted")
	failed(t, writer.Do(ctx, oneGrant()), reconcile.NotSent, "interrupted before it was sent")
}

func TestAnAccountIsNotEnteredForChangesOnceTheRunIsStopped(t *testing.T) {
	var stop chan struct{}
	s := serve(t, map[string]func(int) answer{"GetCallerIdentity": func(n int) answer {
		if n == 0 {
			close(stop)
		}
		return stsError(503, "ServiceUnavailable", "x")(n)
	}})
	stop = make(chan struct{})
	cloud := newCloud(t, Options{Stop: stop, MaxAttempts: 1000})
	_, err := cloud.OpenWriter(context.Background(), ambientOwner, []principal.Image{ami})
	failed(t, err, reconcile.NotSent, "interrupted before it was sent")
	if made := len(s.of("GetCallerIdentity")); made == 1000 {
		t.Errorf("%d calls", made)
	}
}

func TestWhatACallWaitsForItsPaceDoesNotCountAgainstItsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(reconcile.Bucket{Size: 1, Refill: 0.01})
		p.take()
		ctx, cancel := reconcile.WithPatience(t.Context(), time.Minute)
		defer cancel()
		if err := p.wait(ctx); err != nil || ctx.Err() != nil {
			t.Fatalf("%v, %v", err, ctx.Err())
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if why := context.Cause(ctx); !errors.Is(why, context.DeadlineExceeded) {
			t.Errorf("the patience goes on for good: %v", why)
		}
	})
}
