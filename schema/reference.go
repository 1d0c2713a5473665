package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
)

// Resolve returns the principals that a user refers to on the command line: a
// name of any sort from a Directory, an id, an ARN, or public. A name that is
// used for principals of several sorts is told apart as account:NAME,
// organization:NAME, organizationalUnit:NAME or group:NAME. A group is all of
// its members. The error is a strictyaml.Problem.
func (e *Estate) Resolve(reference string) ([]principal.Principal, error) {
	if reference == public {
		return []principal.Principal{principal.Everyone}, nil
	}
	c := &compiler{root: e.Root, seen: map[string]strictyaml.Position{}}
	c.directories(e.Directories) // problems are for Compile to report
	key, name, qualified := strings.Cut(reference, ":")
	keys := refKeys
	if qualified && slices.Contains(refKeys, key) {
		keys, reference = []string{key}, name
	}
	var defined []string
	for _, key := range keys {
		if slices.Contains(c.names.of(key), reference) {
			defined = append(defined, key)
		}
	}
	switch len(defined) {
	case 0:
		return c.unnamed(reference, keys)
	case 1:
		return principals(c.lookup(strictyaml.Position{}, defined[0], reference, nil)), nil
	}
	return nil, strictyaml.Problem{
		Message: fmt.Sprintf("%q is the name of several principals", reference),
		Hint:    "write " + enumerate(qualify(defined, reference), "or"),
	}
}

// unnamed takes the reference for an id.
func (c *compiler) unnamed(reference string, keys []string) ([]principal.Principal, error) {
	hint := "write a name from a Directory, an account id, an ARN, or public"
	var candidates []string
	for _, key := range keys {
		p := principal.Principal{Kind: principal.Kind(key), ID: reference}
		if key != keyGroup && p.Check(principal.AWS) == nil {
			return []principal.Principal{p}, nil
		}
		candidates = append(candidates, c.names.of(key)...)
	}
	return nil, strictyaml.Problem{
		Message: fmt.Sprintf("unknown principal %q", reference),
		Hint:    strictyaml.DidYouMean(reference, candidates, hint),
	}
}

func qualify(keys []string, name string) []string {
	var qualified []string
	for _, key := range keys {
		qualified = append(qualified, key+":"+name)
	}
	return qualified
}
