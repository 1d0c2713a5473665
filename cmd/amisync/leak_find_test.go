package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
)

// secrets are what may never come out, by what they are.
type secrets struct {
	mutex  sync.Mutex
	values map[string]string
}

func (s *secrets) add(name, value string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.values[name] = value
}

// in returns the names of the secrets that a text holds, as they are or encoded.
func (s *secrets) in(text string) []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var found []string
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		for _, form := range forms(s.values[name]) {
			if strings.Contains(text, form) {
				found = append(found, fmt.Sprintf("%s as %q", name, form))
				break
			}
		}
	}
	return found
}

// forms are the ways in which a secret may show. Its first half counts as well:
// a text that was cut still tells too much.
func forms(secret string) []string {
	half := secret[:max(len(secret)/2, 12)]
	all := []string{half, url.QueryEscape(half), url.PathEscape(half), strings.ReplaceAll(half, "/", `\/`), hex.EncodeToString([]byte(half)), strings.ToUpper(hex.EncodeToString([]byte(half)))}
	for shift := range 3 { // base64 of a text that holds it depends on how much stands before it
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("x", shift) + half))
			all = append(all, encoded[2*shift:len(encoded)-3])
		}
	}
	return all
}

// between returns what stands between two texts.
func between(text, begin, end string) string {
	_, rest, _ := strings.Cut(text, begin)
	inside, _, found := strings.Cut(rest, end)
	if !found {
		return ""
	}
	return inside
}

// echo is an endpoint in front of a simulated cloud. It notes the secrets that
// the cloud gives out, and may answer calls itself: with everything that the
// client has sent.
type echo struct {
	cloud   *simulator.Server
	secrets *secrets

	mutex  sync.Mutex
	reply  func(w http.ResponseWriter, sent string) // nil: the cloud answers
	action string                                   // that reply answers; "" for all
	echoed strings.Builder                          // all that was sent back
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sent, err := httputil.DumpRequest(r, true)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	e.mutex.Lock()
	reply := e.reply
	if e.action != "" && !strings.Contains(string(sent), "Action="+e.action) {
		reply = nil
	}
	if reply != nil {
		e.echoed.Write(sent)
	}
	e.mutex.Unlock()
	if reply != nil {
		reply(w, string(sent))
		return
	}
	answer := httptest.NewRecorder()
	e.cloud.ServeHTTP(answer, r)
	body := answer.Body.String()
	for _, name := range []string{"SecretAccessKey", "SessionToken"} {
		if value := between(body, "<"+name+">", "</"+name+">"); value != "" {
			e.secrets.add(name+" "+value[:4]+"…"+value[len(value)-8:], value) // each has a name of its own
		}
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = io.WriteString(w, body) // a client that is gone is no matter
}

// answerWith makes the endpoint answer by itself from now on.
func (e *echo) answerWith(action string, reply func(w http.ResponseWriter, sent string)) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.action, e.reply = action, reply
	e.echoed.Reset()
}

// refuse is an error document of EC2 or STS with a message of the server's
// choice.
func refuse(status int, code, before string) func(http.ResponseWriter, string) {
	return func(w http.ResponseWriter, sent string) {
		var message strings.Builder
		_ = xml.EscapeText(&message, []byte(before+sent)) // a builder cannot fail
		w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
		w.WriteHeader(status)
		one := "<Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + message.String() + "</Message></Error>"
		if strings.Contains(sent, "Version=2011-06-15") {
			fmt.Fprint(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`+one+"<RequestId>r</RequestId></ErrorResponse>")
			return
		}
		fmt.Fprint(w, "<Response><Errors>"+one+"</Errors><RequestID>r</RequestID></Response>")
	}
}

// page answers with something that is no answer of a cloud.
func page(status int, contentType, format string) func(http.ResponseWriter, string) {
	return func(w http.ResponseWriter, sent string) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("X-Echo", strings.ReplaceAll(strings.ReplaceAll(sent, "\r", " "), "\n", " "))
		w.WriteHeader(status)
		fmt.Fprintf(w, format, sent)
	}
}

// The test below would find nothing if this found nothing.
func TestASecretIsFoundInWhateverForm(t *testing.T) {
	const secret = "SECRETofTheSelfCheck/+=&42"
	s := &secrets{values: map[string]string{"it": secret, "another": "ANOTHERsecretOfTheCheck"}}
	for name, text := range map[string]string{
		"plain": "x" + secret + "x", "cut": "x" + secret[:20], "in a form": "ExternalId=" + url.QueryEscape(secret), "hexadecimal": hex.EncodeToString([]byte(secret)),
		"base64": base64.StdEncoding.EncodeToString([]byte(secret)), "base64 of more": base64.StdEncoding.EncodeToString([]byte("ab" + secret + "yz")),
		"base64 of even more": base64.URLEncoding.EncodeToString([]byte("{\"key\": \"" + secret + "\"}")), "JSON": strings.ReplaceAll(secret, "/", `\/`), "%q": fmt.Sprintf("%q", secret),
	} {
		if found := s.in(text); len(found) != 1 || !strings.HasPrefix(found[0], "it as ") {
			t.Errorf("%s: %q", name, found)
		}
	}
	if found := s.in("nothing of all this: SECRET, secrets, U0VDUkVU"); len(found) > 0 {
		t.Error(found)
	}
}
