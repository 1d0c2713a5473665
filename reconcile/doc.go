// Package reconcile is the pure engine: it compares what manifests declare
// with what a cloud reports and says which changes make the second equal to
// the first, in which order.
//
// The values flow one way:
//
//	Declarations ─┐
//	Inventory ────┴─ Select ─▶ Selection ─ Desire ─▶ []Desired ─┐
//	Observations ───────────────────────────────────────────────┴─ Diff ─▶ []Change ─ Order ─▶ []Step
//
// Nothing here performs I/O, prints, reads a clock or knows a cloud: time comes
// in as a value, the shapes of ids belong to package principal, and what one
// call can carry is told by a Carrier. Values are safe to share between
// goroutines once built; no function keeps or alters its arguments.
package reconcile
