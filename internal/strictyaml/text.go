package strictyaml

import (
	"bytes"
	"fmt"
	"strconv"
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
			if line[0] >= ' ' && line[0] <= '~' { // most of all text
				line = line[1:]
				continue
			}
			r, size := utf8.DecodeRune(line)
			at := Position{file, i + 1, column}
			if r == utf8.RuneError && size == 1 {
				return append(problems, at.Problem("the file is not UTF-8", "save it in UTF-8"))
			}
			if !readable(r) {
				problems.add(at.Problem(fmt.Sprintf("invisible character %U", r),
					"remove it, or write it as an escape in double quotes"))
			}
			if problems.full() {
				return problems
			}
			line = line[size:]
		}
	}
	return problems
}

// readable is false for controls (tab aside), for what some readers take for a
// line break, for marks that reverse the direction of what follows, and for
// characters without width, apart from those that scripts and emoji are joined
// with.
func readable(r rune) bool {
	switch r {
	case '\t', '\u200c', '\u200d':
		return true
	case '\u0085', '\u2028', '\u2029', '\ufffe', '\uffff':
		return false
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
}

// Visible reports whether every character of a text shows as itself, so that
// two texts that look alike are not told apart by what nobody sees: there are no
// controls, no marks of direction, nothing without width, no space but the plain
// one, and nothing that is not UTF-8.
func Visible(text string) bool {
	for _, r := range text {
		if !strconv.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return false
		}
	}
	return utf8.ValidString(text)
}
