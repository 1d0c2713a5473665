package reconcile

import (
	"strings"
	"unicode/utf8"
)

// Match reports whether name matches the pattern. In a pattern `*` stands for
// any run of characters, `?` for any one; every other character stands for
// itself (image names may hold brackets and slashes). The whole name must
// match.
func Match(pattern, name string) bool {
	star, resume := -1, 0 // the last * seen and where its match may be widened from
	i, j := 0, 0
	for j < len(name) {
		n, length := character(name[j:])
		p, size := rune(0), 0
		if i < len(pattern) {
			p, size = character(pattern[i:])
		}
		switch {
		case size > 0 && p == '*':
			star, resume = i, j
			i++
		case size > 0 && (p == '?' || p == n):
			i += size
			j += length
		case star >= 0:
			_, length := character(name[resume:])
			resume += length
			i, j = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// character returns the rune that the text begins with and its length in bytes.
// A byte that is no UTF-8 is a character of its own: two different ones are never
// the same.
func character(text string) (rune, int) {
	r, size := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && size == 1 {
		r = -1 - rune(text[0])
	}
	return r, size
}
