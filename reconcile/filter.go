package reconcile

import "slices"

// Filter says which images a listing is to return: those of the ids, and those
// whose names match one of the patterns (see Match). A cloud may return more. The
// zero value is all images.
type Filter struct {
	IDs   []string
	Names []string
}

// IsAll reports whether the filter leaves nothing out.
func (f Filter) IsAll() bool { return len(f.IDs)+len(f.Names) == 0 }

// Holds reports whether the filter lets the image through.
func (f Filter) Holds(image Image) bool {
	return f.IsAll() || slices.Contains(f.IDs, image.ID) ||
		slices.ContainsFunc(f.Names, func(pattern string) bool { return Match(pattern, image.Name) })
}
