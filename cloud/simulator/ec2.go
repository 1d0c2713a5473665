package simulator

const ec2Namespace = "http://ec2.amazonaws.com/doc/2016-11-15/"

func ec2Service() *service {
	return &service{
		name:        "ec2",
		contentType: xmlContentType,
		actions: map[string]action{
			"DescribeImages":                 describeImages(),
			"DescribeImageAttribute":         describeImageAttribute(),
			"DescribeSnapshots":              describeSnapshots(),
			"ModifyImageAttribute":           modifyImageAttribute(),
			"ResetImageAttribute":            resetImageAttribute(),
			"CancelImageLaunchPermission":    cancelImageLaunchPermission(),
			"DisableImage":                   disableImage(),
			"EnableImage":                    enableImage(),
			"DeregisterImage":                deregisterImage(),
			"DescribeRegions":                describeRegions(),
			"GetImageBlockPublicAccessState": getImageBlockPublicAccessState(),
			"EnableImageBlockPublicAccess":   enableImageBlockPublicAccess(),
			"DisableImageBlockPublicAccess":  disableImageBlockPublicAccess(),
		},
		answer: func(r *request, a action) ([]byte, error) {
			err := r.knownRegion()
			if err != nil {
				return nil, err
			}
			out := &xmlWriter{}
			out.WriteString(xmlHeader)
			out.root(r.call.Action+"Response", ec2Namespace, func() {
				out.text("requestId", r.id())
				err = a.run(r, out)
			})
			return out.Bytes(), err
		},
		refusal: func(r *request, err *apiError) []byte {
			out := &xmlWriter{}
			out.WriteString(xmlHeader)
			out.element("Response", func() {
				out.element("Errors", func() {
					out.element("Error", func() {
						out.text("Code", err.code)
						out.text("Message", err.message)
					})
				})
				out.text("RequestID", r.id())
			})
			return out.Bytes()
		},
		deny: func(r *request, resource, because string) error {
			return forbid("UnauthorizedOperation",
				"You are not authorized to perform this operation. User: %s is not authorized to perform: ec2:%s on resource: %s %s",
				r.caller.arn, r.call.Action, resource, because)
		},
		errors: ec2Errors(),
	}
}

// ec2Errors are those of every action.
// (EC2 API Reference, Error codes. That expired credentials are answered with
// RequestExpired is reported by users of several SDKs.)
func ec2Errors() serviceErrors {
	unknown := &apiError{401, "AuthFailure", "AWS was not able to validate the provided access credentials"}
	return serviceErrors{
		malformed:        "MalformedQueryString",
		unknownAction:    "InvalidAction",
		unknownParameter: "UnknownParameter",
		otherService:     forbid("SignatureDoesNotMatch", "Credential should be scoped to correct service: 'ec2'."),
		anonymous:        unknown,
		unknownKey:       unknown,
		expired:          refuse("RequestExpired", "Request has expired."),
		internal:         &apiError{500, "InternalError", "An internal error has occurred"},
		unavailable:      unavailable("Unavailable", "The server is overloaded and can't handle the request."),
		throttled: func(c Call) *apiError {
			return unavailable("RequestLimitExceeded",
				"Request limit exceeded. Account %s has been throttled on ec2:%s because it exceeded its request rate limit.",
				c.Account, c.Action)
		},
	}
}
