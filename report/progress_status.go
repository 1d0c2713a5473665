package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/amisync/amisync/reconcile/run"
)

// laneProgress is how far a lane is.
type laneProgress struct {
	name                        string
	phase                       run.Phase
	began                       time.Time // of the phase
	listed, done, total, failed int
	ended, stopping             bool
	err                         error
	told                        string // the line already written
}

func (l *laneProgress) note(e run.Event, now time.Time) {
	l.name = Safe(joined(" ", e.Owner, e.Lane.Region))
	if e.Owner == "" {
		l.name = Safe(joined(" ", e.Lane.Account, e.Lane.Region))
	}
	if l.phase != e.Phase {
		l.began = now
	}
	l.phase, l.done, l.total, l.failed = e.Phase, e.Done, e.Total, e.Failed
	l.ended, l.stopping, l.err = e.End || e.Err != nil, e.Stopping, e.Err
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

// tally counts what a phase has to do: of so many, those that came out well
// and those that did not.
type tally struct{ total, well, failed int }

func (t *tally) add(total, ended, failed int) {
	t.total, t.well, t.failed = t.total+total, t.well+ended-failed, t.failed+failed
}

// text is the tally as a part of the live line: the two counts reach the total
// together.
func (t tally) text(before, after, failure string) string {
	text := fmt.Sprintf("%s %s/%s%s", before, thousands(t.well), thousands(t.total), after)
	if t.failed > 0 {
		text += fmt.Sprintf(" (%s %s)", thousands(t.failed), failure)
	}
	return text
}

// status is the live line: how far all lanes are, taken together. Every lane is
// known from the start; how many images there are to read, once all are listed. The
// remaining time stands behind it where the terminal has room.
func (p *Progress) status() string {
	position, left := p.position(), p.left()
	if utf8.RuneCountInString(position+left) < p.width {
		return position + left
	}
	return position
}

func (p *Progress) position() string {
	var lanes, images, applied tally
	stopping := ""
	for _, l := range p.lanes {
		switch {
		case l.err != nil:
			lanes.add(1, 1, 1)
		case l.phase == run.Listing && !l.ended:
			lanes.add(1, 0, 0)
		default:
			lanes.add(1, 1, 0)
		}
		switch l.phase {
		case run.Reading:
			images.add(l.total, l.done, l.failed)
		case run.Applying:
			applied.add(l.total, l.done, l.failed)
		}
		if l.stopping {
			stopping = " · stopping"
		}
	}
	if applied.total > 0 {
		return applied.text("applied", " images", "failed") + stopping
	}
	parts := []string{lanes.text("lanes", "", "not read")}
	if images.total > 0 {
		parts = append(parts, images.text("images", "", "not read"))
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
