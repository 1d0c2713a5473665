package report_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

// documented is how fast images are read and changed in EC2.
var documented = report.Paces{principal.AWS: {
	run.Reading:  {{Size: 100, Refill: 20}},
	run.Applying: {{Size: 100, Refill: 5}, {Size: 100, Refill: 20}},
}}

// going is a display of a run on a terminal.
type going struct {
	*report.Progress
	out lockedBuffer
}

func newGoing(width int) *going {
	g := &going{}
	g.Progress = report.NewProgress(&g.out, report.Live, width, time.Now, documented)
	time.Sleep(time.Second) // in which it waits for lanes to be told of
	return g
}

// after tells of an event some time after the one before, and returns what is on
// the screen then.
func (g *going) after(t *testing.T, passed time.Duration, e run.Event) string {
	t.Helper()
	time.Sleep(passed)
	synctest.Wait()
	g.Watch(e)
	return screen(t, g.out.String())
}

func TestLiveTellsTheRemainingTimeOnceEveryLaneIsListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGoing(0)
		g.Watch(event(run.Listing, east, 0, 0, false))
		g.Watch(event(run.Listing, europe, 0, 0, false))
		lost := event(run.Listing, europe, 0, 0, true)
		lost.Err = errors.New("denied")
		for _, c := range []struct {
			event run.Event
			want  string
		}{
			{event(run.Listing, east, 0, 4100, true), "lanes 1/2"},
			{event(run.Reading, east, 0, 4000, false), "lanes 1/2 · images 0/4,000"},
			{event(run.Reading, east, 120, 4000, false), "lanes 1/2 · images 120/4,000"},
			{lost, "lanes 1/2 (1 not read) · images 120/4,000 · about 3m left"},
			{event(run.Reading, east, 3000, 4000, false), "lanes 1/2 (1 not read) · images 3,000/4,000 · about 50s left"},
			{event(run.Reading, east, 3900, 4000, false), "lanes 1/2 (1 not read) · images 3,900/4,000"},
			{event(run.Reading, east, 4000, 4000, true), "lanes 1/2 (1 not read) · images 4,000/4,000"},
		} {
			if got := g.after(t, time.Second, c.event); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		}
	})
}

func TestLiveTellsHowLongTheLongestLaneGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGoing(0)
		g.Watch(event(run.Applying, europe, 0, 90, false))
		g.Watch(event(run.Applying, east, 0, 1300, false))
		for _, c := range []struct {
			after time.Duration
			event run.Event
			want  string
		}{
			{time.Second, event(run.Applying, europe, 60, 90, false), "applied 60/1,390 images · about 4m left"},
			{19 * time.Second, event(run.Applying, east, 200, 1300, false), "applied 260/1,390 images · about 4m left"},
			{40 * time.Second, event(run.Applying, europe, 90, 90, true), "applied 290/1,390 images · about 5m left"},
			{60 * time.Second, event(run.Applying, east, 700, 1300, false), "applied 790/1,390 images · about 2m left"},
			{100 * time.Second, event(run.Applying, east, 1200, 1300, false), "applied 1,290/1,390 images · about 20s left"},
			{20 * time.Second, event(run.Applying, east, 1300, 1300, true), "applied 1,390/1,390 images"},
		} {
			if got := g.after(t, c.after, c.event); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		}
	})
}

