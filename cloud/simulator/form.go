package simulator

import (
	"regexp"
	"sync"
)

// form is a pattern that is compiled when it is first asked for: a run that does
// not ask does not wait for it.
func form(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
