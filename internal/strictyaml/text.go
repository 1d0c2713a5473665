package strictyaml

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// checkText refuses bytes that are not text, and characters that make a file
// look other than it reads.
func checkText(file string, data []byte) Problems {
	var problems Problems
	for i, line := range bytes.Split(data, []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		for column := 1; len(line) > 0; column++ {
			r, size := utf8.DecodeRune(line)
			at := Position{file, i + 1, column}
			if r == utf8.RuneError && size == 1 {
				return append(problems, at.Problem("the file is not UTF-8", "save it in UTF-8"))
			}
			if !readable(r) {
				problems = append(problems, at.Problem(fmt.Sprintf("invisible character %U", r),
					"remove it, or write it as an escape in double quotes"))
			}
			line = line[size:]
		}
	}
	return problems
}

// readable is false for controls (tab aside), for what some readers take for a
// line break, and for marks that reverse the direction of what follows.
func readable(r rune) bool {
	switch r {
	case '\t':
		return true
	case '\u0085', '\u2028', '\u2029', '\ufeff', '\ufffe', '\uffff':
		return false
	}
	return !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r)
}
