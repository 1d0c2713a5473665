// Package lazy keeps what is costly to make until it is asked for, so that a
// command does not wait for what only others need.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression that is compiled when it is first asked for.
// Several goroutines may ask at once. It panics then if the expression cannot be parsed, as
// regexp.MustCompile does.
func Regexp(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
