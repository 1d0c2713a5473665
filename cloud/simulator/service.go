package simulator

import (
	"maps"
	"slices"
)

// service is one AWS service: its actions and its way of wrapping answers.
type service struct {
	name     string
	actions  map[string]action
	envelope func(r *request, out *xmlWriter, a action) error
	fail     func(r *request, out *xmlWriter, err *apiError)
	deny     func(r *request, resource, because string) error
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
	// run does it and writes what stands inside the envelope.
	run func(r *request, out *xmlWriter) error
}

const (
	ec2Namespace = "http://ec2.amazonaws.com/doc/2016-11-15/"
	stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"
)

// serviceOf tells the services apart: by the credential scope, or by the API version
// where there are no credentials.
func (s *Server) serviceOf(who scope, version string) *service {
	if version == "2011-06-15" || version != "2016-11-15" && who.service == "sts" {
		return s.sts
	}
	return s.ec2
}

// actionNames lists what the simulator can do.
func actionNames() []string {
	actions := maps.Clone(ec2Service().actions)
	maps.Copy(actions, stsService().actions)
	return slices.Sorted(maps.Keys(actions))
}

func stsService() *service {
	return &service{
		name:    "sts",
		actions: map[string]action{"AssumeRole": assumeRole(), "GetCallerIdentity": getCallerIdentity()},
		envelope: func(r *request, out *xmlWriter, a action) (err error) {
			out.root(r.call.Action+"Response", stsNamespace, func() {
				out.element(r.call.Action+"Result", func() { err = a.run(r, out) })
				out.element("ResponseMetadata", func() { out.text("RequestId", r.id()) })
			})
			return err
		},
		fail: func(r *request, out *xmlWriter, err *apiError) {
			out.root("ErrorResponse", stsNamespace, func() {
				out.element("Error", func() {
					out.text("Type", faultSide(err.status))
					out.text("Code", err.code)
					out.text("Message", err.message)
				})
				out.text("RequestId", r.id())
			})
		},
		deny: func(r *request, resource, _ string) error {
			return forbid("AccessDenied", "User: %s is not authorized to perform: sts:%s on resource: %s",
				r.caller.arn, r.call.Action, resource)
		},
	}
}

func faultSide(status int) string {
	if status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

func ec2Service() *service {
	return &service{
		name: "ec2",
		actions: map[string]action{
			"DescribeImages":                 describeImages(),
			"DescribeImageAttribute":         describeImageAttribute(),
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
		envelope: func(r *request, out *xmlWriter, a action) error {
			if err := r.knownRegion(); err != nil {
				return err
			}
			var err error
			out.WriteString(xmlHeader)
			out.root(r.call.Action+"Response", ec2Namespace, func() {
				out.text("requestId", r.id())
				err = a.run(r, out)
			})
			return err
		},
		fail: func(r *request, out *xmlWriter, err *apiError) {
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
		},
		deny: func(r *request, resource, because string) error {
			return forbid("UnauthorizedOperation",
				"You are not authorized to perform this operation. User: %s is not authorized to perform: ec2:%s on resource: %s %s",
				r.caller.arn, r.call.Action, resource, because)
		},
	}
}
