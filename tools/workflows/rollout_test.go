package workflows

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// kubernetesJobs are the jobs of the recipe by file.
func kubernetesJobs(t *testing.T) map[string]kubernetesJob {
	t.Helper()
	jobs := map[string]kubernetesJob{}
	for name, text := range recipesOf(t, largeEstates, "yaml") {
		if name == "common.yaml" || strings.HasPrefix(name, ".github/") {
			continue
		}
		var document struct {
			Kind string
			Spec yaml.Node
		}
		var job kubernetesJob
		err := yaml.Unmarshal([]byte(text), &document)
		if err == nil && document.Kind == "CronJob" {
			var cron struct {
				Template struct{ Spec kubernetesJob } `yaml:"jobTemplate"`
			}
			err = document.Spec.Decode(&cron)
			job = cron.Template.Spec
		} else if err == nil {
			err = document.Spec.Decode(&job)
		}
		if err != nil || len(job.Template.Spec.Containers) != 1 {
			t.Fatalf("%s: %d containers, %v", name, len(job.Template.Spec.Containers), err)
		}
		jobs[name] = job
	}
	return jobs
}

func TestTheJobsOfTheRecipeForKubernetesAreWholeAndHaveNoRights(t *testing.T) {
	var account any
	namespaces := map[any]bool{}
	for _, document := range documents(t, "common.yaml", recipesOf(t, largeEstates, "yaml")["common.yaml"]) {
		switch document["kind"] {
		case "Namespace":
			namespaces[at(document, "metadata.name")] = true
		case "ServiceAccount":
			account = at(document, "metadata.name")
		}
		if namespace := at(document, "metadata.namespace"); namespace != nil && !namespaces[namespace] {
			t.Errorf("common.yaml: the namespace of %v is not there yet", document["kind"])
		}
	}
	for name, job := range kubernetesJobs(t) {
		pod := job.Template.Spec
		c := pod.Containers[0]
		if pod.ServiceAccountName != account && (pod.Automount == nil || *pod.Automount) {
			t.Errorf("%s runs as %q", name, pod.ServiceAccountName)
		}
		if pod.RestartPolicy != "Never" || !pod.SecurityContext.NonRoot || !c.SecurityContext.ReadOnly || c.SecurityContext.Escalate || c.Resources.Limits.Memory == "" || job.Deadline == 0 {
			t.Errorf("%s: its pod may do more than it needs: %+v", name, job)
		}
		if indexed := job.Mode == "Indexed"; indexed != (job.BackoffPerIndex != nil) || indexed == (job.Backoff != nil) || indexed != (job.Completions > 1) || job.Parallelism != job.Completions {
			t.Errorf("%s: indexes and their limits do not fit: %+v", name, job)
		}
		for _, rule := range job.PodFailurePolicy.Rules {
			on := rule.OnExitCodes
			// Kubernetes takes the codes in order, and FailIndex only beside a limit for each index.
			if len(on.Values) > 0 && (on.Container != c.Name || on.Operator != "In" || !ascending(on.Values)) || rule.Action == "FailIndex" && job.BackoffPerIndex == nil {
				t.Errorf("%s: the rule is refused: %+v", name, rule)
			}
		}
	}
	shell(t, "rollout.sh", recipesOf(t, largeEstates, "sh")["rollout.sh"])
}

func ascending(values []int) bool {
	for i := 1; i < len(values); i++ {
		if values[i] <= values[i-1] {
			return false
		}
	}
	return values[0] > 0
}

// rollout is a directory with the recipe's files, beside a cluster of its own.
type rollout struct {
	directory, cluster string
	env                map[string]string
}

