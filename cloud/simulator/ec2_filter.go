package simulator

import "slices"

// filter is one Filter.N: an item must have one of the values under the name.
type filter[T any] struct {
	values []string // with * and ? as wildcards, and backslash as escape
	of     func(T) []string
}

// maxFilterValues in one request. (EC2 User Guide, Filtering resources)
const maxFilterValues = 200

// filters reads Filter.N. known finds what an item has under a name, nil for a name that
// it does not know; those are refused.
func filters[T any](q query, known func(name string) func(T) []string) ([]filter[T], error) {
	var filters []filter[T]
	count := 0
	for _, item := range q.items("Filter") {
		name := q.get(item + ".Name")
		if name == "" {
			return nil, missingParameter(item + ".Name")
		}
		f := filter[T]{values: q.list(item + ".Value"), of: known(name)}
		if f.of == nil {
			return nil, refuse("InvalidParameterValue", "The filter '%s' is invalid", name)
		}
		count += len(f.values)
		filters = append(filters, f)
	}
	if count > maxFilterValues {
		return nil, refuse("FilterLimitExceeded", "The maximum number of filter values specified on a single call is %d", maxFilterValues)
	}
	return filters, nil
}

func (f filter[T]) fits(item T) bool {
	return slices.ContainsFunc(f.of(item), func(value string) bool {
		return slices.ContainsFunc(f.values, func(pattern string) bool { return matchWildcards(pattern, value, true) })
	})
}
