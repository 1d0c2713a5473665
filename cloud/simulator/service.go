package simulator

import (
	"maps"
	"slices"
	"strings"
)

// service is one AWS service: its actions, and its way of wrapping and wording answers.
type service struct {
	name        string
	contentType string
	actions     map[string]action
	// answer runs an action and returns the body of its answer.
	answer func(r *request, a action) ([]byte, error)
	// refusal returns the body that tells of an error.
	refusal func(r *request, err *apiError) []byte
	// deny words that a policy does not allow the call.
	deny   func(r *request, resource, because string) error
	errors serviceErrors
}

// serviceErrors is how a service words the failures that every action may meet.
type serviceErrors struct {
	malformed, unknownAction, unknownParameter string // codes

	otherService                   *apiError // the credential is scoped to another one
	anonymous, unknownKey, expired *apiError // who calls is not known, or no longer
	internal, unavailable          *apiError
	throttled                      func(c Call) *apiError
}

// action is one thing that a service does.
type action struct {
	// parameters that it knows besides Action and Version; N stands for any number.
	parameters []string
	// resource is the ARN that policies are asked about; nil where AWS has no
	// resource-level permissions. (Service Authorization Reference)
	resource func(r *request) string
	// free actions need no permission.
	free bool
	// run does it and writes what stands inside the XML of the answer.
	run func(r *request, out *xmlWriter) error
	// reply does it where the service speaks JSON, and returns the answer.
	reply func(r *request) (any, error)
}

// serviceOf tells the services apart: by the target that JSON services are called with,
// by the API version, or else by the credential scope.
func (s *Server) serviceOf(who scope, target, version string) *service {
	switch {
	case strings.HasPrefix(target, kmsTarget):
		return s.kms
	case version == "2011-06-15":
		return s.sts
	case version == "2016-11-15":
		return s.ec2
	case who.service == "kms":
		return s.kms
	case who.service == "sts":
		return s.sts
	}
	return s.ec2
}

// actionNames lists what the simulator can do.
func actionNames() []string {
	actions := maps.Clone(ec2Service().actions)
	maps.Copy(actions, stsService().actions)
	maps.Copy(actions, kmsService().actions)
	return slices.Sorted(maps.Keys(actions))
}
