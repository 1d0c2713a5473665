package workflows

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const demo = "clouds/demo.yaml"

// with are inputs for the simulated cloud and the amisync of this checkout, and
// those given as names and values.
func with(t *testing.T, pairs ...string) map[string]string {
	t.Helper()
	inputs := map[string]string{"binary": amisync(t), "simulate": demo}
	for i := 0; i < len(pairs); i += 2 {
		inputs[pairs[i]] = pairs[i+1]
	}
	return inputs
}

// want checks outputs of the action.
func (o outcome) want(t *testing.T, exit int, outputs map[string]string) {
	t.Helper()
	if o.exit != exit || o.failed != (exit != 0) {
		t.Errorf("the step ends with %d, not %d\n%s", o.exit, exit, o.log)
	}
	for name, value := range outputs {
		if o.outputs[name] != value {
			t.Errorf("output %s is %q, not %q\n%s", name, o.outputs[name], value, o.log)
		}
	}
}

// files checks that outputs name files that are there.
func (o outcome) files(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if info, err := os.Stat(o.outputs[name]); err != nil || info.Size() == 0 {
			t.Errorf("output %s names %q: %v", name, o.outputs[name], err)
		}
	}
}

func TestPlanTellsLaterStepsAndPeople(t *testing.T) {
	r := newRunner(t)
	o := r.run(t, with(t))
	o.want(t, 0, map[string]string{"has-changes": "true", "has-revokes": "true", "has-public": "false", "refused": "false", "incomplete": "false",
		"exit-code": "0", "directory": filepath.Join(r.temp, "amisync-default")})
	if !strings.HasPrefix(o.outputs["digest"], "sha256:") || !strings.HasPrefix(o.outputs["summary"], "Plan: ") {
		t.Errorf("outputs: %q", o.outputs)
	}
	o.files(t, "plan", "markdown", "html", "sarif", "junit")
	if o.summary != read(t, o.outputs["markdown"]) || !strings.Contains(o.summary, "golden-eks-node-20261015") {
		t.Errorf("the job summary is not the report:\n%s", o.summary)
	}
	if !strings.Contains(o.log, "Plan: 11 images") {
		t.Errorf("the log does not show the plan:\n%s", o.log)
	}
	link := "https://github.example/acme/images/blob/" + r.github["sha"] + "/manifests/"
	if !strings.Contains(o.summary, link) {
		t.Errorf("the report does not link to %s", link)
	}
	if len(r.used) != 0 {
		t.Errorf("Go is set up although there is a binary: %q", r.used)
	}
}

func TestReportsLinkToTheCommitThatIsNamed(t *testing.T) {
	r := newRunner(t)
	commit := strings.Repeat("c", 40)
	if o := r.run(t, with(t, "commit", commit)); !strings.Contains(o.summary, "/blob/"+commit+"/manifests/") {
		t.Errorf("the links are others:\n%s", o.summary)
	}
	for _, wrong := range []string{"", "main", commit + "/..", commit + "\n"} {
		r.run(t, with(t, "commit", wrong)).want(t, 64, nil)
	}
}

func TestPlanLinksToTheHeadOfAPullRequest(t *testing.T) {
	r := newRunner(t)
	head := strings.Repeat("b", 40)
	r.github["event.pull_request.head.sha"] = head
	o := r.run(t, with(t))
	if !strings.Contains(o.summary, "/blob/"+head+"/manifests/") {
		t.Errorf("the links are others:\n%s", o.summary)
	}
}

func TestAPlanThatAGuardRefusesFailsAndIsShown(t *testing.T) {
	r := newRunner(t)
	r.edit(t, "manifests/policy.yaml", "max: 100", "max: 0")
	o := r.run(t, with(t))
	o.want(t, 4, map[string]string{"refused": "true", "has-changes": "true", "exit-code": "4"})
	o.files(t, "plan", "markdown", "sarif")
	if !strings.Contains(o.summary, "AMI002") {
		t.Errorf("the summary does not say why:\n%s", o.summary)
	}
	if !strings.Contains(o.log, "::error ") {
		t.Errorf("nothing annotates the manifests:\n%s", o.log)
	}
}

func TestAPlanThatCannotBeMadeLeavesNoOldOneBehind(t *testing.T) {
	r := newRunner(t)
	first := r.run(t, with(t))
	first.files(t, "plan")
	r.edit(t, "manifests/policy.yaml", "kind: Policy", "kind: Polic")
	o := r.run(t, with(t))
	o.want(t, 1, map[string]string{"exit-code": "1", "plan": "", "digest": ""})
	if _, err := os.Stat(first.outputs["plan"]); err == nil {
		t.Error("the plan of the first run is still there")
	}
	if !strings.Contains(o.summary, "failed") {
		t.Errorf("the summary says nothing: %q", o.summary)
	}
}

