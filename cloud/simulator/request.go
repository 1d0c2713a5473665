package simulator

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// maxBody is above what 10,000 launch permissions in one call take.
const maxBody = 4 << 20

// request is one call on its way through the cloud.
type request struct {
	*Server
	service *service
	call    Call
	query   query
	caller  *identity
	now     time.Time
	fault   Fault
}

// serveQuery answers one EC2 or STS call.
func (s *Server) serveQuery(w http.ResponseWriter, httpRequest *http.Request) {
	r, err := s.newRequest(w, httpRequest)
	var body []byte
	if err == nil {
		body, err = r.answer(httpRequest.Context())
	}
	r.send(w, httpRequest.Context(), body, err)
}

// newRequest reads a call up to the point where its caller is known. It returns a
// request in any case, so that the refusal can be worded and logged.
func (s *Server) newRequest(w http.ResponseWriter, httpRequest *http.Request) (*request, error) {
	now := s.options.Clock.Now()
	who := parseScope(httpRequest.Header.Get("Authorization"))
	httpRequest.Body = http.MaxBytesReader(w, httpRequest.Body, maxBody)
	formErr := httpRequest.ParseForm()
	r := &request{Server: s, now: now, query: query(httpRequest.Form)}
	r.service = s.serviceOf(who, r.query.get("Version"))
	r.call = Call{
		Number:  s.log.number(),
		Time:    now,
		Service: r.service.name,
		Action:  r.query.get("Action"),
		Region:  who.region,
		Image:   r.query.get("ImageId"),
		Role:    r.query.get("RoleArn"),
		DryRun:  r.query.get("DryRun") == "true",
	}
	if formErr != nil {
		return r, refuse("MalformedQueryString", "The request is not a form: %v", formErr)
	}
	if who.service != "" && who.service != r.service.name {
		return r, forbid("SignatureDoesNotMatch", "Credential should be scoped to correct service: '%s'.", r.service.name)
	}
	who.service = r.service.name
	caller, err := s.authenticate(who, httpRequest.Header.Get("X-Amz-Security-Token"), now)
	if err != nil {
		return r, err
	}
	r.caller = caller
	r.call.Account, r.call.Caller = caller.account, caller.arn
	return r, nil
}

// answer does what the call asks for and returns the body of the answer.
func (r *request) answer(ctx context.Context) ([]byte, error) {
	r.fault = r.faults.pick(r.call, r.options.Fault)
	r.call.Fault = r.fault.Kind
	if wait := r.behaviour.Latency + r.fault.Delay; wait > 0 {
		if err := r.options.Clock.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
	if r.fault.unanswered() {
		return nil, nil
	}
	if err := r.faultError(); err != nil {
		return nil, err
	}
	if r.behaviour.RateLimits != "off" && !r.buckets.take(r.call) {
		return nil, r.throttled()
	}
	a, ok := r.service.actions[r.call.Action]
	if !ok {
		return nil, refuse("InvalidAction", "The action %s is not valid for this web service.", r.call.Action)
	}
	if name := r.query.unknown(a.parameters); name != "" {
		return nil, refuse("UnknownParameter", "The parameter %s is not recognized", name)
	}
	if err := r.authorize(a); err != nil {
		return nil, err
	}
	out := &xmlWriter{}
	if err := r.service.envelope(r, out, a); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// authorize asks every policy of the caller, then ends a dry run.
func (r *request) authorize(a action) error {
	resource := r.resource()
	name := r.service.name + ":" + r.call.Action
	for _, g := range r.caller.allows {
		if !a.free && !g.policy.allows(name, resource) {
			return r.service.deny(r, resource, fmt.Sprintf("because no %s policy allows the %s action", g.name, name))
		}
	}
	if dryRun, err := r.query.bool("DryRun"); err != nil || !dryRun {
		return err
	}
	return &apiError{412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."}
}

// resource is the ARN that policies are asked about.
func (r *request) resource() string {
	if a := r.service.actions[r.call.Action]; a.resource != nil {
		return a.resource(r)
	}
	return "*"
}

func (r *request) throttled() error {
	if r.service.name == "sts" {
		return refuse("Throttling", "Rate exceeded")
	}
	return &apiError{503, "RequestLimitExceeded", fmt.Sprintf(
		"Request limit exceeded. Account %s has been throttled on ec2:%s because it exceeded its request rate limit.",
		r.call.Account, r.call.Action)}
}

// id is the request id, the same for the same sequence of calls.
func (r *request) id() string { return fmt.Sprintf("5ca1ab1e-0000-4000-8000-%012x", r.call.Number) }
