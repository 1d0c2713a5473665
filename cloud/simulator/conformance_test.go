package simulator_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
)

// Clients that were not written here hold the simulator to account. In CI they must be
// there; elsewhere the tests say what they miss.

const conformance = "../../testdata/conformance"

func TestAWSCLI(t *testing.T) {
	const aws = "/usr/bin/aws" // Debian's: others read other variables
	need(t, aws, "apt-get install awscli")
	f := conformanceCloud(t)
	f.SetBlockPublicAccess(owner, region, "unblocked") // this version has no command for it
	f.runClient(t, []string{"AWS=" + aws, "ENDPOINT=" + f.url, "AWS_PAGER="}, "sh", conformance+"/awscli.sh")
}

func TestAWSSDKForJavaScript(t *testing.T) {
	need(t, conformance+"/js/node_modules", "npm ci --prefix testdata/conformance/js")
	f := conformanceCloud(t)
	f.runClient(t, nil, "node", "--test", "--test-reporter=spec", conformance+"/js/conformance.test.js")
}

// need skips a test outside of CI, and fails it in CI, where path is missing.
func need(t *testing.T, path, install string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts other programs")
	}
	_, err := os.Stat(path)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is missing: %s", path, install)
	default:
		t.Skipf("%s is missing: %s", path, install)
	}
}

func conformanceCloud(t *testing.T) *fixture {
	file, err := simulator.Load("../../testdata/clouds/encrypted.yaml")
	must(t, err)
	s, err := simulator.New(file, simulator.Options{})
	must(t, err)
	return startServer(t, s)
}

// runClient runs a program with the cloud in its environment, and nothing of the user's.
func (f *fixture) runClient(t *testing.T, env []string, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, name, args...)
	command.Env = append(append(f.Environment(nil, f.url), "PATH="+os.Getenv("PATH"), "HOME="+t.TempDir()), env...)
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
