package workflows

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gh puts a GitHub CLI in front of PATH that gives answers to `gh api PATH`, and
// refuses all else.
func (r *runner) gh(t *testing.T, answers map[string]string) {
	t.Helper()
	for _, tool := range []string{"jq", "awk"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is needed: %v", tool, err)
			}
			t.Skipf("NOT TESTED: %s is not installed, and runners of GitHub have it", tool)
		}
	}
	directory := t.TempDir()
	// Unless it is told of another server, gh asks github.com, and with this token alone.
	// Source: https://cli.github.com/manual/gh_help_environment
	server := `[ -z "$GH_HOST$GH_ENTERPRISE_TOKEN" ]`
	if host := strings.TrimPrefix(r.github["server_url"], "https://"); host != "github.com" {
		server = `[ "$GH_HOST" = '` + host + `' ] && [ "$GH_ENTERPRISE_TOKEN" = "$GH_TOKEN" ]`
	}
	script := "#!/bin/sh\n[ -n \"$GH_TOKEN\" ] && " + server + " && [ \"$1\" = api ] && [ $# = 2 ] || exit 64\ncase $2 in\n"
	for path, answer := range answers {
		script += "'" + path + "') cat <<'END'\n" + answer + "\nEND\n;;\n"
	}
	script += "*) echo \"gh: Not Found (HTTP 404)\" >&2; exit 1 ;;\nesac\n"
	if err := os.WriteFile(filepath.Join(directory, "gh"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	r.path = directory + ":" + os.Getenv("PATH")
}

// helper runs one of the scripts that workflows call.
func (r *runner) helper(t *testing.T, name string, env map[string]string) outcome {
	t.Helper()
	all := map[string]string{"GH_TOKEN": "token-of-the-job"}
	for key, value := range env {
		all[key] = value
	}
	return r.script(t, "bash '"+filepath.Join(root(t), ".github/action", name)+"'", all)
}

const (
	pullsPath     = "repos/acme/images/commits/MERGE/pulls?per_page=100"
	othersPath    = "repos/acme/images/pulls?state=all&head=acme:topic%2Fone&sort=updated&direction=desc&per_page=100"
	runsPath      = "repos/acme/images/actions/workflows/pull-request.yml/runs?head_sha=HEAD&event=pull_request&status=success&per_page=100"
	artifactsPath = "repos/acme/images/actions/runs/200/artifacts?per_page=100&name=amisync-plan-default"

	pull     = `{"number": 12, "merged_at": "2026-11-20T10:00:00Z", "merge_commit_sha": "MERGE", "base": {"ref": "main"}, "head": {"sha": "HEAD", "ref": "topic/one"}}`
	run      = `{"id": 200, "run_number": 20, "head_sha": "HEAD", "head_branch": "topic/one", "event": "pull_request", "conclusion": "success", "run_started_at": "2026-11-20T09:00:00Z", "head_repository": {"full_name": "acme/images"}}`
	artifact = `{"id": 300, "name": "amisync-plan-default", "expired": false, "created_at": "2026-11-20T09:05:00Z"}`
)

func TestTheApprovedPlanIsTheOneThatThePullRequestShowed(t *testing.T) {
	found := map[string]string{"pull-request": "12", "run-id": "200", "artifact-id": "300"}
	noPlan := map[string]string{"pull-request": "12"}
	repeated := strings.NewReplacer("200", "190", `"run_number": 20`, `"run_number": 19`, "09:00", "09:30").Replace(run)
	for name, c := range map[string]struct {
		pulls, runs, artifacts string
		want                   map[string]string
	}{
		"an older run that was repeated":      {pull, run + "," + repeated, artifact, map[string]string{"pull-request": "12", "run-id": "190", "artifact-id": "300"}},
		"a run of another branch":             {pull, strings.Replace(run, "topic/one", "topic/two", 1), artifact, noPlan},
		"a run of another branch too":         {pull, run + "," + strings.NewReplacer("200", "210", "topic/one", "topic/two", "09:00", "09:30").Replace(run), artifact, found},
		"all is there":                        {pull, run, artifact, found},
		"an older run too":                    {pull, strings.ReplaceAll(run, "20", "19") + "," + run, artifact, found},
		"an older artifact too":               {pull, run, strings.NewReplacer("300", "299", "09:05", "09:01").Replace(artifact) + "," + artifact, found},
		"no pull request":                     {"", run, artifact, nil},
		"a pull request that is not merged":   {strings.Replace(pull, `"2026-11-20T10:00:00Z"`, "null", 1), run, artifact, nil},
		"a commit amid a pull request":        {strings.Replace(pull, `"MERGE"`, `"OTHER"`, 1), run, artifact, nil},
		"merged into another branch":          {strings.Replace(pull, `"main"`, `"next"`, 1), run, artifact, nil},
		"two pull requests":                   {pull + "," + strings.Replace(pull, "12", "13", 1), run, artifact, nil},
		"no run":                              {pull, "", artifact, noPlan},
		"a run of another commit":             {pull, strings.Replace(run, `"HEAD"`, `"OTHER"`, 1), artifact, noPlan},
		"a run that failed":                   {pull, strings.Replace(run, "success", "failure", 1), artifact, noPlan},
		"a run of a fork":                     {pull, strings.Replace(run, "acme/images", "mallory/images", 1), artifact, noPlan},
		"a run of another event":              {pull, strings.Replace(run, "pull_request", "workflow_dispatch", 1), artifact, noPlan},
		"a run that was repeated after merge": {pull, strings.Replace(run, "09:00", "10:01", 1), artifact, noPlan},
		"no artifact":                         {pull, run, "", noPlan},
		"an artifact that is gone":            {pull, run, strings.Replace(artifact, "false", "true", 1), noPlan},
		"an artifact of another environment":  {pull, run, strings.Replace(artifact, "-default", "-other", 1), noPlan},
		"an artifact made after the merge":    {pull, run, strings.Replace(artifact, "09:05", "10:05", 1), noPlan},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRunner(t)
			r.github["sha"] = "MERGE"
			artifacts := `{"artifacts": [` + c.artifacts + `]}`
			r.gh(t, map[string]string{pullsPath: "[" + c.pulls + "]", othersPath: "[" + pull + "]", runsPath: `{"workflow_runs": [` + c.runs + `]}`, artifactsPath: artifacts, strings.Replace(artifactsPath, "200", "190", 1): artifacts})
			o := r.lookup(t)
			if o.failed || len(o.outputs) != len(c.want) {
				t.Fatalf("exit %d, outputs %q, want %q\n%s", o.exit, o.outputs, c.want, o.log)
			}
			for key, value := range c.want {
				if o.outputs[key] != value {
					t.Errorf("%s is %q, not %q\n%s", key, o.outputs[key], value, o.log)
				}
			}
			if o.outputs["artifact-id"] == "" && !strings.Contains(o.summary, "No approved plan") {
				t.Errorf("the summary does not say why:\n%s", o.summary)
			}
		})
	}
}

