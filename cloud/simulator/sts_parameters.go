package simulator

import (
	"strconv"
	"time"

	"github.com/amisync/amisync/internal/lazy"
)

var (
	sessionNameForm = lazy.Regexp(`^[\w+=,.@-]{2,64}$`)
	externalIDForm  = lazy.Regexp(`^[\w+=,.@:/-]{2,1000}[\w+=,.@:/-]{0,224}$`) // 2 to 1224; regexp counts to 1000
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
	case !sessionNameForm().MatchString(q.get("RoleSessionName")):
		return invalid("RoleSessionName")
	case q.has("ExternalId") && !externalIDForm().MatchString(q.get("ExternalId")):
		return invalid("ExternalId")
	case q.has("SourceIdentity") && !sessionNameForm().MatchString(q.get("SourceIdentity")):
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
