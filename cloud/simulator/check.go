package simulator

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
)

// check finds every mistake in a file that its types alone do not exclude. A file that
// was built in Go has no places; the messages name the subject. Where decoding has found
// problems already, a part of the file is missing: nothing is said about their places
// again, nor about references, which may lead to the missing part.
func check(file File, found strictyaml.Problems) strictyaml.Problems {
	c := &checker{
		partial:   len(found) > 0,
		file:      file,
		arns:      file.organizationARNs(),
		known:     map[string]bool{},
		iamARNs:   map[string]bool{},
		taken:     map[string]bool{},
		snapshots: map[string]string{},
	}
	for _, a := range file.Accounts {
		c.known[a.ID] = true
		for _, u := range a.Users {
			c.iamARNs[iamARN(file.partition(), a.ID, "user/"+u.Name)] = true
		}
		for _, r := range a.Roles {
			c.iamARNs[iamARN(file.partition(), a.ID, "role/"+r.Name)] = true
		}
	}
	c.cloud()
	c.organizations()
	for _, a := range file.Accounts {
		c.account(a)
	}
	for _, i := range file.Images {
		c.image(i)
	}
	for _, k := range file.Keys {
		c.key(k)
	}
	c.settings()
	if file.Behaviour != nil {
		c.behaviour(*file.Behaviour)
	}
	return slices.DeleteFunc(c.problems, func(p strictyaml.Problem) bool {
		return slices.ContainsFunc(found, func(q strictyaml.Problem) bool { return p.Position() == q.Position() })
	})
}

type checker struct {
	partial   bool
	file      File
	problems  strictyaml.Problems
	arns      map[string]string // of organizations and units
	known     map[string]bool   // accounts
	iamARNs   map[string]bool   // users and roles
	taken     map[string]bool   // keys that must be unique, see once
	snapshots map[string]string // what images say of them, by id
}

func (c *checker) report(at strictyaml.Position, hint, format string, args ...any) {
	c.problems = append(c.problems, at.Problem(fmt.Sprintf(format, args...), hint))
}

// once reports a second use of something that must be unique among its kind.
func (c *checker) once(at strictyaml.Position, kind, value string) {
	key := kind + "\x00" + value
	if c.taken[key] {
		c.report(at, "", "the %s %s occurs twice", kind, value)
	}
	c.taken[key] = true
}

// form reports a value that does not look as its kind does.
func (c *checker) form(at strictyaml.Position, form *regexp.Regexp, value, kind, hint string) {
	if !form.MatchString(value) {
		c.report(at, hint, "%q is not %s", value, kind)
	}
}

func (c *checker) accountID(at strictyaml.Position, id string) {
	c.form(at, accountForm(), id, "an account id", `an account id has 12 digits and is quoted: "111122223333"`)
}

// knownAccount reports an account that the file does not have.
func (c *checker) knownAccount(at strictyaml.Position, id string) {
	if c.partial || c.known[id] {
		return
	}
	var ids []string
	for _, a := range c.file.Accounts {
		ids = append(ids, a.ID)
	}
	c.report(at, strictyaml.DidYouMean(id, ids, "list it under accounts"), "the cloud has no account %q", id)
}

func (c *checker) knownRegion(at strictyaml.Position, region string) {
	if !c.partial && !slices.Contains(c.file.Regions, region) {
		c.report(at, strictyaml.DidYouMean(region, c.file.Regions, "list it under regions"), "the cloud has no region %q", region)
	}
}

// optional is form for a value that may be absent.
func (c *checker) optional(pos strictyaml.Pos, key string, form *regexp.Regexp, value, kind, hint string) {
	if value != "" || pos.Has(key) {
		c.form(pos.Field(key), form, value, kind, hint)
	}
}

// oneOf reports a value that is neither absent nor allowed.
func (c *checker) oneOf(pos strictyaml.Pos, key, value string, allowed ...string) {
	if value == "" && !pos.Has(key) || slices.Contains(allowed, value) {
		return
	}
	hint := strictyaml.DidYouMean(value, allowed, "known are "+strings.Join(allowed, ", "))
	c.report(pos.Field(key), hint, "unknown %s %q", key, value)
}

// within reports a number that is neither absent nor between the bounds.
func (c *checker) within(pos strictyaml.Pos, key string, value, least, most int) {
	if value == 0 && !pos.Has(key) || value >= least && value <= most {
		return
	}
	if most == math.MaxInt {
		c.report(pos.Field(key), "", "%s must be at least %d, not %d", key, least, value)
		return
	}
	c.report(pos.Field(key), "", "%s must be from %d to %d, not %d", key, least, most, value)
}
