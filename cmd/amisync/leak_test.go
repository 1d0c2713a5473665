package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
)

// What the environment, the manifests and files hold that nobody else may see.
// An access key's id is none of it: it says whose key it is, not what it is.
const (
	leakSecretKey     = "LEAKsecretkeyOfTheUser/wJalrXUtnFEMI+K7"
	leakToken         = "LEAKsessiontokenOfTheUser/FwoGZXIvYXdzEJr//+8="
	leakExternalID    = "LEAKexternalid.literal:acme=1"
	leakExternalIDEnv = "LEAKexternalid.fromenvironment:acme=2"
	leakWebIdentity   = "LEAKwebidentity.eyJhbGciOiJSUzI1NiJ9.c2lnbmF0dXJl"
	leakProfileKey    = "LEAKprofilekeyInTheConfiguration/+8zt9"
	leakGitHub        = "LEAKgithubtoken_16C7e42F292c6912E7710c838347Ae178B4a"
	leakPassword      = "LEAKpasswordOfTheEndpoint42"
)

const leakCloud = `
regions: [us-east-1]
accounts:
  - id: "111122223333"
    roles: [{name: literal, trust: {principals: ["999900001111"], externalId: "` + leakExternalID + `"}}]
  - id: "222233334444"
    roles: [{name: env, trust: {principals: ["999900001111"], externalId: "` + leakExternalIDEnv + `"}}]
  - {id: "999900001111", users: [{name: ci, accessKeyId: AKIALEAK000000000001, secretAccessKey: "` + leakSecretKey + `", default: true}]}
images:
  - {id: ami-0a000000000000001, name: base-1, owner: "111122223333", region: us-east-1, creationDate: 2026-10-01T06:00:00Z, launchPermissions: {accounts: ["444455556666"]}}
  - {id: ami-0b000000000000001, name: base-1, owner: "222233334444", region: us-east-1, creationDate: 2026-10-01T06:00:00Z}
  - {id: ami-0b000000000000002, name: other, owner: "222233334444", region: us-east-1, creationDate: 2026-10-01T06:00:00Z, launchPermissions: {accounts: ["444455556666"]}}
`

const leakManifests = `apiVersion: amisync/v1
kind: OwnerAccount
metadata: {name: literal}
spec: {id: "111122223333", role: "arn:aws:iam::111122223333:role/literal", externalId: "` + leakExternalID + `", regions: [us-east-1]}
---
apiVersion: amisync/v1
kind: OwnerAccount
metadata: {name: env}
spec: {id: "222233334444", role: "arn:aws:iam::222233334444:role/env", externalIdEnv: LEAK_EXTERNAL_ID, regions: [us-east-1]}
---
apiVersion: amisync/v1
kind: ImageShare
metadata: {name: literal}
spec: {owner: literal, images: {name: base-*}, launchPermissions: [{account: "555566667777"}, {account: "444455556666"}]}
---
apiVersion: amisync/v1
kind: ImageShare
metadata: {name: env}
spec: {owner: env, images: {name: base-*}, launchPermissions: [{account: "555566667777"}]}
`

// leakCommands is every command, with every format and file that it can write.
func leakCommands(formats []string) [][]string {
	with := func(name string, args ...string) []string {
		args = append([]string{name}, args...)
		for _, format := range formats {
			args = append(args, "--format", fmt.Sprintf("%s=%s.%s.out", format, name, format))
		}
		return args
	}
	return [][]string{
		with("plan", "--out", "plan.json"), with("show", "plan.json"), with("drift", "--unmanaged"), {"import", "--out", "imported.yaml"}, {"doctor", "--format", "text=doctor.text.out", "--format", "json=doctor.json.out"},
		with("apply", "plan.json", "--out", "result.json", "--wait", "1ms"), with("apply", "--auto-approve", "--wait", "1ms"), with("plan"),
		{"validate"}, {"fmt", "--check"}, {"iam-policy", "permissions"}, {"iam-policy", "trust"}, {"iam-policy", "caller"}, {"iam-policy", "github", "--repository", "acme/images"},
		{"explain", "AMI001"}, {"schema"}, {"version"}, {"simulate", "--cloud", "cloud.yaml", "--", "true"}, {"help"}, {"plan", "--no-such-flag"},
		{"comment", "--pull-request", "1", "plan.json"}, {"issue", "drift.json.out"},
	}
}

// leak is one run of every command, in an environment that holds secrets.
type leak struct {
	t       *testing.T
	secrets *secrets
	echo    *echo
}