func TestWhatCouldNotBeReadFails(t *testing.T) {
	r := newRunner(t)
	r.edit(t, "manifests/accounts.yaml", "role/amisync", "role/nobody")
	r.run(t, with(t)).want(t, 1, map[string]string{"incomplete": "true"})
	r.run(t, with(t, "command", "drift")).want(t, 1, map[string]string{"incomplete": "true"})
}

func TestDriftFailsTheStepOnlyWhereThatIsAskedFor(t *testing.T) {
	r := newRunner(t)
	o := r.run(t, with(t, "command", "drift"))
	o.want(t, 0, map[string]string{"has-drift": "true", "incomplete": "false", "exit-code": "2"})
	o.files(t, "drift", "markdown", "html", "sarif", "junit")
	r.run(t, with(t, "command", "drift", "fail-on-drift", "true")).want(t, 2, map[string]string{"has-drift": "true"})
}

func TestDriftThatAGuardRefusesToMendIsNoFailureUnlessSomethingIsUnread(t *testing.T) {
	r := newRunner(t)
	r.edit(t, "manifests/policy.yaml", "max: 100", "max: 0")
	r.run(t, with(t, "command", "drift")).want(t, 0, map[string]string{"has-drift": "true", "incomplete": "false", "exit-code": "4"})
	r.edit(t, "manifests/accounts.yaml", "333344445555:role/amisync", "333344445555:role/nobody")
	r.run(t, with(t, "command", "drift")).want(t, 4, map[string]string{"has-drift": "true", "incomplete": "true", "exit-code": "4"})
}

func TestApplyCarriesOutASavedPlanAtTheTip(t *testing.T) {
	r := newRunner(t)
	r.commit(t)
	plan := r.run(t, with(t)).outputs["plan"]
	o := r.run(t, with(t, "command", "apply", "plan", plan))
	o.want(t, 0, map[string]string{"complete": "true", "applied": "true", "failed": "false", "exit-code": "0"})
	o.files(t, "result", "markdown")
	if o.summary == "" {
		t.Error("there is no summary")
	}
}

func TestAStalePlanChangesNothing(t *testing.T) {
	r := newRunner(t)
	r.commit(t)
	plan := r.run(t, with(t)).outputs["plan"]
	r.edit(t, "manifests/images/golden-eks-node.yaml", "group: runtime-and-observability", "account: payments-prod")
	o := r.run(t, with(t, "command", "apply", "plan", plan))
	o.want(t, 5, map[string]string{"stale": "true", "exit-code": "5", "result": ""})
}

func TestApplyIsRefusedWhereTheBranchHasMovedOn(t *testing.T) {
	r := newRunner(t)
	r.commit(t)
	plan := r.run(t, with(t)).outputs["plan"]
	old := r.github["sha"]
	r.git(t, "commit", "--quiet", "--allow-empty", "--message=next")
	r.git(t, "push", "--quiet", "origin", "main")
	next := r.git(t, "rev-parse", "HEAD")
	apply := with(t, "command", "apply", "plan", plan)

	r.git(t, "checkout", "--quiet", old)
	o := r.run(t, apply)
	o.want(t, 5, map[string]string{"exit-code": "5", "result": "", "applied": ""})

	// A branch whose name ends like that of the branch counts for nothing.
	r.git(t, "push", "--quiet", "origin", old+":refs/heads/a/refs/heads/main")
	r.run(t, apply).want(t, 5, nil)

	r.github["ref"] = "refs/tags/v1"
	r.git(t, "checkout", "--quiet", next)
	r.run(t, apply).want(t, 5, nil)

	r.github["ref"] = "refs/heads/main"
	r.run(t, apply).want(t, 0, map[string]string{"applied": "true"})

	r.git(t, "remote", "set-url", "origin", filepath.Join(r.temp, "nowhere"))
	r.run(t, apply).want(t, 5, nil)
	apply["require-tip"] = "false"
	r.run(t, apply).want(t, 0, nil)
}

// A checkout that keeps its token would send two, and GitHub answers 400 to that.
func TestTheTipIsReadWithOneTokenWhateverTheCheckoutKept(t *testing.T) {
	r := newRunner(t)
	r.commit(t)
	tip := r.github["sha"]
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		seen = request.Header.Values("Authorization")
		switch {
		case len(seen) != 1:
			w.WriteHeader(http.StatusBadRequest)
		case strings.HasSuffix(request.URL.Path, "/info/refs"): // as a server of plain files answers
			fmt.Fprintf(w, "%s\trefs/heads/main\n", tip)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	plan := r.run(t, with(t)).outputs["plan"]
	r.github["server_url"] = server.URL
	r.git(t, "remote", "set-url", "origin", server.URL+"/acme/images")
	for _, kept := range []string{"", "http." + server.URL + "/.extraheader", "http.extraheader"} {
		if kept != "" {
			r.git(t, "config", kept, "AUTHORIZATION: basic a2VwdA==")
		}
		o := r.run(t, with(t, "command", "apply", "plan", plan, "token", "planted-token"))
		o.want(t, 0, map[string]string{"exit-code": "0"})
		if want := "basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:planted-token")); len(seen) != 1 || seen[0] != want {
			t.Errorf("beside %q: authorized with %q", kept, seen)
		}
	}
}

