package simulator

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

func stsService() *service {
	return &service{
		name:        "sts",
		contentType: xmlContentType,
		actions:     map[string]action{"AssumeRole": assumeRole(), "GetCallerIdentity": getCallerIdentity()},
		answer: func(r *request, a action) ([]byte, error) {
			var err error
			out := &xmlWriter{}
			out.root(r.call.Action+"Response", stsNamespace, func() {
				out.element(r.call.Action+"Result", func() { err = a.run(r, out) })
				out.element("ResponseMetadata", func() { out.text("RequestId", r.id()) })
			})
			return out.Bytes(), err
		},
		refusal: func(r *request, err *apiError) []byte {
			out := &xmlWriter{}
			out.root("ErrorResponse", stsNamespace, func() {
				out.element("Error", func() {
					out.text("Type", faultSide(err.status))
					out.text("Code", err.code)
					out.text("Message", err.message)
				})
				out.text("RequestId", r.id())
			})
			return out.Bytes()
		},
		deny: func(r *request, resource, _ string) error {
			return r.notAuthorized("sts:"+r.call.Action, resource)
		},
		errors: stsErrors(),
	}
}

func faultSide(status int) string {
	if status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

// notAuthorized is how STS words a refusal by a policy. It does not say which policy.
func (r *request) notAuthorized(action, resource string) error {
	return forbid("AccessDenied", "User: %s is not authorized to perform: %s on resource: %s", r.caller.arn, action, resource)
}

// stsErrors are those of every action. (STS API Reference, Common errors)
func stsErrors() serviceErrors {
	return serviceErrors{
		malformed:        "MalformedQueryString",
		unknownAction:    "InvalidAction",
		unknownParameter: "UnknownParameter",
		otherService:     forbid("SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'."),
		anonymous:        forbid("MissingAuthenticationToken", "Request is missing Authentication Token"),
		unknownKey:       forbid("InvalidClientTokenId", "The security token included in the request is invalid."),
		expired:          forbid("ExpiredToken", "The security token included in the request is expired"),
		internal:         &apiError{500, "InternalError", "An internal error has occurred"},
		unavailable:      unavailable("ServiceUnavailable", "The server is overloaded and can't handle the request."),
		throttled:        func(Call) *apiError { return refuse("Throttling", "Rate exceeded") },
	}
}

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