func TestLiveTellsNoTimeOnceTheRunIsStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGoing(0)
		g.Watch(event(run.Applying, europe, 0, 900, false))
		g.Watch(event(run.Applying, east, 0, 1300, false))
		if got, want := g.after(t, 20*time.Second, event(run.Applying, east, 200, 1300, false)), "applied 200/2,200 images · about 11m left"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		stopping := event(run.Applying, east, 200, 1300, false)
		stopping.Stopping = true
		if got, want := g.after(t, time.Second, stopping), "applied 200/2,200 images · stopping"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		stopping.End, stopping.Failed = true, 1
		if got, want := g.after(t, time.Second, stopping), "applied 199/2,200 images (1 failed) · stopping"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestLiveTellsNoTimeOfALaneThatCannotBeChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGoing(0)
		g.Watch(event(run.Applying, east, 0, 1300, false))
		failed := event(run.Applying, east, 1300, 1300, true)
		failed.Failed = 1300
		if got, want := g.after(t, time.Minute, failed), "applied 0/1,300 images (1,300 failed)"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestLiveTellsNoTimeWhereThereIsNothingToReadOrNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGoing(0)
		if got := g.after(t, time.Second, event(run.Reading, east, 0, 0, false)); got != "lanes 1/1" {
			t.Errorf("got %q", got)
		}
		elsewhere := east
		elsewhere.Provider = "other"
		if got := g.after(t, time.Minute, event(run.Reading, elsewhere, 10, 5000, false)); got != "lanes 2/2 · images 10/5,000" {
			t.Errorf("got %q", got)
		}
	})
}

func TestLiveLeavesTheTimeOutWhereItDoesNotFit(t *testing.T) {
	for width, want := range map[int]string{
		47: "lanes 1/1 · images 1,000/4,000 · about 3m left", // 46 columns, and one stays free
		46: "lanes 1/1 · images 1,000/4,000",
		31: "lanes 1/1 · images 1,000/4,000",
		30: "lanes 1/1 · images 1,000/4,0…",
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newGoing(width)
			if got := g.after(t, time.Second, event(run.Reading, east, 1000, 4000, false)); got != want {
				t.Errorf("%d columns: %q, want %q", width, got, want)
			}
		})
	}
}

var shownLeft = regexp.MustCompile(` · about (\S+) left$`)

// remains plays a lane of which an image is read each time, and returns the
// remaining times that are shown; zero where none is.
func remains(t *testing.T, images int, each func(image int) time.Duration) []time.Duration {
	t.Helper()
	g := newGoing(0)
	g.Watch(event(run.Reading, east, 0, images, false))
	var shown []time.Duration
	for i := range images {
		line, left := g.after(t, each(i), event(run.Reading, east, i+1, images, i+1 == images)), time.Duration(0)
		if m := shownLeft.FindStringSubmatch(line); m != nil {
			var err error
			if left, err = time.ParseDuration(m[1]); err != nil {
				t.Fatal(err)
			}
		}
		shown = append(shown, left)
	}
	return shown
}

func TestTheRemainingTimeOfASteadyRunNeverJumps(t *testing.T) {
	for _, c := range []struct {
		name string
		each func(image int) time.Duration
		rise time.Duration // at most, over all
	}{
		{"at the limit", func(i int) time.Duration {
			if i < 100 {
				return 3 * time.Millisecond
			}
			return 50 * time.Millisecond
		}, 0},
		{"throttled to a third", func(i int) time.Duration {
			if i < 30 {
				return 3 * time.Millisecond
			}
			return 150 * time.Millisecond
		}, 3 * time.Minute},
		{"after a late first answer", func(i int) time.Duration {
			if i == 0 {
				return 2 * time.Second
			}
			return 50 * time.Millisecond
		}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			least, most := time.Duration(0), time.Duration(0) // since the lowest
			shown := remains(t, 2100, c.each)
			for i, left := range shown {
				if i == 0 {
					least = left
					continue
				}
				step := (left - shown[i-1]).Abs()
				if coarse := time.Minute; step > coarse || left > 0 && left < 2*time.Minute-10*time.Second && step > 10*time.Second {
					t.Errorf("%s: from %s to %s with image %d", c.name, shown[i-1], left, i+1)
				}
				least = min(least, left)
				most = max(most, left-least)
			}
			if most > c.rise+5*time.Second {
				t.Errorf("%s: it rises by %s", c.name, most)
			}
			rest := time.Duration(0)
			for i := 1001; i < len(shown); i++ {
				rest += c.each(i)
			}
			if last := shown[len(shown)-1]; last != 0 || (shown[1000]-rest).Abs() > rest/3 {
				t.Errorf("%s: %s are shown halfway where %s are left, %s at the end", c.name, shown[1000], rest, last)
			}
		})
	}
}

