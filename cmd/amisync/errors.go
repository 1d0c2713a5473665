package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// The published exit codes.
const (
	exitDone    = 0
	exitError   = 1
	exitChanges = 2
	exitRefused = 4
	exitStale   = 5
	exitPartial = 6
	exitUsage   = 64
)

// outcome ends a command with an exit code of its own. Its message may be empty
// where the output already says everything.
type outcome struct {
	code    int
	message string
	hint    string
}

func (o *outcome) Error() string { return o.message }

// usageError says that the command line is wrong.
type usageError struct {
	message string
	hint    string
	command *cli.Command // may be nil
}

func (e *usageError) Error() string { return e.message }

// hinted is an error with the way out.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// exitCode maps errors to the published exit codes.
func exitCode(err error) int {
	var usage *usageError
	var end *outcome
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &end):
		return end.code
	}
	return exitError
}

// printError writes what went wrong and how to go on, in lines of at most width
// columns; 0 breaks none.
func printError(w io.Writer, err error, width int) {
	if err == nil || err.Error() == "" {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, each := range joined.Unwrap() {
			printError(w, each, width)
		}
		return
	}
	if problems, ok := errors.AsType[strictyaml.Problems](err); ok {
		for _, problem := range problems {
			say(w, "error", report.Safe(problem.Position().String())+": "+report.Safe(problem.Message), width)
			say(w, "hint", problem.Hint, width)
		}
		return
	}
	say(w, "error", err.Error(), width)
	say(w, "hint", hintOf(err), width)
}

// say writes a message of the sort, unless it is empty.
func say(w io.Writer, sort, text string, width int) {
	if text == "" {
		return
	}
	for _, line := range report.Wrap(sort+": "+report.Safe(text), width) {
		fmt.Fprintln(w, line)
	}
}

func hintOf(err error) string {
	if h, ok := errors.AsType[hinted](err); ok {
		return h.hint
	}
	if o, ok := errors.AsType[*outcome](err); ok {
		return o.hint
	}
	if usage, ok := errors.AsType[*usageError](err); ok {
		switch {
		case usage.hint != "":
			return usage.hint
		case usage.command != nil && usage.command.HelpName != "":
			return fmt.Sprintf("see `%s --help`", usage.command.HelpName)
		}
		return "see `amisync --help`"
	}
	return reconcile.HintOf(err)
}
