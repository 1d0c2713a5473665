package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

var (
	east   = reconcile.LaneOf(base18.Image)
	europe = reconcile.LaneOf(baseEU.Image)
)

func event(phase run.Phase, lane reconcile.Lane, done, total int, end bool) run.Event {
	return run.Event{Phase: phase, Lane: lane, Owner: "image-factory", Done: done, Total: total, End: end}
}

// clock is a time that stands still until it is moved.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func (c *clock) advance(d time.Duration) { c.Time = c.Add(d) }

func TestLinesTellEachFinishedLaneOnce(t *testing.T) {
	var out bytes.Buffer
	p := report.NewProgress(&out, report.Lines, 0, time.Now)
	p.Watch(event(run.Listing, east, 0, 0, false))
	p.Watch(event(run.Listing, europe, 0, 0, false))
	p.Watch(event(run.Listing, east, 0, 14, true))
	p.Watch(event(run.Reading, east, 8, 9, false))
	failed := event(run.Reading, east, 9, 9, true)
	failed.Failed = 2
	p.Watch(failed)
	lost := event(run.Listing, europe, 0, 0, true)
	lost.Err = errors.New("ec2:DescribeImages: \x1b[2Jdenied")
	p.Watch(lost)
	p.Watch(event(run.Applying, east, 3, 3, false))
	p.Watch(event(run.Applying, east, 3, 3, true))
	p.Close()
	p.Watch(event(run.Applying, europe, 1, 1, true))
	const want = `image-factory us-east-1: 14 images listed, 7 read, 2 failed
image-factory eu-west-1: not read: ec2:DescribeImages: \x1b[2Jdenied
image-factory us-east-1: 3 of 3 images applied
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestLinesTellLanesThatWereOnlyListed(t *testing.T) {
	var out bytes.Buffer
	p := report.NewProgress(&out, report.Lines, 0, time.Now)
	p.Watch(event(run.Listing, east, 0, 14, true))
	p.Watch(event(run.Listing, europe, 0, 0, false))
	p.Close()
	if want := "image-factory us-east-1: 14 images listed\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestQuietShowsNothing(t *testing.T) {
	var out bytes.Buffer
	p := report.NewProgress(&out, report.Quiet, 0, time.Now)
	p.Watch(event(run.Reading, east, 9, 9, true))
	p.Close()
	if out.Len() > 0 {
		t.Errorf("got %q", out.String())
	}
}

// screen is what stands on the screen since the line was last erased.
func screen(t *testing.T, output string) string {
	t.Helper()
	return output[strings.LastIndex(output, "\r\x1b[K")+len("\r\x1b[K"):]
}

func TestLiveKeepsOneLine(t *testing.T) {
	var out bytes.Buffer
	at := &clock{at}
	p := report.NewProgress(&out, report.Live, 60, at.now)
	p.Watch(event(run.Listing, east, 0, 0, false))
	if got := screen(t, out.String()); got != "listing 1 lane" {
		t.Errorf("got %q", got)
	}
	at.advance(time.Second)
	p.Watch(event(run.Listing, east, 0, 14, true))
	at.advance(time.Second)
	p.Watch(event(run.Listing, europe, 0, 0, false))
	at.advance(time.Second)
	failed := event(run.Reading, east, 4, 9, false)
	failed.Failed = 1
	p.Watch(failed)
	if got, want := screen(t, out.String()), "listing 1 lane · reading 4/9 images in 1 lane · 1 failed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	fmt.Fprintln(p, "level=WARN msg=throttled")
	if got, want := screen(t, out.String()), "level=WARN msg=throttled\n"; got != want {
		t.Errorf("after a log line: got %q, want %q", got, want)
	}
	at.advance(time.Second)
	p.Watch(failed)
	p.Close()
	if got := screen(t, out.String()); got != "" {
		t.Errorf("Close leaves %q", got)
	}
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Errorf("%d newlines, want that of the log line alone", n)
	}
}

func TestLiveDrawsAtMostTenTimesASecond(t *testing.T) {
	var out bytes.Buffer
	at := &clock{at}
	p := report.NewProgress(&out, report.Live, 0, at.now)
	for i := range 1000 {
		at.advance(time.Millisecond)
		p.Watch(event(run.Reading, east, i, 1000, false))
	}
	if drawn := strings.Count(out.String(), "\r"); drawn > 11 {
		t.Errorf("drawn %d times in a second", drawn)
	}
}

func TestLiveNeverFillsTheLastColumn(t *testing.T) {
	for _, width := range []int{1, 2, 10, 20, 1000} {
		var out bytes.Buffer
		p := report.NewProgress(&out, report.Live, width, (&clock{at}).now)
		p.Watch(event(run.Reading, east, 4, 9, false))
		if got := len([]rune(screen(t, out.String()))); got >= width {
			t.Errorf("%d columns drawn of %d", got, width)
		}
	}
}
