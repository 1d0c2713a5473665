package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
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

func TestLinesTellEachFinishedLaneOnce(t *testing.T) {
	var out bytes.Buffer
	p := report.NewProgress(&out, report.Lines, 0, time.Now, nil)
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
	p := report.NewProgress(&out, report.Lines, 0, time.Now, nil)
	p.Watch(event(run.Listing, east, 0, 14, true))
	p.Watch(event(run.Listing, europe, 0, 0, false))
	p.Close()
	if want := "image-factory us-east-1: 14 images listed\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestQuietShowsNothing(t *testing.T) {
	var out bytes.Buffer
	p := report.NewProgress(&out, report.Quiet, 0, time.Now, nil)
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

// live returns a display on a terminal and what it writes, after the time in
// which it waits for lanes to be told of.
func live(width int) (*report.Progress, *bytes.Buffer) {
	var out bytes.Buffer
	p := report.NewProgress(&out, report.Live, width, time.Now, nil)
	time.Sleep(time.Second)
	return p, &out
}

func TestLiveCountsLanesAndImagesTowardsTotals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out := live(0)
		failed := func(e run.Event, n int) run.Event {
			e.Failed = n
			return e
		}
		lost := event(run.Listing, europe, 0, 0, true)
		lost.Err = errors.New("denied")
		for _, c := range []struct {
			event run.Event
			want  string
		}{
			{event(run.Listing, east, 0, 0, false), "lanes 0/1"},
			{event(run.Listing, europe, 0, 0, false), "lanes 0/2"},
			{event(run.Listing, east, 0, 14, true), "lanes 1/2"},
			{failed(event(run.Reading, east, 4, 9, false), 1), "lanes 1/2 · images 3/9 (1 not read)"},
			{lost, "lanes 1/2 (1 not read) · images 3/9 (1 not read)"},
			{failed(event(run.Reading, east, 9, 9, true), 1), "lanes 1/2 (1 not read) · images 8/9 (1 not read)"},
			{event(run.Applying, east, 0, 8, false), "applied 0/8 images"},
			{event(run.Applying, europe, 0, 3, false), "applied 0/11 images"},
			{failed(event(run.Applying, east, 4, 8, false), 1), "applied 3/11 images (1 failed)"},
		} {
			time.Sleep(time.Second)
			p.Watch(c.event)
			if got := screen(t, out.String()); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		}
	})
}

func TestLiveShowsWhatItWasToldLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out lockedBuffer
		p := report.NewProgress(&out, report.Live, 0, time.Now, nil)
		p.Watch(event(run.Listing, east, 0, 0, false))
		p.Watch(event(run.Listing, europe, 0, 0, false))
		if out.String() != "" {
			t.Errorf("drawn before all lanes were told of: %q", out.String())
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := screen(t, out.String()); got != "lanes 0/2" {
			t.Errorf("got %q", got)
		}
		p.Watch(event(run.Listing, east, 0, 14, true))
		p.Watch(event(run.Listing, europe, 0, 3, true))
		p.Close()
		time.Sleep(time.Second)
		if got := screen(t, out.String()); got != "" {
			t.Errorf("drawn after Close: %q", got)
		}
	})
}

// lockedBuffer is a screen that a timer writes to while a test looks at it.
type lockedBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

func TestLiveKeepsOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out := live(60)
		p.Watch(event(run.Reading, east, 4, 9, false))
		fmt.Fprintln(p, "level=WARN msg=throttled")
		if got, want := screen(t, out.String()), "level=WARN msg=throttled\n"; got != want {
			t.Errorf("after a log line: got %q, want %q", got, want)
		}
		time.Sleep(time.Second)
		p.Watch(event(run.Reading, east, 5, 9, false))
		p.Close()
		if got := screen(t, out.String()); got != "" {
			t.Errorf("Close leaves %q", got)
		}
		if n := strings.Count(out.String(), "\n"); n != 1 {
			t.Errorf("%d newlines, want that of the log line alone", n)
		}
	})
}

func TestLiveDrawsAtMostTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out := live(0)
		for i := range 1000 {
			time.Sleep(time.Millisecond)
			p.Watch(event(run.Reading, east, i, 1000, false))
		}
		if drawn := strings.Count(out.String(), "\r"); drawn > 11 {
			t.Errorf("drawn %d times in a second", drawn)
		}
	})
}

func TestLiveNeverFillsTheLastColumn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, width := range []int{1, 2, 10, 20, 1000} {
			p, out := live(width)
			p.Watch(event(run.Reading, east, 4, 9, false))
			if got := len([]rune(screen(t, out.String()))); got >= width {
				t.Errorf("%d columns drawn of %d", got, width)
			}
		}
	})
}
