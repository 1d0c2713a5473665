package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// The secrets that tests put into requests. None may ever come out.
const (
	secretKey     = "wJalrXUtnFEMI/SECRETKEY"
	sessionToken  = "FwoGZXIvYXdzESESSIONTOKEN"
	roleSecretKey = "roleSECRETKEY/9876"
	roleToken     = "IQoJb3JpZ2luX2VjROLETOKEN"
	externalID    = "acme-EXTERNALID"
)

var (
	ambientOwner = reconcile.Owner{Name: "image-factory", Provider: principal.AWS, Account: "111122223333", Regions: []string{"us-east-1", "eu-west-1"}}
	roleOwner    = reconcile.Owner{Name: "image-factory", Provider: principal.AWS, Account: "111122223333", Regions: []string{"us-east-1", "eu-west-1"},
		Role: "arn:aws:iam::111122223333:role/amisync", ExternalID: externalID}
	ami = principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: "ami-12345678"}
)

// server is an endpoint that answers as the test says: with canned documents,
// right and wrong. It keeps every request.
type server struct {
	mutex    sync.Mutex
	requests []request
	// answers by action; each is called with how often the action was called
	// before.
	answers map[string]func(n int) answer
	// raw goes before answers, for what is no document.
	raw map[string]http.HandlerFunc
}

type request struct {
	action string
	form   url.Values
	region string // of the signature
	key    string // the access key id of the signature
	token  string
}

// answer is what the server sends. A negative status cuts the connection off in
// the middle of the body.
type answer struct {
	status int
	body   string
}

func ok(body string) func(int) answer {
	return func(int) answer { return answer{http.StatusOK, body} }
}

// fails is an error in EC2's envelope.
func fails(status int, code, message string) func(int) answer {
	return func(int) answer { return ec2Error(status, code, message) }
}

func ec2Error(status int, code, message string) answer {
	return answer{status, fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>r-1</RequestID></Response>`, code, message)}
}

// stsError is an error in the envelope of STS.
func stsError(status int, code, message string) func(int) answer {
	return func(int) answer {
		return answer{status, fmt.Sprintf(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`, code, message)}
	}
}

func identity(account string) string {
	return fmt.Sprintf(`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::%s:user/ci</Arn><UserId>U</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, account, account)
}

func roleSession(account, session string) string {
	return fmt.Sprintf(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>arn:aws:sts::%s:assumed-role/amisync/%s</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>`,
		roleSecretKey, roleToken, time.Now().Add(time.Hour).UTC().Format(time.RFC3339), account, session)
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	made := request{action: r.PostForm.Get("Action"), form: r.PostForm, token: r.Header.Get("X-Amz-Security-Token")}
	if _, action, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), "."); isJSON {
		var in struct{ KeyId string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		made.action, made.form = action, url.Values{"KeyId": {in.KeyId}}
	}
	if _, after, signed := strings.Cut(r.Header.Get("Authorization"), "Credential="); signed {
		scope := strings.Split(after, "/")
		made.key, made.region = scope[0], scope[2]
	}
	s.mutex.Lock()
	before := 0
	for _, earlier := range s.requests {
		if earlier.action == made.action {
			before++
		}
	}
	s.requests = append(s.requests, made)
	reply, has := s.answers[made.action]
	raw := s.raw[made.action]
	s.mutex.Unlock()
	if raw != nil {
		raw(w, r)
		return
	}
	if !has {
		http.Error(w, "the test has no answer to "+made.action, http.StatusTeapot)
		return
	}
	a := reply(before)
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	if a.status < 0 {
		w.Header().Set("Content-Length", fmt.Sprint(len(a.body)+100))
		fmt.Fprint(w, a.body)
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(a.status)
	fmt.Fprint(w, a.body)
}

// of returns the requests of one action.
func (s *server) of(action string) []request {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var found []request
	for _, made := range s.requests {
		if made.action == action {
			found = append(found, made)
		}
	}
	return found
}

// serve starts a server and points the environment at it, and at nothing else.
func serve(t *testing.T, answers map[string]func(int) answer) *server {
	t.Helper()
	s := &server{answers: answers}
	if s.answers["GetCallerIdentity"] == nil {
		s.answers["GetCallerIdentity"] = ok(identity(ambientOwner.Account))
	}
	endpoint := httptest.NewServer(s)
	t.Cleanup(endpoint.Close)
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": endpoint.URL, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_ACCESS_KEY_ID": "AKIAAMBIENT", "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_SESSION_TOKEN": sessionToken, "AWS_MAX_ATTEMPTS": "2",
	} {
		t.Setenv(name, value)
	}
	return s
}

// impatient retries at once.
type impatient struct{ sdk.RetryerV2 }

func (impatient) RetryDelay(int, error) (time.Duration, error) { return 0, nil }

// newCloud is a Cloud that does not wait between attempts.
func newCloud(t *testing.T, options Options) *Cloud {
	t.Helper()
	c := New(options)
	load := c.load
	c.load = func() (sdk.Config, error) {
		cfg, err := load()
		if err != nil {
			return cfg, err
		}
		patient := cfg.Retryer
		cfg.Retryer = func() sdk.Retryer { return impatient{patient().(sdk.RetryerV2)} }
		return cfg, nil
	}
	return c
}

func openReader(t *testing.T, owner reconcile.Owner) *Reader {
	t.Helper()
	reader, err := newCloud(t, Options{Run: "test"}).OpenReader(context.Background(), owner)
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func openWriter(t *testing.T, owner reconcile.Owner) *Writer {
	t.Helper()
	writer, err := newCloud(t, Options{Run: "test"}).OpenWriter(context.Background(), owner, []principal.Image{ami})
	if err != nil {
		t.Fatal(err)
	}
	return writer
}

// failed checks an error of the engine's own type and keeps secrets out of it.
func failed(t *testing.T, err error, kind reconcile.ErrorKind, says string) *reconcile.Error {
	t.Helper()
	failure, isError := errors.AsType[*reconcile.Error](err)
	if !isError {
		t.Fatalf("%v is a %T, want a *reconcile.Error", err, err)
	}
	text := fmt.Sprintf("%v %+v %s %s", err, failure.Err, failure.Hint, failure.Subject)
	if failure.Kind != kind || !strings.Contains(err.Error(), says) {
		t.Errorf("%q of kind %s, want %s and %q", err, failure.Kind, kind, says)
	}
	if failure.Action == "" && kind != reconcile.WrongAccount || strings.ContainsAny(err.Error(), "\n\r\x1b") {
		t.Errorf("action %q, error %q", failure.Action, err)
	}
	for _, secret := range []string{secretKey, sessionToken, roleSecretKey, roleToken, externalID} {
		if strings.Contains(text, secret) {
			t.Errorf("%q tells the secret %q", text, secret)
		}
	}
	return failure
}

func describe(items, token string) string {
	return `<DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId><imagesSet>` + items + `</imagesSet>` + token + `</DescribeImagesResponse>`
}

func item(id, owner, created string) string {
	return fmt.Sprintf(`<item><imageId>%s</imageId><imageOwnerId>%s</imageOwnerId><creationDate>%s</creationDate><imageState>available</imageState><name>base-1</name><architecture>arm64</architecture><isPublic>true</isPublic><tagSet><item><key>channel</key><value>stable</value></item></tagSet></item>`,
		id, owner, created)
}

const aDate = "2026-11-20T10:11:12.000Z"

func permissionsOf(id, entries string) string {
	return fmt.Sprintf(`<DescribeImageAttributeResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId><imageId>%s</imageId><launchPermission>%s</launchPermission></DescribeImageAttributeResponse>`, id, entries)
}
