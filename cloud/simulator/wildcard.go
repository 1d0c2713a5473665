package simulator

// matchWildcards reports whether text matches pattern as a whole: * stands for any
// characters, ? for one. With escapes, a backslash takes the next character literally,
// as in filters. (EC2 User Guide, Filtering resources)
func matchWildcards(pattern, text string, escapes bool) bool {
	p, t := []rune(pattern), []rune(text)
	pi, ti := 0, 0
	star, mark := -1, 0 // the last * and where its match ends so far
	for ti < len(t) {
		literal, width := pi < len(p), 1
		var want rune
		if literal {
			want = p[pi]
			if want == '*' {
				star, mark = pi, ti
				pi++
				continue
			}
			if escapes && want == '\\' && pi+1 < len(p) {
				want, width = p[pi+1], 2
			} else if want == '?' {
				want = t[ti]
			}
		}
		switch {
		case literal && want == t[ti]:
			pi += width
			ti++
		case star >= 0:
			mark++
			pi, ti = star+1, mark
		default:
			return false
		}
	}
	for pi < len(p) && p[pi] == '*' {
		pi++
	}
	return pi == len(p)
}
