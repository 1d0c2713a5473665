// Package simulator is an embedded cloud: it answers the protocols of EC2, STS and KMS
// over HTTP as AWS does, from a cloud file instead of data centres.
//
// A [File] says what the cloud starts with: accounts with users and roles,
// organizations, images with their launch permissions, quotas, and how the cloud
// behaves (latency, throttling, reads that lag behind writes, faults). [New] makes
// a [Server] of it, which is an http.Handler. Clients talk to it with the SDK they
// use anyway; only their endpoint differs.
//
//	client ──HTTP──▶ authenticate ─▶ fault? ─▶ token bucket ─▶ authorize ─▶ action ─▶ XML or JSON
//	                     │                                                    │
//	                  Call log ◀── GET /_simulator/calls       image versions ┴─▶ OnWrite
//
// The caller is known from the access key in the Authorization header, the region
// from the same credential scope. Signatures are not verified: the secrets are
// throw-away. Everything else is: session tokens and their expiry, trust policies,
// external ids, source identities, allowed actions, session policies.
//
// Beside the protocols the server answers two questions of its own, without credentials
// and in JSON:
//
//	GET /_simulator/calls   every call so far: a list of Call, see [Server.Calls]
//	GET /_simulator/state   images, permissions and their history: see [State]
//
// Go programs can do more: watch every effective write and choose faults ([Options]),
// add faults ([Server.Inject]), and be the other actor who changes things behind the
// back of the clients ([Server.Share], [Server.DisableImage], [Server.DeregisterImage],
// [Server.AddImage], [Server.SetKeyState] and others).
//
// An image never changes in place. Every effective write appends a version, so that
// a read can be answered as of an earlier moment and the history stays readable.
//
// The package imports nothing of the product besides the strict YAML reader: it is
// meant to disagree with the product where the product is wrong. What AWS does not
// document is marked "not documented" where it is decided.
package simulator
