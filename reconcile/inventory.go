package reconcile

import (
	"time"

	"github.com/amisync/amisync/principal"
)

// State is where an image stands in its life.
type State string

// The states that matter here. Only an available image can be shared; a cloud
// may report others, which are treated like Failed.
const (
	Available State = "available"
	Pending   State = "pending"
	Failed    State = "failed"
	Disabled  State = "disabled"
)

// Image is one image as its lane lists it.
type Image struct {
	principal.Image
	Name         string
	State        State
	Created      time.Time
	Architecture string
	Tags         map[string]string
	Public       bool
	// Deprecated is when the image becomes, or became, deprecated; zero means never.
	Deprecated time.Time
	// EncryptedSnapshots are the ids of its encrypted snapshots.
	EncryptedSnapshots []string
	// Obstacles are those that the listing itself shows.
	Obstacles []Obstacle
}

// Inventory is what each lane lists. A lane that is absent or unknown takes no
// part in selection.
type Inventory map[Lane]Observed[[]Image]

// Observations are the launch permissions of each image that was read.
type Observations map[principal.Image]Observed[[]principal.Principal]

// Observed is a value that a cloud reported, or unknown with the reason. The
// zero value is unknown: unreadable is never empty.
type Observed[T any] struct {
	value T
	known bool
	err   error
}

// Known is an observed value.
func Known[T any](value T) Observed[T] { return Observed[T]{value: value, known: true} }

// Unknown is a value that could not be read, because of err.
func Unknown[T any](err error) Observed[T] { return Observed[T]{err: err} }

// Value returns the value and whether it is known.
func (o Observed[T]) Value() (T, bool) { return o.value, o.known }

// Err returns why the value is unknown; nil where it is known.
func (o Observed[T]) Err() error {
	if !o.known && o.err == nil {
		return errNotRead
	}
	return o.err
}
