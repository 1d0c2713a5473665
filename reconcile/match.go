package reconcile

import "unicode/utf8"

// Match reports whether name matches the pattern. In a pattern `*` stands for
// any run of characters, `?` for any one; every other character stands for
// itself (image names may hold brackets and slashes). The whole name must
// match.
func Match(pattern, name string) bool {
	p, n := characters(pattern), characters(name)
	star, resume := -1, 0 // the last * seen and where its match may be widened from
	i, j := 0, 0
	for j < len(n) {
		switch {
		case i < len(p) && p[i] == '*':
			star, resume = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i++
			j++
		case star >= 0:
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// characters are the runes of the text. A byte that is no UTF-8 is a character
// of its own: two different ones are never the same.
func characters(text string) []rune {
	all := make([]rune, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 {
			r = -1 - rune(text[0])
		}
		all, text = append(all, r), text[size:]
	}
	return all
}
