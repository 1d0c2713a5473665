package simulator

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// getCallerIdentity needs no permission. (STS API Reference, GetCallerIdentity)
func getCallerIdentity() action {
	return action{
		free: true,
		run: func(r *request, out *xmlWriter) error {
			out.text("UserId", r.caller.userID)
			out.text("Account", r.caller.account)
			out.text("Arn", r.caller.arn)
			return nil
		},
	}
}

// assumeRole hands out temporary credentials. (STS API Reference, AssumeRole)
func assumeRole() action {
	return action{
		parameters: []string{
			"RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds", "Policy", "SourceIdentity",
			"Tags.member.N.Key", "Tags.member.N.Value",
		},
		resource: func(r *request) string { return r.query.get("RoleArn") },
		run: func(r *request, out *xmlWriter) error {
			if err := r.checkSessionParameters(); err != nil {
				return err
			}
			assumed := r.cloud.roles[r.query.get("RoleArn")]
			if assumed == nil || !assumed.trusts(r.caller, r.query.get("ExternalId")) {
				return r.service.deny(r, r.query.get("RoleArn"), "")
			}
			duration, err := r.sessionDuration(assumed)
			if err != nil {
				return err
			}
			allows := []grant{{"identity-based", allowActions(assumed.Actions)}}
			if document := r.query.get("Policy"); document != "" {
				session, err := parsePolicy(document)
				if err != nil {
					return refuse("MalformedPolicyDocument", "%v", err)
				}
				allows = append(allows, grant{"session", session})
			}
			if r.fault.Kind == FaultOtherAccount {
				assumed = &role{Role: assumed.Role, account: r.caller.account, arn: assumed.arn}
			}
			r.mint(out, assumed, allows, duration)
			return nil
		},
	}
}

// trusts decides as a role's trust policy does. A caller learns nothing about the
// reason of a refusal.
func (t *role) trusts(caller *identity, externalID string) bool {
	if t.Trust.ExternalID != "" && t.Trust.ExternalID != externalID {
		return false
	}
	return slices.ContainsFunc(t.Trust.Principals, func(principal string) bool {
		return principal == caller.account || principal == caller.arn || principal == caller.role ||
			accountOfARN(principal) == caller.account && rootForm.MatchString(principal)
	})
}

var (
	rootForm        = regexp.MustCompile(`:root$`)
	sessionNameForm = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	externalIDForm  = regexp.MustCompile(`^[\w+=,.@:/-]{2,1000}[\w+=,.@:/-]{0,224}$`) // 2 to 1224; regexp counts to 1000
)

func (r *request) checkSessionParameters() error {
	q := r.query
	for _, name := range []string{"RoleArn", "RoleSessionName"} {
		if q.get(name) == "" {
			return refuse("ValidationError", "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", name)
		}
	}
	invalid := func(name string) error {
		return refuse("ValidationError", "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint", q.get(name), name)
	}
	switch {
	case !sessionNameForm.MatchString(q.get("RoleSessionName")):
		return invalid("RoleSessionName")
	case q.has("ExternalId") && !externalIDForm.MatchString(q.get("ExternalId")):
		return invalid("ExternalId")
	case q.has("SourceIdentity") && !sessionNameForm.MatchString(q.get("SourceIdentity")):
		return invalid("SourceIdentity")
	case len(q.get("Policy")) > 2048:
		return refuse("ValidationError", "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048")
	}
	return r.checkSessionTags()
}

func (r *request) checkSessionTags() error {
	tags := r.query.items("Tags.member")
	if len(tags) > 50 {
		return refuse("ValidationError", "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50")
	}
	for _, tag := range tags {
		key, value := r.query.get(tag+".Key"), r.query.get(tag+".Value")
		if key == "" || len(key) > 128 || len(value) > 256 {
			return refuse("ValidationError", "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint", key, tag)
		}
	}
	return nil
}

// sessionDuration applies the bounds of STS, of the role, and of role chaining.
func (r *request) sessionDuration(assumed *role) (time.Duration, error) {
	seconds := 3600
	if text := r.query.get("DurationSeconds"); text != "" {
		var err error
		if seconds, err = strconv.Atoi(text); err != nil || seconds < 900 || seconds > 43200 {
			return 0, refuse("ValidationError", "1 validation error detected: Value '%s' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200", text)
		}
	}
	switch longest := max(assumed.MaxSessionDuration, 3600); {
	case seconds > 3600 && r.caller.role != "":
		return 0, refuse("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	case seconds > longest:
		return 0, refuse("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return time.Duration(seconds) * time.Second, nil
}

// mint registers a session and writes its credentials.
func (r *request) mint(out *xmlWriter, assumed *role, allows []grant, duration time.Duration) {
	name := r.query.get("RoleSessionName")
	roleID := uniqueID("AROA", assumed.arn)
	session := &identity{
		account: assumed.account,
		arn:     "arn:" + r.cloud.partition + ":sts::" + assumed.account + ":assumed-role/" + assumed.Name + "/" + name,
		role:    assumed.arn,
		userID:  roleID + ":" + name,
		allows:  allows,
		expires: r.now.Add(duration).Truncate(time.Second),
	}
	r.keysMu.Lock()
	r.minted++
	accessKeyID := fmt.Sprintf("ASIASIMULATOR%07d", r.minted)
	session.token = base64.StdEncoding.EncodeToString([]byte("simulated session token of " + accessKeyID + ", " + session.arn))
	r.keys[accessKeyID] = session
	r.keysMu.Unlock()

	out.element("Credentials", func() {
		out.text("AccessKeyId", accessKeyID)
		out.text("SecretAccessKey", base64.StdEncoding.EncodeToString([]byte("simulated secret "+accessKeyID)))
		out.text("SessionToken", session.token)
		out.text("Expiration", session.expires.UTC().Format(time.RFC3339))
	})
	out.element("AssumedRoleUser", func() {
		out.text("AssumedRoleId", session.userID)
		out.text("Arn", session.arn)
	})
	out.optional("SourceIdentity", r.query.get("SourceIdentity"))
}
