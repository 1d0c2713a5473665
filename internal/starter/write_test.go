package starter

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var some = []File{{".github/CODEOWNERS", []byte("a")}, {"manifests/images/example.yaml", []byte("b")}, {"manifests/policy.yaml", []byte("c")}}

func open(t *testing.T) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// inTheWay is what InTheWay tells, without the directory's name.
func inTheWay(t *testing.T, root *os.Root) []string {
	t.Helper()
	found, err := InTheWay(root, some)
	check(t, err)
	var texts []string
	for _, o := range found {
		texts = append(texts, o.Path+" "+o.Says)
	}
	return texts
}

func TestAnEmptyDirectoryTakesTheFiles(t *testing.T) {
	root := open(t)
	check(t, root.Mkdir("manifests", 0o777)) // a directory where one belongs is welcome
	if found := inTheWay(t, root); len(found) > 0 {
		t.Fatalf("in the way: %q", found)
	}
	written, err := Write(root, some)
	if err != nil || len(written) != len(some) {
		t.Fatalf("written: %v, %v", written, err)
	}
	for _, file := range some {
		if content, err := root.ReadFile(file.Path); err != nil || string(content) != string(file.Content) {
			t.Errorf("%s holds %q, %v", file.Path, content, err)
		}
	}
	want := []string{".github/CODEOWNERS is there already", "manifests/images/example.yaml is there already", "manifests/policy.yaml is there already"}
	if found := inTheWay(t, root); !slices.Equal(found, want) {
		t.Errorf("a second time, %q are in the way, want %q", found, want)
	}
}

func TestWhatIsInTheWayIsNamedAndNotTouched(t *testing.T) {
	outside := t.TempDir()
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, root *os.Root)
		found   string
	}{
		{"a file", func(t *testing.T, root *os.Root) {
			check(t, root.Mkdir("manifests", 0o777))
			check(t, root.WriteFile("manifests/policy.yaml", []byte("mine"), 0o666))
		}, "manifests/policy.yaml is there already"},
		{"a directory", func(t *testing.T, root *os.Root) { check(t, root.MkdirAll("manifests/policy.yaml", 0o777)) }, "manifests/policy.yaml is there already"},
		{"a file where a directory belongs", func(t *testing.T, root *os.Root) { check(t, root.WriteFile("manifests", nil, 0o666)) }, "manifests is no directory"},
		{"a link that leads nowhere", func(t *testing.T, root *os.Root) {
			check(t, root.Mkdir(".github", 0o777))
			check(t, root.Symlink("nowhere", ".github/CODEOWNERS"))
		}, ".github/CODEOWNERS is there already"},
		{"a link to a directory inside", func(t *testing.T, root *os.Root) {
			check(t, root.Mkdir("there", 0o777))
			check(t, root.Symlink("there", "manifests"))
		}, "manifests is no directory"},
		{"a link to a directory outside", func(t *testing.T, root *os.Root) { check(t, root.Symlink(outside, "manifests")) }, "manifests is no directory"},
		{"code owners at the top", func(t *testing.T, root *os.Root) { check(t, root.WriteFile("CODEOWNERS", nil, 0o666)) }, "CODEOWNERS is there already, and GitHub would read .github/CODEOWNERS instead"},
		{"code owners in docs", func(t *testing.T, root *os.Root) {
			check(t, root.Mkdir("docs", 0o777))
			check(t, root.Symlink("nowhere", "docs/CODEOWNERS"))
		}, "docs/CODEOWNERS is there already, and GitHub would read .github/CODEOWNERS instead"},
		{"another estate", func(t *testing.T, root *os.Root) {
			check(t, root.MkdirAll("manifests/images/deep", 0o777))
			check(t, root.WriteFile("manifests/images/deep/a.YML", nil, 0o666))
			check(t, root.WriteFile("manifests/images/z.yaml", nil, 0o666))
		}, "manifests/images/deep/a.YML is there already, and the example would belong to the same estate"},
		{"a link to another estate", func(t *testing.T, root *os.Root) {
			check(t, root.Mkdir("manifests", 0o777))
			check(t, root.Symlink(outside, "manifests/more"))
		}, "manifests/more is there already, and the example would belong to the same estate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := open(t)
			c.prepare(t, root)
			if found := inTheWay(t, root); !slices.Equal(found, []string{c.found}) {
				t.Errorf("in the way: %q, want %q", found, c.found)
			}
		})
	}
}

func TestWhatHasNoPartInItIsNotInTheWay(t *testing.T) {
	root := open(t)
	check(t, root.WriteFile("docs", nil, 0o666))
	check(t, root.MkdirAll("manifests/.hidden", 0o777))
	for _, name := range []string{"manifests/README.md", "manifests/.hidden/a.yaml", "other.yaml"} {
		check(t, root.WriteFile(name, nil, 0o666))
	}
	if found := inTheWay(t, root); len(found) > 0 {
		t.Errorf("in the way: %q", found)
	}
	check(t, root.WriteFile("CODEOWNERS", nil, 0o666))
	if found, err := InTheWay(root, some[1:]); err != nil || len(found) > 0 {
		t.Errorf("without code owners of its own: %v, %v", found, err)
	}
}

// Whoever puts something there between the look and the writing wins, too.
func TestWritingReplacesNothingAndStaysInside(t *testing.T) {
	outside := t.TempDir()
	for name, prepare := range map[string]func(t *testing.T, root *os.Root){
		"a file": func(t *testing.T, root *os.Root) {
			check(t, root.MkdirAll("manifests/images", 0o777))
			check(t, root.WriteFile("manifests/images/example.yaml", []byte("mine"), 0o666))
		},
		"a link to a file outside": func(t *testing.T, root *os.Root) {
			check(t, root.MkdirAll("manifests/images", 0o777))
			check(t, root.Symlink(filepath.Join(outside, "new"), "manifests/images/example.yaml"))
		},
		"a link to a directory outside": func(t *testing.T, root *os.Root) { check(t, root.Symlink(outside, "manifests")) },
	} {
		t.Run(name, func(t *testing.T) {
			root := open(t)
			prepare(t, root)
			written, err := Write(root, some)
			if err == nil || !slices.Equal(written, []string{".github/CODEOWNERS"}) {
				t.Errorf("written: %v, %v", written, err)
			}
			if content, err := root.ReadFile("manifests/images/example.yaml"); err == nil && string(content) != "mine" {
				t.Errorf("the file was replaced: %q", content)
			}
			if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
				t.Errorf("outside there are %v, %v", entries, err)
			}
			if _, err := root.Lstat("manifests/policy.yaml"); err == nil {
				t.Error("it went on behind the failure")
			}
		})
	}
}