func TestTheRemainingTimeIsShownWhereTheNetworkIsTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shown := remains(t, 90, func(int) time.Duration { return 2 * time.Second })
		for _, c := range []struct {
			image int
			least time.Duration
		}{{25, 90 * time.Second}, {45, 65 * time.Second}, {80, 15 * time.Second}} {
			if got, most := shown[c.image-1], time.Duration(90-c.image)*2*time.Second+5*time.Second; got < c.least || got > most {
				t.Errorf("after %d images: %s are shown, want %s to %s", c.image, got, c.least, most)
			}
		}
	})
}

// logged is what a log has of the events.
func logged(events ...run.Event) string {
	var out bytes.Buffer
	p := report.NewProgress(&out, report.Lines, 0, time.Now, documented)
	for _, e := range events {
		p.Watch(e)
	}
	return out.String()
}

func TestLinesSayOnceThatReadingWillTakeLong(t *testing.T) {
	listing := []run.Event{event(run.Listing, europe, 0, 0, false), event(run.Listing, east, 0, 0, false),
		event(run.Listing, europe, 0, 90, true), event(run.Reading, europe, 0, 90, false), event(run.Reading, europe, 1, 90, false)}
	slow := append(listing, event(run.Listing, east, 0, 6000, true), event(run.Reading, east, 0, 5000, false), event(run.Reading, east, 1, 5000, false))
	if got, want := logged(slow...), "reading 5,090 images takes at least 4m5s at the documented limits; image-factory us-east-1 takes longest\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	quick := append(listing, event(run.Listing, east, 0, 6000, true), event(run.Reading, east, 0, 600, false), event(run.Reading, east, 1, 600, false))
	if got := logged(quick...); got != "" {
		t.Errorf("of a quick run: %q", got)
	}
	one := []run.Event{event(run.Listing, east, 0, 0, false), event(run.Listing, east, 0, 6000, true), event(run.Reading, east, 0, 5000, false)}
	if got, want := logged(one...), "reading 5,000 images takes at least 4m5s at the documented limits\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLinesSayHowLongReadingTakesAsAWholeHoweverMuchIsRead(t *testing.T) {
	listing := []run.Event{event(run.Listing, europe, 0, 0, false), event(run.Listing, east, 0, 0, false),
		event(run.Listing, europe, 0, 5000, true), event(run.Reading, europe, 4299, 5000, false),
		event(run.Listing, east, 0, 50, true), event(run.Reading, east, 0, 50, false)}
	if got, want := logged(listing...), "reading 5,050 images takes at least 4m5s at the documented limits; image-factory eu-west-1 takes longest\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLinesSayThatReadingWillTakeLongWhenTheLastLaneIsGivenUp(t *testing.T) {
	lost := event(run.Listing, europe, 0, 0, true)
	lost.Err = errors.New("denied")
	got := logged(event(run.Listing, east, 0, 0, false), event(run.Listing, europe, 0, 0, false), event(run.Listing, east, 0, 6000, true),
		event(run.Reading, east, 0, 5000, false), lost, event(run.Reading, east, 1, 5000, false))
	if want := "reading 5,000 images takes at least 4m5s at the documented limits\nimage-factory eu-west-1: not read: denied\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLinesSayOnceThatChangingWillTakeLong(t *testing.T) {
	got := logged(event(run.Applying, europe, 0, 300, false), event(run.Applying, east, 0, 1300, false),
		event(run.Applying, europe, 1, 300, false), event(run.Applying, east, 1, 1300, false))
	if want := "changing 1,600 images takes at least 4m at the documented limits; image-factory us-east-1 takes longest\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLinesOfBothPhasesForewarnOfBoth(t *testing.T) {
	both := logged(event(run.Reading, east, 0, 5000, false), event(run.Reading, east, 5000, 5000, true),
		event(run.Applying, east, 0, 1300, false), event(run.Applying, east, 1, 1300, false))
	if n := strings.Count(both, "takes at least"); n != 2 {
		t.Errorf("%d times: %q", n, both)
	}
}
