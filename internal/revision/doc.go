// Package revision reads directories as they are at a revision of a git
// repository, through the git program and without any network. The repository
// and the working tree stay as they are.
//
// What is read is the tree itself, file by file: attributes (export-ignore,
// filters) and sparse checkouts leave nothing out. Symbolic links lead where
// they lead in a working tree, as long as that is inside the directory. What
// cannot be read is an error where it is opened, never an absence.
package revision

import "errors"

// ErrAbsent means that the directory does not exist at the revision.
var ErrAbsent = errors.New("the directory is not there")

// ErrRepository means that the directory is in no git repository.
var ErrRepository = errors.New("no git repository")

// ErrRange means that two revisions, such as main..other, stand where one is to be.
var ErrRange = errors.New("two revisions, not one")

// Error says why a revision cannot be read, and how to go on.
type Error struct {
	Message string
	Hint    string // may be empty
	Err     error  // the cause; may be nil
}

// Error is the message alone.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
