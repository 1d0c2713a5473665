package simulator

import (
	"slices"

	"github.com/amisync/amisync/internal/strictyaml"
)

// overlay lays a file over its base. What has the same key replaces what the base has,
// everything else is added; partition, regions and organizations stay those of the base.
// It returns the problems that it got and its own.
func overlay(base, over File, problems strictyaml.Problems) (File, strictyaml.Problems) {
	for _, key := range []string{"partition", "regions", "organizations", "imageDefaults"} {
		if over.Pos.Has(key) {
			problems = append(problems, over.Pos.Key(key).Problem(key+" cannot be changed in a file with a base", "remove it, or write a cloud file without a base"))
		}
	}
	file := base
	file.Pos = over.Pos
	file.Accounts = replace(base.Accounts, over.Accounts, func(a Account) string { return a.ID })
	for n, account := range file.Accounts {
		at := slices.IndexFunc(base.Accounts, func(b Account) bool { return b.ID == account.ID })
		if at < 0 || n >= len(base.Accounts) {
			continue
		}
		below := base.Accounts[at]
		if account.Name == "" {
			file.Accounts[n].Name = below.Name
		}
		file.Accounts[n].Users = replace(below.Users, account.Users, func(u User) string { return u.Name })
		file.Accounts[n].Roles = replace(below.Roles, account.Roles, func(r Role) string { return r.Name })
	}
	file.InvalidAccounts = append(slices.Clone(base.InvalidAccounts), over.InvalidAccounts...)
	file.Images = replace(base.Images, over.Images, func(i Image) string { return i.ID })
	file.Keys = replace(base.Keys, over.Keys, func(k Key) string { return k.ARN })
	file.BlockPublicAccess = replace(base.BlockPublicAccess, over.BlockPublicAccess, func(b BlockPublicAccess) lane {
		return lane{b.Account, b.Region}
	})
	file.Quotas = append(slices.Clone(base.Quotas), over.Quotas...) // the last one that fits wins
	if over.Behaviour != nil {
		file.Behaviour = over.Behaviour
	}
	return file, problems
}

// replace returns base with the items of over in the places of those with the same key,
// and the rest of over at its end. The first of several with one key is replaced; the
// checks find the others.
func replace[T any, K comparable](base, over []T, key func(T) K) []T {
	result := slices.Clone(base)
	for _, item := range over {
		at := slices.IndexFunc(base, func(t T) bool { return key(t) == key(item) })
		if at < 0 {
			result = append(result, item)
		} else {
			result[at] = item
		}
	}
	return result
}