func newLeak(t *testing.T) *leak {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "AMISYNC_") {
			t.Setenv(name, "") // remembers it
			_ = os.Unsetenv(name)
		}
	}
	l := &leak{t: t, secrets: &secrets{values: map[string]string{
		"the secret key": leakSecretKey, "the session token": leakToken, "the literal external id": leakExternalID, "the external id of the environment": leakExternalIDEnv,
		"the web identity": leakWebIdentity, "the profile's key": leakProfileKey, "GitHub's token": leakGitHub, "the password": leakPassword,
	}}}
	l.file("cloud.yaml", leakCloud)
	l.file("manifests/estate.yaml", leakManifests)
	file, err := simulator.Load("cloud.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l.echo = &echo{secrets: l.secrets}
	if l.echo.cloud, err = simulator.New(file, simulator.Options{}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(l.echo)
	t.Cleanup(server.Close)
	l.env("AWS_ENDPOINT_URL", server.URL, "AWS_REGION", "us-east-1", "AWS_MAX_ATTEMPTS", "1", "AWS_EC2_METADATA_DISABLED", "true",
		"AWS_CONFIG_FILE", "config", "AWS_SHARED_CREDENTIALS_FILE", "credentials", "AWS_ACCESS_KEY_ID", "AKIALEAK000000000001", "AWS_SECRET_ACCESS_KEY", leakSecretKey,
		"LEAK_EXTERNAL_ID", leakExternalIDEnv, "GITHUB_API_URL", echoingGitHub(t), "GITHUB_REPOSITORY", "acme/images", "GITHUB_TOKEN", leakGitHub, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", leakGitHub)
	return l
}

// echoingGitHub is the URL of one that refuses everything with all that was sent.
func echoingGitHub(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, err := httputil.DumpRequest(r, true)
		if err != nil {
			t.Error(err)
		}
		page(403, "application/json", `{"message": %q}`)(w, string(sent))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (l *leak) env(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		l.t.Setenv(pairs[i], pairs[i+1])
	}
}

func (l *leak) file(name, text string) {
	l.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
}

// inputs are the files that hold secrets themselves.
var inputs = map[string]bool{"cloud.yaml": true, filepath.Join("manifests", "estate.yaml"): true, "config": true, "credentials": true, "token": true}

// run runs every command and looks at all that came out. It returns what one of
// them at least has written to standard error.
func (l *leak) run(levels ...string) string {
	var all strings.Builder
	for _, level := range levels {
		l.env("AMISYNC_LOG_LEVEL", level)
		for _, args := range leakCommands(formatNames()) {
			var out, err bytes.Buffer
			runMain(append([]string{"amisync"}, args...), streams{in: strings.NewReader(""), out: &out, err: &err, env: os.LookupEnv})
			for name, text := range map[string]string{"standard output": out.String(), "standard error": err.String()} {
				if found := l.secrets.in(text); len(found) > 0 {
					l.t.Errorf("%s at level %s: %s tells %s", args, level, name, found)
				}
			}
			all.WriteString(err.String() + out.String())
		}
	}
	l.files()
	return all.String()
}

// files looks at every file that was written, and counts them.
func (l *leak) files() int {
	written := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || inputs[filepath.FromSlash(name)] {
			return err
		}
		text, err := os.ReadFile(name)
		if found := l.secrets.in(string(text)); len(found) > 0 {
			l.t.Errorf("the file %s tells %s", name, found)
		}
		written++
		return err
	})
	if err != nil {
		l.t.Error(err)
	}
	return written
}

func TestNothingLeaksWhereEverythingWorks(t *testing.T) {
	l := newLeak(t)
	said := l.run("error", "warn", "info", "debug")
	if n := l.files(); n < 10 {
		t.Errorf("%d files were written", n)
	}
	if !strings.Contains(said, "GitHub answers 403: GET /repos/acme/images/issues") {
		t.Errorf("GitHub was not asked:\n%s", said)
	}
	if !strings.Contains(said, "level=DEBUG msg=call action=ModifyImageAttribute") || len(l.secrets.values) < 10 {
		t.Errorf("the commands did not come as far as to change an image, or no session was opened: %d secrets\n%s", len(l.secrets.values), said)
	}
}

// TestNothingLeaksWhereRequestsComeBack has the cloud, or what stands in front
// of it, answer with all that it was sent: in the words of the cloud, in
// documents that end too early, in pages of a proxy.
func TestNothingLeaksWhereRequestsComeBack(t *testing.T) {
	canonical := "The request signature we calculated does not match the signature you provided. The Canonical String for this request should have been\n"
	for _, test := range []struct {
		name  string
		reply func(http.ResponseWriter, string)
	}{
		{"a wrong signature", refuse(403, "SignatureDoesNotMatch", canonical)},
		{"an expired token", refuse(400, "ExpiredToken", "The security token included in the request is expired: ")},
		{"a denied call", refuse(403, "UnauthorizedOperation", "You are not authorized to perform this operation. Encoded authorization failure message: ")},
		{"a wrong value", refuse(400, "InvalidParameterValue", "Invalid value in: ")},
		{"a code that nobody knows", refuse(400, "Strange", "")},
		{"an internal error", refuse(500, "InternalError", "")},
		{"throttling", refuse(503, "RequestLimitExceeded", "")},
		{"a page of a proxy", page(502, "text/html", "<html><body><pre>%s</pre></body></html>")},
		{"a page instead of an answer", page(200, "text/html", "<html><body><pre>%s</body>")},
		{"JSON", page(400, "application/json", `{"message": %q}`)},
		{"XML that ends too early", page(200, "text/xml", "<DescribeImagesResponse><imagesSet><item><imageId>%s")},
		{"an error that ends too early", page(403, "text/xml", "<Response><Errors><Error><Code>%s")},
		{"a tag for an answer", page(200, "text/xml", "<%q>")},
	} {
		for _, action := range []string{"", "DescribeImageAttribute", "ModifyImageAttribute"} {
			t.Run(test.name+" "+action, func(t *testing.T) {
				l := newLeak(t)
				l.echo.answerWith(action, test.reply)
				l.run("debug")
				if sent := l.echo.echoed.String(); action == "" && !strings.Contains(sent, "LEAKexternalid") || action != "" && len(l.secrets.in(sent)) == 0 {
					t.Errorf("no secret was on the way, so none could leak: %s", sent)
				}
			})
		}
	}
}