func TestDiffComparesWithARevision(t *testing.T) {
	r := newRunner(t)
	r.commit(t)
	diff := with(t, "command", "diff", "arguments", "HEAD")
	r.run(t, diff).want(t, 0, map[string]string{"has-changes": "false", "exit-code": "0"})
	r.edit(t, "manifests/images/golden-eks-node.yaml", "group: runtime-and-observability", "account: payments-prod")
	o := r.run(t, diff)
	o.want(t, 0, map[string]string{"has-changes": "true", "exit-code": "2"})
	o.files(t, "markdown")
	if !strings.Contains(o.summary, "payments-prod") {
		t.Errorf("the summary does not show the difference:\n%s", o.summary)
	}
}

func TestManifestsMayBeCheckedOutBesideTheAction(t *testing.T) {
	r := newRunner(t)
	source := filepath.Join(r.workspace, "my source")
	if err := os.Mkdir(source, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"manifests", "clouds"} {
		if err := os.Rename(filepath.Join(r.workspace, name), filepath.Join(source, name)); err != nil {
			t.Fatal(err)
		}
	}
	o := r.run(t, with(t, "directory", "my source", "output", "my reports", "environment", "production"))
	o.want(t, 0, map[string]string{"directory": filepath.Join(r.workspace, "my reports")})
	o.files(t, "plan", "markdown")
	if !strings.Contains(o.summary, "/blob/"+r.github["sha"]+"/manifests/") {
		t.Errorf("places are not named from the root of the repository:\n%s", o.summary)
	}
}

func TestArgumentsAreOneToALine(t *testing.T) {
	r := newRunner(t)
	all := r.run(t, with(t))
	o := r.run(t, with(t, "arguments", "--owner=image-factory\r\n\n--region\nus-east-1\n"))
	o.want(t, 0, map[string]string{"exit-code": "0"})
	if o.outputs["digest"] == all.outputs["digest"] || !strings.Contains(o.log, "us-east-1") {
		t.Errorf("the filters do nothing:\n%s", o.log)
	}
}

func TestInputsThatAreNoInputsDoNothing(t *testing.T) {
	const touch = `$(touch "$GITHUB_WORKSPACE/harm")`
	hostile := []string{touch, "`touch harm`'; touch harm; \"; touch harm; ", "a\ndigest=forged\n::error::forged", "--help"}
	r := newRunner(t)
	r.commit(t)
	plan := r.run(t, with(t)).outputs["plan"]
	for _, input := range []string{"command", "environment", "directory", "manifests", "arguments", "plan", "output", "simulate", "binary", "require-tip", "fail-on-drift", "commit"} {
		for _, value := range hostile {
			inputs := with(t, input, value)
			switch input {
			case "plan", "require-tip":
				inputs["command"] = "apply"
			case "fail-on-drift":
				inputs["command"] = "drift"
			}
			if input == "require-tip" {
				inputs["plan"] = plan
			}
			o := r.run(t, inputs)
			if _, err := os.Stat(filepath.Join(r.workspace, "harm")); err == nil {
				t.Fatalf("%s: %q is executed", input, value)
			}
			if o.outputs["digest"] == "forged" || strings.Contains("\n"+o.log, "\n::error::forged") {
				t.Errorf("%s: %q reaches the runner:\n%s", input, value, o.log)
			}
		}
	}
}

// stub answers as GitHub's API does where there is no comment and no issue yet,
// and keeps what it is sent.
type stub struct {
	mu   sync.Mutex
	sent []string // METHOD PATH BODY
	auth map[string]bool
}

