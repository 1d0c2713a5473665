package run

import "github.com/amisync/amisync/reconcile"

// Phase is what a run is doing in a lane.
type Phase string

// The phases, in their order.
const (
	Listing  Phase = "listing"  // the lane's images are being listed
	Reading  Phase = "reading"  // permissions are being read, image by image
	Applying Phase = "applying" // changes are being made, image by image
)

// Event tells of progress in one lane.
type Event struct {
	Phase Phase
	Lane  reconcile.Lane
	Owner string // the owner account's name
	// Done of Total images of the lane have ended this phase; Failed of them
	// could not be read, or were not changed as planned.
	Done, Total, Failed int
	// Stopping means that the run was interrupted while Applying: images that are
	// not done yet are not attempted, and have not failed.
	Stopping bool
	// The first event of a lane in a run comes before any call is made.
	//
	// End means that the phase is over in this lane. While Listing, Total is then
	// the number of images that the lane holds.
	End bool
	// Err is why the lane as a whole could not be entered or listed.
	Err error
}

// Watch receives events, one at a time, in an order that is sequential within
// a lane. It must return quickly. Nil watches nothing.
type Watch func(Event)
