package reconcile

import (
	"slices"
	"time"
)

// Term is a decision with its reason, which may end.
type Term struct {
	Reason string
	// Until is the last day (midnight UTC at its start) on which it holds. Zero
	// means for good.
	Until  time.Time
	Source Source
}

// Over reports whether the last day has passed.
func (t Term) Over(at time.Time) bool { return over(t.Until, at) }

// Why is the decision in one clause: "until 2026-12-31: migration".
func (t Term) Why() string {
	if t.Until.IsZero() {
		return t.Reason
	}
	return "until " + t.Until.Format(time.DateOnly) + ": " + t.Reason
}

// over reports whether a last day, given as midnight UTC at its start, has
// passed. Zero never does.
func over(lastDay, at time.Time) bool {
	return !lastDay.IsZero() && !at.Before(lastDay.AddDate(0, 0, 1))
}

// PublicShare is a share whose images may become public.
type PublicShare struct {
	Term
	Share      string
	ApprovedBy string // who answers for it
}

// Exception turns the findings of a code into notes that stop nothing.
type Exception struct {
	Term
	Code  string
	Share string // empty: any
	Image string // an id, or a pattern for the name (see Match); empty: any
}

// Ignore leaves an image out of everything but the count of the newest: it is
// not read, not changed, and nothing is said of it. Evict alone reaches it.
type Ignore struct {
	Term
	Image  string // an id, or a pattern for the name (see Match)
	Owner  string // name; empty: any
	Region string // empty: any
}

// matches reports whether the entry is about the image, its owner aside.
func (i *Ignore) matches(image *Image) bool {
	return (i.Region == "" || i.Region == image.Region) && matchesImage(i.Image, image.Image, image.Name)
}

// covers reports whether the finding is about the share and the image of the
// exception. Only a finding that names no share is about all that pick its image.
func (e Exception) covers(f Finding, shares []string) bool {
	return (e.Share == "" || e.Share == f.Share || f.Share == "" && slices.Contains(shares, e.Share)) &&
		(e.Image == "" || f.Image.ID != "" && matchesImage(e.Image, f.Image.Image, f.Image.Name))
}
