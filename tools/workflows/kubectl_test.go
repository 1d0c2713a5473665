package workflows

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// pod is what a recipe says of the pods of a job.
type pod struct {
	ServiceAccountName string `yaml:"serviceAccountName"`
	Automount          *bool  `yaml:"automountServiceAccountToken"`
	RestartPolicy      string `yaml:"restartPolicy"`
	SecurityContext    struct {
		NonRoot bool `yaml:"runAsNonRoot"`
	} `yaml:"securityContext"`
	Containers []container
}

type container struct {
	Name, Image string
	Args        []string
	Env         []struct {
		Name, Value string
		ValueFrom   struct {
			FieldRef struct {
				Path string `yaml:"fieldPath"`
			} `yaml:"fieldRef"`
		} `yaml:"valueFrom"`
	}
	VolumeMounts []struct {
		Path     string `yaml:"mountPath"`
		ReadOnly bool   `yaml:"readOnly"`
	} `yaml:"volumeMounts"`
	SecurityContext struct {
		ReadOnly bool `yaml:"readOnlyRootFilesystem"`
		Escalate bool `yaml:"allowPrivilegeEscalation"`
	} `yaml:"securityContext"`
	Resources struct{ Limits struct{ Memory string } }
}

// kubernetesJob is a Job of the recipe, or that of a CronJob.
type kubernetesJob struct {
	Mode             string `yaml:"completionMode"`
	Completions      int
	Parallelism      int
	Backoff          *int `yaml:"backoffLimit"`
	BackoffPerIndex  *int `yaml:"backoffLimitPerIndex"`
	Deadline         int  `yaml:"activeDeadlineSeconds"`
	PodFailurePolicy struct {
		Rules []struct {
			Action      string
			OnExitCodes struct {
				Container string `yaml:"containerName"`
				Operator  string
				Values    []int
			} `yaml:"onExitCodes"`
		}
	} `yaml:"podFailurePolicy"`
	Template struct{ Spec pod }
}

