package report

import (
	"fmt"
	"strings"

	"github.com/amisync/amisync/reconcile/run"
)

// laneProgress is how far a lane is.
type laneProgress struct {
	name                        string
	phase                       run.Phase
	listed, done, total, failed int
	ended                       bool
	err                         error
	told                        string // the line already written
}

func (l *laneProgress) note(e run.Event) {
	l.name = Safe(joined(" ", e.Owner, e.Lane.Region))
	if e.Owner == "" {
		l.name = Safe(joined(" ", e.Lane.Account, e.Lane.Region))
	}
	l.phase, l.done, l.total, l.failed = e.Phase, e.Done, e.Total, e.Failed
	l.ended, l.err = e.End || e.Err != nil, e.Err
	if e.Phase == run.Listing && e.End {
		l.listed = e.Total
	}
}

// line tells what became of a lane.
func (l *laneProgress) line() string {
	var text string
	switch {
	case l.err != nil:
		return l.name + ": not read: " + Safe(l.err.Error())
	case l.phase == run.Applying:
		text = fmt.Sprintf("%d of %s applied", l.done-l.failed, images(l.total))
	case l.phase == run.Listing:
		return fmt.Sprintf("%s: %s listed", l.name, images(l.listed))
	default:
		text = fmt.Sprintf("%s listed, %d read", images(l.listed), l.done-l.failed)
	}
	if l.failed > 0 {
		text += fmt.Sprintf(", %d failed", l.failed)
	}
	return l.name + ": " + text
}

var phases = []struct {
	run.Phase
	during, after string
}{
	{run.Listing, "listing", "listed"},
	{run.Reading, "reading", "read"},
	{run.Applying, "applying", "applied"},
}

// status is the live line: what all lanes are doing, taken together.
func (p *Progress) status() string {
	type sum struct{ lanes, ended, done, total, failed int }
	sums := map[run.Phase]sum{}
	for _, l := range p.lanes {
		s := sums[l.phase]
		s.lanes++
		if l.ended {
			s.ended++
		}
		s.done, s.total, s.failed = s.done+l.done, s.total+l.total, s.failed+l.failed
		if l.err != nil {
			s.failed++
		}
		sums[l.phase] = s
	}
	var parts []string
	failed := 0
	for _, phase := range phases {
		s := sums[phase.Phase]
		failed += s.failed
		if s.lanes == 0 {
			continue
		}
		word := phase.during
		if s.ended == s.lanes {
			word = phase.after
		}
		what := number(s.lanes, "lane", "lanes")
		if phase.Phase != run.Listing {
			what = fmt.Sprintf("%d/%d images in %s", s.done, s.total, what)
		}
		parts = append(parts, word+" "+what)
	}
	if failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", failed))
	}
	return strings.Join(parts, " · ")
}

// clip shortens text to a number of columns.
func clip(text string, columns int) string {
	runes := []rune(text)
	switch {
	case len(runes) <= columns:
		return text
	case columns < 1:
		return ""
	}
	return string(runes[:columns-1]) + "…"
}
