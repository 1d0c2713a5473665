// Package layout holds no code: its test asserts which package may import
// which. Directions are what keeps the engine pure and the clouds exchangeable:
//
//	principal ◀── reconcile ◀── schema, cloud/…, report ◀── internal ◀── cmd/amisync
//
// Test files may import what they like. A package in a directory that no rule
// covers fails the test, so that somebody decides where it belongs.
package layout