// lookup looks for the plan that was approved.
func (r *runner) lookup(t *testing.T) outcome {
	t.Helper()
	return r.helper(t, "approved-plan.sh", map[string]string{"INPUT_PLAN_WORKFLOW": "pull-request.yml", "INPUT_ARTIFACT": "amisync-plan-default"})
}

// The runs of two pull requests with one head, into two branches, cannot be told
// apart.
func TestTheHeadOfTwoPullRequestsApprovesNothing(t *testing.T) {
	into := strings.NewReplacer("12", "13", `"main"`, `"next"`, `"2026-11-20T10:00:00Z"`, "null")
	for name, c := range map[string]struct {
		others string
		found  bool
	}{
		"this one alone":              {pull, true},
		"another at another commit":   {pull + "," + strings.Replace(into.Replace(pull), "HEAD", "OLD", 1), true},
		"another at the same commit":  {into.Replace(pull) + "," + pull, false},
		"another one in its place":    {into.Replace(pull), false},
		"none, as of a fork's branch": {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRunner(t)
			r.github["sha"] = "MERGE"
			r.gh(t, map[string]string{pullsPath: "[" + pull + "]", othersPath: "[" + c.others + "]", runsPath: `{"workflow_runs": [` + run + `]}`, artifactsPath: `{"artifacts": [` + artifact + `]}`})
			if o := r.lookup(t); o.failed || o.outputs["pull-request"] != "12" || (o.outputs["artifact-id"] != "") != c.found {
				t.Errorf("exit %d, outputs %q\n%s", o.exit, o.outputs, o.log)
			}
		})
	}
}

