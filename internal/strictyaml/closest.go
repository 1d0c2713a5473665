package strictyaml

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Closest returns the candidate that the word was probably meant to be, or ""
// where none is near. Of several equally near the first wins.
func Closest(word string, candidates []string) string {
	const longest = 128 // what is longer is no name that somebody mistyped
	length := utf8.RuneCountInString(word)
	if length > longest {
		return ""
	}
	best, limit := "", max(length/3+1, 2)
	for _, candidate := range candidates {
		if strings.EqualFold(word, candidate) {
			return candidate
		}
		if difference := utf8.RuneCountInString(candidate) - length; difference >= limit || -difference >= limit {
			continue
		}
		if d := distance(word, candidate); d < limit {
			best, limit = candidate, d
		}
	}
	return best
}

// DidYouMean is a hint with the closest candidate, or else the fallback.
func DidYouMean(word string, candidates []string, fallback string) string {
	if closest := Closest(word, candidates); closest != "" {
		return fmt.Sprintf("did you mean %q?", closest)
	}
	return fallback
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	var before []int
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		next := make([]int, len(t)+1)
		next[0] = i + 1
		for j := range t {
			replace := row[j]
			if s[i] != t[j] {
				replace++
			}
			next[j+1] = min(replace, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(t)]
}
