package simulator

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/amisync/amisync/internal/lazy"
)

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
			sourceIdentity, err := r.sourceIdentity(assumed)
			if err != nil {
				return err
			}
			duration, err := r.sessionDuration(assumed)
			if err != nil {
				return err
			}
			allows, err := r.sessionAllows(assumed)
			if err != nil {
				return err
			}
			if r.fault.Kind == FaultOtherAccount {
				assumed = &role{assumed.Role, r.caller.account, assumed.arn, assumed.may}
			}
			r.mint(out, assumed, allows, duration, sourceIdentity)
			return nil
		},
	}
}

var rootForm = lazy.Regexp(`:root$`)

// trusts decides as a role's trust policy does. A caller learns nothing about the
// reason of a refusal.
func (t *role) trusts(caller *identity, externalID string) bool {
	if t.Trust.ExternalID != "" && t.Trust.ExternalID != externalID {
		return false
	}
	return slices.ContainsFunc(t.Trust.Principals, func(principal string) bool {
		return principal == caller.account || principal == caller.arn || principal == caller.role ||
			accountOfARN(principal) == caller.account && rootForm().MatchString(principal)
	})
}

// sourceIdentity returns that of the new session: the one of the caller's session goes on
// and cannot be changed. Either way the role's trust policy and the policies of the caller
// must allow to set it. (IAM User Guide, Monitor and control actions taken with assumed
// roles: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html.
// The code for an attempt to change it is not documented.)
func (r *request) sourceIdentity(assumed *role) (string, error) {
	const action = "sts:SetSourceIdentity"
	asked := r.query.get("SourceIdentity")
	name := cmp.Or(r.caller.sourceIdentity, asked)
	switch {
	case name == "":
		return "", nil
	case asked != "" && asked != name, !assumed.Trust.SourceIdentity, r.caller.denies(action, assumed.arn) != "":
		return "", r.notAuthorized(action, assumed.arn)
	}
	return name, nil
}

// sessionAllows returns the policies that all must allow what the session does.
func (r *request) sessionAllows(assumed *role) ([]grant, error) {
	allows := []grant{{"identity-based", assumed.may}}
	document := r.query.get("Policy")
	if document == "" {
		return allows, nil
	}
	session, err := parsePolicy(document)
	if err != nil {
		return nil, refuse("MalformedPolicyDocument", "%v", err)
	}
	return append(allows, grant{"session", session}), nil
}

// mint registers a session and writes its credentials.
func (r *request) mint(out *xmlWriter, assumed *role, allows []grant, duration time.Duration, sourceIdentity string) {
	name := r.query.get("RoleSessionName")
	roleID := uniqueID("AROA", assumed.arn)
	session := &identity{
		account: assumed.account,
		arn:     "arn:" + r.cloud.partition + ":sts::" + assumed.account + ":assumed-role/" + assumed.Name + "/" + name,
		role:    assumed.arn,
		userID:  roleID + ":" + name,
		allows:  allows,
		expires: r.now.Add(duration).Truncate(time.Second),

		sourceIdentity: sourceIdentity,
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
	out.optional("SourceIdentity", sourceIdentity)
}
