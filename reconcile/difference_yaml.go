package reconcile

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
)

// bare is what YAML needs no quotes for, inside of lists and mappings, too; much
// else could do without, but would be hard to tell from it.
var bare = lazy.Regexp(`^[A-Za-z][A-Za-z0-9_./@*?+-]*(?:(?: |:+)[A-Za-z0-9_./@*?+-]+)*$`)

// otherwise are words that some reader of YAML takes for something else.
var otherwise = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

// scalar is a text as YAML on one line.
func scalar(text string) string {
	if bare().MatchString(text) && !slices.Contains(otherwise, strings.ToLower(text)) {
		return text
	}
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted) // a text of JSON is one of YAML
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // texts always can be
	return strings.TrimSuffix(quoted.String(), "\n")
}

// optional is scalar for what may be absent.
func optional(text string) string {
	if text == "" {
		return ""
	}
	return scalar(text)
}

// flow is a list of texts as YAML on one line; empty where there is none.
func flow(texts []string) string {
	scalars := make([]string, len(texts))
	for i, text := range texts {
		scalars[i] = scalar(text)
	}
	return sequence(scalars)
}

func sequence(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return "[" + strings.Join(values, ", ") + "]"
}