func (s *stub) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth[request.Header.Get("Authorization")] = true
	w.Header().Set("Content-Type", "application/json")
	switch {
	case request.Method != http.MethodGet:
		s.sent = append(s.sent, fmt.Sprintf("%s %s %s", request.Method, request.URL.Path, body))
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"id": 7, "number": 7, "html_url": "https://github.example/acme/images/pull/12#issuecomment-7", "state": "open", "user": {"id": 1, "login": "bot", "type": "Bot"}, "body": "", "labels": [{"name": "amisync-drift"}]}`)
	case request.URL.Path == "/user":
		fmt.Fprint(w, `{"id": 1, "login": "bot", "type": "Bot"}`)
	default:
		fmt.Fprint(w, `[]`)
	}
}

func TestCommentAndIssueReachGitHubWithTheToken(t *testing.T) {
	r := newRunner(t)
	plan := r.run(t, with(t)).outputs["plan"]
	drift := r.run(t, with(t, "command", "drift")).outputs["drift"]
	for command, c := range map[string]struct {
		inputs map[string]string
		path   string
	}{
		"comment": {map[string]string{"plan": plan, "arguments": "--pull-request=12"}, "POST /repos/acme/images/issues/12/comments "},
		"issue":   {map[string]string{"drift": drift, "commit": strings.Repeat("c", 40)}, "POST /repos/acme/images/issues "},
	} {
		s := &stub{auth: map[string]bool{}}
		server := httptest.NewServer(s)
		r.github["api_url"] = server.URL
		inputs := with(t, "command", command, "token", "planted-token")
		maps.Copy(inputs, c.inputs)
		o := r.run(t, inputs)
		server.Close()
		o.want(t, 0, map[string]string{"exit-code": "0"})
		if all := strings.Join(s.sent, "\n"); !strings.Contains(all, c.path) || !strings.Contains(all, "golden-eks-node") {
			t.Errorf("%s sends\n%s", command, all)
		}
		commit := inputs["commit"]
		if commit == "" {
			commit = r.github["sha"]
		}
		if all := strings.Join(s.sent, "\n"); !strings.Contains(all, " commit="+commit+" ") || !strings.Contains(all, "/blob/"+commit+"/manifests/") {
			t.Errorf("%s does not name the commit %s:\n%s", command, commit, all)
		}
		if len(s.auth) != 1 || !s.auth["Bearer planted-token"] {
			t.Errorf("%s authorizes with %v", command, s.auth)
		}
		if strings.Contains(o.log, "planted-token") {
			t.Errorf("%s shows the token:\n%s", command, o.log)
		}
	}
}

func TestOtherCommandsDoNotSeeTheToken(t *testing.T) {
	r := newRunner(t)
	spy := filepath.Join(r.temp, "spy")
	seen := filepath.Join(r.temp, "seen")
	if err := os.WriteFile(spy, []byte("#!/bin/sh\nenv >>'"+seen+"'\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"plan", "apply", "drift", "diff"} {
		r.run(t, map[string]string{"command": command, "binary": spy, "require-tip": "false", "token": "planted-token"}).want(t, 1, nil)
	}
	if env := read(t, seen); strings.Contains(env, "planted-token") {
		t.Errorf("the token is in\n%s", env)
	}
	r.run(t, map[string]string{"command": "comment", "binary": spy, "plan": "plan.json", "token": "planted-token"}).want(t, 1, nil)
	if env := read(t, seen); !strings.Contains(env, "GITHUB_TOKEN=planted-token") {
		t.Errorf("comment has no token:\n%s", env)
	}
}

// What surrounds the action is not its own: other flags, a workspace of Go that
// leads elsewhere.
func TestTheBinaryIsBuiltFromTheActionsSourcesAlone(t *testing.T) {
	r := newRunner(t)
	elsewhere := filepath.Join(r.temp, "go.work")
	if err := os.WriteFile(elsewhere, []byte("go 1.26.0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	build := "bash '" + filepath.Join(root(t), ".github/action/binary.sh") + "' build"
	o := r.script(t, build, map[string]string{"GOFLAGS": "-mod=vendor", "GOWORK": elsewhere})
	if o.failed || o.outputs["binary"] != filepath.Join(r.temp, "amisync-bin/amisync") {
		t.Errorf("exit %d, outputs %q\n%s", o.exit, o.outputs, o.log)
	}
}

func TestABinaryOnThePathIsUsedIfItKnowsEnough(t *testing.T) {
	r := newRunner(t)
	directory := filepath.Dir(amisync(t))
	r.path = directory + ":" + os.Getenv("PATH")
	o := r.run(t, map[string]string{"simulate": demo})
	o.want(t, 0, map[string]string{"binary": amisync(t)})

	old := t.TempDir()
	if err := os.WriteFile(filepath.Join(old, "amisync"), []byte("#!/bin/sh\necho text json\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.path = old + ":" + os.Getenv("PATH")
	o = r.run(t, map[string]string{"simulate": demo})
	o.want(t, 0, map[string]string{"binary": filepath.Join(r.temp, "amisync-bin/amisync")})
	if len(r.used) != 1 || !strings.HasPrefix(r.used[0], "actions/setup-go@") {
		t.Errorf("Go is not set up to build one: %q", r.used)
	}
}
