package simulator

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/amisync/amisync/internal/lazy"
)

// identity is who a credential speaks for.
type identity struct {
	account string
	arn     string // the user, or the assumed-role session
	role    string // ARN of the role of a session; empty for a user
	userID  string // as GetCallerIdentity reports it
	allows  []grant
	// sourceIdentity of a session stays with it when it assumes further roles.
	sourceIdentity string
	// token and expires are those of temporary credentials; empty for a user's.
	token   string
	expires time.Time
}

// grant is one condition that every call of an identity must meet: the actions of its
// user or role, and the session policy if there is one.
type grant struct {
	name   string // for the refusal: "identity-based" or "session"
	policy policy
}

// denies returns which of the policies does not allow an action on a resource: "" if all
// do.
func (i *identity) denies(action, resource string) string {
	for _, g := range i.allows {
		if !g.policy.allows(action, resource) {
			return g.name
		}
	}
	return ""
}

// credentialScope finds the parts of an Authorization header that say who calls where.
// (AWS General Reference, Signature Version 4)
var credentialScope = lazy.Regexp(`^AWS4-HMAC-SHA256 .*?Credential=([A-Za-z0-9]+)/[0-9]{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request`)

// scope is what an Authorization header says; the zero value says nothing.
type scope struct{ accessKeyID, region, service string }

func parseScope(authorization string) scope {
	m := credentialScope().FindStringSubmatch(authorization)
	if m == nil {
		return scope{}
	}
	return scope{m[1], m[2], m[3]}
}

// userIdentity makes the identity of an IAM user.
func (c *cloud) userIdentity(account string, u User) *identity {
	arn := iamARN(c.partition, account, "user/"+u.Name)
	return &identity{
		account: account,
		arn:     arn,
		userID:  uniqueID("AIDA", arn),
		allows:  []grant{{"identity-based", allowActions(u.Actions)}},
	}
}

// uniqueID makes an id like those of IAM, the same every time for the same thing.
func uniqueID(prefix, arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

func accountOfARN(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) < 6 {
		return ""
	}
	return parts[4]
}

// authenticate finds who calls. Each service has its own words for the refusals.
func (s *Server) authenticate(who scope, words serviceErrors, token string, now time.Time) (*identity, error) {
	if who.accessKeyID == "" {
		return nil, words.anonymous
	}
	s.keysMu.RLock()
	id := s.keys[who.accessKeyID]
	s.keysMu.RUnlock()
	switch {
	case id == nil || id.token != token:
		return nil, words.unknownKey
	case !id.expires.IsZero() && !now.Before(id.expires):
		return nil, words.expired
	}
	return id, nil
}
