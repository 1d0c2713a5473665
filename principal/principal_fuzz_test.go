package principal_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
)

// FuzzCheck holds every check of a shape against what ids of all clouds have in
// common: what is accepted is one word of ASCII, kinds exclude each other, and
// what is refused is refused with a way out.
func FuzzCheck(f *testing.F) {
	f.Fuzz(func(t *testing.T, id string) {
		kinds := 0
		for _, kind := range []principal.Kind{principal.Account, principal.Organization, principal.OrganizationalUnit} {
			if accepted(t, id, principal.Principal{Kind: kind, ID: id}.Check(principal.AWS)) {
				kinds++
			}
		}
		if accepted(t, id, principal.CheckImageID(principal.AWS, id)) {
			kinds++
		}
		if accepted(t, id, principal.CheckRegion(principal.AWS, id)) {
			kinds++
		}
		account, err := principal.RoleAccount(principal.AWS, id)
		if accepted(t, id, err) {
			kinds++
			if principal.CheckAccount(principal.AWS, account) != nil || !strings.Contains(id, account) {
				t.Errorf("the account of role %q is %q", id, account)
			}
		}
		if kinds > 1 {
			t.Errorf("%q is %d things at once", id, kinds)
		}
		if partition := principal.Partition(id); partition != "" && !strings.HasPrefix(id, "arn:"+partition+":") {
			t.Errorf("the partition of %q is %q", id, partition)
		}
	})
}

func accepted(t *testing.T, id string, err error) bool {
	if err == nil {
		for _, r := range id {
			if r <= ' ' || r > '~' {
				t.Errorf("%q is accepted", id)
			}
		}
		return id != ""
	}
	shape, ok := errors.AsType[*principal.ShapeError](err)
	if !ok || shape.Message == "" || shape.Hint == "" {
		t.Errorf("%q: %v has no way out", id, err)
	}
	return false
}
