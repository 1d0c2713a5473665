package schema

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const minimal = `apiVersion: amisync/v1
kind: OwnerAccount
metadata: {name: factory}
spec: {id: "111122223333", regions: [us-east-1]}
`

func TestLoadReadsTheFilesThatAreManifests(t *testing.T) {
	files, err := Files(fstest.MapFS{
		"b.yaml":           {},
		"a/deep/down.yml":  {},
		"a.YAML":           {},
		"README.md":        {},
		"c.yaml.orig":      {},
		".hidden.yaml":     {},
		".git/config.yaml": {},
		"a/.terraform/x":   {},
	})
	if got := strings.Join(files, " "); err != nil || got != "a.YAML a/deep/down.yml b.yaml" {
		t.Error(got, err)
	}
}

func TestLoadReportsWhatItCannotRead(t *testing.T) {
	for _, test := range []struct {
		name string
		fsys fs.FS
		want string
	}{
		{"no directory", os.DirFS(filepath.Join(t.TempDir(), "gone")), `manifests: cannot read the manifests: no such file or directory
  hint: name the directory with --manifests DIR, or write a first estate: amisync init`},
		{"no manifests", fstest.MapFS{"README.md": {}}, `manifests: there are no manifests in this directory
  hint: amisync init writes a first estate; all files named *.yaml or *.yml count`},
		{"not a file", fstest.MapFS{"a.yaml": {Mode: fs.ModeNamedPipe}}, `manifests/a.yaml: cannot read the file: it is not a regular file`},
		{"too large", fstest.MapFS{"a.yaml": {Data: make([]byte, 5<<20)}}, `manifests/a.yaml: cannot read the file: it has 5242880 bytes, more than the 4194304 that are read`},
	} {
		if _, err := Load(test.fsys, "manifests"); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := LoadDir(filepath.Join(t.TempDir(), "gone")); err == nil || !strings.Contains(err.Error(), "/gone: cannot read the manifests: no such file or directory\n  hint: ") {
		t.Error(err)
	}
}

func TestSymbolicLinksStayInside(t *testing.T) {
	outside := t.TempDir()
	for name, target := range map[string]string{
		"out.yaml":      filepath.Join(outside, "file.yaml"),
		"relative.yaml": filepath.Join("..", filepath.Base(outside), "file.yaml"),
		"directory":     outside,
		"inner":         "data",
		"broken.yaml":   "gone.yaml",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(outside, "file.yaml"), minimal)
			write(t, filepath.Join(dir, "data", "file.yaml"), minimal)
			if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			_, err := LoadDir(dir)
			if err == nil || !strings.HasPrefix(err.Error(), filepath.ToSlash(filepath.Join(dir, name))+": ") {
				t.Errorf("not refused: %v", err)
			}
		})
	}
}

// Kubernetes mounts a ConfigMap as links into a hidden directory.
func TestSymbolicLinksToHiddenFilesInsideAreFollowed(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "..2026_11_21", "a.yaml"), minimal)
	for name, target := range map[string]string{"..data": "..2026_11_21", "a.yaml": "..data/a.yaml"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	estate, err := LoadDir(dir)
	if err != nil || len(estate.Owners) != 1 {
		t.Error(estate, err)
	}
}

func TestTheRootInPositionsCanBeClicked(t *testing.T) {
	for root, want := range map[string]string{"manifests": "manifests/a/b.yaml:1:1", ".": "a/b.yaml:1:1", "../x/": "../x/a/b.yaml:1:1"} {
		_, err := Load(fstest.MapFS{"a/b.yaml": {Data: []byte("a: 1")}}, root)
		if err == nil || !strings.HasPrefix(err.Error(), want+": ") {
			t.Errorf("%s: %v", root, err)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