// TestNothingLeaksWhereCredentialsCannotBeUsed gives the SDK all sorts of
// credentials that lead nowhere.
func TestNothingLeaksWhereCredentialsCannotBeUsed(t *testing.T) {
	profile := "[profile ci]\nregion = us-east-1\naws_access_key_id = AKIALEAKPROFILE00001\naws_secret_access_key = " + leakProfileKey + "\n"
	noStatic := func(l *leak) {
		for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
			_ = os.Unsetenv(name)
		}
	}
	for name, prepare := range map[string]func(l *leak){
		"a session token that the cloud does not know": func(l *leak) { l.env("AWS_SESSION_TOKEN", leakToken) },
		"no credentials":              noStatic,
		"a profile":                   func(l *leak) { noStatic(l); l.file("config", profile); l.env("AWS_PROFILE", "ci") },
		"a profile that is not there": func(l *leak) { noStatic(l); l.file("config", profile); l.env("AWS_PROFILE", leakPassword[:4]) },
		"a profile without a bracket": func(l *leak) {
			noStatic(l)
			l.file("config", strings.Replace(profile, "]", "", 1))
			l.env("AWS_PROFILE", "ci")
		},
		"a profile without =": func(l *leak) {
			noStatic(l)
			l.file("config", strings.ReplaceAll(profile, " = ", " "))
			l.env("AWS_PROFILE", "ci")
		},
		"a profile that assumes a role": func(l *leak) {
			noStatic(l)
			l.file("config", profile+"[profile chain]\nrole_arn = arn:aws:iam::111122223333:role/other\nsource_profile = ci\nexternal_id = "+leakExternalID+"\n")
			l.env("AWS_PROFILE", "chain")
		},
		"half of a key": func(l *leak) {
			noStatic(l)
			l.file("credentials", "[default]\naws_secret_access_key = "+leakProfileKey+"\n")
		},
		"a directory for a file of credentials": func(l *leak) { noStatic(l); l.file("credentials/x", ""); _ = os.Remove("credentials/x") },
		"a program that prints no credentials": func(l *leak) {
			noStatic(l)
			l.file("config", "[default]\ncredential_process = echo '{\"Version\": 1, \"SecretAccessKey\": \""+leakProfileKey+"\"'\n")
		},
		"a program that fails": func(l *leak) {
			noStatic(l)
			l.file("config", "[default]\ncredential_process = sh -c 'echo "+leakProfileKey+" >&2; exit 1'\n")
		},
		"a web identity": func(l *leak) {
			noStatic(l)
			l.file("token", leakWebIdentity)
			l.env("AWS_WEB_IDENTITY_TOKEN_FILE", "token", "AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/literal")
		},
		"a web identity that comes back": func(l *leak) {
			noStatic(l)
			l.file("token", leakWebIdentity)
			l.env("AWS_WEB_IDENTITY_TOKEN_FILE", "token", "AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/literal")
			l.echo.answerWith("", refuse(400, "InvalidIdentityToken", "Couldn't verify: "))
		},
		"nobody listens":                     func(l *leak) { l.env("AWS_ENDPOINT_URL", "http://ci:"+leakPassword+"@127.0.0.1:1/") },
		"no URL":                             func(l *leak) { l.env("AWS_ENDPOINT_URL", "http://ci:"+leakPassword+"@127.0.0.1:port/%zz") },
		"an external id of other characters": func(l *leak) { l.env("LEAK_EXTERNAL_ID", leakExternalIDEnv+" \n") },
		"a wrong external id":                func(l *leak) { l.env("LEAK_EXTERNAL_ID", leakExternalIDEnv+"x") },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLeak(t)
			prepare(l)
			if said := l.run("debug"); !strings.Contains(said, "error: ") {
				t.Errorf("nothing failed:\n%s", said)
			}
		})
	}
}

func formatNames() []string { return strings.Split(formats("plan"), ", ") }
