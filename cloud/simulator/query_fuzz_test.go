package simulator

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Every parameter is known, or named as unknown; what a list holds was in the
// request.
func FuzzQuery(f *testing.F) {
	f.Fuzz(func(t *testing.T, form string) {
		values, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		q := query(values)
		known := []string{"Owner.N", "Filter.N.Name", "Filter.N.Value.N", "ImageId"}
		if name := q.unknown(known); name != "" {
			if _, has := values[name]; !has || slices.Contains(known, generalName(name)) {
				t.Errorf("%q: %q is said to be unknown", form, name)
			}
		}
		for _, value := range q.list("Owner") {
			if !strings.Contains(strings.Join(values["Owner"], "\x00")+joined(values), value) {
				t.Errorf("%q: the list holds %q", form, value)
			}
		}
		for _, item := range q.items("Filter") {
			if !slices.ContainsFunc(names(values), func(name string) bool { return strings.HasPrefix(name, "Filter.") }) {
				t.Errorf("%q: the list has the item %q", form, item)
			}
		}
	})
}

func names(values url.Values) []string {
	var all []string
	for name := range values {
		all = append(all, name)
	}
	return all
}

func joined(values url.Values) string {
	var all []string
	for _, list := range values {
		all = append(all, list...)
	}
	return strings.Join(all, "\x00")
}

// A policy that is read decides the same each time; one that denies everything
// allows nothing, and no policy allows what its statements do not name.
func FuzzPolicy(f *testing.F) {
	f.Fuzz(func(t *testing.T, document, action, resource string) {
		p, err := parsePolicy(document)
		if err != nil {
			if err.Error() == "" {
				t.Error("no reason")
			}
			return
		}
		allowed := p.allows(action, resource)
		if allowed && !slices.ContainsFunc(p.Statement, func(s statement) bool { return s.Effect == "Allow" && s.fits(action, resource) }) {
			t.Errorf("%s allows %q on %q", document, action, resource)
		}
		denying := policy{append(slices.Clone(p.Statement), statement{Effect: "Deny", Action: []string{"*"}, Resource: []string{"*"}})}
		if denying.allows(action, resource) {
			t.Errorf("%s allows %q on %q although all is denied", document, action, resource)
		}
	})
}