func newRollout(t *testing.T) *rollout {
	t.Helper()
	r := &rollout{directory: t.TempDir(), cluster: newCluster(t), env: simulated(t)}
	manifests := t.TempDir()
	copyTree(t, filepath.Join(root(t), "manifests"), manifests)
	r.env["AMISYNC_MANIFESTS"] = manifests
	files := recipesOf(t, largeEstates, "yaml")
	maps.Copy(files, recipesOf(t, largeEstates, "sh"))
	for name, text := range files {
		if strings.Contains(name, "/") {
			continue
		}
		// The first line of a script names its arguments, too.
		name, _, _ = strings.Cut(name, " ")
		name = strings.TrimSuffix(name, ":")
		if err := os.WriteFile(filepath.Join(r.directory, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// run rolls a commit out, where somebody types an answer.
func (r *rollout) run(t *testing.T, commit, answer string) (code int, out string) {
	t.Helper()
	command := exec.Command("sh", "rollout.sh", commit)
	command.Dir = r.directory
	command.Stdin = strings.NewReader(answer)
	command.Env = []string{"PATH=" + r.cluster + ":" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "CLUSTER=" + r.cluster, "AMISYNC=" + amisync(t)}
	for name, value := range r.env {
		command.Env = append(command.Env, name+"="+value)
	}
	text, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(text)
}

// applied are the results that pods left on the volume.
func (r *rollout) applied(t *testing.T, commit string) []string {
	t.Helper()
	results, err := filepath.Glob(filepath.Join(r.cluster, "plans", commit+"-result-*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestARolloutAppliesWhatSomebodyAgreedTo(t *testing.T) {
	r := newRollout(t)
	if code, out := r.run(t, "c1", "no\n"); code == 0 || len(r.applied(t, "c1")) > 0 || !strings.Contains(out, "golden-eks-node-20261015") {
		t.Fatalf("without a yes it ends with %d, and %q is applied:\n%s", code, r.applied(t, "c1"), out)
	}
	if code, out := in(t, r.env, "plan", "--detailed-exitcode"); code != 2 {
		t.Fatalf("without a yes, a plan then ends with %d:\n%s", code, out)
	}
	// Whatever pods the first one left, this one has its own.
	code, out := r.run(t, "c2", "yes\n")
	if code != 0 {
		t.Fatalf("with a yes it ends with %d:\n%s", code, out)
	}
	if results := r.applied(t, "c2"); len(results) != kubernetesJobs(t)["apply.yaml"].Completions {
		t.Errorf("the results of its pods are %q", results)
	}
	if code, out := in(t, r.env, "plan", "--detailed-exitcode"); code != 0 {
		t.Errorf("after it a plan ends with %d:\n%s", code, out)
	}
	// Nothing is left to do, and nobody there to answer.
	code, out = r.run(t, "c3", "")
	if code != 0 || !strings.Contains(out, "No changes") || strings.Contains(out, "Apply this plan?") || len(r.applied(t, "c3")) > 0 {
		t.Errorf("where nothing is to be done it ends with %d:\n%s", code, out)
	}
}

func TestARolloutEndsWhereThePlanIsRefused(t *testing.T) {
	r := newRollout(t)
	policy := filepath.Join(r.env["AMISYNC_MANIFESTS"], "policy.yaml")
	if err := os.WriteFile(policy, []byte(strings.Replace(read(t, policy), "max: 100", "max: 0", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out := r.run(t, "c1", "yes\n")
	if code == 0 || strings.Contains(out, "Apply this plan?") || len(r.applied(t, "c1")) > 0 || !strings.Contains(out, "amisync-merge failed") || !strings.Contains(out, "the policy allows 0") {
		t.Errorf("a refused plan ends with %d:\n%s", code, out)
	}
}

// What nobody could read is not a plan without changes.
func TestARolloutEndsWhereThePlanCannotBeShown(t *testing.T) {
	r := newRollout(t)
	r.env["LOST_LOGS"] = "amisync-merge"
	code, out := r.run(t, "c1", "yes\n")
	if code == 0 || strings.Contains(out, "Apply this plan?") || len(r.applied(t, "c1")) > 0 || !strings.Contains(out, "merge.log") {
		t.Errorf("without a log it ends with %d:\n%s", code, out)
	}
}

func TestARolloutFailsWhereAPodFails(t *testing.T) {
	r := newRollout(t)
	apply := filepath.Join(r.directory, "apply.yaml")
	if err := os.WriteFile(apply, []byte(strings.Replace(read(t, apply), "--shard=job/4", "--shard=job/2", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out := r.run(t, "c1", "yes\n"); code == 0 || !strings.Contains(out, "amisync-apply failed") {
		t.Errorf("it ends with %d:\n%s", code, out)
	}
}

func TestThePodThatWatchesFindsNoDriftAfterAnApply(t *testing.T) {
	env := simulated(t)
	env["AMISYNC_MANIFESTS"] = filepath.Join(root(t), "manifests")
	if code, out := in(t, env, "apply", "--auto-approve"); code != 0 {
		t.Fatalf("the apply ends with %d:\n%s", code, out)
	}
	args := kubernetesJobs(t)["drift.yaml"].Template.Spec.Containers[0].Args
	if code, out := in(t, env, args...); code != 0 {
		t.Errorf("%s ends with %d:\n%s", fmt.Sprint(args), code, out)
	}
}
