package simulator

import (
	"cmp"
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

// serveCall answers one call of a service.
func (s *Server) serveCall(w http.ResponseWriter, httpRequest *http.Request) {
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
	target := httpRequest.Header.Get("X-Amz-Target")
	parameters, malformed := readParameters(httpRequest, target)
	r := &request{Server: s, now: now, query: parameters}
	r.service = s.serviceOf(who, target, r.query.get("Version"))
	r.call = Call{
		Number:         s.log.number(),
		Time:           now,
		Service:        r.service.name,
		Action:         r.query.get("Action"),
		Region:         who.region,
		Image:          r.query.get("ImageId"),
		Role:           r.query.get("RoleArn"),
		SourceIdentity: r.query.get("SourceIdentity"),
		DryRun:         r.query.get("DryRun") == "true",
	}
	if malformed != nil {
		return r, refuse(r.service.errors.malformed, "The request cannot be read: %v", malformed)
	}
	if who.service != "" && who.service != r.service.name {
		return r, r.service.errors.otherService
	}
	caller, err := s.authenticate(who, r.service.errors, httpRequest.Header.Get("X-Amz-Security-Token"), now)
	if err != nil {
		return r, err
	}
	r.caller = caller
	r.call.Account, r.call.Caller = caller.account, caller.arn
	r.call.SourceIdentity = cmp.Or(r.call.SourceIdentity, caller.sourceIdentity)
	return r, nil
}

// readParameters reads a form, or the object that a JSON service is called with; the
// target names the action of the latter.
func readParameters(r *http.Request, target string) (query, error) {
	if target != "" {
		return jsonQuery(target, r.Body)
	}
	err := r.ParseForm()
	return query(r.Form), err
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
	if key, rate := r.bucket(); r.behaviour.RateLimits != "off" && !r.buckets.take(key, rate, r.now) {
		return nil, r.service.errors.throttled(r.call)
	}
	a, ok := r.service.actions[r.call.Action]
	if !ok {
		return nil, refuse(r.service.errors.unknownAction, "The action %s is not valid for this web service.", r.call.Action)
	}
	if name := r.query.unknown(a.parameters); name != "" {
		return nil, refuse(r.service.errors.unknownParameter, "The parameter %s is not recognized", name)
	}
	if err := r.authorize(a); err != nil {
		return nil, err
	}
	return r.service.answer(r, a)
}

// authorize asks every policy of the caller, then ends a dry run.
func (r *request) authorize(a action) error {
	resource := r.resource()
	name := r.service.name + ":" + r.call.Action
	if kind := r.caller.denies(name, resource); kind != "" && !a.free {
		return r.service.deny(r, resource, fmt.Sprintf("because no %s policy allows the %s action", kind, name))
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

// id is the request id, the same for the same sequence of calls.
func (r *request) id() string { return fmt.Sprintf("5ca1ab1e-0000-4000-8000-%012x", r.call.Number) }
