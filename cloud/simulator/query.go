package simulator

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
)

// query is the form of a request: flat names, lists as Name.1, Name.2, structures as
// Name.1.Field. (EC2 API Reference, Query Requests)
type query url.Values

func (q query) get(name string) string { return url.Values(q).Get(name) }

func (q query) has(name string) bool { return url.Values(q).Has(name) }

func (q query) bool(name string) (bool, error) {
	switch q.get(name) {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	}
	return false, invalidValue(name, q.get(name))
}

// list returns the values of name.1, name.2, … in the order of their numbers.
func (q query) list(name string) []string {
	var values []string
	for _, item := range q.items(name) {
		if q.has(item) {
			values = append(values, q.get(item))
		}
	}
	return values
}

// items returns the prefixes "name.1", "name.2", … that the request uses, in the
// order of their numbers. Numbers may have gaps.
func (q query) items(name string) []string {
	var numbers []int
	for key := range q {
		rest, ok := strings.CutPrefix(key, name+".")
		if !ok {
			continue
		}
		digits, _, _ := strings.Cut(rest, ".")
		if n, err := strconv.Atoi(digits); err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	var items []string
	for _, n := range slices.Compact(numbers) {
		items = append(items, name+"."+strconv.Itoa(n))
	}
	return items
}

// listNumber finds the numbers of list items within a parameter's name.
var listNumber = lazy.Regexp(`\.[0-9]+(\.|$)`)

// unknown returns the first parameter, in alphabetical order, that known does not
// hold, or "". In known, N stands for any number: "Filter.N.Value.N".
func (q query) unknown(known []string) string {
	var names []string
	for name := range q {
		if name != "Action" && name != "Version" && !slices.Contains(known, generalName(name)) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}

func generalName(name string) string { return listNumber().ReplaceAllString(name, ".N$1") }
