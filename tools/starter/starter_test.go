// Package starter tests the workflows that `amisync init` writes against those
// of this repository that they call.
package starter

import (
	"bytes"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v4"
)

const (
	root   = "../.."
	called = "amisync/amisync/.github/workflows/" // before the name of a workflow and @v1
)

// written are the workflows that init writes, by name.
func written(t *testing.T) map[string][]byte {
	t.Helper()
	files := read(t, filepath.Join(root, "internal/starter/estate/.github/workflows/*.yml"))
	if len(files) != 4 {
		t.Fatalf("%d workflows, want 4", len(files))
	}
	return files
}

func read(t *testing.T, pattern string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// lint looks at the files as the workflows of one repository, and reports the
// mistakes in those with the names.
func lint(t *testing.T, files map[string][]byte, names []string) {
	t.Helper()
	repository := t.TempDir()
	directory := filepath.Join(repository, ".github", "workflows")
	for _, needed := range []string{directory, filepath.Join(repository, ".git")} {
		if err := os.MkdirAll(needed, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(directory, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		mistakes, err := linter.LintFile(filepath.Join(directory, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, mistake := range mistakes {
			t.Error(mistake)
		}
	}
}

func TestTheWorkflowsHaveNoMistakes(t *testing.T) {
	files := written(t)
	lint(t, files, slices.Sorted(maps.Keys(files)))
}

// Inputs are checked where the called workflow is at hand, in the same repository.
func TestTheWorkflowsGiveWhatTheCalledOnesTake(t *testing.T) {
	ours, files := written(t), read(t, filepath.Join(root, ".github/workflows/*.yml"))
	for name, content := range ours {
		if !bytes.Contains(content, []byte("uses: "+called)) {
			t.Errorf("%s calls no workflow of this repository", name)
		}
		content = bytes.ReplaceAll(content, []byte("uses: "+called), []byte("uses: ./.github/workflows/"))
		files[name] = bytes.ReplaceAll(content, []byte(".yml@v1"), []byte(".yml"))
	}
	lint(t, files, slices.Sorted(maps.Keys(ours)))
}

// workflow is what is looked at here.
type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		Uses        string
		Permissions map[string]string
		With        map[string]string
	}
}

func parse(t *testing.T, name string, content []byte) workflow {
	t.Helper()
	var w workflow
	if err := yaml.Unmarshal(content, &w); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return w
}

// GitHub starts no workflow that calls one which asks for more than it has.
// Source: https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#supported-keywords-for-jobs-that-call-a-reusable-workflow
func TestTheWorkflowsMayDoWhatTheCalledOnesAskForAndNoMore(t *testing.T) {
	theirs := read(t, filepath.Join(root, ".github/workflows/*.yml"))
	for name, content := range written(t) {
		for _, job := range parse(t, name, content).Jobs {
			target, _, _ := strings.Cut(strings.TrimPrefix(job.Uses, called), "@")
			asked := map[string]string{}
			for _, inner := range parse(t, target, theirs[target]).Jobs {
				for scope, access := range inner.Permissions {
					if asked[scope] != "write" {
						asked[scope] = access
					}
				}
			}
			if len(asked) == 0 || !maps.Equal(asked, job.Permissions) {
				t.Errorf("%s may %v, %s asks for %v", name, job.Permissions, target, asked)
			}
		}
	}
}

// What one workflow says of another by its file's name has to be there.
func TestTheWorkflowsNameEachOther(t *testing.T) {
	ours := written(t)
	for name, content := range ours {
		for _, job := range parse(t, name, content).Jobs {
			for input, value := range job.With {
				if _, there := ours[value]; strings.HasSuffix(input, "-workflow") && !there {
					t.Errorf("%s: %s is %s, which init does not write", name, input, value)
				}
			}
		}
	}
}
