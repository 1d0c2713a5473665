package reconcile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkJSON refuses a valid JSON document that readers may take differently: one
// that is not UTF-8, or in which an object has a key twice, in whatever case.
// Package json, for one, mixes the two values.
func checkJSON(document []byte) error {
	if !utf8.Valid(document) {
		return errors.New("it is not UTF-8")
	}
	return uniqueKeys(json.NewDecoder(bytes.NewReader(document)))
}

// uniqueKeys reads one value.
func uniqueKeys(decoder *json.Decoder) error {
	token, err := decoder.Token()
	opening, nested := token.(json.Delim)
	if err != nil || !nested {
		return err
	}
	seen := map[string]bool{}
	for decoder.More() {
		if opening == '{' {
			key, err := decoder.Token()
			if err != nil {
				return err
			}
			name := strings.Map(folded, fmt.Sprint(key))
			if seen[name] {
				return fmt.Errorf("it has the key %q twice in one object", key)
			}
			seen[name] = true
		}
		if err := uniqueKeys(decoder); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}

// folded returns the same rune for all that package json takes for one another.
func folded(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}