func TestWhatGitHubDoesNotTellIsNoApproval(t *testing.T) {
	r := newRunner(t)
	r.gh(t, nil)
	if o := r.lookup(t); o.failed || len(o.outputs) != 0 {
		t.Errorf("exit %d, outputs %q\n%s", o.exit, o.outputs, o.log)
	}
	r.github["sha"] = "MERGE"
	r.gh(t, map[string]string{pullsPath: "[" + pull + "]", runsPath: `{"workflow_runs": [` + run + `]}`, artifactsPath: `{"artifacts": [` + artifact + `]}`})
	if o := r.lookup(t); o.failed || o.outputs["artifact-id"] != "" {
		t.Errorf("exit %d, outputs %q\n%s", o.exit, o.outputs, o.log)
	}
}

func TestAPlanIsApprovedOnlyIfSomebodySawIt(t *testing.T) {
	r := newRunner(t)
	made := r.run(t, with(t))
	r.edit(t, "manifests/images/golden-eks-node.yaml", "group: runtime-and-observability", "account: payments-prod")
	other := r.run(t, with(t, "output", "other"))
	edited := filepath.Join(r.temp, "edited.json")
	if err := os.WriteFile(edited, []byte(strings.Replace(read(t, other.outputs["plan"]), other.outputs["digest"], made.outputs["digest"], 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	digest := made.outputs["digest"]
	for name, c := range map[string]struct {
		digest, approved, expect, simulate, always string
		exit                                       int
		want                                       string
	}{
		"the same plan":                        {digest, made.outputs["plan"], "", "", "false", 0, "true"},
		"another plan":                         {digest, other.outputs["plan"], "", "", "false", 0, "false"},
		"a plan that was edited":               {digest, edited, "", "", "false", 0, "false"},
		"no plan":                              {digest, filepath.Join(r.temp, "none.json"), "", "", "false", 0, "false"},
		"the digest was named":                 {digest, "", digest, "", "false", 0, "true"},
		"another digest was named":             {digest, made.outputs["plan"], other.outputs["digest"], "", "false", 5, ""},
		"a simulated cloud":                    {digest, "", "", demo, "false", 0, "true"},
		"a plan that has no digest":            {"", made.outputs["plan"], "", "", "false", 1, ""},
		"neither has a digest at all":          {"", "", "", "", "false", 1, ""},
		"always: the same plan":                {digest, made.outputs["plan"], "", "", "true", 0, "false"},
		"always: the digest was named":         {digest, "", digest, "", "true", 0, "false"},
		"always: another digest was named":     {digest, "", other.outputs["digest"], "", "true", 5, ""},
		"always: a simulated cloud":            {digest, "", "", demo, "true", 0, "false"},
		"always, as somebody might say it too": {digest, made.outputs["plan"], "", "", "yes", 0, "false"},
	} {
		t.Run(name, func(t *testing.T) {
			o := r.helper(t, "approval.sh", map[string]string{"INPUT_DIGEST": c.digest, "INPUT_APPROVED": c.approved, "INPUT_EXPECT": c.expect, "INPUT_SIMULATE": c.simulate, "INPUT_ALWAYS_ASK": c.always, "INPUT_BINARY": amisync(t)})
			if o.exit != c.exit || o.outputs["approved"] != c.want {
				t.Errorf("exit %d, approved %q; want %d, %q\n%s", o.exit, o.outputs["approved"], c.exit, c.want, o.log)
			}
		})
	}
}

func TestAnEnvironmentWithoutReviewersApprovesNothing(t *testing.T) {
	const reviewers = `{"name": "release ami", "protection_rules": [{"type": "wait_timer"}, {"type": "required_reviewers", "reviewers": [{"type": "User"}]}]}`
	for name, c := range map[string]struct {
		environment, answer string
		fails               bool
	}{
		"with reviewers":      {"release ami", reviewers, false},
		"nobody is named":     {"release ami", strings.Replace(reviewers, `[{"type": "User"}]`, "[]", 1), true},
		"only a timer":        {"release ami", `{"protection_rules": [{"type": "wait_timer"}]}`, true},
		"no rules":            {"release ami", `{"protection_rules": []}`, true},
		"no such environment": {"other", reviewers, true},
		"none is configured":  {"", reviewers, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRunner(t)
			r.gh(t, map[string]string{"repos/acme/images/environments/release%20ami": c.answer})
			if o := r.helper(t, "reviewers.sh", map[string]string{"INPUT_ENVIRONMENT": c.environment}); o.failed != c.fails {
				t.Errorf("exit %d\n%s", o.exit, o.log)
			}
		})
	}
}

func TestScriptsAskTheServerThatRunsThem(t *testing.T) {
	for _, server := range []string{"https://github.com", "https://ghe.example", "https://ghe.example:8443"} {
		r := newRunner(t)
		r.github["server_url"] = server
		r.gh(t, map[string]string{"repos/acme/images/environments/release": `{"protection_rules": [{"type": "required_reviewers", "reviewers": [{}]}]}`})
		if o := r.helper(t, "reviewers.sh", map[string]string{"INPUT_ENVIRONMENT": "release"}); o.failed {
			t.Errorf("%s: exit %d\n%s", server, o.exit, o.log)
		}
	}
}

func TestTheClockAppliesOnlyWhatWasAppliedBefore(t *testing.T) {
	of := func(number, branch, sha, event, conclusion string) string {
		return `{"run_number": ` + number + `, "head_branch": "` + branch + `", "head_sha": "` + sha + `", "event": "` + event + `", "conclusion": ` + conclusion + `, "run_started_at": "2026-11-20T09:0` + number + `:00Z"}`
	}
	push := func(number, conclusion string) string { return of(number, "main", "TIP", "push", conclusion) }
	again := strings.Replace(push("1", "null"), "09:01", "09:05", 1)
	for name, c := range map[string]struct {
		runs  string
		fails bool
	}{
		"the last run succeeded":                  {push("2", `"success"`) + "," + push("1", `"failure"`), false},
		"the last run failed":                     {push("1", `"success"`) + "," + push("2", `"failure"`), true},
		"the last run waits for somebody":         {push("2", "null") + "," + push("1", `"success"`), true},
		"an older run was repeated, and waits":    {push("2", `"success"`) + "," + again, true},
		"somebody started it by hand":             {push("1", `"failure"`) + "," + of("2", "main", "TIP", "workflow_dispatch", `"success"`), false},
		"another branch failed":                   {of("3", "next", "TIP", "push", `"failure"`) + "," + push("2", `"success"`), false},
		"only another branch ever ran":            {of("3", "next", "TIP", "push", `"success"`), true},
		"only an older commit was applied":        {of("3", "main", "OLD", "push", `"success"`), true},
		"a fork's branch of this name, and waits": {of("3", "main", "TIP", "pull_request", `"success"`) + "," + push("2", "null"), true},
		"only a fork's branch of this name":       {of("3", "main", "TIP", "pull_request", `"success"`), true},
		"it never ran":                            {"", true},
		"the last run was refused approval":       {push("3", `"cancelled"`), true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRunner(t)
			r.github["sha"] = "TIP"
			r.gh(t, map[string]string{"repos/acme/images/actions/workflows/apply.yml/runs?branch=main&head_sha=TIP&per_page=100": `{"workflow_runs": [` + c.runs + `]}`})
			if o := r.helper(t, "applied.sh", map[string]string{"INPUT_APPLY_WORKFLOW": "apply.yml"}); o.failed != c.fails {
				t.Errorf("exit %d\n%s", o.exit, o.log)
			}
			if o := r.helper(t, "applied.sh", map[string]string{"INPUT_APPLY_WORKFLOW": ""}); o.failed {
				t.Errorf("it is not asked for, and fails\n%s", o.log)
			}
			if o := r.helper(t, "applied.sh", map[string]string{"INPUT_APPLY_WORKFLOW": "other.yml"}); !o.failed {
				t.Errorf("GitHub does not tell, and it goes on\n%s", o.log)
			}
		})
	}
}

func TestExternalIdsReachTheEnvironmentMasked(t *testing.T) {
	r := newRunner(t)
	o := r.helper(t, "external-ids.sh", map[string]string{"INPUT_EXTERNAL_IDS": "FACTORY_EXTERNAL_ID=planted=1\r\n\nDATA_EXTERNAL_ID=planted-2"})
	if o.failed || o.env != "FACTORY_EXTERNAL_ID=planted=1\nDATA_EXTERNAL_ID=planted-2\n" {
		t.Errorf("exit %d, environment %q", o.exit, o.env)
	}
	if o.log != "::add-mask::planted=1\n::add-mask::planted-2\n" {
		t.Errorf("the log is %q", o.log)
	}
	if o := r.helper(t, "external-ids.sh", map[string]string{"INPUT_EXTERNAL_IDS": ""}); o.failed || o.env != "" {
		t.Errorf("without ids: exit %d, environment %q", o.exit, o.env)
	}
	for _, wrong := range []string{"planted-1", "lower=planted-1", "A B=planted-1", "NAME="} {
		if o := r.helper(t, "external-ids.sh", map[string]string{"INPUT_EXTERNAL_IDS": wrong}); !o.failed || strings.Contains(o.log, "planted") || o.env != "" {
			t.Errorf("%q: exit %d, environment %q, log %q", wrong, o.exit, o.env, o.log)
		}
	}
}

func TestAnOverlayTakesThePlaceOfManifestsAndLeadsNowhereElse(t *testing.T) {
	overlay := map[string]string{"INPUT_OVERLAY": "for readers", "INPUT_MANIFESTS": "manifests"}
	estate := func(t *testing.T) (*runner, string) {
		r := newRunner(t)
		source := filepath.Join(r.workspace, "source")
		copyTree(t, filepath.Join(r.workspace, "manifests"), filepath.Join(source, "manifests"))
		if err := os.Mkdir(filepath.Join(source, "for readers"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(source, "for readers/accounts.yaml"), []byte("readers\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return r, source
	}
	r, source := estate(t)
	if o := r.helper(t, "overlay.sh", overlay); o.failed || read(t, filepath.Join(source, "manifests/accounts.yaml")) != "readers\n" {
		t.Errorf("exit %d\n%s", o.exit, o.log)
	}
	if o := r.helper(t, "overlay.sh", map[string]string{"INPUT_OVERLAY": "", "INPUT_MANIFESTS": "none"}); o.failed {
		t.Errorf("none is asked for, and it fails\n%s", o.log)
	}
	for name, prepare := range map[string]func(source, outside string) error{
		"a manifest is a link": func(source, outside string) error {
			os.Remove(filepath.Join(source, "manifests/accounts.yaml"))
			return os.Symlink(filepath.Join(outside, "accounts.yaml"), filepath.Join(source, "manifests/accounts.yaml"))
		},
		"the manifests are a link": func(source, outside string) error {
			os.RemoveAll(filepath.Join(source, "manifests"))
			return os.Symlink(outside, filepath.Join(source, "manifests"))
		},
		"a file of the overlay is a link": func(source, outside string) error {
			return os.Symlink(filepath.Join(outside, "accounts.yaml"), filepath.Join(source, "for readers/policy.yaml"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, source := estate(t)
			outside := t.TempDir()
			kept := filepath.Join(outside, "accounts.yaml")
			if err := os.WriteFile(kept, []byte("outside\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := prepare(source, outside); err != nil {
				t.Fatal(err)
			}
			if o := r.helper(t, "overlay.sh", overlay); !o.failed || read(t, kept) != "outside\n" {
				t.Errorf("exit %d\n%s", o.exit, o.log)
			}
		})
	}
}
