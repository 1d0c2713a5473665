package simulator

import (
	"context"
	"errors"
	"net/http"
	"strconv"
)

// send writes the answer or the refusal, damaged as the fault wants it, and logs the
// call. Ways that leave the client without a whole answer end in http.ErrAbortHandler,
// which closes the connection.
func (r *request) send(w http.ResponseWriter, ctx context.Context, body []byte, err error) {
	status := http.StatusOK
	var refusal *apiError
	if errors.As(err, &refusal) {
		body, status = r.service.refusal(r, refusal), refusal.status
		r.call.Code = refusal.code
	} else if err != nil { // the client went away while the call waited
		r.abort()
	}
	contentType := r.service.contentType
	switch r.fault.Kind {
	case FaultTimeout:
		<-ctx.Done()
		r.abort()
	case FaultDropBeforeEffect, FaultDropAfterEffect:
		r.abort()
	case FaultMalformedXML:
		body = body[:len(body)*2/3]
	case FaultWrongContent:
		contentType = "text/html"
		body = []byte("<html><head><title>Sign in</title></head><body><p>Sign in to the network.</body></html>")
	}
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Amzn-Requestid", r.id())
	if r.fault.Kind == FaultCutConnection {
		w.WriteHeader(status)
		w.Write(body[:len(body)/2])
		http.NewResponseController(w).Flush()
		r.abort()
	}
	r.call.Status = status
	r.log.add(r.call) // before the client can know, so that it finds its call in the log
	w.WriteHeader(status)
	w.Write(body) // an error here is the client's: it went away
}

// abort logs a call without status and closes the connection.
func (r *request) abort() {
	r.log.add(r.call)
	panic(http.ErrAbortHandler)
}
