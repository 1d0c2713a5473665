// Package soak holds no code: its tests run the engine (reconcile/run) against a
// cloud in memory, through whole histories that a seed draws: estates and images,
// plans and applies, changed manifests, other actors, faults, and processes that
// die in the middle.
//
//	seed ─▶ estate, cloud ─▶ undisturbed run on a copy ─▶ history with troubles ─▶ calm ─▶ one run more
//	                                  │                          │                            │
//	                            fewest calls            every write, plan, result      as declared, and stays so
//
// Each history runs in a testing/synctest bubble, where time is the bubble's and
// calls to the cloud wait until everything else has come to rest; then the seed
// draws which of them is answered next. One seed is therefore one history, down to
// the order of calls.
//
// What is right is decided by this package's own short account of the manifests
// and guards (wish_test.go, guards_test.go), not by the code under test.
//
// docs/reliability.md says what is checked and how to replay a seed.
package soak
