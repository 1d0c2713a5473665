package main

import (
	"errors"

	"github.com/urfave/cli/v2"
)

// once is the value of a flag that stands on a command line once: of two, one would
// go unheard.
type once struct {
	text  string
	given bool
}

var errTwice = errors.New("given twice")

// Set implements flag.Value.
func (o *once) Set(text string) error {
	if o.given {
		return errTwice
	}
	o.text, o.given = text, true
	return nil
}

// String implements flag.Value.
func (o *once) String() string { return o.text }

func onceFlag(name, usage string) cli.Flag {
	return &cli.GenericFlag{Name: name, Usage: usage, Value: &once{}}
}
