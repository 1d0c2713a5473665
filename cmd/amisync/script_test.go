package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/amisync/amisync/reconcile"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"amisync": func() { os.Exit(runMain(os.Args, processStreams())) },
	})
}

// TestScripts runs every testdata/script/*.txtar: amisync as a process against
// a simulated cloud of its own. Besides testscript's commands a script has
//
//	estate                      lay out the files of testdata/script/estate that the
//	                            script does not bring itself, and start cloud.yaml
//	cloud FILE                  start a cloud; the environment leads there
//	byhand IMAGE [+P | -P]...   change launch permissions as a person would;
//	                            P is all, an account id or an ARN
//	state IMAGE STATE           move an image to a state (deregistered, disabled, ...)
//	fault YAML                  inject a fault, written as in a cloud file
//	calm                        end all faults
//	calls                       print the calls since the last time, counted
//	permissions IMAGE           print who may launch the image, a line each
//
//	github                      start a GitHub with the repository acme/images and its pull
//	                            request 1; the environment is a workflow's of that
//	github-as WHO               the token belongs to actions, person or stranger
//	github-merge N COMMIT       merge a pull request
//	github-lock N               lock a conversation
//	github-comment N WHO FILE   somebody comments
//	github-fault METHOD PATH WHAT [after] [BODY]
//	                            the next such request is answered with the status WHAT, or
//	                            limit (wait a second), or its connection is dropped;
//	                            after: once it has been carried out
//	github-calls                print the requests since the last time
//	github-state                print issues, pull requests and who commented
//	github-body N [COMMENT]     print a body
//
//	exits CODE COMMAND ARG...   run a command that exits with exactly this code
//	await ACTION                wait until the cloud has received a call in a
//	                            background command
//	appears FILE TEXT           wait until a background command has written TEXT
//	interrupt SIGNAL            send INT or TERM to the background command
//	exited CODE                 the interrupted command, waited for, had this code
//	json FILE PATH [VALUE]      FILE is one JSON document, and holds VALUE at PATH
//	                            (a.0.b); without VALUE, print what is there
//	replace FILE OLD NEW        replace what matches the regular expression
//	paste FILE WORD JSON        put the document of the file JSON in WORD's place
//	seal PLAN                   make the checksum of a plan file fit again
//
// UPDATE_SCRIPTS=1 rewrites the expected output in the scripts.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	scripts := filepath.Join(root, "testdata", "script")
	clouds, hubs := newScriptClouds(filepath.Join(scripts, "estate")), newScriptGitHubs()
	testscript.Run(t, testscript.Params{
		Dir:                 scripts,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ROOT", root)
			env.Setenv("NO_COLOR", "1")
			env.Setenv("AMISYNC_LOG_LEVEL", "warn") // progress lines come in no order
			env.Setenv("GITHUB_RUN_ID", "7")        // names the sessions
			env.Setenv("IN_A_WEEK", time.Now().UTC().AddDate(0, 0, 7).Format(time.DateOnly))
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("AWS_CONFIG_FILE", os.DevNull)
			env.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"estate": clouds.estate, "cloud": clouds.start, "byhand": clouds.byHand, "state": clouds.state,
			"fault": clouds.fault, "calm": clouds.calm, "calls": clouds.calls, "permissions": clouds.permissions,
			"await": clouds.await, "interrupt": clouds.interrupt, "exited": clouds.exited,
			"exits": exits, "json": queryJSON, "replace": replace, "paste": paste, "seal": seal, "appears": appears,
			"github": hubs.start, "github-as": hubs.as, "github-merge": hubs.merge, "github-lock": hubs.lock, "github-comment": hubs.comment,
			"github-fault": hubs.fault, "github-calls": hubs.calls, "github-state": hubs.state, "github-body": hubs.body,
		},
	})
}

// expect ends a script that uses a command wrongly.
func expect(ts *testscript.TestScript, neg bool, args []string, n int, usage string) {
	if neg || len(args) != n {
		ts.Fatalf("usage: %s", usage)
	}
}

func TestEveryFindingHasAScript(t *testing.T) {
	for _, code := range reconcile.Codes() {
		script := filepath.Join("..", "..", "testdata", "script", "finding-"+strings.ToLower(code.Code)+".txtar")
		if text, err := os.ReadFile(script); err != nil || !strings.Contains(string(text), "# "+code.Code+": ") {
			t.Errorf("%s does not show %s: %v", script, code.Code, err)
		}
	}
}
