package main

import (
	"fmt"
	"strings"
)

// known is what is said of a mutant that survives.
type known struct {
	line int // where it is said
	// equivalent mutants do what the code does, so no test can notice them: they do
	// not count. All others that are known are accepted, and count as survivors.
	equivalent bool
	reason     string
}

// parseKnown reads the list of known survivors: a mutant's key on a line, and
// below it, indented, "equivalent: " or "accepted: " and the reason.
func parseKnown(text string) (map[string]known, error) {
	entries := map[string]known{}
	key := ""
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		indented := trimmed != "" && line[0] == '\t'
		switch {
		case trimmed == "" || strings.HasPrefix(line, "#"):
		case !indented && key != "":
			return nil, fmt.Errorf("line %d: the mutant above has no reason", i+1)
		case !indented:
			key = trimmed
		case key == "":
			return nil, fmt.Errorf("line %d: a reason without a mutant", i+1)
		default:
			verdict, reason, found := strings.Cut(trimmed, ": ")
			if !found || verdict != "equivalent" && verdict != "accepted" {
				return nil, fmt.Errorf("line %d: a reason starts with `equivalent: ` or `accepted: `", i+1)
			}
			if _, has := entries[key]; has {
				return nil, fmt.Errorf("line %d: %s is listed twice", i+1, key)
			}
			entries[key] = known{i, verdict == "equivalent", reason}
			key = ""
		}
	}
	if key != "" {
		return nil, fmt.Errorf("the last mutant has no reason")
	}
	return entries, nil
}
