// Command bench measures amisync against bounds that are computed in the same
// run, and exits non-zero where a ratio is missed: `make bench`. Absolute times
// say little on another machine; a ratio does.
package main
