package reconcile

// Match reports whether name matches the pattern. In a pattern `*` stands for
// any run of characters, `?` for any one; every other character stands for
// itself (image names may hold brackets and slashes). The whole name must
// match.
func Match(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
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
