package soak

import (
	"math/bits"
	"math/rand/v2"
	"strings"

	"github.com/amisync/amisync/principal"
)

// set is a set of principals: bit i stands for everybody[i].
type set uint32

// everybody are the principals of all simulations, and names what a trace calls
// them.
var (
	everybody = []principal.Principal{
		principal.Everyone,
		{Kind: principal.Organization, ID: "arn:aws:organizations::900000000001:organization/o-firstorg001"},
		{Kind: principal.Organization, ID: "arn:aws:organizations::900000000002:organization/o-secondorg02"},
		{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::900000000001:ou/o-firstorg001/ou-ab12-11111111"},
		{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::900000000001:ou/o-firstorg001/ou-ab12-22222222"},
		{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::900000000002:ou/o-secondorg02/ou-cd34-33333333"},
		{Kind: principal.Account, ID: "200000000001"},
		{Kind: principal.Account, ID: "200000000002"},
		{Kind: principal.Account, ID: "200000000003"},
		{Kind: principal.Account, ID: "200000000004"},
		{Kind: principal.Account, ID: "200000000005"},
		{Kind: principal.Account, ID: "200000000006"},
	}
	names = []string{"public", "org1", "org2", "ou1", "ou1a", "ou2", "a1", "a2", "a3", "a4", "a5", "a6"}
)

const (
	public       set = 1 << 0
	firstAccount     = 6
	accounts     set = 1<<12 - 1<<firstAccount
	groups       set = 1<<firstAccount - 1<<1 // organizations and their units
)

// only is the set of one principal; the empty set for a stranger to all this.
func only(p principal.Principal) set {
	for i, known := range everybody {
		if known == p {
			return 1 << i
		}
	}
	return 0
}

func setOf(principals []principal.Principal) set {
	var s set
	for _, p := range principals {
		s |= only(p)
	}
	return s
}

func (s set) list() []principal.Principal {
	list := []principal.Principal{}
	for i, p := range everybody {
		if s&(1<<i) != 0 {
			list = append(list, p)
		}
	}
	return list
}

func (s set) size() int { return bits.OnesCount32(uint32(s)) }

func (s set) String() string {
	var words []string
	for i, name := range names {
		if s&(1<<i) != 0 {
			words = append(words, name)
		}
	}
	return "{" + strings.Join(words, " ") + "}"
}

// crowd is a set of accounts that launch images, stranger among them.
type crowd uint16

// stranger is an account that no manifest and no organization knows.
const stranger crowd = 1 << 15

// String names the accounts; a stranger to all is "others".
func (c crowd) String() string {
	text := set(c&^stranger) << firstAccount
	if c&stranger == 0 {
		return text.String()
	}
	return text.String() + " and others"
}

// members says whom each principal reaches. The code under test never learns it.
type members [12]crowd

// drawMembers puts every account into an organization, one of its units, a unit
// within a unit, or nowhere.
func drawMembers(d draw) members {
	var m members
	m[0] = stranger
	for i := firstAccount; i < len(everybody); i++ {
		one := crowd(1) << (i - firstAccount)
		m[i] = one
		m[0] |= one
		for _, holder := range pick(d, nil, []int{1}, []int{1, 3}, []int{1, 3, 4}, []int{2}, []int{2, 5}) {
			m[holder] |= one
		}
	}
	return m
}

// reach is who may launch an image with these permissions.
func (m *members) reach(s set) crowd {
	var c crowd
	for i := range everybody {
		if s&(1<<i) != 0 {
			c |= m[i]
		}
	}
	return c
}

// draw makes the choices of a seed.
type draw struct{ *rand.Rand }

func newDraw(seed uint64) draw { return draw{rand.New(rand.NewPCG(seed, 0x5eed))} }

func (d draw) oneIn(n int) bool { return d.IntN(n) == 0 }

func pick[T any](d draw, from ...T) T { return from[d.IntN(len(from))] }

// some draws a subset in which each principal is with a chance of one in n.
func (d draw) some(of set, n int) set {
	var s set
	for i := range everybody {
		if of&(1<<i) != 0 && d.oneIn(n) {
			s |= 1 << i
		}
	}
	return s
}