// newCluster is a directory with what a cluster holds, and with a kubectl that
// works on it: this program, as TestMain sees by its name. Nobody sleeps there.
func newCluster(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(directory, "kubectl"))
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(directory, "sleep"), []byte("#!/bin/sh\n"), 0o755)
	}
	if err == nil {
		err = os.Mkdir(filepath.Join(directory, "plans"), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

// cluster is what the stand-in knows of one. For each Job there are the files
// NAME.job, NAME.conditions and NAME.log, that of its pods.
type cluster string

func (c cluster) file(name, kind string) string {
	return filepath.Join(string(c), name+"."+kind)
}

// kubectl carries out the few commands of the recipe as a cluster would, and
// refuses all others.
func kubectl(args []string) error {
	c := cluster(os.Getenv("CLUSTER"))
	if len(args) < 3 || args[0] != "-n" || args[1] != "images" {
		if !slices.Equal(args, []string{"apply", "-f", "-"}) {
			return fmt.Errorf("not known here: %q", args)
		}
		return c.apply(os.Stdin)
	}
	switch verb, rest := args[2], args[3:]; {
	case verb == "delete" && rest[0] == "job":
		return c.delete(rest[1:])
	case verb == "get" && len(rest) == 4 && rest[0] == "job" && rest[2] == "-o":
		return c.conditions(rest[1], rest[3])
	case verb == "logs" && len(rest) == 3 && rest[0] == "-l" && rest[2] == "--tail=-1":
		return c.logs(strings.TrimPrefix(rest[1], "batch.kubernetes.io/job-name="))
	}
	return fmt.Errorf("not known here: %q", args)
}

// delete deletes Jobs. Only in the foreground are their pods gone when it ends.
// Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#foreground-deletion
func (c cluster) delete(args []string) error {
	for _, name := range args {
		if strings.HasPrefix(name, "--") {
			continue
		}
		err := os.Remove(c.file(name, "job"))
		if err != nil && !slices.Contains(args, "--ignore-not-found") {
			return err
		}
		if slices.Contains(args, "--cascade=foreground") && !slices.Contains(args, "--wait=false") {
			os.Remove(c.file(name, "log"))
		}
	}
	return nil
}

// apply makes a Job and runs its pods, each once.
func (c cluster) apply(manifest io.Reader) error {
	text, err := io.ReadAll(manifest)
	if err != nil {
		return err
	}
	var job struct {
		Kind     string
		Metadata struct{ Name, Namespace string }
		Spec     kubernetesJob
	}
	name := &job.Metadata.Name
	if err := yaml.Unmarshal(text, &job); err != nil || job.Kind != "Job" || job.Metadata.Namespace != "images" {
		return fmt.Errorf("no Job: %v\n%s", err, text)
	}
	if _, err := os.Stat(c.file(*name, "job")); err == nil {
		return errors.New("field is immutable")
	}
	log, err := os.OpenFile(c.file(*name, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	conditions := "SuccessCriteriaMet Complete"
	for index := range max(job.Spec.Completions, 1) {
		if err := c.pod(*name, index, job.Spec, log); err != nil {
			fmt.Fprintf(log, "%v\n", err)
			conditions = "FailureTarget Failed"
		}
	}
	if err := os.WriteFile(c.file(*name, "conditions"), []byte(conditions), 0o644); err != nil {
		return err
	}
	return os.WriteFile(c.file(*name, "job"), text, 0o644)
}

// pod runs the only container of a pod.
func (c cluster) pod(name string, index int, job kubernetesJob, log io.Writer) error {
	container := job.Template.Spec.Containers[0]
	if strings.HasSuffix(container.Image, ":COMMIT") {
		return errors.New("ImagePullBackOff")
	}
	env := []string{}
	if job.Mode == "Indexed" {
		name = fmt.Sprintf("%s-%d", name, index)
		env = append(env, fmt.Sprintf("JOB_COMPLETION_INDEX=%d", index))
	}
	for _, variable := range container.Env {
		if variable.ValueFrom.FieldRef.Path == "metadata.name" {
			variable.Value = name + "-x7k2p"
		}
		env = append(env, variable.Name+"="+variable.Value)
	}
	var known []string
	for _, variable := range env {
		key, value, _ := strings.Cut(variable, "=")
		known = append(known, "$("+key+")", value)
	}
	for _, mount := range container.VolumeMounts {
		if mount.ReadOnly {
			known = append(known, "--out="+mount.Path+"/", "--out=/read-only/")
		}
		known = append(known, mount.Path+"/", filepath.Join(string(c), "plans")+"/")
	}
	var args []string
	for _, arg := range container.Args {
		for i := 0; i < len(known); i += 2 {
			arg = strings.ReplaceAll(arg, known[i], known[i+1])
		}
		args = append(args, arg)
	}
	command := exec.Command(os.Getenv("AMISYNC"), args...)
	command.Env = append(os.Environ(), env...)
	command.Stdout, command.Stderr = log, log
	return command.Run()
}

// conditions prints the conditions of a Job that are true: at first none, as it
// still runs.
func (c cluster) conditions(name, output string) error {
	if output != `jsonpath={.status.conditions[?(@.status=="True")].type}` {
		return fmt.Errorf("not known here: %s", output)
	}
	if _, err := os.Stat(c.file(name, "job")); err != nil {
		return err
	}
	asked := c.file(name, "asked")
	if _, err := os.Stat(asked); err != nil {
		return os.WriteFile(asked, nil, 0o644)
	}
	text, err := os.ReadFile(c.file(name, "conditions"))
	fmt.Print(string(text))
	return errors.Join(err, os.Remove(asked))
}

// logs prints what all pods of a Job's name have said, also those of an earlier
// one that are still there.
func (c cluster) logs(name string) error {
	if name == os.Getenv("LOST_LOGS") {
		return errors.New("the server is unable to return the logs")
	}
	text, err := os.ReadFile(c.file(name, "log"))
	fmt.Print(string(text))
	return err
}
